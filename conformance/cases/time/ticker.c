/*
 * Tickers: spaced, stopped, reset, and never more than one tick ahead of a
 * slow receiver.
 */
#include "tm.h"

#define NEEDS_TICKER                                                           \
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),                 \
	      NEED(time, ticker_stop), NEED(time, ticker_reset),               \
	      NEED(time, ticker_free))

static assay_ticker *ticker(int64_t ns)
{
	int status = ASSAY_OK;
	assay_ticker *t = rt->time->ticker_new(ns, &status);

	REQUIRE_EQ(status, ASSAY_OK);
	REQUIRE(t != NULL);
	return t;
}

static int64_t recv_tick(assay_ticker *t)
{
	return recv_time(rt->time->ticker_chan(t));
}

static int try_tick(assay_ticker *t)
{
	return try_recv(rt->time->ticker_chan(t), NULL);
}

CASE_SOME_UNIT(TM_030, five_and_five, 4 * MS,
	       "ticks are spaced by the period, reset changes it", NEEDS_TICKER)
{
	int64_t begin = now(), took;
	assay_ticker *t = ticker(unit);

	for (int i = 0; i < 5; i++)
		recv_tick(t);
	CHECK_GE(now() - begin, 5 * unit);
	CHECK_EQ(rt->time->ticker_reset(t, 2 * unit), ASSAY_OK);
	for (int i = 0; i < 5; i++)
		recv_tick(t);
	took = now() - begin;
	rt->time->ticker_stop(t);
	CHECK_GE(took, 15 * unit * 7 / 10);
	return IS(took, <=, 15 * unit * 13 / 10);
}

static atomic_int received;

static void receive_tick(void *arg)
{
	recv(rt->time->ticker_chan(arg), NULL);
	/* release: pairs with the acquire load of the case */
	atomic_fetch_add_explicit(&received, 1, memory_order_release);
}

CASE(TM_031, "after stop there are no ticks and the channel stays open",
     NEEDS_TICKER)
{
	assay_ticker *t = ticker(5 * MS);

	recv_tick(t);
	rt->time->ticker_stop(t);
	if ((rt->traits & ASSAY_TRAIT_SYNC_TIMERS) == 0)
		try_tick(t); /* before Go 1.23 one may be left */
	CHECK_EQ(try_tick(t), ASSAY_AGAIN);
	go(receive_tick, t);
	sleep_ns(20 * MS);
	CHECK_EQ(atomic_load_explicit(&received, memory_order_acquire), 0);
	CHECK_EQ(try_tick(t), ASSAY_AGAIN);
}

CASE_OF(TM_031, again, "a stopped ticker ticks again after reset",
	.flags = CASE_VALGRIND, NEEDS_TICKER)
{
	assay_ticker *t = ticker(3600 * SEC);
	int64_t begin;

	rt->time->ticker_stop(t);
	rt->time->ticker_stop(t);
	begin = now();
	CHECK_EQ(rt->time->ticker_reset(t, 2 * MS), ASSAY_OK);
	for (int i = 0; i < 3; i++)
		recv_tick(t);
	CHECK_GE(now() - begin, 6 * MS);
	rt->time->ticker_free(t);
}

/* Two and a half periods away: one tick waits, the next comes at three. */
CASE_SOME_UNIT(TM_032, keeps_phase, 10 * MS,
	       "a slow receiver loses ticks, and the phase stays", NEEDS_TICKER)
{
	int64_t begin = now(), tick;
	assay_ticker *t = ticker(unit);
	bool one_waits, no_more, in_time;

	sleep_ns(2 * unit + unit / 2);
	one_waits = IS(try_tick(t), ==, ASSAY_OK);
	no_more = IS(try_tick(t), ==, ASSAY_AGAIN);
	recv_tick(t);
	tick = now() - begin;
	in_time = IS(tick, <, 3 * unit + unit / 4);
	rt->time->ticker_stop(t);
	if (no_more)
		CHECK_GE(tick, 3 * unit);
	return one_waits && no_more && in_time;
}

/* Ten periods away; what comes at once is at most one tick. */
CASE_SOME_UNIT_OF(TM_032, drain, at_most_one, 5 * MS,
		  "at most one tick is pending", NEEDS_TICKER)
{
	assay_ticker *t = ticker(unit);
	int n = 0;

	sleep_ns(10 * unit);
	while (try_tick(t) == ASSAY_OK)
		n++;
	rt->time->ticker_stop(t);
	return IS(n, ==, 1);
}

CASE(TM_033, "a period that is not positive is refused", NEEDS_TICKER)
{
	static const int64_t bad[] = {0, -1, INT64_MIN};

	for (int i = 0; i < 3; i++) {
		int status = ASSAY_OK;

		CHECK_PTR(rt->time->ticker_new(bad[i], &status), ==, NULL);
		CHECK_EQ(status, ASSAY_TICKER_NEW);
	}
}

#define TICKER_PANIC(row, name, title, text, what)                             \
	CASE_OF(row, name, title,                                              \
		NEEDS(NEED(time, ticker_new), NEED(time, ticker_reset),        \
		      NEED(core, panic)),                                      \
		ENDS(.status = 2,                                              \
		     .first = "panic: non-positive interval for " text))       \
	{                                                                      \
		raise_status(what);                                            \
	}                                                                      \
	_Static_assert(1, "")

static int status_of_new(int64_t ns)
{
	int status = ASSAY_OK;

	rt->time->ticker_new(ns, &status);
	return status;
}

static int status_of_reset(int64_t ns)
{
	return rt->time->ticker_reset(ticker(3600 * SEC), ns);
}

TICKER_PANIC(TM_033, zero, "a ticker of no time panics", "NewTicker",
	     status_of_new(0));
TICKER_PANIC(TM_033, negative, "a ticker of a negative time panics",
	     "NewTicker", status_of_new(-1));
TICKER_PANIC(TM_034, zero, "resetting a ticker to no time panics",
	     "Ticker.Reset", status_of_reset(0));
TICKER_PANIC(TM_034, negative, "resetting it to a negative time panics",
	     "Ticker.Reset", status_of_reset(-1));

CASE(TM_035, "tick of a negative period is a nil channel",
     NEEDS(NEED(time, tick), NEED(chan, select)))
{
	assay_chan *c = rt->time->tick(-1);
	struct assay_case cases[] = {case_recv(c, NULL)};

	CHECK_PTR(c, ==, NULL);
	CHECK_PTR(rt->time->tick(0), ==, NULL);
	CHECK_EQ(select_default(cases, 1, NULL), NO_CASE);
}

CASE_OF(TM_035, ticks, "tick of a positive one ticks", NEEDS(NEED(time, tick)))
{
	int64_t begin = now();
	assay_chan *c = rt->time->tick(2 * MS);

	for (int i = 0; i < 5; i++)
		recv_time(c);
	CHECK_GE(now() - begin, 10 * MS);
}

CASE(TM_036, "tickers made, received from and stopped again and again",
     NEEDS_TICKER)
{
	for (int64_t i = rounds(20); i > 0; i--) {
		assay_ticker *t = ticker(1 * MS);

		recv_tick(t);
		rt->time->ticker_stop(t);
		rt->time->ticker_free(t);
	}
}

static atomic_int stop, finished;

static void churn(void *arg)
{
	(void)arg;
	/* relaxed: a flag that carries no data */
	while (atomic_load_explicit(&stop, memory_order_relaxed) == 0) {
		assay_chan *c = chan_int(1);

		send_int(c, 1);
		drop(c);
		yield();
	}
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE(TM_037, "a ticker of 1 ns beside other work gives its ticks", NEEDS_TICKER)
{
	assay_ticker *t = ticker(1);

	go(churn, NULL);
	for (int64_t i = rounds(100); i > 0; i--)
		recv_tick(t);
	rt->time->ticker_stop(t);
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	CHECK(becomes(&finished, 1));
}

/* TM-042: goroutines that move short timers on and on. */
static void reset_often(void *arg)
{
	assay_timer *t = rt->time->timer_new(100000);

	(void)arg;
	while (atomic_load_explicit(&stop, memory_order_relaxed) == 0) {
		rt->time->timer_reset(t, 100000);
		rt->chan->recv(rt->time->timer_chan(t), NULL, ASSAY_FOREVER);
		rt->time->timer_reset(t, 100000);
		yield();
	}
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

static int ticks_in_100_ms(void)
{
	assay_ticker *t = ticker(5 * MS);
	int64_t end = in(100 * MS);
	int ticks = 0;

	while (now() < end) {
		recv_tick(t);
		ticks++;
	}
	rt->time->ticker_free(t);
	return ticks;
}

/*
 * Loops that only move a timer, which never blocks, on every P: who waits for
 * a ticker gets its turn when they are preempted, some 10 ms later, and each
 * 20 ms where the loops have theirs between: five times in 100 ms.
 */
static void reset_without_end(void *arg)
{
	assay_timer *t = rt->time->timer_new(100000);

	(void)arg;
	while (atomic_load_explicit(&stop, memory_order_relaxed) == 0)
		rt->time->timer_reset(t, 100000);
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

#define NEED_TICKS                                                             \
	NEED(time, ticker_new), NEED(time, ticker_chan),                       \
		NEED(time, ticker_stop), NEED(time, ticker_free),              \
		NEED(time, timer_new), NEED(time, timer_reset)

CASE_TABLE(TM_042, ticks_beside, (assay_fn fn, int n, int tries, int enough),
	   ROW1((reset_often, (int)goroutines(200), 5, 10),
		"many short timers do not starve a ticker", .procs = {2},
		.traits = ASSAY_TRAIT_PREEMPTIVE, .flags = CASE_NOT_SANITIZED,
		NEEDS(NEED_TICKS, NEED(time, timer_chan),
		      NEED(time, timer_free))),
	   ROW(tight, (reset_without_end, case_procs(), 10, 4),
	       "nor do loops that only move a timer", .procs = {1, 2},
	       .traits = ASSAY_TRAIT_PREEMPTIVE | ASSAY_TRAIT_PROC_LIMIT,
	       .flags = CASE_NOT_SANITIZED, NEEDS(NEED_TICKS)))
{
	int best = 0;

	go_many(n, fn, NULL);
	for (int i = 0; i < tries && best < enough; i++) {
		int ticks = ticks_in_100_ms();

		best = ticks > best ? ticks : best;
	}
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	CHECK_GE(best, enough);
	CHECK(becomes(&finished, n));
	note("%d of 20 ticks beside %d goroutines", best, n);
}

/* TM-044: the book's loop: work at each tick until it is told to end. */
CASE_SOME_UNIT(TM_044, five_periods, 8 * MS,
	       "a ticker drives periodic work until done",
	       NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
		     NEED(time, ticker_stop), NEED(time, after_func),
		     NEED(chan, select)))
{
	assay_chan *done = chan_signal(0);
	int64_t begin = now();
	assay_ticker *t = ticker(unit);
	int ticks = 0;
	struct assay_case cases[] = {case_recv(done, NULL),
				     case_recv(rt->time->ticker_chan(t), NULL)};

	rt->time->after_func(5 * unit + unit / 2, close_it, done);
	while (select_cases(cases, 2, NULL) == 1) {
		ticks++;
		CHECK_GE(now() - begin, ticks * unit);
	}
	CHECK_GE(now() - begin, 5 * unit + unit / 2);
	rt->time->ticker_stop(t);
	return IS(ticks, >=, 4) && IS(now() - begin, <, 7 * unit);
}
