/*
 * leaksearch.c - the search for goroutines that can never run again.
 *
 * It finds what Go's goroutineleak profile finds, without a collector.  Whoever
 * wakes a goroutine comes to it through memory: by a pointer to a channel, the
 * queue in that, and the sudog in the queue, which lies in the goroutine's stack
 * or points to its G.  So a goroutine that waits for a channel, a select or a
 * lock is lost if no chain of pointers leads from what is alive to its stack or
 * its G.  Alive are
 *
 *	- the stacks and registers of goroutines that run, are ready to run,
 *	  or wait for something else: time, the network, a signal;
 *	- those of the program's threads, and what is thread-local;
 *	- all memory that can be written and is no block of malloc;
 *	- a block of malloc, or the stack of a goroutine that waits, once a
 *	  pointer into it was found in what is alive.
 *
 * Any eight bytes that are an address count as a pointer (reach.c).  So an old
 * value in a dead variable may hide a goroutine that is lost, but one that is
 * reported is lost.  LeakSanitizer's exception holds here, too: a program may keep
 * its only pointer in another form (an exclusive or, compressed, in a file, in
 * the kernel).
 *
 * A goroutine that waits for a nil channel, or in a select without cases, is
 * lost in any case; what its stack holds is alive only if that is reached.
 *
 * The world is stopped.  Nothing is allocated from malloc, whose lock a stopped
 * goroutine may hold.  If one was stopped while malloc changed an area, the sizes
 * there lead nowhere, and the whole area counts as alive.
 */
#include "diag/leaksearch.h"

#include "base/note.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/apart.h"
#include "diag/divide.h"
#include "diag/leaked.h"
#include "diag/reach.h"
#include "diag/roots.h"
#include "diag/search.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/probe.h"
#include "sched/state.h"
#include "wait/stopper.h"

/* Lists all blocks; without a table only counts them.  False without room. */
static bool fill_blocks(struct search *s)
{
	s->blocks.n = 0;
	for (uint32_t i = 0; i < s->areas.n; i++)
		if (!goro__blocks_add(&s->blocks, &s->areas.v[i]))
			return false;
	return true;
}

/* Searches, with its tables in the memory at.  False: that is too small. */
static bool search_in(struct search *s, char *at)
{
	s->blocks.v = (void *)at;
	s->blocks.cap = s->blocks.n;
	at += s->blocks.cap * sizeof(*s->blocks.v);
	s->work.block = (void *)at;
	at += s->blocks.cap * sizeof(*s->work.block);
	s->waiters.v = (void *)at;
	at += s->waiters.cap * sizeof(*s->waiters.v);
	s->work.g = (void *)at;
	if (!fill_blocks(s))
		return false;
	goro__waiters_list(&s->waiters);
	goro__reach_bounds(s);
	goro__scan_roots(s);
	goro__drain(s);
	s->found = goro__mark_leaked(&s->waiters);
	return true;
}

/* Divides up memory, makes tables, and searches.  Returns how many are lost. */
static int64_t search(struct search *s)
{
	size_t n;
	char *room;
	bool done;

	if (!goro__memory_apart(s) || !goro__divide(s))
		return GORO_ENOTSUP;
	if (s->full || !fill_blocks(s)) /* counts them */
		return GORO_ENOMEM;
	s->waiters.cap = goro__waiters_most();
	n = s->blocks.n * (sizeof(*s->blocks.v) + sizeof(*s->work.block)) +
	    s->waiters.cap * (sizeof(*s->waiters.v) + sizeof(*s->work.g));
	room = sys_map(n + 1);
	if (!room)
		return GORO_ENOMEM;
	done = search_in(s, room);
	sys_unmap(room, n + 1);
	return done ? s->found : GORO_ENOMEM;
}

/*
 * Stops the program's threads, and sets apart what is the runtime's.  No M is
 * made from here on: one that starts calls malloc.
 */
static int64_t stop_tasks(struct search *s)
{
	struct sched *sched = &goro__sched;
	int64_t status;

	lock(&sched->lock);
	sched->making_waits = true;
	status = goro__tasks_stop(&s->tasks);
	if (!status) {
		if (load_acquire(&sched->maker_tid))
			goro__tasks_add(&s->tasks, sched->maker_sp);
		if (s->here)
			goro__tasks_add(&s->tasks, s->here);
		goro__runtime_apart(s);
	}
	unlock(&sched->lock);
	return status;
}

static void tasks_go_on(struct search *s)
{
	struct sched *sched = &goro__sched;

	goro__tasks_go_on(&s->tasks);
	lock(&sched->lock);
	sched->making_waits = false;
	unlock(&sched->lock);
	goro__note_wake(&sched->maker_note);
}

static int open_own(const char *file)
{
	char path[PROC_PATH];

	goro__proc_path(path, file);
	return sys_open(path);
}

static void read_and_search(struct search *s)
{
	s->mem = open_own("mem");
	s->pagemap = open_own("pagemap");
	s->found = s->mem < 0 ? GORO_ENOTSUP : search(s);
	if (s->mem >= 0)
		sys_close(s->mem);
	if (s->pagemap >= 0)
		sys_close(s->pagemap);
}

/* The search, with the world stopped, on the stack of an M. */
static void search_stopped(void *search_)
{
	struct search *s = search_;

	s->apart = (struct spans){s->apart_room, 0, MOST_SPANS};
	s->frames = (struct spans){s->frames_room, 0, MOST_SPANS};
	s->roots = (struct spans){s->roots_room, 0, MOST_SPANS};
	s->areas = (struct areas){s->area_room, 0, MOST_SPANS};
	s->page = (uintptr_t)sysconf(_SC_PAGESIZE);
	s->found = stop_tasks(s);
	if (!s->found)
		read_and_search(s);
	tasks_go_on(s);
}

/*
 * A thread that has just been made, or ends, cannot be stopped.  So the search
 * is tried again, after some nanoseconds.
 */
enum { TRIES = 10, PAUSE = 1000000 };

static int64_t try_search(struct search *s)
{
	goro__stop_all();
	goro__probe_forbid();
	goro__systemstack(search_stopped, s);
	goro__probe_allow();
	goro__start_all();
	return s->found;
}

int64_t goro__find_leaks(void)
{
	int64_t found = GORO_ENOTSUP;

	if (!SAN_LEAKS || !goro__running())
		return SAN_LEAKS ? 0 : GORO_ENOTSUP;
	__builtin_unwind_init(); /* puts all registers into this frame */
	for (int i = 0; i < TRIES && found == GORO_ENOTSUP; i++) {
		struct search *s = sys_map(sizeof(*s));

		if (!s)
			return GORO_ENOMEM;
		if (goro__m()->outsider)
			s->here = (uintptr_t)__builtin_alloca(16);
		if (i > 0)
			sys_nanosleep(PAUSE);
		found = try_search(s);
		sys_unmap(s, sizeof(*s));
	}
	return found;
}
