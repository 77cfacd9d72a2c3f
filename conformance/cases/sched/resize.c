/*
 * resize.c - what waits for time while the number of Ps changes: it comes, in
 * time, and only it keeps a program alive (SC-043, DL-029).
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

#define WAITERS 64
#define MOST_PS 8

#define NEEDS_RESIZE                                                           \
	NEEDS(NEED(inspect, gomaxprocs), NEED(time, after_func),               \
	      NEED(time, timer_new), NEED(time, timer_chan),                   \
	      NEED(time, timer_stop), NEED(time, timer_reset),                 \
	      NEED(time, timer_free), NEED(chan, select))

static struct {
	int64_t due; /* when all are to be woken; plain: set before */
	assay_chan *never;
	atomic_int here, woken, wrong;
} all;

static void count_woken(void *arg)
{
	(void)arg;
	if (now() < all.due)
		mark(&all.wrong);
	mark(&all.woken);
}

static void wait_for_timer(void)
{
	assay_timer *t = rt->time->timer_new(all.due - now());
	int64_t at;

	REQUIRE(t != NULL);
	REQUIRE(recv(rt->time->timer_chan(t), &at));
	rt->time->timer_free(t);
}

static void wait_in_select(void)
{
	struct assay_case cases[] = {case_recv(all.never, NULL),
				     case_recv(all.never, NULL)};
	size_t chosen;

	CHECK_EQ(rt->chan->select(cases, 2, all.due, &chosen), ASSAY_TIMEOUT);
}

/* All Ps have some of them: none goes on before all are here. */
static void wait_its_way(void *arg)
{
	int way = *(int *)arg % 5;

	gather(&all.here, WAITERS);
	if (way == 0)
		sleep_ns(all.due - now());
	else if (way == 1)
		CHECK_EQ(rt->chan->recv(all.never, NULL, all.due),
			 ASSAY_TIMEOUT);
	else if (way == 2)
		wait_for_timer();
	else if (way == 3)
		wait_in_select();
	else
		REQUIRE(rt->time->after_func(all.due - now(), count_woken,
					     NULL) != NULL);
	if (way != 4)
		count_woken(NULL);
}

static void start_waiters(int64_t ns)
{
	steer(&all.here, 0);
	steer(&all.woken, 0);
	all.due = in(ns);
	for (int i = 0; i < WAITERS; i++)
		go_copy(wait_its_way, &i, sizeof(i));
	REQUIRE(becomes(&all.here, WAITERS));
	yield();
}

/* The numbers of Ps while they wait. */
static void wait_through(const int *procs, int n)
{
	rt->inspect->gomaxprocs(MOST_PS);
	start_waiters(20 * MS);
	for (int i = 0; i < n; i++) {
		rt->inspect->gomaxprocs(procs[i]);
		sleep_ns(MS);
	}
	REQUIRE(becomes(&all.woken, WAITERS));
	CHECK_LT(now(), all.due + upto(2 * SEC));
	CHECK_EQ(count(&all.wrong), 0);
}

CASE(SC_043, "timers and deadlines of a P that goes come in time",
     .procs = {1, 4, 8}, NEEDS_RESIZE)
{
	static const int down[] = {1}, to_two[] = {2},
			 waves[] = {1, 8, 3, 8, 1};

	all.never = chan_signal(0);
	for (int64_t i = rounds(4); i > 0; i--) {
		wait_through(down, 1);
		wait_through(to_two, 1);
		wait_through(waves, 5);
	}
	rt->inspect->gomaxprocs(case_procs());
}

/* ---- timers that goroutines on all Ps have set ---------------------------------- */

static struct {
	assay_timer *t[WAITERS];
	assay_chan *all_fired; /* closed then */
	atomic_int next, here, fired;
} far;

static void count_fired(void *arg)
{
	(void)arg;
	if (mark(&far.fired) == WAITERS)
		close_chan(far.all_fired);
}

static void set_far(void *ended)
{
	int me;

	gather(&far.here, WAITERS);
	me = mark(&far.next) - 1;
	far.t[me] = rt->time->after_func(3600 * SEC, count_fired, NULL);
	send_signal(ended);
}

static void set_far_timers(void)
{
	assay_chan *ended = chan_signal(WAITERS);

	far.all_fired = chan_signal(0);
	go_many(WAITERS, set_far, ended);
	join(ended, WAITERS);
	for (int i = 0; i < WAITERS; i++)
		REQUIRE(far.t[i] != NULL);
}

CASE_OF(SC_043, stop, "they are stopped and set as ever", .procs = {1, 4, 8},
	NEEDS_RESIZE)
{
	rt->inspect->gomaxprocs(MOST_PS);
	set_far_timers();
	rt->inspect->gomaxprocs(1);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(i % 2 ? rt->time->timer_stop(far.t[i])
			       : rt->time->timer_reset(far.t[i], MS),
			 1);
	REQUIRE(becomes(&far.fired, WAITERS / 2));
	rt->inspect->gomaxprocs(MOST_PS);
	CHECK(stays(&far.fired, WAITERS / 2));
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(rt->time->timer_stop(far.t[i]), 0);
}

/* ---- DL-029 ----------------------------------------------------------------------- */

static void block(void *c)
{
	wait_for(c);
}

/* Changes the number of Ps beside goroutines that are parked. */
static void resize(const int *procs, int n)
{
	assay_chan *c = chan_signal(0);

	go_many(10, block, c);
	for (int i = 0; i < n; i++) {
		rt->inspect->gomaxprocs(procs[i]);
		for (int k = 0; k < 10; k++)
			yield();
	}
	due();
	wait_for(c);
	say("went on\n");
}

CASE(DL_029, "a deadlock is found after the number of Ps has shrunk",
     DEADLOCKS_IN("chan receive"), NEEDS_RESIZE)
{
	resize((const int[]){8, 1}, 2);
}

CASE_OF(DL_029, grown, "and after it has grown", DEADLOCKS_IN("chan receive"),
	NEEDS_RESIZE)
{
	resize((const int[]){1, 2, 8}, 3);
}

CASE_OF(DL_029, often, "and after many changes", DEADLOCKS_IN("chan receive"),
	NEEDS_RESIZE)
{
	resize((const int[]){8, 1, 4, 2, 8, 3, 1, 2, 8, 1, 8}, 11);
}

CASE_OF(DL_029, timers, "and when timers of a P that went have fired",
	DEADLOCKS_IN("chan receive"), NEEDS_RESIZE)
{
	rt->inspect->gomaxprocs(MOST_PS);
	set_far_timers();
	rt->inspect->gomaxprocs(2);
	for (int i = 0; i < WAITERS; i++)
		REQUIRE_EQ(rt->time->timer_reset(far.t[i], MS), 1);
	REQUIRE(becomes(&far.fired, WAITERS));
	resize((const int[]){1, 4}, 2);
}

CASE_OF(DL_029, alive, "one that is still to come keeps the program alive",
	ENDS_WELL("woken\n"), NEEDS_RESIZE)
{
	rt->inspect->gomaxprocs(MOST_PS);
	set_far_timers();
	rt->inspect->gomaxprocs(1);
	for (int i = 0; i < WAITERS; i++)
		REQUIRE_EQ(rt->time->timer_reset(far.t[i], 20 * MS), 1);
	rt->inspect->gomaxprocs(4);
	wait_for(far.all_fired);
	say("woken\n");
}
