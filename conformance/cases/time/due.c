/*
 * What a timer's channel gives is the time at which it was due, however late
 * it is received (TM-049); and who serves a due timer when the P that made it
 * is busy (TM-054, TM-061).
 */
#include <stdlib.h>

#include "kit/work.h"
#include "tm.h"

/* Received nine units late, where one that tells the present is at its due. */
static bool tells_its_due(assay_chan *c, int64_t made, int64_t unit)
{
	int64_t value;

	sleep_ns(10 * unit);
	value = recv_time(c);
	CHECK_GE(value, made + unit);
	return IS(value, <, made + 5 * unit);
}

CASE_SOME_UNIT(TM_049, after_tells_its_due, 4 * MS,
	       "an after that is received late tells when it was due",
	       NEEDS(NEED(time, after)))
{
	int64_t made = now();

	return tells_its_due(rt->time->after(unit), made, unit);
}

CASE_SOME_UNIT_OF(TM_049, timer, timer_tells_its_due, 4 * MS, "so does a timer",
		  NEEDS(NEED(time, timer_new), NEED(time, timer_chan)))
{
	int64_t made = now();
	assay_timer *t = rt->time->timer_new(unit);

	return tells_its_due(rt->time->timer_chan(t), made, unit);
}

CASE_SOME_UNIT_OF(TM_049, ticker, ticker_tells_its_due, 4 * MS,
		  "the tick that waits is the first that was due",
		  NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
			NEED(time, ticker_free)))
{
	int64_t made = now();
	assay_ticker *t = rt->time->ticker_new(unit, NULL);
	bool in_time = tells_its_due(rt->time->ticker_chan(t), made, unit);

	rt->time->ticker_free(t);
	return in_time;
}

/* ---- TM-069 ------------------------------------------------------------- */

/* Computes past the due time: nobody runs the timer meanwhile. */
static assay_chan *due_channel(assay_timer **t)
{
	*t = rt->time->timer_new(MS / 5);
	spin_for(MS / 3);
	return rt->time->timer_chan(*t);
}

CASE(TM_069, "a select that does not wait sees a timer that is due",
     .procs = {1}, .traits = ASSAY_TRAIT_SYNC_TIMERS,
     NEEDS(NEED(chan, select), NEED(time, timer_new), NEED(time, timer_chan),
	   NEED(time, timer_free)),
     .flags = CASE_REAL_TIME)
{
	for (int i = 0; i < 20; i++) {
		assay_timer *t;
		assay_chan *c = due_channel(&t);
		int64_t value;
		struct assay_case cases[] = {
			{.c = c, .dir = ASSAY_RECV, .recv = &value},
			{.c = NULL, .dir = ASSAY_RECV}};

		CHECK_EQ(select_default(cases, 2, NULL), 0);
		rt->time->timer_free(t);
	}
}

CASE_OF(TM_069, receive, "so does a receive", .procs = {1},
	.traits = ASSAY_TRAIT_SYNC_TIMERS,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_free)),
	.flags = CASE_REAL_TIME)
{
	for (int i = 0; i < 20; i++) {
		assay_timer *t;
		int64_t value;

		CHECK_EQ(try_recv(due_channel(&t), &value), ASSAY_OK);
		rt->time->timer_free(t);
	}
}

/* ---- TM-054 ------------------------------------------------------------- */

static void stop_them(void *arg)
{
	(void)arg;
	stop_all();
}

static void send_until_stopped(void *c)
{
	while (!stopped())
		send_signal(c);
	close_chan(c);
	finish();
}

static void receive_all(void *c)
{
	while (recv(c, NULL))
		;
	finish();
}

CASE(TM_054, "two that keep a P busy with each other do not starve after_func",
     .procs = {1, 2}, NEEDS(NEED(time, after_func)), .flags = CASE_REAL_TIME)
{
	assay_chan *c = chan_signal(1);

	for (int i = 0; i < 10; i++)
		rt->time->after_func(1000, stop_them, NULL);
	go(send_until_stopped, c);
	go(receive_all, c);
	CHECK(becomes(&finished, 2));
}

/* ---- TM-061 ------------------------------------------------------------- */

enum { NAPS = 100 };

static int64_t late[NAPS];

static void nap(void *arg)
{
	(void)arg;
	for (int i = 0; i < NAPS; i++) {
		int64_t due = in(1 * MS);

		sleep_ns(1 * MS);
		late[i] = now() - due;
	}
	finish();
}

/* Steps without a call of the runtime; the clock tells their ends. */
static void compute(int64_t ns)
{
	int64_t end = kernel_now() + ns;

	while (kernel_now() < end)
		;
}

static int64_t median_lateness(void)
{
	int before = count(&finished);

	go(nap, NULL);
	yield();
	while (count(&finished) == before)
		compute(200000);
	qsort(late, NAPS, sizeof(late[0]), by_size);
	return late[NAPS / 2];
}

/* A time slice is 10 ms: a sleep that waited for its end would be 5 late. */
CASE(TM_061, "an idle P serves the timers of one that computes",
     .procs = {2, 4}, .traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PREEMPTIVE,
     .flags = CASE_ALONE | CASE_NOT_SANITIZED)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 5 && best >= 3 * MS; i++) {
		int64_t lateness = median_lateness();

		best = lateness < best ? lateness : best;
	}
	CHECK_LT(best, 3 * MS);
	note("median lateness of %d sleeps of 1 ms: %" PRId64 " us", NAPS,
	     best / 1000);
}

CASE_OF(TM_061, no_preemption, "also with preemption switched off",
	.procs = {2, 4}, .env = {"GODEBUG=asyncpreemptoff=1"},
	.traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_GODEBUG)
{
	int64_t end = kernel_now() + upto(5 * SEC);

	go(nap, NULL);
	settle(1);
	while (count(&finished) == 0 && kernel_now() < end)
		compute(200000);
	CHECK_EQ(count(&finished), 1);
}
