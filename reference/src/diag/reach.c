/*
 * reach.c - the search for goroutines that can never run again.
 *
 * As Go's goroutineleak profile does it, without a collector.  Whoever wakes a
 * goroutine comes to it through memory: by a pointer to a channel, the queue in
 * that, and the sudog in the queue, which lies in the goroutine's stack or
 * points to its G.  So a goroutine that waits for a channel, a select or a lock
 * is lost if nothing that is alive points to its stack or its G, over however
 * many steps.  Alive are
 *
 *	- the stacks and registers of goroutines that run, are ready to run,
 *	  or wait for something else: time, the network, a signal;
 *	- those of the program's threads, and what is thread-local;
 *	- all memory that can be written and is no block of malloc;
 *	- a block of malloc, or the stack of a goroutine that waits, once a
 *	  pointer into it was found in what is alive.
 *
 * Any eight bytes that are an address count as a pointer, at any alignment, also
 * one to the middle of a thing or with a tag in its upper or lower bits.  So a
 * goroutine may be missed because of an old value in a dead variable, but one
 * that is reported is lost.  The exception is a pointer that the program keeps
 * in another form (exclusive or, compressed, in a file or in the kernel), as
 * with LeakSanitizer.
 *
 * A goroutine that waits for a nil channel, or in a select without cases, is
 * lost in any case; what its stack holds is alive only if that is reached.
 *
 * The world is stopped.  Nothing is allocated from malloc, whose lock a stopped
 * goroutine may hold.  If it was stopped in the middle of a change of an area
 * of malloc, the sizes there lead nowhere, and all of it counts as alive.
 */
#include "diag/reach.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diag/blocks.h"
#include "diag/maps.h"
#include "diag/tasks.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/stack.h"
#include "sched/state.h"
#include "sched/thread.h"
#include "wait/stopper.h"
#include "wait/chan.h"

#define ADDRESS (((uintptr_t)1 << 48) - 1)

/* Bytes below the stack pointer that a function may use. */
enum { RED_ZONE = 128 };

struct span {
	uintptr_t lo, hi;
};

struct spans {
	struct span *v;
	uint32_t n, cap;
};

struct areas {
	struct area *v;
	uint32_t n, cap;
};

/* A goroutine that waits for what another goroutine has to do. */
struct waiter {
	struct g *g;
	bool reached;
};

struct waiters {
	struct waiter *v; /* by address of the G */
	uint32_t n, cap;
};

/* What has been reached and is to be scanned; each comes once. */
struct work {
	struct block **block;
	struct g **g;
	uint32_t nblock, ng;
};

enum { WINDOW = 1 << 16, ACROSS = sizeof(uintptr_t) - 1, PAGES_AT_ONCE = 512 };
enum { MOST_SPANS = 1 << 16 };

struct search {
	struct spans apart;  /* memory that is not alive as a whole */
	struct spans frames; /* on the stacks of Ms */
	struct spans roots;
	struct areas areas;
	struct blocks blocks;
	struct waiters waiters;
	struct work work;
	uintptr_t lo, span; /* where all blocks, stacks and Gs are */
	int mem, pagemap;   /* the kernel's view of this process */
	uintptr_t page;     /* bytes of one */
	uintptr_t here;     /* the caller's frames, on a thread; else 0 */
	bool in_frames;     /* frames are scanned */
	bool full;          /* there was too little room */
	int64_t found;      /* the result */
	char window[WINDOW + ACROSS];
	uint64_t present[PAGES_AT_ONCE];
	struct tasks tasks;
	struct span apart_room[MOST_SPANS], roots_room[MOST_SPANS];
	struct span frames_room[MOST_SPANS];
	struct area area_room[MOST_SPANS];
};

/* ---- marks ----------------------------------------------------------------- */

/*
 * The waits that have no end, of the last search, in ascending order.  A dump
 * looks at them at any time, so their memory is never given back: a table that
 * is too small is left where it is, and the next is twice as large.  They are
 * no pointers, which a search would find.
 */
static struct lost {
	_Atomic(uint64_t *) v;
	_Atomic(uint32_t) n;
	uint32_t cap;
} lost;

/* Returns a number that this wait of g has, and no other. */
static uint64_t this_wait(const struct g *g)
{
	uint64_t x = (uint64_t)g->goid << 32 ^ (uint64_t)g->since << 24 ^
		     (uint64_t)(uintptr_t)g->sp >> 3;

	return x * UINT64_C(0x9e3779b97f4a7c15);
}

bool goro__leaked(const struct g *g)
{
	/* Pairs with the release in set_lost(). */
	uint32_t lo = 0, hi = load_acquire(&lost.n);
	const uint64_t *v = load_relaxed(&lost.v);
	uint64_t wait = this_wait(g);

	if (load_relaxed(&g->status) != GWAITING)
		return false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (v[mid] == wait)
			return true;
		if (v[mid] < wait)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Sorts the n waits in v. */
static void sort_waits(uint64_t *v, uint32_t n)
{
	for (uint32_t gap = n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < n; i++) {
			uint64_t x = v[i];
			uint32_t j = i;

			for (; j >= gap && v[j - gap] > x; j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
}

/* Makes room for n, or returns false.  The world is stopped. */
static bool room_for_lost(uint32_t n)
{
	uint32_t cap = lost.cap ? lost.cap : 512;
	uint64_t *v;

	while (cap < n)
		cap *= 2;
	if (cap == lost.cap)
		return true;
	v = sys_map(cap * sizeof(*v));
	if (!v)
		return false;
	store_relaxed(&lost.n, 0u);
	store_release(&lost.v, v);
	lost.cap = cap;
	return true;
}

/* ---- which goroutines ----------------------------------------------------- */

/* True if g waits for what only a goroutine of the program can do. */
static bool waits_for_others(const struct g *g)
{
	if (load_relaxed(&g->status) != GWAITING || g->system)
		return false;
	switch (g->reason) {
	case WAIT_CHAN_RECV_NIL:
	case WAIT_CHAN_SEND_NIL:
	case WAIT_CHAN_RECV:
	case WAIT_CHAN_SEND:
	case WAIT_SELECT:
	case WAIT_SELECT_NO_CASES:
	case WAIT_MUTEX:
	case WAIT_RW_RLOCK:
	case WAIT_RW_LOCK:
	case WAIT_WAITGROUP:
	case WAIT_COND:
		return true;
	default:
		return false;
	}
}

/* True if nobody can wake g, whatever is reached. */
static bool waits_for_nothing(const struct g *g)
{
	return g->reason == WAIT_CHAN_RECV_NIL ||
	       g->reason == WAIT_CHAN_SEND_NIL ||
	       g->reason == WAIT_SELECT_NO_CASES;
}

static bool exists(const struct g *g)
{
	uint32_t status = load_relaxed(&g->status);

	return status != GIDLE && status != GDEAD;
}

static void count_g(struct g *g, void *n)
{
	*(uint32_t *)n += exists(g);
}

static void add_waiter(struct g *g, void *search)
{
	struct waiters *w = &((struct search *)search)->waiters;

	if (waits_for_others(g) && w->n < w->cap)
		w->v[w->n++] = (struct waiter){.g = g};
}

/* Sorts by address; they come in a few runs that are sorted already. */
static void sort_waiters(struct waiters *w)
{
	for (uint32_t gap = w->n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < w->n; i++) {
			struct waiter x = w->v[i];
			uint32_t j = i;

			for (; j >= gap && w->v[j - gap].g > x.g; j -= gap)
				w->v[j] = w->v[j - gap];
			w->v[j] = x;
		}
}

static struct waiter *waiter_of(const struct waiters *w, const struct g *g)
{
	uint32_t lo = 0, hi = w->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (w->v[mid].g < g)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < w->n && w->v[lo].g == g ? &w->v[lo] : NULL;
}

/* ---- what is reached ------------------------------------------------------ */

/*
 * True if a program may have at, in b, to come to what b is.  Whoever uses a
 * channel has a pointer to its structure.  That sets aside malloc's own, to the
 * next chunk, of which old frames are full: it is one to b's end.
 */
static bool leads_to(const struct block *b, uintptr_t at)
{
	const struct goro_chan *c =
		goro__chan_in((const void *)b->lo, b->hi - b->lo);

	return !c || at - (uintptr_t)c < sizeof(*c);
}

/* A block that has been reached has bit 0 of hi set; hi is even. */
static void reach_block(struct search *s, struct block *b, uintptr_t at)
{
	if ((b->hi & 1) || !leads_to(b, at))
		return;
	b->hi |= 1;
	s->work.block[s->work.nblock++] = b;
}

/*
 * at is in g's stack or in g.  Below the stack pointer nothing counts.  Of all
 * that leads to a waiter, only a sudog that a large select has from malloc points
 * to the G; frames have pointers to Gs that were switched to long ago.
 */
static void reach_g(struct search *s, struct g *g, uintptr_t at)
{
	struct waiter *w = waiter_of(&s->waiters, g);
	bool in_g = at - (uintptr_t)g < sizeof(*g);

	if (!w || w->reached || (in_g ? s->in_frames : at < (uintptr_t)g->sp))
		return;
	w->reached = true;
	s->work.g[s->work.ng++] = g;
}

static void reach(struct search *s, uintptr_t at)
{
	struct block *b;
	struct g *g;

	if (at - s->lo >= s->span)
		return;
	b = goro__block_at(&s->blocks, at);
	if (b) {
		reach_block(s, b, at);
		return;
	}
	g = goro__g_at(at);
	if (g)
		reach_g(s, g, at);
}

/*
 * Takes each eight bytes for an address, for the sake of packed structures, and
 * without the upper two, where programs keep tags: no address has them.
 */
static void scan(struct search *s, const void *from, const void *to)
{
	uintptr_t word;

	for (const char *p = from; p + sizeof(word) <= (const char *)to; p++) {
		__builtin_memcpy(&word, p, sizeof(word));
		reach(s, word & ADDRESS);
	}
}

static void scan_frames(struct search *s, const struct g *g, uintptr_t sp)
{
	s->in_frames = true;
	/* Bit 0 is set if it has not run yet: arch_first_frame(). */
	scan(s, (const void *)(sp & ~(uintptr_t)1), g->stack);
	s->in_frames = false;
}

static void drain(struct search *s)
{
	struct work *w = &s->work;

	while (w->nblock || w->ng) {
		if (w->nblock) {
			const struct block *b = w->block[--w->nblock];

			scan(s, (void *)b->lo, (void *)(b->hi & ~(uintptr_t)1));
			continue;
		}
		--w->ng;
		scan_frames(s, w->g[w->ng], (uintptr_t)w->g[w->ng]->sp);
	}
}

/* ---- roots ----------------------------------------------------------------- */

/*
 * Scans n bytes at lo by way of the kernel, as they may not be there, and what
 * lies across their end.
 */
static void scan_window(struct search *s, uintptr_t lo, size_t n)
{
	ssize_t got = sys_pread(s->mem, s->window, n + ACROSS, lo);

	if (got > 0)
		scan(s, s->window, s->window + got);
}

static void scan_present(struct search *s, uintptr_t lo, uintptr_t hi)
{
	for (; lo < hi; lo += WINDOW)
		scan_window(s, lo, hi - lo > WINDOW ? WINDOW : hi - lo);
}

/* True if the page was never touched: bits "present" and "swapped". */
static bool untouched(uint64_t entry)
{
	return !(entry >> 62);
}

/* Scans what has been touched of [lo, hi), at most PAGES_AT_ONCE pages. */
static void scan_pages(struct search *s, uintptr_t lo, uintptr_t hi)
{
	uintptr_t first = lo / s->page, n = (hi - 1) / s->page - first + 1;
	ssize_t got = sys_pread(s->pagemap, s->present, n * 8, first * 8);
	uintptr_t from = lo;

	if (got != (ssize_t)(n * 8)) {
		scan_present(s, lo, hi);
		return;
	}
	for (uintptr_t i = 0; i < n; i++) {
		uintptr_t end = (first + i + 1) * s->page;

		if (!untouched(s->present[i]))
			continue;
		scan_present(s, from, end - s->page);
		from = end;
	}
	scan_present(s, from, hi);
}

static void scan_root(struct search *s, struct span r)
{
	uintptr_t step = s->page * PAGES_AT_ONCE;

	while (r.lo < r.hi) {
		uintptr_t next = (r.lo / step + 1) * step;

		scan_pages(s, r.lo, next < r.hi ? next : r.hi);
		r.lo = next;
	}
}

/*
 * Returns the end of what the kernel has put on a stack for a handler: the
 * registers, and behind them those of SIMD.
 */
static const char *end_of_frame(const ucontext_t *uc)
{
	const char *at = (const char *)uc, *lo = uc->uc_stack.ss_sp;
	uintptr_t sp = arch_signal_sp(uc);

	if (at >= lo && at < lo + uc->uc_stack.ss_size)
		return lo + uc->uc_stack.ss_size;
	/* The program has turned the signal stack off: all is below sp. */
	return (uintptr_t)at < sp ? (const char *)sp : (const char *)(uc + 1);
}

/* The goroutine is in the handler of its M, which keeps its registers. */
static void scan_stopped(struct search *s, const struct g *g)
{
	const ucontext_t *uc = load_acquire(&g->lockedm->stopped_at);

	if (!uc) { /* so where it is in its stack is not known */
		scan_frames(s, g, (uintptr_t)g->stack->lo);
		return;
	}
	scan(s, uc, end_of_frame(uc));
	scan_frames(s, g, arch_signal_sp(uc) - RED_ZONE);
}

/* g is alive: it runs, or something other than a goroutine wakes it. */
static void scan_alive(struct g *g, void *search)
{
	struct search *s = search;

	if (!exists(g) || waits_for_others(g))
		return;
	reach(s, (uintptr_t)g->arg);
	if (g->stack && load_relaxed(&g->preempted) != NOT_STOPPED)
		scan_stopped(s, g);
	else if (g->sp)
		scan_frames(s, g, (uintptr_t)g->sp);
}

/* Its frames are a root already, unless a goroutine's stack has them. */
static void scan_task(struct search *s, const struct task *t)
{
	const struct g *g = goro__g_at(t->sp);

	scan(s, t->regs, t->regs + TASK_REGS);
	scan(s, t->fp, t->fp + TASK_FP);
	if (g)
		scan_frames(s, g, t->sp - RED_ZONE);
}

static void scan_roots(struct search *s)
{
	s->in_frames = true;
	for (uint32_t i = 0; i < s->frames.n; i++)
		scan_root(s, s->frames.v[i]);
	s->in_frames = false;
	for (uint32_t i = 0; i < s->roots.n; i++)
		scan_root(s, s->roots.v[i]);
	for (uint32_t i = 0; i < s->tasks.n; i++)
		scan_task(s, &s->tasks.v[i]);
	goro__each_g(scan_alive, s);
}

/* ---- memory that is not alive as a whole ----------------------------------- */

static void add_span(struct search *s, struct spans *to, uintptr_t lo,
		     uintptr_t hi)
{
	if (lo >= hi)
		return;
	if (to->n == to->cap)
		s->full = true;
	else
		to->v[to->n++] = (struct span){lo, hi};
}

static void set_apart(struct search *s, const void *at, size_t n)
{
	add_span(s, &s->apart, (uintptr_t)at, (uintptr_t)at + n);
}

static void slab_apart(uintptr_t lo, uintptr_t hi, void *search)
{
	struct search *s = search;

	add_span(s, &s->apart, lo, hi);
}

/* A queue's ring has old entries, and so has a heap behind its last one. */
static void p_apart(struct search *s, const struct p *p)
{
	const struct timers *h = &p->timers;

	set_apart(s, p, sizeof(*p));
	set_apart(s, h->heap + h->len, (h->cap - h->len) * sizeof(*h->heap));
}

/* Returns where the frames on m's own stack begin. */
static uintptr_t frames_of(const struct search *s, const struct m *m)
{
	uintptr_t lo = (uintptr_t)m->g0_lo;

	if (m->g0_sp && (!m->curg || !g_is(m->curg, GSYSCALL)))
		return (uintptr_t)m->g0_sp;
	for (uint32_t i = 0; i < s->tasks.n; i++)
		if (s->tasks.v[i].sp - lo < m->g0_size)
			return s->tasks.v[i].sp - RED_ZONE;
	return lo;
}

/* An M keeps what it was last asked to do. */
static void m_apart(struct search *s, const struct m *m)
{
	uintptr_t hi = (uintptr_t)m->g0_lo + m->g0_size;

	set_apart(s, m, sizeof(*m));
	if (m->sigstack)
		set_apart(s, m->sigstack, goro__sigstack_size());
	if (!m->g0_lo)
		return;
	set_apart(s, m->g0_lo, m->g0_size);
	add_span(s, &s->frames, frames_of(s, m), hi);
}

static void runtime_apart(struct search *s)
{
	set_apart(s, s, sizeof(*s));
	set_apart(s, &goro__sched, sizeof(goro__sched));
	goro__each_slab(slab_apart, s);
	for (struct m *m = goro__sched.allm; m; m = m->alllink)
		m_apart(s, m);
	for (int32_t i = 0; i < MAX_PROCS && goro__allp[i]; i++)
		p_apart(s, goro__allp[i]);
	p_apart(s, &goro__real_p);
}

/* True if sp is in m and what is below it there is a stack's unused part. */
static bool is_stack(const struct mapping *m, uintptr_t guard, uintptr_t sp)
{
	return sp >= m->lo && sp < m->hi &&
	       (strcmp(m->path, "[stack]") == 0 || guard == m->lo);
}

/* The parts of threads' stacks in m below their frames. */
static void stacks_apart(struct search *s, const struct mapping *m,
			 uintptr_t guard)
{
	for (uint32_t i = 0; i < s->tasks.n; i++) {
		uintptr_t sp = s->tasks.v[i].sp;

		if (is_stack(m, guard, sp))
			add_span(s, &s->apart, m->lo, sp - RED_ZONE);
	}
}

/* What malloc keeps of its main arena, which is in libc's variables. */
static void main_arena_apart(struct search *s, const struct mapping *m,
			     uintptr_t top)
{
	if (!top || !m->readable || !m->writable || m->path[0] != '/')
		return;
	for (uintptr_t at = m->lo; m->hi - at >= ARENA_STATE; at += 8)
		if (goro__is_main_arena(at, m->hi, top))
			set_apart(s, (const void *)at, ARENA_STATE);
}

/* Looks through memory for what is apart. */
static bool memory_apart(struct search *s)
{
	struct mapping m;
	struct maps maps;
	struct area heap = {0};
	uintptr_t guard = 0; /* where memory that is not to be read ends */

	if (!goro__maps_open(&maps))
		return false;
	while (goro__maps_next(&maps, &m)) {
		if (strcmp(m.path, "[heap]") == 0 &&
		    !goro__area_main(&heap, m.lo, m.hi))
			heap.top = 0;
		stacks_apart(s, &m, guard);
		main_arena_apart(s, &m, heap.top);
		if (!m.readable)
			guard = m.hi;
	}
	goro__maps_close(&maps);
	return true;
}

static void sort_spans(struct spans *l)
{
	for (uint32_t gap = l->n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < l->n; i++) {
			struct span x = l->v[i];
			uint32_t j = i;

			for (; j >= gap && l->v[j - gap].lo > x.lo; j -= gap)
				l->v[j] = l->v[j - gap];
			l->v[j] = x;
		}
}

/* ---- the rest of memory: areas of malloc, and roots ------------------------ */

static void add_area(struct search *s, const struct area *a)
{
	if (s->areas.n == s->areas.cap)
		s->full = true;
	else
		s->areas.v[s->areas.n++] = *a;
}

/* Returns the next multiple of ARENA_ALIGN. */
static uintptr_t next_arena(uintptr_t at)
{
	return (at + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
}

/* Sorts out [lo, hi): large blocks at the start, and arenas. */
static void divide(struct search *s, uintptr_t lo, uintptr_t hi)
{
	struct area a;
	uintptr_t arena;

	while (lo % s->page == 0 && goro__area_large(&a, lo, hi)) {
		add_area(s, &a);
		lo = a.hi;
	}
	for (arena = next_arena(lo); arena < hi; arena = next_arena(arena)) {
		if (!goro__area_arena(&a, arena, hi)) {
			arena++;
			continue;
		}
		add_span(s, &s->roots, lo, a.begin);
		add_area(s, &a);
		arena = lo = a.end;
	}
	add_span(s, &s->roots, lo, hi);
}

static void divide_heap(struct search *s, const struct mapping *m)
{
	struct area a;

	if (goro__area_main(&a, m->lo, m->hi))
		add_area(s, &a);
	else
		add_span(s, &s->roots, m->lo, m->hi);
}

/* Divides what of m is not apart. */
static void divide_mapping(struct search *s, const struct mapping *m)
{
	uintptr_t lo = m->lo;

	for (uint32_t i = 0; i < s->apart.n; i++) {
		const struct span *a = &s->apart.v[i];

		if (a->hi <= lo || a->lo >= m->hi)
			continue;
		if (a->lo > lo)
			divide(s, lo, a->lo);
		lo = a->hi;
	}
	if (lo == m->lo && strcmp(m->path, "[heap]") == 0)
		divide_heap(s, m);
	else if (lo < m->hi)
		divide(s, lo, m->hi);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/*
 * True if m may hold pointers that the program has put there, and may be read:
 * a device may act when it is.
 */
static bool holds_pointers(const struct mapping *m)
{
	if (!m->readable || begins(m->path, "[v"))
		return false;
	if (begins(m->path, "/dev/"))
		return begins(m->path, "/dev/shm/") ||
		       begins(m->path, "/dev/zero");
	return m->writable || m->path[0] != '/';
}

static bool divide_all(struct search *s)
{
	struct mapping m;
	struct maps maps;

	if (!goro__maps_open(&maps))
		return false;
	while (goro__maps_next(&maps, &m))
		if (holds_pointers(&m))
			divide_mapping(s, &m);
	goro__maps_close(&maps);
	return true;
}

/* ---- the search ------------------------------------------------------------ */

static void slab_target(uintptr_t lo, uintptr_t hi, void *search)
{
	struct search *s = search;

	if (lo < s->lo)
		s->lo = lo;
	if (hi > s->span)
		s->span = hi;
}

/* Sets the bounds of all that can be reached: most words are outside. */
static void set_bounds(struct search *s)
{
	s->lo = UINTPTR_MAX;
	s->span = 0;
	goro__each_slab(slab_target, s);
	for (uint32_t i = 0; i < s->areas.n; i++)
		slab_target(s->areas.v[i].lo, s->areas.v[i].hi, s);
	s->span -= s->lo;
}

static bool fill_blocks(struct search *s)
{
	s->blocks.n = 0;
	for (uint32_t i = 0; i < s->areas.n; i++)
		if (!goro__blocks_add(&s->blocks, &s->areas.v[i]))
			return false;
	return true;
}

/* True if w is lost.  One that was so before stays so. */
static bool is_lost(const struct waiter *w)
{
	return !w->reached || waits_for_nothing(w->g) || goro__leaked(w->g);
}

/* Marks who was not reached.  Returns how many there are. */
static int64_t mark_lost(struct waiters *w)
{
	uint32_t n = 0;
	uint64_t *v;

	for (uint32_t i = 0; i < w->n; i++)
		if (is_lost(&w->v[i]))
			w->v[n++] = w->v[i];
	if (!room_for_lost(n))
		return GORO_ENOMEM;
	v = load_relaxed(&lost.v);
	store_relaxed(&lost.n, 0u);
	for (uint32_t i = 0; i < n; i++)
		v[i] = this_wait(w->v[i].g);
	sort_waits(v, n);
	/* Pairs with goro__leaked(). */
	store_release(&lost.n, n);
	return n;
}

/* Has room for the blocks, the waiters and the work in [at, ...). */
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
	goro__each_g(add_waiter, s);
	sort_waiters(&s->waiters);
	set_bounds(s);
	scan_roots(s);
	drain(s);
	s->found = mark_lost(&s->waiters);
	return true;
}

/* Finds out what there is, and searches.  Returns how many are lost. */
static int64_t search(struct search *s)
{
	size_t n;
	char *room;
	bool done;

	if (!memory_apart(s))
		return GORO_ENOTSUP;
	sort_spans(&s->apart);
	if (!divide_all(s))
		return GORO_ENOTSUP;
	if (s->full || !fill_blocks(s)) /* only counts: no room yet */
		return GORO_ENOMEM;
	goro__each_g(count_g, &s->waiters.cap);
	n = s->blocks.n * (sizeof(*s->blocks.v) + sizeof(*s->work.block)) +
	    s->waiters.cap * (sizeof(*s->waiters.v) + sizeof(*s->work.g));
	room = sys_map(n + 1);
	if (!room)
		return GORO_ENOMEM;
	done = search_in(s, room);
	sys_unmap(room, n + 1);
	return done ? s->found : GORO_ENOMEM;
}

/* Stops the threads of the program, and notes what is the runtime's. */
static int64_t stop_tasks(struct search *s)
{
	struct sched *sched = &goro__sched;
	int64_t status;

	lock(&sched->lock);
	status = goro__tasks_stop(&s->tasks);
	if (!status) {
		if (load_acquire(&sched->maker_tid))
			goro__tasks_add(&s->tasks, sched->maker_sp);
		if (s->here)
			goro__tasks_add(&s->tasks, s->here);
		runtime_apart(s);
	}
	unlock(&sched->lock);
	return status;
}

static void search_stopped(void *search_)
{
	struct search *s = search_;

	s->apart = (struct spans){s->apart_room, 0, MOST_SPANS};
	s->frames = (struct spans){s->frames_room, 0, MOST_SPANS};
	s->roots = (struct spans){s->roots_room, 0, MOST_SPANS};
	s->areas = (struct areas){s->area_room, 0, MOST_SPANS};
	s->page = (uintptr_t)sysconf(_SC_PAGESIZE);
	s->found = stop_tasks(s);
	if (s->found)
		return;
	s->mem = sys_open("/proc/self/mem");
	s->pagemap = sys_open("/proc/self/pagemap");
	s->found = s->mem < 0 ? GORO_ENOTSUP : search(s);
	if (s->mem >= 0)
		sys_close(s->mem);
	if (s->pagemap >= 0)
		sys_close(s->pagemap);
	goro__tasks_go_on(&s->tasks);
}

/* A thread that has just been made is not known yet: tries again. */
enum { TRIES = 10 };

static int64_t try_search(struct search *s)
{
	goro__stop_all();
	goro__systemstack(search_stopped, s);
	goro__start_all();
	return s->found;
}

int64_t goro__find_leaks(void)
{
	int64_t found = GORO_ENOTSUP;

	if (!SAN_LEAKS || !goro__running())
		return SAN_LEAKS ? 0 : GORO_ENOTSUP;
	__builtin_unwind_init(); /* on a thread of the program: see here */
	for (int i = 0; i < TRIES && found == GORO_ENOTSUP; i++) {
		struct search *s = sys_map(sizeof(*s));

		if (!s)
			return GORO_ENOMEM;
		if (goro__m()->outsider)
			s->here = (uintptr_t)__builtin_alloca(16);
		if (i > 0)
			sys_nanosleep(1000000); /* for the kernel */
		found = try_search(s);
		sys_unmap(s, sizeof(*s));
	}
	return found;
}
