/* time.c - faults of sleep, timers and tickers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define MS INT64_C(1000000)
#define HOUR (INT64_C(3600000) * MS)

/* ---- sleep -------------------------------------------------------------- */

static void sleep_short(int64_t ns)
{
	was.time.sleep(ns - ns / 20);
}

FAULT(sleep_too_short, "TM-001", "sleep is 5 % too short")
{
	my.time.sleep = sleep_short;
}

static void sleep_thread(int64_t ns)
{
	for (; ns > 0; ns -= MS)
		usleep(1000);
}

FAULT(sleep_keeps_thread, "TM-005@1",
      "a goroutine that sleeps keeps its thread")
{
	my.time.sleep = sleep_thread;
}

static void sleep_negative(int64_t ns)
{
	was.time.sleep(ns < 0 ? INT64_MAX : ns);
}

FAULT(sleep_negative_long, "TM-002", "sleep of a negative time is for ever")
{
	my.time.sleep = sleep_negative;
}

static void sleep_overflows(int64_t ns)
{
	if (ns < INT64_MAX / 2)
		was.time.sleep(ns);
}

FAULT(sleep_overflows, "TM-003", "sleep(INT64_MAX) returns at once")
{
	my.time.sleep = sleep_overflows;
}

static void sleep_in_turn(int64_t ns)
{
	static assay_mutex turn;

	was.sync.mutex_lock(&turn, ASSAY_FOREVER);
	was.time.sleep(ns);
	was.sync.mutex_unlock(&turn);
}

FAULT(sleepers_in_turn, "TM-004@1", "one goroutine sleeps at a time")
{
	my.time.sleep = sleep_in_turn;
}

/* ---- after, after_func -------------------------------------------------- */

static assay_chan *after_early(int64_t ns)
{
	return was.time.after(ns - ns / 10);
}

FAULT(after_early, "TM-006", "after comes 10 % early")
{
	my.time.after = after_early;
}

static assay_chan *after_in_order(int64_t ns)
{
	static _Atomic(int64_t) more;

	return was.time.after(ns + atomic_fetch_sub(&more, 25 * MS) + 400 * MS);
}

FAULT(after_out_of_order, "TM-010", "timers fire in another order than due")
{
	my.time.after = after_in_order;
}

static assay_chan *after_twice_as_long(int64_t ns)
{
	return was.time.after(4 * ns);
}

FAULT(after_long, "TM-009", "after takes four times as long")
{
	my.time.after = after_twice_as_long;
}

static assay_timer *func_here(int64_t ns, assay_fn fn, void *arg)
{
	was.time.sleep(ns);
	fn(arg);
	return was.time.after_func(HOUR, fn, arg);
}

FAULT(after_func_blocks, "TM-011", "after_func waits and calls the function")
{
	my.time.after_func = func_here;
}

struct late {
	assay_fn fn;
	void *arg;
};

static void run_in_turn(void *arg)
{
	static assay_mutex turn;
	struct late *l = arg;

	was.sync.mutex_lock(&turn, ASSAY_FOREVER);
	l->fn(l->arg);
	was.sync.mutex_unlock(&turn);
}

static assay_timer *func_in_turn(int64_t ns, assay_fn fn, void *arg)
{
	struct late *l = take(sizeof(*l));

	*l = (struct late){.fn = fn, .arg = arg};
	return was.time.after_func(ns, run_in_turn, l);
}

FAULT(after_funcs_in_turn, "TM-012", "functions of timers run one at a time")
{
	my.time.after_func = func_in_turn;
}

static assay_timer *func_lost(int64_t ns, assay_fn fn, void *arg)
{
	static atomic_uint timers;

	return was.time.after_func(every(&timers, 2) ? HOUR : ns, fn, arg);
}

FAULT(same_time_lost, "TM-043", "of two timers one does not fire")
{
	my.time.after_func = func_lost;
}

/* ---- stop and reset ----------------------------------------------------- */

static int stop_not(assay_timer *t)
{
	return t == NULL ? was.time.timer_stop(t) : 1;
}

FAULT(stopped_timer_fires, "TM-013", "a stopped timer fires")
{
	my.time.timer_stop = stop_not;
}

FAULT(many_stopped_fire, "TM-029", "stopped timers fire")
{
	my.time.timer_stop = stop_not;
}

static int stop_always_true(assay_timer *t)
{
	int status = was.time.timer_stop(t);

	return status == 0 ? 1 : status;
}

FAULT(second_stop_true, "TM-014", "a second stop says that it stopped")
{
	my.time.timer_stop = stop_always_true;
}

FAULT(stop_of_running_true, "TM-015", "stop of a started function says true")
{
	my.time.timer_stop = stop_always_true;
}

static int stop_false(assay_timer *t)
{
	int status = was.time.timer_stop(t);

	return status == 1 ? 0 : status;
}

FAULT(stop_unread_false, "TM-022", "stop of a fired, unread timer says false")
{
	my.time.timer_stop = stop_false;
}

static int stop_closes(assay_timer *t)
{
	int status = was.time.timer_stop(t);
	assay_chan *c = t == NULL ? NULL : was.time.timer_chan(t);

	if (c != NULL)
		was.chan.close(c);
	return status;
}

FAULT(stop_closes, "TM-016", "stop closes the channel of the timer")
{
	my.time.timer_stop = stop_closes;
}

static int stop_is_hour(assay_timer *t)
{
	int status = was.time.timer_stop(t);

	if (status == 1)
		was.time.timer_reset(t, HOUR);
	return status;
}

FAULT(stopped_is_pending, "DL-010", "a stopped timer counts as pending")
{
	my.time.timer_stop = stop_is_hour;
}

static int stop_nil(assay_timer *t)
{
	return t == NULL ? 0 : was.time.timer_stop(t);
}

FAULT(stop_nil_ok, "TM-025", "stop of a zero timer is no panic")
{
	my.time.timer_stop = stop_nil;
}

static int reset_not(assay_timer *t, int64_t ns)
{
	(void)ns;
	return t == NULL ? was.time.timer_reset(t, ns) : 1;
}

FAULT(reset_keeps_time, "TM-017", "reset leaves the timer where it was")
{
	my.time.timer_reset = reset_not;
}

static int reset_active_only(assay_timer *t, int64_t ns)
{
	int status = was.time.timer_stop(t);

	return status == 1 ? (was.time.timer_reset(t, ns), 1) : status;
}

FAULT(reset_of_fired_lost, "TM-018", "reset of a fired timer does nothing")
{
	my.time.timer_reset = reset_active_only;
}

static int reset_loses(assay_timer *t, int64_t ns)
{
	static atomic_uint resets;

	return was.time.timer_reset(t,
				    ns <= 0 && every(&resets, 50) ? HOUR : ns);
}

FAULT(reset_to_past_lost, "TM-027", "a timer moved to the past may be lost")
{
	my.time.timer_reset = reset_loses;
}

FAULT(reset_mix_lost, "TM-028", "a reset to 0 among others may be lost")
{
	my.time.timer_reset = reset_loses;
}

static assay_timer *new_zero_never(int64_t ns)
{
	return was.time.timer_new(ns <= 0 ? HOUR : ns);
}

FAULT(timer_zero_never, "TM-026", "a new timer of 0 or less never fires")
{
	my.time.timer_new = new_zero_never;
}

static int64_t timer_len(assay_chan *c)
{
	(void)c;
	return 1;
}

FAULT(timer_len, "TM-020", "the channel of a timer has a length")
{
	my.chan.len = timer_len;
	my.chan.cap = timer_len;
}

/* ---- tickers ------------------------------------------------------------ */

static assay_ticker *ticker_half(int64_t ns, int *status)
{
	return was.time.ticker_new(ns / 2, status);
}

FAULT(ticker_too_fast, "TM-030", "a ticker ticks twice as fast")
{
	my.time.ticker_new = ticker_half;
}

FAULT(periodic_too_fast, "TM-044", "periodic work is done twice as often")
{
	my.time.ticker_new = ticker_half;
}

static void ticker_on(assay_ticker *t)
{
	(void)t;
}

FAULT(ticker_not_stopped, "TM-031", "a stopped ticker ticks on")
{
	my.time.ticker_stop = ticker_on;
}

static int ticker_reset_not(assay_ticker *t, int64_t ns)
{
	return ns <= 0 ? was.time.ticker_reset(t, ns) : ASSAY_OK;
}

FAULT(ticker_reset_ignored, "TM-030", "reset leaves the period of a ticker")
{
	my.time.ticker_reset = ticker_reset_not;
}

/* Copies ticks into a channel with much room, which the suite gets instead. */
struct pile {
	assay_ticker *t;
	assay_chan *c;
};

static _Atomic(struct pile *) pile;

static void pile_up(void *arg)
{
	struct pile *p = arg;
	int64_t tick;

	while (was.chan.recv(was.time.ticker_chan(p->t), &tick,
			     ASSAY_FOREVER) == ASSAY_OK)
		was.chan.send(p->c, &tick, ASSAY_POLL);
}

static assay_ticker *ticker_piling(int64_t ns, int *status)
{
	struct pile *p = take(sizeof(*p));

	p->t = was.time.ticker_new(ns, status);
	p->c = was.chan.make(sizeof(int64_t), 100, NULL);
	if (p->t == NULL)
		return NULL;
	atomic_store(&pile, p);
	was.core.go(pile_up, p, 0);
	return p->t;
}

static assay_chan *ticker_chan_piling(assay_ticker *t)
{
	struct pile *p = atomic_load(&pile);

	return p != NULL && p->t == t ? p->c : was.time.ticker_chan(t);
}

FAULT(ticks_pile_up, "TM-032", "ticks that nobody takes pile up")
{
	my.time.ticker_new = ticker_piling;
	my.time.ticker_chan = ticker_chan_piling;
}

static assay_ticker *ticker_any(int64_t ns, int *status)
{
	return was.time.ticker_new(ns <= 0 ? 1 : ns, status);
}

FAULT(ticker_zero_ok, "TM-033", "a ticker of no period is no panic")
{
	my.time.ticker_new = ticker_any;
}

static int ticker_reset_any(assay_ticker *t, int64_t ns)
{
	return was.time.ticker_reset(t, ns <= 0 ? 1 : ns);
}

FAULT(ticker_reset_zero_ok, "TM-034", "a reset to no period is no panic")
{
	my.time.ticker_reset = ticker_reset_any;
}

static assay_chan *tick_any(int64_t ns)
{
	return was.time.tick(ns <= 0 ? 1 : ns);
}

FAULT(tick_negative_ticks, "TM-035", "tick with a negative period ticks")
{
	my.time.tick = tick_any;
}
