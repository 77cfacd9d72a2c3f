/*
 * A bubble's clock, and what moves it.
 */
#include "bub.h"

/* ---- BUB-023 ---------------------------------------------------------------- */

static void is_now(void *at)
{
	CHECK_EQ(now(), *(int64_t *)at);
}

static void note_start(void *start)
{
	int64_t *at = start, begin = now();

	*at = begin;
	go(is_now, at);
	bubble_wait();
	sleep_ns(SEC);
	CHECK_EQ(now(), begin + SEC);
	sleep_ns(0);
	CHECK_EQ(now(), begin + SEC);
}

CASE(BUB_023, "each bubble's clock begins at the same instant",
     NEEDS(NEED_BUBBLE))
{
	int64_t first = 0, second = 0, real = now();

	in_bubble(note_start, &first);
	in_bubble(note_start, &second);
	CHECK_EQ(first, second);
	CHECK_GE(now(), real);
	CHECK_LT(now() - real, upto(5 * SEC));
}

/* ---- BUB-029 ---------------------------------------------------------------- */

#define YEAR (365 * 24 * HOUR)

static void sleep_for_decades(void *unused)
{
	int64_t begin = now();

	(void)unused;
	sleep_ns(100 * YEAR);
	CHECK_EQ(now() - begin, 100 * YEAR);
	sleep_ns(SEC);
	CHECK_EQ(now() - begin, 100 * YEAR + SEC);
}

CASE(BUB_029, "a bubble's clock goes on beyond the present of the outside",
     NEEDS(NEED_BUBBLE))
{
	int64_t before = now();

	in_bubble(sleep_for_decades, NULL);
	CHECK_GE(now(), before);
	CHECK_LT(now() - before, upto(5 * SEC));
}

/* ---- BUB-002 ---------------------------------------------------------------- */

static void give_value(void *c)
{
	send_int(c, 7);
}

static void take_value(void *c)
{
	CHECK_EQ(recv_int(c), 7);
}

static void take_close(void *c)
{
	CHECK_EQ(rt->chan->recv(c, NULL, ASSAY_FOREVER), ASSAY_CLOSED);
}

static void select_with(assay_chan *c, assay_chan *other)
{
	struct assay_case cases[] = {case_recv(other, NULL),
				     case_recv(c, NULL)};

	CHECK_EQ(select_cases(cases, 2, NULL), 1);
}

static assay_chan *other_outside;

static void select_outside(void *c)
{
	select_with(c, other_outside);
}

static void select_mixed(void *c)
{
	select_with(c, chan_int(0));
}

struct meeting {
	assay_fn inside;
	assay_chan *c;
	atomic_int woke;
};

static void sleep_an_hour(void *woke)
{
	sleep_ns(HOUR);
	mark(woke);
}

static void meet(void *arg)
{
	struct meeting *m = arg;
	int64_t begin = now();

	go(sleep_an_hour, &m->woke);
	m->inside(m->c);
	CHECK_EQ(now(), begin);
	CHECK_EQ(count(&m->woke), 0);
	sleep_ns(HOUR + 1);
	CHECK_EQ(count(&m->woke), 1);
}

#define NEEDS_MEETING                                                          \
	NEEDS(NEED_BUBBLE, NEED(time, after_func), NEED(chan, select))

CASE_TABLE(BUB_002, outside_comes, (assay_fn inside, assay_fn outside),
	   ROW(closed, (take_close, close_it),
	       "time stands still until the outside closes its channel",
	       NEEDS_MEETING),
	   ROW(value, (take_value, give_value),
	       "time stands still until the outside sends", NEEDS_MEETING),
	   ROW(send, (give_value, take_value),
	       "time stands still until the outside receives", NEEDS_MEETING),
	   ROW(select, (select_outside, close_it),
	       "a select of outside channels is not durable", NEEDS_MEETING),
	   ROW(mixed, (select_mixed, close_it),
	       "nor is one of an outside channel and an own one",
	       NEEDS_MEETING))
{
	struct meeting m = {.inside = inside, .c = chan_int(0)};

	other_outside = chan_int(0);
	rt->time->after_func(2 * MS, outside, m.c);
	in_bubble(meet, &m);
}

/* ---- BUB-021 ---------------------------------------------------------------- */

static assay_mutex held;
static atomic_int woke;

static void hold_for_20_ms(void *locked)
{
	lock(&held);
	mark(locked);
	kernel_sleep(20 * MS);
	unlock(&held);
}

static void wait_for_mutex(void *unused)
{
	int64_t begin = now();

	(void)unused;
	go(sleep_an_hour, &woke);
	lock(&held);
	unlock(&held);
	CHECK_EQ(now(), begin);
	CHECK_EQ(count(&woke), 0);
	sleep_ns(HOUR + 1);
	CHECK_EQ(count(&woke), 1);
}

CASE_OF(BUB_021, mutex, "time stands still while one waits for a mutex",
	.procs = {2, 4, 8},
	NEEDS(NEED_BUBBLE, NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	atomic_int locked = 0;

	go(hold_for_20_ms, &locked);
	while (count(&locked) == 0)
		yield();
	in_bubble(wait_for_mutex, NULL);
}

static void block_in_kernel(void *unused)
{
	(void)unused;
	kernel_sleep(20 * MS);
}

static void call_for_20_ms(void *unused)
{
	int64_t begin = now();

	(void)unused;
	go(sleep_an_hour, &woke);
	rt->blocking->call(block_in_kernel, NULL);
	CHECK_EQ(now(), begin);
	CHECK_EQ(count(&woke), 0);
	sleep_ns(HOUR + 1);
	CHECK_EQ(count(&woke), 1);
}

CASE_OF(BUB_021, call, "and while one is in a blocking call",
	NEEDS(NEED_BUBBLE, NEED(blocking, call)))
{
	in_bubble(call_for_20_ms, NULL);
}

static struct {
	assay_mutex m;
	assay_cond c;
} cond;

static void signal_then_broadcast(void *unused)
{
	(void)unused;
	sleep_ns(MS);
	lock(&cond.m);
	rt->sync->cond_signal(&cond.c);
	unlock(&cond.m);
	sleep_ns(MS);
	lock(&cond.m);
	rt->sync->cond_broadcast(&cond.c);
	unlock(&cond.m);
}

static void wait_for_cond(void *done)
{
	lock(&cond.m);
	CHECK_EQ(rt->sync->cond_wait(&cond.c, &cond.m), ASSAY_OK);
	unlock(&cond.m);
	mark(done);
}

static void wait_for_both(void *unused)
{
	atomic_int done = 0;
	int64_t begin = now();

	(void)unused;
	go(signal_then_broadcast, NULL);
	wait_for_cond(&done);
	CHECK_EQ(now(), begin + MS);
	go(wait_for_cond, &done);
	wait_for_cond(&done);
	bubble_wait();
	CHECK_EQ(count(&done), 3);
	CHECK_EQ(now(), begin + 2 * MS);
}

CASE_OF(BUB_021, cond, "time goes on while all wait for a cond or sleep",
	NEEDS(NEED_BUBBLE, NEED(sync, mutex_lock), NEED(sync, mutex_unlock),
	      NEED(sync, cond_wait), NEED(sync, cond_signal),
	      NEED(sync, cond_broadcast)))
{
	in_bubble(wait_for_both, NULL);
}

/* ---- BUB-032 ---------------------------------------------------------------- */

static void lock_and_mark(void *n)
{
	lock(&held);
	mark(n);
	unlock(&held);
}

static void hold_for_an_hour(void *unused)
{
	atomic_int n = 0;
	int64_t begin = now();

	(void)unused;
	lock(&held);
	go_many(3, lock_and_mark, &n);
	bubble_wait();
	CHECK_EQ(count(&n), 0);
	sleep_ns(HOUR);
	CHECK_EQ(now(), begin + HOUR);
	unlock(&held);
	bubble_wait();
	CHECK_EQ(count(&n), 3);
}

CASE(BUB_032, "with durable mutexes a bubble may sleep with one locked",
     NEEDS(NEED_BUBBLE, NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	CHECK_EQ(rt->bubble->run(hold_for_an_hour, NULL, ASSAY_BUBBLE_MUTEXES),
		 ASSAY_OK);
}

static void lock_twice(void *unused)
{
	(void)unused;
	lock(&held);
	lock(&held);
}

CASE_OF(BUB_032, deadlock, "and one that is never unlocked is a deadlock",
	NEEDS(NEED_BUBBLE, NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	CHECK_EQ(rt->bubble->run(lock_twice, NULL, ASSAY_BUBBLE_MUTEXES),
		 ASSAY_BUBBLE_BLOCKED);
}

/* ---- BUB-031 ---------------------------------------------------------------- */

static void work_for_an_hour(void *wakes)
{
	int64_t end = in(HOUR);

	while (now() < end) {
		sleep_ns(60 * SEC);
		mark(wakes);
	}
}

struct hour {
	int n;
	atomic_int wakes;
};

static void all_for_an_hour(void *arg)
{
	struct hour *h = arg;
	int64_t begin = now();

	go_many(h->n, work_for_an_hour, &h->wakes);
	sleep_ns(HOUR);
	bubble_wait();
	CHECK_EQ(now(), begin + HOUR);
	CHECK_EQ(count(&h->wakes), 60 * h->n);
}

CASE(BUB_031, "an hour of a thousand goroutines takes less than a second",
     .flags = CASE_ALONE, NEEDS(NEED_BUBBLE))
{
	struct hour h = {.n = (int)goroutines(1000)};
	int64_t real = kernel_now();

	in_bubble(all_for_an_hour, &h);
	note("%d goroutines: %.3f s", h.n, (double)(kernel_now() - real) / 1e9);
	CHECK_LT(kernel_now() - real, upto(SEC));
}

/* ---- BUB-036 ---------------------------------------------------------------- */

static void receive_for_an_hour(void *unused)
{
	int64_t end = in(HOUR);
	size_t chosen;
	struct assay_case none[] = {case_recv(NULL, NULL),
				    case_recv(NULL, NULL)};

	(void)unused;
	CHECK_EQ(rt->chan->recv(NULL, NULL, end), ASSAY_TIMEOUT);
	CHECK_EQ(now(), end);
	end = in(HOUR);
	CHECK_EQ(rt->chan->recv(chan_int(0), NULL, end), ASSAY_TIMEOUT);
	CHECK_EQ(now(), end);
	end = in(HOUR);
	CHECK_EQ(rt->chan->select(none, 2, end, &chosen), ASSAY_TIMEOUT);
	CHECK_EQ(now(), end);
	/* What has passed already needs nobody to stop. */
	CHECK_EQ(rt->chan->recv(chan_int(0), NULL, end - 1), ASSAY_TIMEOUT);
	CHECK_EQ(now(), end);
}

CASE(BUB_036, "a deadline passes when it is due on the bubble's clock",
     NEEDS(NEED_BUBBLE, NEED(chan, select)))
{
	in_bubble(receive_for_an_hour, NULL);
}

static void miss_deadline(void *done)
{
	CHECK_EQ(rt->chan->recv(chan_int(0), NULL, 1), ASSAY_TIMEOUT);
	mark(done);
}

static void yield_until_missed(void *done)
{
	go(miss_deadline, done);
	while (count(done) == 0)
		yield();
}

CASE_OF(BUB_036, passed, "one that has passed does so while others run",
	NEEDS(NEED_BUBBLE))
{
	atomic_int done = 0;

	in_bubble(yield_until_missed, &done);
	CHECK_EQ(count(&done), 1);
}
