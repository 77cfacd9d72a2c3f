/*
 * Stopping and resetting timers: what the result says, and that no expiry is
 * lost or comes from the past.
 */
#include "tm.h"

#define NEEDS_TIMER                                                            \
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),                   \
	      NEED(time, timer_stop), NEED(time, timer_reset),                 \
	      NEED(time, timer_free), NEED(chan, len), NEED(chan, cap))
#define NEEDS_FUNC                                                             \
	NEEDS(NEED(time, after_func), NEED(time, timer_stop),                  \
	      NEED(time, timer_reset))
/* The second word lets Go hosts of either kind answer. */
#define ONLY_SYNC                                                              \
	.traits = ASSAY_TRAIT_SYNC_TIMERS, .env = {"GODEBUG=asynctimerchan=0"}
#define ONLY_ASYNC .not_traits = ASSAY_TRAIT_SYNC_TIMERS

static assay_timer *timer(int64_t ns)
{
	assay_timer *t = rt->time->timer_new(ns);

	REQUIRE(t != NULL);
	return t;
}

static int stop(assay_timer *t)
{
	return rt->time->timer_stop(t);
}

static int reset(assay_timer *t, int64_t ns)
{
	return rt->time->timer_reset(t, ns);
}

/* ASSAY_AGAIN if there is nothing to be received now. */
static int look(assay_timer *t)
{
	return try_recv(rt->time->timer_chan(t), NULL);
}

static atomic_int ran;

static void run(void *arg)
{
	(void)arg;
	/* release: pairs with the acquire loads of the cases */
	atomic_fetch_add_explicit(&ran, 1, memory_order_release);
}

CASE(TM_013, "a timer stopped in time never fires", NEEDS_TIMER)
{
	assay_timer *t = timer(20 * MS);

	CHECK_EQ(stop(t), 1);
	CHECK_EQ(look(t), ASSAY_AGAIN);
	sleep_ns(50 * MS);
	CHECK_EQ(look(t), ASSAY_AGAIN);
}

CASE_OF(TM_013, func, "nor does its function run", NEEDS_FUNC)
{
	assay_timer *t = rt->time->after_func(20 * MS, run, NULL);

	CHECK_EQ(stop(t), 1);
	sleep_ns(50 * MS);
	CHECK_EQ(atomic_load_explicit(&ran, memory_order_acquire), 0);
}

CASE(TM_014, "the second stop returns false", .flags = CASE_VALGRIND,
     NEEDS(NEED(time, timer_new), NEED(time, timer_stop),
	   NEED(time, after_func)))
{
	assay_timer *t = timer(3600 * SEC);
	assay_timer *f = rt->time->after_func(3600 * SEC, run, NULL);

	CHECK_EQ(stop(t), 1);
	CHECK_EQ(stop(t), 0);
	CHECK_EQ(stop(f), 1);
	CHECK_EQ(stop(f), 0);
	CHECK_EQ(stop(f), 0);
}

static assay_chan *gate;
static atomic_int passed;

static void run_to_gate(void *arg)
{
	run(arg);
	wait_for(gate);
	atomic_fetch_add_explicit(&passed, 1, memory_order_release);
}

CASE(TM_015, "stop does not wait for a function that runs", NEEDS_FUNC)
{
	assay_timer *t;

	gate = chan_signal(0);
	t = rt->time->after_func(1 * MS, run_to_gate, NULL);
	REQUIRE(becomes(&ran, 1));
	CHECK_EQ(stop(t), 0);
	CHECK_EQ(atomic_load_explicit(&passed, memory_order_acquire), 0);
	close_chan(gate);
	CHECK(becomes(&passed, 1));
}

CASE(TM_016, "stop does not close the channel", NEEDS_TIMER)
{
	assay_timer *t = timer(20 * MS);

	CHECK_EQ(stop(t), 1);
	CHECK_EQ(try_recv(rt->time->timer_chan(t), NULL), ASSAY_AGAIN);
}

CASE_OF(TM_016, alone, "a receive after stop blocks: alone, a deadlock",
	ENDS(.status = 2,
	     .first = "fatal error: all goroutines are asleep - deadlock!",
	     .match = {"goroutine 1 \\[chan receive\\]:"}),
	NEEDS_TIMER)
{
	assay_timer *t = timer(20 * MS);

	stop(t);
	recv_timer(t);
}

/* new 2d; at d reset to 3d: nothing at 2d, the value not before 4d. */
CASE_SOME_UNIT(TM_017, moved_later, 10 * MS,
	       "reset moves a timer that has not fired", NEEDS_TIMER)
{
	assay_timer *t = timer(2 * unit);
	int64_t due;

	sleep_ns(unit);
	due = in(3 * unit);
	if (!IS(reset(t, 3 * unit), ==, 1))
		return false;
	sleep_ns(unit + unit / 2);
	if (look(t) != ASSAY_AGAIN)
		CHECK_GE(now(), due);
	else
		CHECK_GE(recv_timer(t), due);
	return IS(now(), <, due + 4 * unit);
}

CASE_SOME_UNIT_OF(TM_017, earlier, moved_earlier, 5 * MS,
		  "also to an earlier time", NEEDS_TIMER)
{
	assay_timer *t = timer(3600 * SEC);
	int64_t due = in(unit);

	CHECK_EQ(reset(t, unit), 1);
	CHECK_GE(recv_timer(t), due);
	return IS(now(), <, due + 10 * unit);
}

CASE(TM_018, "reset arms an expired or stopped timer again", NEEDS_TIMER)
{
	assay_timer *t = timer(1 * MS);
	int64_t due;

	recv_timer(t);
	for (int i = 0; i < 3; i++) {
		due = in(5 * MS);
		CHECK_EQ(reset(t, 5 * MS), 0);
		CHECK_GE(recv_timer(t), due);
	}
	CHECK_EQ(reset(t, 3600 * SEC), 0);
	CHECK_EQ(stop(t), 1);
	due = in(5 * MS);
	CHECK_EQ(reset(t, 5 * MS), 0);
	CHECK_GE(recv_timer(t), due);
	CHECK_EQ(look(t), ASSAY_AGAIN);
}

CASE_OF(TM_018, func, "a function timer runs again after reset", NEEDS_FUNC)
{
	assay_timer *t = rt->time->after_func(0, run, NULL);

	for (int i = 1; i <= 5; i++) {
		REQUIRE(becomes(&ran, i));
		CHECK_EQ(reset(t, 100000), 0);
	}
	REQUIRE(becomes(&ran, 6));
	CHECK_EQ(stop(t), 0);
}

static void expiry_stays(void)
{
	assay_timer *t = timer(5 * MS);
	assay_chan *c = rt->time->timer_chan(t);
	int64_t begin = now(), end = in(10 * SEC);

	CHECK_EQ(rt->chan->cap(c), 1);
	while (rt->chan->len(c) == 0 && now() < end)
		sleep_ns(1 * MS);
	CHECK_EQ(stop(t), 0);
	CHECK_EQ(rt->chan->len(c), 1);
	CHECK_GE(recv_timer(t), begin);
	CHECK_EQ(look(t), ASSAY_AGAIN);
}

CASE(TM_019, "before Go 1.23 an expiry stays in the channel", ONLY_ASYNC,
     NEEDS_TIMER)
{
	expiry_stays();
}

CASE(TM_062, "with GODEBUG=asynctimerchan=1 an expiry stays in the channel",
     ASYNC_ON_REQUEST, NEEDS_TIMER)
{
	ask_async();
	expiry_stays();
}

CASE_OF(TM_062, reset, "and after reset too, so that the second is lost",
	ASYNC_ON_REQUEST, NEEDS_TIMER)
{
	int64_t begin = now(), end = in(10 * SEC);
	assay_timer *t = timer(1 * MS);
	assay_chan *c = rt->time->timer_chan(t);

	ask_async();
	while (rt->chan->len(c) == 0 && now() < end)
		sleep_ns(1 * MS);
	CHECK_EQ(reset(t, 1 * MS), 0);
	CHECK_EQ(rt->chan->len(c), 1);
	sleep_ns(5 * MS);
	CHECK_EQ(rt->chan->len(c), 1);
	CHECK_GE(recv_timer(t), begin + 1 * MS);
	CHECK_EQ(reset(t, 3600 * SEC), 0);
	CHECK_EQ(look(t), ASSAY_AGAIN);
	CHECK_EQ(stop(t), 1);
}

CASE_OF(TM_062, ticker, "a ticker of Go 1.22: one tick waits, stop leaves it",
	ASYNC_ON_REQUEST,
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	      NEED(time, ticker_stop), NEED(chan, len), NEED(chan, cap)))
{
	int64_t begin = now();
	assay_ticker *t = rt->time->ticker_new(1 * MS, NULL);
	assay_chan *c = rt->time->ticker_chan(t);

	ask_async();
	CHECK_GE(recv_time(c), begin + 1 * MS);
	CHECK_GE(recv_time(c), begin + 2 * MS);
	while (rt->chan->len(c) == 0)
		sleep_ns(1 * MS);
	rt->time->ticker_stop(t);
	CHECK_EQ(rt->chan->cap(c), 1);
	CHECK_EQ(rt->chan->len(c), 1);
	CHECK_GE(recv_time(c), begin + 3 * MS);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
}

CASE_OF(TM_062, freed, "one that has fired is freed as any other",
	ASYNC_ON_REQUEST,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_free), NEED(time, ticker_new),
	      NEED(time, ticker_chan), NEED(time, ticker_free)))
{
	assay_timer *timer = rt->time->timer_new(1 * MS);
	assay_ticker *ticker = rt->time->ticker_new(1 * MS, NULL);

	ask_async();
	recv_time(rt->time->timer_chan(timer));
	recv_time(rt->time->ticker_chan(ticker));
	rt->time->timer_free(timer);
	rt->time->ticker_free(ticker);
}

CASE(TM_020, "since Go 1.23 the channel looks unbuffered", ONLY_SYNC,
     NEEDS_TIMER)
{
	assay_timer *t = timer(1 * MS);
	assay_chan *c = rt->time->timer_chan(t);

	for (int i = 0; i < 5; i++) {
		CHECK_EQ(rt->chan->cap(c), 0);
		CHECK_EQ(rt->chan->len(c), 0);
		sleep_ns(1 * MS);
	}
	recv_timer(t);
	CHECK_EQ(rt->chan->len(c), 0);
}

CASE(TM_021, "since Go 1.23 nothing stale comes after stop", ONLY_SYNC,
     NEEDS_TIMER)
{
	assay_timer *t = timer(1 * MS);

	sleep_ns(5 * MS);
	stop(t);
	CHECK_EQ(look(t), ASSAY_AGAIN);
	sleep_ns(5 * MS);
	CHECK_EQ(look(t), ASSAY_AGAIN);
}

/* Expired or just expiring, as the scheduler likes. */
CASE(TM_022, "since Go 1.23 stop of what nobody received returns true",
     ONLY_SYNC, NEEDS_TIMER)
{
	for (int64_t i = rounds(300); i > 0; i--) {
		assay_timer *t = timer(rnd_below(20000));

		if (i % 2 == 0)
			yield();
		if (i % 16 == 0)
			sleep_ns(100000);
		CHECK_EQ(stop(t), 1);
		CHECK_EQ(look(t), ASSAY_AGAIN);
		rt->time->timer_free(t);
	}
}

CASE(TM_023, "since Go 1.23 nothing stale comes after reset", ONLY_SYNC,
     NEEDS_TIMER)
{
	assay_timer *t = timer(1 * MS);

	sleep_ns(5 * MS);
	CHECK_EQ(reset(t, 3600 * SEC), 1);
	for (int i = 0; i < 5; i++) {
		CHECK_EQ(look(t), ASSAY_AGAIN);
		sleep_ns(4 * MS);
	}
	CHECK_EQ(look(t), ASSAY_AGAIN);
}

CASE(TM_024, "stop, drain if it was late, reset: right in both kinds",
     NEEDS_TIMER)
{
	assay_timer *t = timer(1);

	for (int64_t i = rounds(500); i > 0; i--) {
		int64_t due;

		if (stop(t) == 0)
			recv_timer(t);
		due = in(20000);
		CHECK_EQ(reset(t, 20000), 0);
		if (i % 3 == 0)
			yield();
		if (i % 8 == 0) {
			CHECK_GE(recv_timer(t), due);
			reset(t, rnd_below(20000));
		}
	}
}

CASE(TM_025, "a timer that is none: the panics of stop and reset", NEEDS_TIMER)
{
	CHECK_EQ(stop(NULL), ASSAY_TIMER_STOP);
	CHECK_EQ(reset(NULL, 1), ASSAY_TIMER_RESET);
	CHECK_STR(assay_status_text(ASSAY_TIMER_STOP),
		  "time: Stop called on uninitialized Timer");
}

CASE_OF(TM_025, stop, "Stop of a zero timer",
	ENDS(.status = 2,
	     .first = "panic: time: Stop called on uninitialized Timer"),
	NEEDS(NEED(time, timer_stop), NEED(core, panic), NEED(core, try_)))
{
	raise_status(stop(NULL));
}

CASE_OF(TM_025, reset, "Reset of a zero timer",
	ENDS(.status = 2,
	     .first = "panic: time: Reset called on uninitialized Timer"),
	NEEDS(NEED(time, timer_reset), NEED(core, panic), NEED(core, try_)))
{
	raise_status(reset(NULL, 1));
}

CASE(TM_026, "a timer of no time fires at once", NEEDS_TIMER)
{
	static const int64_t none[] = {0, -1, INT64_MIN, 1};

	for (int64_t i = rounds(1000); i > 0; i--) {
		assay_timer *t = timer(none[i % 4]);
		int64_t begin = now();

		recv_timer(t);
		CHECK_LT(now() - begin, upto(2 * SEC));
		rt->time->timer_free(t);
	}
}

CASE(TM_027, "a timer moved to the past is not lost", NEEDS_TIMER)
{
	for (int64_t i = rounds(50); i > 0; i--) {
		assay_timer *t = timer(3600 * SEC);
		int64_t begin;

		for (int k = 0; k < 10; k++) {
			if (stop(t) == 0)
				try_recv(rt->time->timer_chan(t), NULL);
			reset(t, -SEC * k);
		}
		begin = now();
		recv_timer(t);
		CHECK_LT(now() - begin, upto(8 * SEC));
		rt->time->timer_free(t);
	}
}

/* TM-028: what is armed for now must fire soon, whatever the others do. */
enum { MANY = 100 };

static void change(assay_timer *t)
{
	switch (rnd_below(4)) {
	case 0:
		stop(t);
		break;
	case 1:
		reset(t, 60 * SEC + rnd_below(SEC));
		break;
	case 2:
		reset(t, 3600 * SEC);
		break;
	default:
		if (stop(t) == 0)
			try_recv(rt->time->timer_chan(t), NULL);
		reset(t, 0);
		CHECK_EQ(rt->chan->recv(rt->time->timer_chan(t), NULL,
					in(upto(5 * SEC))),
			 ASSAY_OK);
	}
}

CASE(TM_028, "stops and resets among many timers lose none", NEEDS_TIMER)
{
	assay_timer *t[MANY];

	for (int i = 0; i < MANY; i++)
		t[i] = timer(60 * SEC + rnd_below(SEC));
	for (int64_t i = rounds(1000); i > 0; i--)
		change(t[rnd_below(MANY)]);
	for (int i = 0; i < MANY; i++)
		reset(t[i], rnd_below(1 * MS));
	for (int i = 0; i < MANY; i++) {
		recv_timer(t[i]);
		rt->time->timer_free(t[i]);
	}
}

/* TM-045: what a million timers took must serve the next million. */
static void make_and_drop(int64_t n)
{
	static assay_timer *t[20000];

	for (int64_t i = 0; i < n; i++)
		t[i] = timer(3600 * SEC);
	for (int64_t i = 0; i < n; i++)
		rt->time->timer_free(t[i]);
}

CASE(TM_045, "dropped timers give their memory back", .procs = {2}, ONLY_SYNC,
     .flags = CASE_NOT_SANITIZED, NEEDS_TIMER)
{
	int64_t n = rounds(20000), base = resident_bytes(), first, all;

	make_and_drop(n);
	first = resident_bytes() - base;
	for (int i = 0; i < 9; i++)
		make_and_drop(n);
	all = resident_bytes() - base;
	CHECK_LT(all, 4 * first + 4 * 1024 * 1024);
	note("%" PRId64 " timers: %" PRId64 " KiB, ten times as many: %" PRId64
	     " KiB",
	     n, first / 1024, all / 1024);
	prove_alive();
}
