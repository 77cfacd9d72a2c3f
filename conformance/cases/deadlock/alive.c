/*
 * What is not a deadlock: a sleeper, a pending timer, a thread in a system
 * call, an awaited signal.  A false report kills a healthy program, so these
 * weigh as much as the reports themselves.
 */
#include <signal.h>

#include "dl.h"
#include "time/tm.h"

static void sleep_then_exit(void *arg)
{
	(void)arg;
	sleep_ns(60 * MS);
	say("woke\n");
	rt->core->exit(0);
}

CASE(DL_007, "a sleeping goroutine is not a deadlock",
     ENDS_WELL("woke\n", .min_ms = 60), NEEDS(NEED(core, exit)))
{
	go(sleep_then_exit, NULL);
	recv_int(chan_int(0));
}

CASE_OF(DL_007, main, "a main that sleeps is not a deadlock",
	ENDS_WELL("woke\n", .min_ms = 60))
{
	int64_t begin;

	prove_alive();
	begin = now();
	sleep_ns(60 * MS);
	CHECK_GE(now() - begin, 60 * MS);
	say("woke\n");
}

static void sleep_then_send(void *c)
{
	for (int i = 0; i < 3; i++) {
		sleep_ns(20 * MS);
		send_int(c, i);
	}
}

CASE_OF(DL_007, one_by_one, "main lives as long as somebody sleeps for it",
	ENDS_WELL("woke\n", .min_ms = 60))
{
	assay_chan *c = chan_int(0);

	go(sleep_then_send, c);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(recv_int(c), i);
	say("woke\n");
}

static void nothing(void *arg)
{
	(void)arg;
}

CASE_OF(DL_008, after_func, "a pending after_func is not a deadlock",
	LIVES_ON(250), NEEDS(NEED(time, after_func)))
{
	rt->time->after_func(3600 * SEC, nothing, NULL);
	recv_int(chan_int(0));
}

CASE_OF(DL_027, timer, "before Go 1.23 a timer that nobody waits for is none",
	LIVES_ON(250), .not_traits = ASSAY_TRAIT_SYNC_TIMERS,
	NEEDS(NEED(time, timer_new)))
{
	rt->time->timer_new(3600 * SEC);
	recv_int(chan_int(0));
}

CASE_OF(DL_027, ticker, "nor is such a ticker", LIVES_ON(250),
	.not_traits = ASSAY_TRAIT_SYNC_TIMERS, NEEDS(NEED(time, ticker_new)))
{
	rt->time->ticker_new(3600 * SEC, NULL);
	recv_int(chan_int(0));
}

CASE_OF(DL_028, timer, "with asynctimerchan=1 such a timer is none",
	LIVES_ON(250), ASYNC_ON_REQUEST, NEEDS(NEED(time, timer_new)))
{
	ask_async();
	rt->time->timer_new(3600 * SEC);
	recv_int(chan_int(0));
}

CASE_OF(DL_028, ticker, "so is a ticker", LIVES_ON(250), ASYNC_ON_REQUEST,
	NEEDS(NEED(time, ticker_new)))
{
	ask_async();
	rt->time->ticker_new(3600 * SEC, NULL);
	recv_int(chan_int(0));
}

CASE_OF(DL_008, awaited, "a timer that main waits for is not a deadlock",
	LIVES_ON(250), NEEDS(NEED(time, timer_new), NEED(time, timer_chan)))
{
	due();
	recv(rt->time->timer_chan(rt->time->timer_new(3600 * SEC)), NULL);
}

CASE_OF(DL_008, fires, "a timer that fires later saves the program",
	ENDS_WELL("fired\n", .min_ms = 60),
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan)))
{
	int64_t begin = now();

	recv(rt->time->timer_chan(rt->time->timer_new(60 * MS)), NULL);
	CHECK_GE(now() - begin, 60 * MS);
	say("fired\n");
}

CASE(DL_009, "the last timer fired and woke nobody: that is a deadlock",
     DEADLOCKS_IN("chan receive", .min_ms = 50, .max_ms = 4000),
     NEEDS(NEED(time, after_func)))
{
	rt->time->after_func(50 * MS, nothing, NULL);
	recv_int(chan_int(0));
}

CASE_OF(DL_009, sleeper, "the last sleeper ended and woke nobody",
	DEADLOCKS_IN("chan receive", .min_ms = 50, .max_ms = 4000))
{
	assay_chan *c = chan_int(3);

	go(sleep_then_send, c);
	for (;;)
		recv_int(c);
}

CASE_OF(DL_010, timer, "a stopped timer does not hold off the report",
	DEADLOCKS_IN("chan receive", .max_ms = 4000),
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop)))
{
	assay_timer *t = rt->time->timer_new(3600 * SEC);

	CHECK_EQ(rt->time->timer_stop(t), 1);
	recv(rt->time->timer_chan(t), NULL);
}

/*
 * On one P only: with more, Go may leave the stopped timer in the heap of a P
 * that main has left, and then it reports nothing.
 */
CASE_OF(DL_010, after_func, "nor does a stopped after_func", .procs = {1},
	DEADLOCKS_IN("chan receive", .max_ms = 4000),
	NEEDS(NEED(time, after_func), NEED(time, timer_stop)))
{
	assay_timer *t = rt->time->after_func(3600 * SEC, nothing, NULL);

	CHECK_EQ(rt->time->timer_stop(t), 1);
	recv_int(chan_int(0));
}

CASE_OF(DL_010, ticker, "nor does a stopped ticker",
	DEADLOCKS_IN("chan receive", .max_ms = 4000),
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	      NEED(time, ticker_stop)))
{
	assay_ticker *t = rt->time->ticker_new(3600 * SEC, NULL);

	rt->time->ticker_stop(t);
	due();
	recv(rt->time->ticker_chan(t), NULL);
}

static void sleep_in_the_kernel(void *arg)
{
	(void)arg;
	kernel_sleep(80 * MS);
}

static void call_then_exit(void *arg)
{
	(void)arg;
	rt->blocking->call(sleep_in_the_kernel, NULL);
	say("back\n");
	rt->core->exit(0);
}

CASE(DL_011, "a goroutine in a blocking system call is not a deadlock",
     ENDS_WELL("back\n", .min_ms = 80),
     NEEDS(NEED(blocking, call), NEED(core, exit)))
{
	go(call_then_exit, NULL);
	recv_int(chan_int(0));
}

static void call_only(void *arg)
{
	(void)arg;
	rt->blocking->call(sleep_in_the_kernel, NULL);
}

CASE_OF(DL_011, after, "after the call nobody is left: a deadlock",
	DEADLOCKS_IN("chan receive", .min_ms = 80, .max_ms = 4000),
	NEEDS(NEED(blocking, call)))
{
	go(call_only, NULL);
	recv_int(chan_int(0));
}

CASE(DL_013, "waiting for an OS signal is not a deadlock", LIVES_ON(250),
     NEEDS(NEED(blocking, signal_notify)))
{
	assay_chan *c = chan(sizeof(int32_t), 1);

	REQUIRE_EQ(rt->blocking->signal_notify(c, SIGUSR1), ASSAY_OK);
	recv(c, NULL);
}

static void receive_forever(void *c)
{
	recv_int(c);
}

CASE(DL_014, "a partial deadlock is silent", ENDS_WELL("done\n"))
{
	go(receive_forever, chan_int(0));
	go(receive_forever, chan_int(0));
	sleep_ns(60 * MS);
	say("done\n");
}

static void two_hops(void *arg)
{
	assay_chan **c = arg;

	send_int(c[1], recv_int(c[0]));
}

CASE_OF(DL_014, running, "nor is it one while main only computes and yields",
	ENDS_WELL("done\n"))
{
	static assay_chan *there[2], *back[2];
	int64_t end = in(30 * MS);

	there[0] = back[1] = chan_int(0);
	there[1] = back[0] = chan_int(0);
	go(two_hops, there);
	go(two_hops, back);
	while (now() < end)
		yield();
	say("done\n");
}

CASE_OF(DL_026, idle_ticker, "a ticker that nobody waits for does not count",
	.traits = ASSAY_TRAIT_SYNC_TIMERS, .env = {"GODEBUG=asynctimerchan=0"},
	DEADLOCKS_IN("select \\(no cases\\)", .max_ms = 4000),
	NEEDS(NEED(time, ticker_new), NEED(chan, select)))
{
	size_t chosen;

	rt->time->ticker_new(3600 * SEC, NULL);
	due();
	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

CASE_OF(DL_026, idle_timer, "nor does a timer that nobody waits for",
	.traits = ASSAY_TRAIT_SYNC_TIMERS, .env = {"GODEBUG=asynctimerchan=0"},
	DEADLOCKS_IN("chan receive", .max_ms = 4000),
	NEEDS(NEED(time, timer_new)))
{
	rt->time->timer_new(3600 * SEC);
	recv_int(chan_int(0));
}

CASE_OF(DL_026, awaited, "a ticker that main waits for holds off the report",
	.traits = ASSAY_TRAIT_SYNC_TIMERS, .env = {"GODEBUG=asynctimerchan=0"},
	ENDS_WELL("tick\n", .min_ms = 60),
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan)))
{
	recv(rt->time->ticker_chan(rt->time->ticker_new(60 * MS, NULL)), NULL);
	say("tick\n");
}

CASE_OF(DL_026, left, "a receiver that left the ticker counts no more",
	.traits = ASSAY_TRAIT_SYNC_TIMERS, .env = {"GODEBUG=asynctimerchan=0"},
	DEADLOCKS_IN("chan receive", .min_ms = 20, .max_ms = 4000),
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan)))
{
	recv(rt->time->ticker_chan(rt->time->ticker_new(20 * MS, NULL)), NULL);
	recv_int(chan_int(0));
}

/*
 * At one P.  At several, Go may leave the timer in the heap of a P that is idle,
 * and then reports nothing.
 */
#define LEFT                                                                   \
	.procs = {1}, .traits = ASSAY_TRAIT_SYNC_TIMERS,                       \
	.env = {"GODEBUG=asynctimerchan=0"},                                   \
	DEADLOCKS_IN("chan receive \\(nil chan\\)", .max_ms = 4000)

static void recv_any(void *c)
{
	recv(c, NULL);
}

CASE_OF(DL_026, stopped, "nor does one that is stopped under its receiver",
	LEFT,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop)))
{
	assay_timer *t = rt->time->timer_new(3600 * SEC);

	go(recv_any, rt->time->timer_chan(t));
	settle(1);
	CHECK_EQ(rt->time->timer_stop(t), 1);
	recv(NULL, NULL);
}

CASE_OF(DL_026, select_left, "nor one that a select has left", LEFT,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(chan, select)))
{
	assay_timer *t = rt->time->timer_new(3600 * SEC);
	assay_chan *closed = chan_signal(0);
	struct assay_case cases[2] = {case_recv(rt->time->timer_chan(t), NULL),
				      case_recv(closed, NULL)};

	go(close_it, closed);
	select_cases(cases, 2, NULL);
	recv(NULL, NULL);
}
