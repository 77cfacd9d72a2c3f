/*
 * contention.c - see contention.h.
 *
 * A wait is counted by its waker: the waiter is parked, so its stack can be
 * read in peace, and neither has to ask on its way whether there is a profile
 * (goro__mp has MP_WATCHED).  Only a mutex, which may wake a waiter in vain, is
 * counted by the waiter once it has it.
 *
 * A wait shorter than the rate is taken with the chance that it has, and stands
 * for as many as it was chosen from.  Of the unlocks each n-th is taken.
 */
#include "diag/contention.h"

#include "base/sys.h"
#include "base/text.h"
#include "diag/profile.h"
#include "goro_debug.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/rand.h"
#include "sched/state.h"
#include "sched/watch.h"
#include "wait/stopper.h"

/* Guarded by a lock, as everybody adds to it. */
struct guarded {
	struct lock lock;
	struct tally tally;
};

static struct guarded blocks, unlocks;
static _Atomic(int64_t) rate;     /* ns; 0: off */
static _Atomic(int64_t) fraction; /* 0: off */

static bool counts(enum wait_reason why)
{
	switch (why) {
	case WAIT_CHAN_RECV:
	case WAIT_CHAN_SEND:
	case WAIT_SELECT:
	case WAIT_RW_RLOCK:
	case WAIT_RW_LOCK:
	case WAIT_WAITGROUP:
	case WAIT_COND:
	case WAIT_SEMACQUIRE:
		return true;
	default:
		return false;
	}
}

/*
 * Adds g's stack, or the caller's if g is NULL.  The caller is in the middle of
 * a change of the scheduler's, and this calls libc, if only memcpy().
 */
static void add(struct guarded *to, const struct g *g, uintptr_t tag,
		int64_t count, int64_t ns)
{
	uintptr_t pcs[TALLY_DEPTH];
	uint32_t depth;

	preempt_disable();
	depth = goro__user_stack(g, pcs);
	lock(&to->lock);
	goro__tally_add(&to->tally, pcs, depth, tag, (uint64_t)count,
			(uint64_t)ns);
	unlock(&to->lock);
	preempt_enable();
}

/* Counts a wait of g, or of the caller if that is NULL. */
static void count_wait(const struct g *g, enum wait_reason why, int64_t ns)
{
	int64_t every = load_relaxed(&rate), n = 1;

	if (every <= 0 || ns <= 0)
		return;
	if (ns < every) {
		if (goro__rand(goro__m()) % (uint64_t)every >= (uint64_t)ns)
			return;
		n = every / ns;
		ns = every;
	}
	add(&blocks, g, why, n, ns);
}

void goro__contention_ready(struct g *g)
{
	if (!g->system && counts((enum wait_reason)g->reason) &&
	    g->stack->parked >= goro__watched_since)
		count_wait(g, (enum wait_reason)g->reason,
			   sys_clock() - g->stack->parked);
}

void goro__contention_waited(int64_t since)
{
	if (!goro__self()->system)
		count_wait(NULL, WAIT_MUTEX, sys_clock() - since);
}

void goro__contention_unlock(int64_t ns)
{
	int64_t n = load_relaxed(&fraction);

	if (n > 0 && goro__rand(goro__m()) % (uint64_t)n == 0)
		add(&unlocks, NULL, WAIT_NONE, n, ns * n);
}

static bool copy_of(struct tally_list *l, struct guarded *from)
{
	bool ok;

	preempt_disable();
	lock(&from->lock);
	ok = goro__tally_copy(l, &from->tally);
	unlock(&from->lock);
	preempt_enable();
	if (ok)
		goro__tally_sort(l);
	return ok;
}

int goro__block_profile(struct tally_list *l)
{
	return copy_of(l, &blocks) ? GORO_OK : GORO_ENOMEM;
}

int goro__mutex_profile(struct tally_list *l)
{
	return copy_of(l, &unlocks) ? GORO_OK : GORO_ENOMEM;
}

int64_t goro__mutex_fraction(void)
{
	return load_relaxed(&fraction);
}

/* Stops the world if a run is on. */
static void watch(enum watch what, bool on)
{
	if (!goro__running()) {
		goro__set_watch(what, on);
		return;
	}
	goro__stop_all();
	goro__set_watch(what, on);
	state_set_mp(goro__mp_for(goro__procs()));
	goro__start_all();
}

void goro_block_profile_rate(int64_t ns)
{
	FROM_OUTSIDE(goro_block_profile_rate(ns));
	store_relaxed(&rate, ns < 0 ? 0 : ns);
	watch(WATCH_BLOCKS, ns > 0);
}

int64_t goro_mutex_profile_fraction(int64_t n)
{
	int64_t old = load_relaxed(&fraction);

	FROM_OUTSIDE_GIVES(goro_mutex_profile_fraction(n));
	if (n < 0)
		return old;
	store_relaxed(&fraction, n);
	watch(WATCH_UNLOCKS, n > 0);
	return old;
}
