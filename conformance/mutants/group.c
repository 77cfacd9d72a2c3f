/* group.c - faults of WaitGroup and Once. */
#include <string.h>

#include "fault.h"

/* ---- WaitGroup ---------------------------------------------------------- */

static int wait_not(assay_waitgroup *wg, int64_t deadline)
{
	(void)wg, (void)deadline;
	return ASSAY_OK;
}

FAULT(wait_returns_at_once, "WG-001", "wait does not wait")
{
	my.sync.wg_wait = wait_not;
}

FAULT(join_does_not_wait, "GO-022", "fork-join: the parent goes on at once")
{
	my.sync.wg_wait = wait_not;
}

static int wait_early(assay_waitgroup *wg, int64_t deadline)
{
	static atomic_uint waits;

	return every(&waits, 100) ? ASSAY_OK : was.sync.wg_wait(wg, deadline);
}

FAULT(wait_sometimes_early, "WG-005", "each 100th wait returns at once")
{
	my.sync.wg_wait = wait_early;
}

static int wait_zero_blocks(assay_waitgroup *wg, int64_t deadline)
{
	if (deadline == ASSAY_FOREVER &&
	    was.sync.wg_wait(wg, ASSAY_POLL) == ASSAY_OK)
		block();
	return was.sync.wg_wait(wg, deadline);
}

FAULT(wait_on_zero_blocks, "WG-002", "wait on a group at zero blocks")
{
	my.sync.wg_wait = wait_zero_blocks;
}

static int add_below_zero(assay_waitgroup *wg, int64_t delta)
{
	int status = was.sync.wg_add(wg, delta);

	return status == ASSAY_WG_NEGATIVE ? ASSAY_OK : status;
}

FAULT(negative_group_ok, "WG-003", "a counter below zero is no panic")
{
	my.sync.wg_add = add_below_zero;
}

static int wait_one_of_many(assay_waitgroup *wg, int64_t deadline)
{
	static atomic_int inside;
	bool other = atomic_fetch_add(&inside, 1) > 0;
	int status = was.sync.wg_wait(wg, deadline);

	if (other)
		block();
	atomic_fetch_sub(&inside, 1);
	return status;
}

FAULT(one_waiter_released, "WG-004", "only the first waiter is released")
{
	my.sync.wg_wait = wait_one_of_many;
}

static int add_by_one(assay_waitgroup *wg, int64_t delta)
{
	return was.sync.wg_add(wg, delta > 1 ? 1 : delta);
}

FAULT(add_n_is_one, "WG-008", "add(n) counts one")
{
	my.sync.wg_add = add_by_one;
}

static int go_uncounted(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	(void)wg;
	return was.core.go(fn, arg, 0);
}

FAULT(wg_go_uncounted, "WG-009", "wg_go does not count its goroutine")
{
	my.sync.wg_go = go_uncounted;
}

struct task {
	assay_waitgroup *wg;
	assay_fn fn;
	void *arg;
};

static void run_and_done(void *arg)
{
	struct task *t = arg;

	t->fn(t->arg);
	was.sync.wg_add(t->wg, -1);
}

static int go_not_deferred(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	struct task t = {.wg = wg, .fn = fn, .arg = arg};

	was.sync.wg_add(wg, 1);
	return was.core.go(run_and_done, &t, sizeof(t));
}

FAULT(wg_go_not_deferred, "WG-010", "wg_go does not count down after a goexit")
{
	my.sync.wg_go = go_not_deferred;
}

static int done_forgotten(assay_waitgroup *wg, int64_t deadline)
{
	if (deadline != ASSAY_FOREVER)
		return was.sync.wg_wait(wg, deadline);
	while (was.sync.wg_wait(wg, ASSAY_POLL) == ASSAY_AGAIN)
		was.time.sleep(1000000);
	return ASSAY_OK;
}

FAULT(group_wait_polls, "WG-011", "a wait for ever is not seen as a deadlock")
{
	my.sync.wg_wait = done_forgotten;
}

/* ---- Once --------------------------------------------------------------- */

static uint64_t calls_of(assay_once *o)
{
	return __atomic_fetch_add(&o->w[0], 1, __ATOMIC_SEQ_CST);
}

static void once_no_wait(assay_once *o, assay_fn fn, void *arg)
{
	if (calls_of(o) == 0)
		fn(arg);
}

FAULT(once_does_not_wait, "WG-012", "once does not wait for the first call")
{
	my.sync.once_do = once_no_wait;
}

FAULT(once_in_once, "WG-015", "once inside its own function returns")
{
	my.sync.once_do = once_no_wait;
}

FAULT(once_not_ordered, "MM-011", "once returns before the call has ended")
{
	my.sync.once_do = once_no_wait;
}

static void once_twice(assay_once *o, assay_fn fn, void *arg)
{
	if (calls_of(o) < 2)
		fn(arg);
}

FAULT(once_twice, "WG-013", "once runs the first two functions")
{
	my.sync.once_do = once_twice;
}

static void once_after(assay_once *o, assay_fn fn, void *arg)
{
	if (__atomic_load_n(&o->w[0], __ATOMIC_SEQ_CST) != 0)
		return;
	fn(arg);
	calls_of(o);
}

FAULT(once_panic_undone, "WG-014", "a once whose function panicked runs again")
{
	my.sync.once_do = once_after;
}
