/* stress.c - faults that show under load, or by random programs. */
#include <string.h>

#include "fault.h"

/* ---- random programs ---------------------------------------------------- */

static int poll_blind(assay_chan *c, void *out, int64_t deadline)
{
	static atomic_uint polls;

	if (deadline == ASSAY_POLL && every(&polls, 499))
		return ASSAY_AGAIN;
	return was.chan.recv(c, out, deadline);
}

FAULT(poll_blind, "ST-001", "each 499th poll does not look")
{
	my.chan.recv = poll_blind;
}

static int select_blind(const struct assay_case *cases, size_t n,
			int64_t deadline, size_t *chosen)
{
	static atomic_uint polls;

	if (n > 1 && deadline == ASSAY_POLL && every(&polls, 199))
		return ASSAY_AGAIN;
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_blind, "ST-001", "each 199th select with default takes that")
{
	my.chan.select = select_blind;
}

static int wait_now_and_then(assay_waitgroup *wg, int64_t deadline)
{
	static atomic_uint waits;

	if (every(&waits, 97))
		return ASSAY_OK;
	return was.sync.wg_wait(wg, deadline);
}

FAULT(wait_now_and_then, "ST-001/locks", "each 97th wait does not wait")
{
	my.sync.wg_wait = wait_now_and_then;
}

static int stop_forgets(assay_timer *t)
{
	static atomic_uint stops;

	return every(&stops, 53) ? 0 : was.time.timer_stop(t);
}

FAULT(stop_now_and_then, "ST-001/timers", "each 53rd stop does nothing")
{
	my.time.timer_stop = stop_forgets;
}

/* ---- loads -------------------------------------------------------------- */

static int recv_old(assay_chan *c, void *out, int64_t deadline)
{
	static atomic_uint values;
	int status = was.chan.recv(c, out, deadline);
	int v;

	if (status != ASSAY_OK || out == NULL || !every(&values, 1999))
		return status;
	memcpy(&v, out, sizeof(v));
	v--;
	memcpy(out, &v, sizeof(v));
	return status;
}

FAULT(value_before, "ST-002", "each 1999th value is that before")
{
	my.chan.recv = recv_old;
}

FAULT(answer_changes, "ST-004", "each 1999th value is another")
{
	my.chan.recv = recv_old;
}

static void sleep_for_ever(void *arg)
{
	(void)arg;
	was.time.sleep(INT64_MAX);
}

static int go_leaves_one(assay_fn fn, const void *arg, size_t n)
{
	static atomic_uint starts;

	if (every(&starts, 301))
		(void)was.core.go(sleep_for_ever, NULL, 0);
	return was.core.go(fn, arg, n);
}

FAULT(go_leaves_one, "ST-003", "each 301st go leaves a goroutine behind")
{
	my.core.go = go_leaves_one;
}

static int stop_leaves_timer(assay_timer *t)
{
	(void)was.time.after_func(INT64_C(7200000000000), sleep_for_ever, NULL);
	return was.time.timer_stop(t);
}

FAULT(timer_left, "ST-003/timers", "each stop leaves a timer behind")
{
	my.time.timer_stop = stop_leaves_timer;
}

static void call_and_lose(assay_fn fn, void *arg)
{
	memset(take(100000), 1, 100000);
	was.blocking.call(fn, arg);
}

FAULT(load_loses, "ST-005", "each blocking call loses memory")
{
	my.blocking.call = call_and_lose;
}

static assay_timer *no_more_timers(int64_t ns)
{
	static atomic_uint timers;

	return atomic_fetch_add(&timers, 1) < 150000 ? was.time.timer_new(ns)
						     : NULL;
}

FAULT(timers_end, "ST-006", "there are 150 000 timers and no more")
{
	my.time.timer_new = no_more_timers;
}

static assay_chan *make_hides(size_t elem, int64_t cap, int *status)
{
	assay_chan *c = was.chan.make(elem, cap, status);

	if (c == NULL && *status == ASSAY_ENOMEM)
		*status = ASSAY_OK;
	return c;
}

FAULT(make_hides, "ST-007/make@1", "a want of memory is not told of")
{
	my.chan.make = make_hides;
}

static int go_hides(assay_fn fn, const void *arg, size_t n)
{
	static atomic_uint starts;

	if (atomic_fetch_add(&starts, 1) < 1000)
		return was.core.go(fn, arg, n);
	return ASSAY_OK;
}

FAULT(go_hides, "ST-007", "from the 1000th on go says it did, and did not")
{
	my.core.go = go_hides;
}
