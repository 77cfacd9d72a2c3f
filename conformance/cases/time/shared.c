/*
 * One timer or ticker for many: every tick goes to one receiver and stops
 * nobody else's, and what many do to a timer at the same time corrupts
 * nothing.
 */
#include "kit/sync_kit.h"
#include "tm.h"

static atomic_int finished, sum;

static assay_ticker *ticker(int64_t ns)
{
	assay_ticker *t = rt->time->ticker_new(ns, NULL);

	REQUIRE(t != NULL);
	return t;
}

#define NEEDS_TICKER                                                           \
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),                 \
	      NEED(time, ticker_free))

struct receiver {
	assay_chan *c;
	int64_t ticks;
};

static void receive_ticks(void *arg)
{
	const struct receiver *r = arg;

	for (int64_t i = 0; i < r->ticks; i++)
		recv_time(r->c);
	mark(&finished);
}

/* n receivers of so many ticks each, of one ticker. */
static void share_ticker(int64_t ns, int n, int64_t ticks)
{
	assay_ticker *t = ticker(ns);
	struct receiver r = {rt->time->ticker_chan(t), ticks};

	for (int i = 0; i < n; i++)
		go_copy(receive_ticks, &r, sizeof(r));
	CHECK(becomes(&finished, n));
	rt->time->ticker_free(t);
}

CASE(TM_050, "one ticker of 1 ns serves ten receivers", NEEDS_TICKER)
{
	share_ticker(1, 10, rounds(100));
}

CASE_OF(TM_050, one_each, "a tick that one takes does not end it for another",
	NEEDS_TICKER)
{
	share_ticker(5 * MS, 2, 1);
}

/* ---- TM-051 ------------------------------------------------------------- */

static void tick_or_time_out(void *arg)
{
	assay_chan *ticks = arg;

	for (int64_t i = rounds(10000); i > 0; i--) {
		struct assay_case cases[] = {
			case_recv(ticks, NULL),
			case_recv(rt->time->after(1 * MS), NULL)};

		select_cases(cases, 2, NULL);
	}
	mark(&finished);
}

CASE(TM_051, "selects of a quick ticker and an after never stall",
     .procs = {2, 4}, .timeout_ms = 20000,
     NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	   NEED(time, ticker_free), NEED(time, after), NEED(chan, select)))
{
	assay_ticker *t = ticker(1000);
	int n = case_procs();

	go_many(n, tick_or_time_out, rt->time->ticker_chan(t));
	while (count(&finished) < n)
		sleep_ns(1 * MS);
	CHECK_EQ(count(&finished), n);
	rt->time->ticker_free(t);
}

/* ---- one timer ---------------------------------------------------------- */

#define NEEDS_TIMER                                                            \
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),                   \
	      NEED(time, timer_stop), NEED(time, timer_reset),                 \
	      NEED(time, timer_free))

static assay_timer *timer(int64_t ns)
{
	assay_timer *t = rt->time->timer_new(ns);

	REQUIRE(t != NULL);
	return t;
}

/* After whatever was done to it: armed once, it fires once. */
static void check_works(assay_timer *t)
{
	assay_chan *c = rt->time->timer_chan(t);
	int64_t due;

	rt->time->timer_stop(t);
	try_recv(c, NULL); /* before Go 1.23 there may be something */
	due = in(1 * MS);
	CHECK_EQ(rt->time->timer_reset(t, 1 * MS), 0);
	CHECK_EQ(rt->chan->recv(c, NULL, in(upto(5 * SEC))), ASSAY_OK);
	CHECK_GE(now(), due);
	sleep_ns(3 * MS);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	rt->time->timer_free(t);
}

static void poll_and_reset(void *arg)
{
	for (int64_t i = rounds(10000); i > 0; i--) {
		if (try_recv(rt->time->timer_chan(arg), NULL) == ASSAY_OK)
			atomic_fetch_add_explicit(&sum, 1,
						  memory_order_relaxed);
		rt->time->timer_reset(arg, 1);
	}
	mark(&finished);
}

CASE(TM_052, "one timer that many poll and reset goes on to work",
     .procs = {2, 4}, NEEDS_TIMER)
{
	assay_timer *t = timer(1);
	int n = case_procs();

	go_many(n, poll_and_reset, t);
	CHECK(becomes(&finished, n));
	note("%d values in %" PRId64 " polls", count(&sum), n * rounds(10000));
	check_works(t);
}

static assay_waitgroup begin;

static void reset_often(void *arg)
{
	wg_wait(&begin);
	for (int64_t i = rounds(1000); i > 0; i--)
		rt->time->timer_reset(arg, rnd_below(20000));
	mark(&finished);
}

static void stop_often(void *arg)
{
	wg_wait(&begin);
	for (int64_t i = rounds(1000); i > 0; i--)
		rt->time->timer_stop(arg);
	mark(&finished);
}

static void change_by_eight(assay_timer *t, assay_fn a, assay_fn b)
{
	int before = count(&finished);

	wg_add(&begin, 1);
	go_many(4, a, t);
	go_many(4, b, t);
	wg_done(&begin);
	REQUIRE(becomes(&finished, before + 8));
}

CASE(TM_053, "resets of one timer at the same time corrupt nothing",
     NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	   NEED(time, timer_stop), NEED(time, timer_reset),
	   NEED(time, timer_free), NEED_WG))
{
	assay_timer *t = timer(3600 * SEC);

	change_by_eight(t, reset_often, reset_often);
	check_works(t);
}

CASE_OF(TM_053, stop, "nor do resets beside stops",
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop), NEED(time, timer_reset),
	      NEED(time, timer_free), NEED_WG))
{
	assay_timer *t = timer(3600 * SEC);

	change_by_eight(t, reset_often, stop_often);
	check_works(t);
}

static void run(void *arg)
{
	(void)arg;
	atomic_fetch_add_explicit(&sum, 1, memory_order_acq_rel);
}

/* What has fired may be on its way for so long. */
static bool fires_once(int64_t unit)
{
	assay_timer *t = rt->time->after_func(3600 * SEC, run, NULL);
	int ran;

	change_by_eight(t, reset_often, stop_often);
	rt->time->timer_stop(t);
	sleep_ns(unit);
	ran = count(&sum);
	CHECK_EQ(rt->time->timer_reset(t, 1 * MS), 0);
	REQUIRE(becomes(&sum, ran + 1));
	sleep_ns(unit);
	return IS(count(&sum), ==, ran + 1);
}

CASE_OF(TM_053, func, "nor of one that runs a function",
	NEEDS(NEED(time, after_func), NEED(time, timer_stop),
	      NEED(time, timer_reset), NEED_WG))
{
	CHECK_SOME_UNIT(fires_once, 5 * MS);
}

/* ---- TM-055 ------------------------------------------------------------- */

static void short_sleep(void *arg)
{
	(void)arg;
	sleep_ns(10000);
	mark(&finished);
}

CASE(TM_055, "a great many sleeps that are over hold up no select",
     .flags = CASE_NOT_SANITIZED, NEEDS(NEED(time, after), NEED(chan, select)))
{
	int n = (int)goroutines(5000);
	assay_chan *never = chan_signal(0);
	int64_t start = now();

	go_many(n, short_sleep, NULL);
	for (int i = 0; i < 100; i++) {
		struct assay_case cases[] = {
			case_recv(never, NULL),
			case_recv(rt->time->after(10000), NULL)};

		CHECK_EQ(select_cases(cases, 2, NULL), 1);
	}
	CHECK_LT(now() - start, upto(5 * SEC));
	CHECK(becomes(&finished, n));
	note("%d sleepers and 100 selects: %" PRId64 " us", n,
	     (now() - start) / 1000);
}
