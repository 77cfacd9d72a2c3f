/*
 * monitor_test.c - what the monitor decides, from made-up views of a P.
 */
#include "sched/monitor.h"
#include "unit.h"

enum { TICK = 20000 };

/* A P that runs one goroutine, with another P idle and nobody who looks. */
static struct monitor_view view(void)
{
	return (struct monitor_view){
		.now = 1, .status = PRUNNING, .npidle = 1, .switches = 7};
}

/* The same again, a tick later; a P that switches has switched. */
static unsigned again(struct monitor_note *n, struct monitor_view *v,
		      bool switches)
{
	v->now += TICK;
	v->switches += switches;
	return goro__monitor_watch(n, v) & ~(unsigned)MON_CLOSELY;
}

static unsigned ticks(struct monitor_view v, bool switches)
{
	struct monitor_note n = {0};

	goro__monitor_watch(&n, &v);
	return again(&n, &v, switches);
}

static void nothing_missing(void)
{
	UNIT_EQ(ticks(view(), true), 0);
	UNIT_EQ(ticks(view(), false), 0);
}

/* At two ticks, on a P that switches or does not, unless somebody looks. */
static void ring_waits(void)
{
	struct monitor_note n = {0};
	struct monitor_view v = view();

	v.ring = true;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
	UNIT_EQ(again(&n, &v, true), MON_WAKE);
	UNIT_EQ(ticks(v, false), MON_WAKE);
	v.nmspinning = 1;
	UNIT_EQ(ticks(v, true), 0);
	v.nmspinning = 0;
	v.npidle = 0;
	UNIT_EQ(ticks(v, true), 0);
}

/* A P that was not running in between has emptied its ring. */
static void ring_was_empty(void)
{
	struct monitor_note n = {0};
	struct monitor_view v = view();

	v.ring = true;
	goro__monitor_watch(&n, &v);
	v.status = PIDLE;
	v.ring = false;
	UNIT_EQ(again(&n, &v, false), 0);
	v.status = PRUNNING;
	v.ring = true;
	UNIT_EQ(again(&n, &v, true), 0);
}

/* next is about to run if the P switches: two that talk need no third. */
static void next_waits(void)
{
	struct monitor_view v = view();

	v.next = true;
	UNIT_EQ(ticks(v, true), 0);
	UNIT_EQ(ticks(v, false), MON_WAKE);
}

static void global_waits(void)
{
	struct monitor_view v = view();

	v.global = true;
	UNIT_EQ(ticks(v, true), MON_WAKE);
	v.status = PIDLE;
	UNIT_EQ(ticks(v, true), MON_WAKE);
	v.npidle = 0;
	UNIT_EQ(ticks(v, true), 0);
}

/* A due timer of a busy P, and one that will be due while it computes. */
static void timers(void)
{
	struct monitor_view v = view();

	v.timer_soon = true;
	UNIT_EQ(ticks(v, true), 0);
	UNIT_EQ(ticks(v, false), MON_WAKE);
	v.timer_due = true;
	UNIT_EQ(ticks(v, true), MON_ATTEND | MON_WAKE);
	v.watched = true;
	UNIT_EQ(ticks(v, false), MON_ATTEND);
	v.watched = false;
	v.npidle = 0;
	UNIT_EQ(ticks(v, false), MON_ATTEND);
}

static void timers_of_idle(void)
{
	struct monitor_view v = view();

	v.status = PIDLE;
	v.timer_soon = true;
	UNIT_EQ(ticks(v, false), 0);
	v.timer_due = true;
	UNIT_EQ(ticks(v, false), MON_WAKE);
	v.watched = true;
	UNIT_EQ(ticks(v, false), 0);
}

/* Once when the slice is over, then each AGAIN; a new turn has a new slice. */
static void slices(void)
{
	struct monitor_note n = {0};
	struct monitor_view v = view();

	v.tick = 1;
	v.npidle = 0;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
	v.now += SLICE - 1;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
	v.now++;
	UNIT_EQ(goro__monitor_watch(&n, &v), MON_PREEMPT);
	v.now += AGAIN - 1;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
	v.now++;
	UNIT_EQ(goro__monitor_watch(&n, &v), MON_PREEMPT);
	v.tick++;
	v.now += SLICE;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
}

/* At the second tick if there is work, else when the slice is over. */
static void calls(void)
{
	struct monitor_note n = {0};
	struct monitor_view v = view();

	v.status = PSYSCALL;
	v.calls = 1;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
	UNIT_EQ(again(&n, &v, false), 0);
	v.next = true;
	UNIT_EQ(again(&n, &v, false), MON_RETAKE);
	v.next = false;
	v.now = 1 + SLICE;
	UNIT_EQ(goro__monitor_watch(&n, &v), MON_RETAKE);
	v.calls = 3;
	UNIT_EQ(goro__monitor_watch(&n, &v), 0);
}

static const struct unit_test tests[] = {
	{"nothing is missing", nothing_missing},
	{"goroutines wait in the ring", ring_waits},
	{"the ring was empty in between", ring_was_empty},
	{"one that is next waits", next_waits},
	{"one waits on the global queue", global_waits},
	{"timers of a busy P", timers},
	{"timers of an idle P", timers_of_idle},
	{"time slices", slices},
	{"blocking calls", calls},
	{NULL, NULL},
};

const struct unit_suite monitor_suite = {"monitor", tests};
