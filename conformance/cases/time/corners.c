/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/attempt.h"
#include "kit/sync_kit.h"

static bool passed_by(assay_chan *timed, assay_chan *other)
{
	struct assay_case cases[2] = {case_recv(timed, NULL),
				      case_recv(other, NULL)};

	return select_cases(cases, 2, NULL) == 1;
}

CASE_OF(TM_070, timer, "a value that a select passed by counts as not received",
	.traits = ASSAY_TRAIT_SYNC_TIMERS,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop), NEED(time, timer_reset),
	      NEED(chan, select)))
{
	assay_timer *t = rt->time->timer_new(3600 * SEC);
	assay_chan *c = rt->time->timer_chan(t), *closed = chan_signal(0);
	int n = 0;

	close_chan(closed);
	for (int i = 0; i < 40; i++) {
		rt->time->timer_reset(t, MS / 10);
		sleep_ns(MS / 5);
		if (!passed_by(c, closed))
			continue;
		n++;
		if (i % 2)
			CHECK_EQ(rt->time->timer_stop(t), 1);
		else
			CHECK_EQ(rt->time->timer_reset(t, 3600 * SEC), 1);
		CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	}
	CHECK_GT(n, 0);
}

CASE_OF(TM_070, ticker, "a tick that a select passed by is taken back",
	.traits = ASSAY_TRAIT_SYNC_TIMERS,
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	      NEED(time, ticker_stop), NEED(time, ticker_reset),
	      NEED(chan, select)))
{
	assay_ticker *t = rt->time->ticker_new(3600 * SEC, NULL);
	assay_chan *c = rt->time->ticker_chan(t), *closed = chan_signal(0);
	int n = 0;

	close_chan(closed);
	for (int i = 0; i < 40; i++) {
		rt->time->ticker_reset(t, MS / 10);
		sleep_ns(MS / 5);
		if (!passed_by(c, closed))
			continue;
		n++;
		if (i % 2)
			rt->time->ticker_stop(t);
		else
			rt->time->ticker_reset(t, 3600 * SEC);
		CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	}
	CHECK_GT(n, 0);
}

static void recv_and_tell(void *arg)
{
	assay_chan **c = arg;

	recv(c[0], NULL);
	close_chan(c[1]);
}

CASE_OF(TM_071, sooner, "a reset to sooner wakes one that waits",
	.timeout_ms = 5000,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_reset)))
{
	assay_timer *t = rt->time->timer_new(3600 * SEC);
	assay_chan *c[2] = {rt->time->timer_chan(t), chan_signal(0)};

	go(recv_and_tell, c);
	settle(1);
	CHECK_EQ(rt->time->timer_reset(t, MS), 1);
	wait_for(c[1]);
}

/* Sleeps until half a unit after the tick number k. */
static void sleep_past(int64_t made, int64_t k, int64_t unit)
{
	sleep_ns(made + k * unit + unit / 2 - now());
}

CASE_SOME_UNIT_OF(
	TM_032, passed_by, later_ticks_are_lost, 4 * MS,
	"while a tick waits that a select passed by, later ones are lost",
	.traits = ASSAY_TRAIT_SYNC_TIMERS,
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	      NEED(time, ticker_free), NEED(chan, select)))
{
	int64_t before = now(), k = 0, value = 0;
	assay_ticker *t = rt->time->ticker_new(unit, NULL);
	int64_t made = now();
	assay_chan *c = rt->time->ticker_chan(t), *closed = chan_signal(0);
	bool first, more;

	close_chan(closed);
	do
		sleep_past(made, ++k, unit);
	while (!passed_by(c, closed));
	sleep_past(made, k + 2, unit);
	first = try_recv(c, &value) == ASSAY_OK;
	more = try_recv(c, NULL) == ASSAY_OK;
	rt->time->ticker_free(t);
	return IS(first, ==, true) && IS(more, ==, false) &&
	       IS(now(), <, before + (k + 3) * unit) &&
	       IS(value, <, made + (k + 1) * unit);
}

CASE_OF(TM_034, goes_on, "a ticker ticks on after a reset that was refused",
	.timeout_ms = 5000,
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	      NEED(time, ticker_reset)))
{
	assay_ticker *t = rt->time->ticker_new(MS, NULL);

	CHECK_EQ(rt->time->ticker_reset(t, 0), ASSAY_TICKER_RESET);
	CHECK(recv(rt->time->ticker_chan(t), NULL));
	CHECK_EQ(rt->time->ticker_reset(t, -1), ASSAY_TICKER_RESET);
	CHECK(recv(rt->time->ticker_chan(t), NULL));
}
