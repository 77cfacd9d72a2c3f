/*
 * Durations that end after the end of time: nothing overflows, nothing fires,
 * and who asks is told that it is armed.
 */
#include "tm.h"

static const int64_t ages[] = {INT64_MAX, INT64_MAX - 1, INT64_MAX / 2};

enum { AGES = sizeof(ages) / sizeof(ages[0]) };

static atomic_int ran;

static void run(void *arg)
{
	(void)arg;
	mark(&ran);
}

/* Others are still served. */
static void time_goes_on(void)
{
	int64_t due = in(1 * MS);

	recv_time(rt->time->after(1 * MS));
	CHECK_GE(now(), due);
	CHECK_LT(now(), due + upto(5 * SEC));
	sleep_ns(20 * MS);
}

#define NEEDS_TIMER                                                            \
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),                   \
	      NEED(time, timer_stop), NEED(time, timer_reset),                 \
	      NEED(time, after))

static int look(assay_timer *t)
{
	return try_recv(rt->time->timer_chan(t), NULL);
}

/* Timers that are armed for each of the ages. */
static void check_never(assay_timer *const t[AGES])
{
	time_goes_on();
	for (int i = 0; i < AGES; i++) {
		CHECK_EQ(look(t[i]), ASSAY_AGAIN);
		CHECK_EQ(rt->time->timer_reset(t[i], ages[i]), 1);
		CHECK_EQ(rt->time->timer_stop(t[i]), 1);
	}
}

CASE(TM_058, "a timer of the longest time never fires", NEEDS_TIMER)
{
	assay_timer *t[AGES];

	for (int i = 0; i < AGES; i++)
		t[i] = rt->time->timer_new(ages[i]);
	check_never(t);
}

CASE_OF(TM_058, reset, "nor does one that is reset to it", NEEDS_TIMER)
{
	assay_timer *t[AGES];

	for (int i = 0; i < AGES; i++) {
		t[i] = rt->time->timer_new(3600 * SEC);
		CHECK_EQ(rt->time->timer_reset(t[i], ages[i]), 1);
	}
	check_never(t);
}

CASE_OF(TM_058, fired, "nor if it has fired before", NEEDS_TIMER)
{
	assay_timer *t[AGES];

	for (int i = 0; i < AGES; i++) {
		t[i] = rt->time->timer_new(1);
		recv_timer(t[i]);
		CHECK_EQ(rt->time->timer_reset(t[i], ages[i]), 0);
	}
	check_never(t);
}

static void wait_in_vain(void *arg)
{
	recv(arg, NULL);
	mark(&ran);
}

CASE_OF(TM_058, awaited, "nor if somebody waits for it", NEEDS_TIMER)
{
	for (int i = 0; i < AGES; i++)
		go(wait_in_vain,
		   rt->time->timer_chan(rt->time->timer_new(ages[i])));
	settle(AGES);
	time_goes_on();
	CHECK_EQ(count(&ran), 0);
}

CASE(TM_059, "an after of the longest time never comes",
     NEEDS(NEED(time, after)))
{
	assay_chan *c[AGES];

	for (int i = 0; i < AGES; i++)
		c[i] = rt->time->after(ages[i]);
	time_goes_on();
	for (int i = 0; i < AGES; i++)
		CHECK_EQ(try_recv(c[i], NULL), ASSAY_AGAIN);
	recv_time(rt->time->after(INT64_MIN));
}

CASE_OF(TM_059, func, "nor does its function run, and that of INT64_MIN does",
	NEEDS(NEED(time, after_func), NEED(time, after), NEED(time, timer_stop),
	      NEED(time, timer_reset)))
{
	assay_timer *t[AGES];

	for (int i = 0; i < AGES; i++)
		t[i] = rt->time->after_func(ages[i], run, NULL);
	time_goes_on();
	for (int i = 0; i < AGES; i++) {
		CHECK_EQ(rt->time->timer_reset(t[i], ages[i]), 1);
		CHECK_EQ(rt->time->timer_stop(t[i]), 1);
	}
	CHECK_EQ(count(&ran), 0);
	rt->time->after_func(INT64_MIN, run, NULL);
	CHECK(becomes(&ran, 1));
}

/* The period is added to the time of each tick; a reset adds it, too. */
CASE(TM_060, "a ticker of the longest period never ticks",
     NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),
	   NEED(time, ticker_reset), NEED(time, ticker_stop),
	   NEED(time, after)))
{
	assay_ticker *t[2 * AGES];

	for (int i = 0; i < AGES; i++) {
		t[i] = rt->time->ticker_new(ages[i], NULL);
		t[AGES + i] = rt->time->ticker_new(1 * MS, NULL);
		recv_time(rt->time->ticker_chan(t[AGES + i]));
		rt->time->ticker_stop(t[AGES + i]);
		try_recv(rt->time->ticker_chan(t[AGES + i]), NULL);
		CHECK_EQ(rt->time->ticker_reset(t[AGES + i], ages[i]),
			 ASSAY_OK);
	}
	time_goes_on();
	for (int i = 0; i < 2 * AGES; i++) {
		assay_chan *c = rt->time->ticker_chan(t[i]);

		CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
		CHECK_EQ(rt->time->ticker_reset(t[i], 1 * MS), ASSAY_OK);
		recv_time(c);
		recv_time(c);
		rt->time->ticker_stop(t[i]);
	}
}
