/*
 * cond.c - condition variables: whom a signal wakes, in what order, and
 * what happens to the lock (WG-017 to WG-025).
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

#define NEED_COND NEED_MUTEX, NEED(sync, cond_wait), NEED(sync, cond_signal)
#define NEED_ALL NEED_COND, NEED(sync, cond_broadcast)

static void wait_cond(assay_cond *c, assay_mutex *m)
{
	REQUIRE_EQ(rt->sync->cond_wait(c, m), ASSAY_OK);
}

static void signal_cond(assay_cond *c)
{
	REQUIRE_EQ(rt->sync->cond_signal(c), ASSAY_OK);
}

static void broadcast(assay_cond *c)
{
	REQUIRE_EQ(rt->sync->cond_broadcast(c), ASSAY_OK);
}

/* The signal is sent while the lock is held. */
static void signal_locked(assay_cond *c, assay_mutex *m)
{
	lock(m);
	signal_cond(c);
	unlock(m);
}

/* ---- one by one --------------------------------------------------------- */

#define WAITERS 20

struct room {
	assay_mutex m;
	assay_cond c;
	assay_chan *done;
	atomic_int awake;
	/* under m */
	int waiting, order[100];
	int number;
};

static void wait_in_room(void *arg)
{
	struct room *r = arg;
	int me;

	lock(&r->m);
	me = r->waiting++;
	wait_cond(&r->c, &r->m);
	r->order[count(&r->awake)] = me;
	mark(&r->awake);
	unlock(&r->m);
	send_signal(r->done);
}

static void until_waiting(struct room *r, int n)
{
	int waiting;

	do {
		yield();
		lock(&r->m);
		waiting = r->waiting;
		unlock(&r->m);
	} while (waiting < n);
}

/* n goroutines wait, queued in the order of their numbers. */
static void fill_room(struct room *r, int n)
{
	r->waiting = 0;
	steer(&r->awake, 0);
	for (int i = 1; i <= n; i++) {
		go(wait_in_room, r);
		until_waiting(r, i);
	}
}

CASE_OF(WG_017, signal, "a signal wakes one waiter and no more",
	.flags = CASE_VALGRIND, NEEDS(NEED_COND))
{
	struct room r = {.done = chan_signal(3)};

	for (int locked = 0; locked <= 1; locked++) {
		fill_room(&r, 3);
		CHECK(stays(&r.awake, 0));
		for (int i = 1; i <= 3; i++) {
			if (locked)
				signal_locked(&r.c, &r.m);
			else
				signal_cond(&r.c);
			REQUIRE(becomes(&r.awake, i));
			CHECK(stays(&r.awake, i));
		}
		join(r.done, 3);
	}
}

CASE_OF(WG_017, two, "two signals in a row wake two waiters", NEEDS(NEED_COND))
{
	struct room r = {.done = chan_signal(4)};

	fill_room(&r, 4);
	lock(&r.m);
	signal_cond(&r.c);
	signal_cond(&r.c);
	unlock(&r.m);
	REQUIRE(becomes(&r.awake, 2));
	CHECK(stays(&r.awake, 2));
	signal_cond(&r.c);
	signal_cond(&r.c);
	REQUIRE(becomes(&r.awake, 4));
	join(r.done, 4);
}

/* ---- all ---------------------------------------------------------------- */

struct crowd {
	assay_mutex m;
	assay_cond c;
	assay_chan *done;
	int waiting, generation; /* under m */
	atomic_int wrong, woken;
};

/* Waits through ten broadcasts, of which each wakes it once. */
static void wait_in_crowd(void *arg)
{
	struct crowd *s = arg;

	lock(&s->m);
	for (int i = 1; i <= 10; i++) {
		s->waiting++;
		wait_cond(&s->c, &s->m);
		if (s->generation != i)
			mark(&s->wrong);
		mark(&s->woken);
	}
	unlock(&s->m);
	send_signal(s->done);
}

/* Waits until n wait, then lets them on with the lock held. */
static void next_generation(struct crowd *s, int n)
{
	lock(&s->m);
	while (s->waiting < n) {
		unlock(&s->m);
		yield();
		lock(&s->m);
	}
	CHECK_EQ(count(&s->woken), s->generation * n);
	s->waiting = 0;
	s->generation++;
	broadcast(&s->c);
	unlock(&s->m);
}

CASE_OF(WG_017, broadcast, "a broadcast wakes all waiters, each once",
	NEEDS(NEED_ALL))
{
	struct crowd s = {.done = chan_signal(0)};
	int n = (int)goroutines(200);

	go_many(n, wait_in_crowd, &s);
	for (int i = 0; i < 10; i++)
		next_generation(&s, n);
	join(s.done, n);
	CHECK_EQ(count(&s.wrong), 0);
	CHECK_EQ(count(&s.woken), 10 * n);
	broadcast(&s.c);
}

/* ---- order -------------------------------------------------------------- */

CASE(WG_018, "the longest waiter is woken first", NEEDS(NEED_COND))
{
	struct room r = {.done = chan_signal(WAITERS)};

	fill_room(&r, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		signal_locked(&r.c, &r.m);
		REQUIRE(becomes(&r.awake, i));
	}
	join(r.done, WAITERS);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(r.order[i], i);
}

#define GENERATIONS 100

struct generation {
	struct room *r;
	int me;
};

static void wait_generation(void *arg)
{
	struct generation g = *(struct generation *)arg;

	lock(&g.r->m);
	g.r->waiting++;
	wait_cond(&g.r->c, &g.r->m);
	g.r->order[count(&g.r->awake)] = g.me;
	mark(&g.r->awake);
	unlock(&g.r->m);
	send_signal(g.r->done);
}

/* One waits; the next comes at the time of the signal and must not take it. */
CASE_OF(WG_018, generations, "a newcomer does not take an older one's signal",
	NEEDS(NEED_COND))
{
	struct room r = {.done = chan_signal(GENERATIONS)};
	int n = (int)fitting(GENERATIONS);

	for (int i = 0; i <= n; i++) {
		if (i < n)
			go_copy(wait_generation, &(struct generation){&r, i},
				sizeof(struct generation));
		if (i > 0) {
			signal_locked(&r.c, &r.m);
			REQUIRE(becomes(&r.awake, i));
			CHECK_EQ(r.order[i - 1], i - 1);
		}
		if (i < n)
			until_waiting(&r, i + 1);
	}
	join(r.done, n);
}

/* ---- the lock ----------------------------------------------------------- */

struct held {
	assay_mutex m;
	assay_cond c;
	assay_chan *leave, *done;
	atomic_int waits, woken;
};

static void wait_and_hold(void *arg)
{
	struct held *h = arg;

	lock(&h->m);
	mark(&h->waits);
	wait_cond(&h->c, &h->m);
	mark(&h->woken);
	wait_for(h->leave);
	unlock(&h->m);
	send_signal(h->done);
}

CASE(WG_019, "wait gives the lock up and has it again when it returns",
     .flags = CASE_VALGRIND, NEEDS(NEED_COND))
{
	struct held h = {.leave = chan_signal(0), .done = chan_signal(0)};

	go(wait_and_hold, &h);
	REQUIRE(becomes(&h.waits, 1));
	lock(&h.m); /* got only while it waits */
	settle(1);
	signal_cond(&h.c);
	CHECK(stays(&h.woken, 0)); /* it needs the lock first */
	unlock(&h.m);
	REQUIRE(becomes(&h.woken, 1));
	for (int i = 0; i < 10; i++) {
		CHECK(!try_lock(&h.m));
		yield();
	}
	send_signal(h.leave);
	wait_for(h.done);
	CHECK(try_lock(&h.m));
	unlock(&h.m);
}

/* ---- stealing ----------------------------------------------------------- */

struct thief {
	assay_mutex m;
	assay_cond c;
	assay_chan *first, *second;
	bool stop; /* under m */
};

static void wait_first(void *arg)
{
	struct thief *t = arg;

	lock(&t->m);
	send_signal(t->first);
	wait_cond(&t->c, &t->m);
	unlock(&t->m);
	send_signal(t->first);
}

static void broadcast_once(void *arg)
{
	struct thief *t = arg;

	broadcast(&t->c);
	send_signal(t->second);
}

static void wait_second(void *arg)
{
	struct thief *t = arg;

	lock(&t->m);
	while (!t->stop)
		wait_cond(&t->c, &t->m);
	unlock(&t->m);
	send_signal(t->second);
}

CASE(WG_020, "a later waiter cannot take a broadcast from an earlier one",
     NEEDS(NEED_ALL))
{
	assay_chan *first = chan_signal(0), *second = chan_signal(0);

	for (int64_t i = rounds(300); i > 0; i--) {
		struct thief t = {.first = first, .second = second};

		go(wait_first, &t);
		wait_for(first);
		lock(&t.m);
		unlock(&t.m);
		go(i % 2 ? broadcast_once : wait_second, &t);
		go(i % 2 ? wait_second : broadcast_once, &t);
		wait_for(first);
		lock(&t.m);
		t.stop = true;
		unlock(&t.m);
		broadcast(&t.c);
		join(second, 2);
	}
}

/* ---- misuse ------------------------------------------------------------- */

CASE(WG_021, "wait without the lock is fatal", NEEDS(NEED_COND),
     ENDS(.status = 2, .out = "",
	  .first = "fatal error: sync: unlock of unlocked mutex"))
{
	static assay_mutex m;
	static assay_cond c;

	due();
	(void)rt->sync->cond_wait(&c, &m);
	say("went on\n");
}

CASE(WG_022, "a copied cond panics", NEEDS(NEED_COND),
     ENDS(.status = 2, .out = "", .first = "panic: sync.Cond is copied",
	  .match = {"^goroutine 1 \\[running\\]:"}))
{
	static assay_cond c, copy;
	int status;

	(void)rt->sync->cond_signal(&c);
	memcpy(&copy, &c, sizeof(copy));
	status = rt->sync->cond_signal(&copy);
	if (status != ASSAY_OK)
		raise_status(status);
	say("went on\n");
}

CASE(WG_023, "a signal or broadcast without waiters is forgotten",
     NEEDS(NEED_ALL))
{
	struct room r = {.done = chan_signal(1)};

	for (int i = 0; i < 3; i++) {
		signal_cond(&r.c);
		signal_locked(&r.c, &r.m);
		broadcast(&r.c);
		fill_room(&r, 1);
		settle(1);
		CHECK(stays(&r.awake, 0));
		signal_cond(&r.c);
		REQUIRE(becomes(&r.awake, 1));
		join(r.done, 1);
		signal_cond(&r.c);
	}
}

/* ---- a queue of two ----------------------------------------------------- */

struct queue {
	assay_mutex m;
	assay_cond c;
	assay_chan *done;
	int items[10], first, last; /* under m */
};

static void remove_later(void *arg)
{
	struct queue *q = arg;

	sleep_ns(MS / 2);
	lock(&q->m);
	q->first++;
	unlock(&q->m);
	signal_cond(&q->c);
	send_signal(q->done);
}

CASE(WG_024, "a queue that waits for room never holds more than two",
     NEEDS(NEED_COND))
{
	struct queue q = {.done = chan_signal(10)};

	for (int i = 0; i < 10; i++) {
		lock(&q.m);
		while (q.last - q.first == 2)
			wait_cond(&q.c, &q.m);
		q.items[q.last++] = i;
		CHECK_LE(q.last - q.first, 2);
		go(remove_later, &q);
		unlock(&q.m);
	}
	join(q.done, 10);
	CHECK_EQ(q.first, 10);
	for (int i = 0; i < 10; i++)
		CHECK_EQ(q.items[i], i);
}

/* ---- with the read side of a lock --------------------------------------- */

struct reading {
	assay_rwmutex m;
	assay_cond c;
	assay_chan *leave, *done;
	atomic_int waits, woken;
};

static void wait_reading(void *arg)
{
	struct reading *r = arg;

	rlock(&r->m);
	mark(&r->waits);
	REQUIRE_EQ(rt->sync->cond_wait_r(&r->c, &r->m), ASSAY_OK);
	mark(&r->woken);
	wait_for(r->leave);
	runlock(&r->m);
	send_signal(r->done);
}

CASE(WG_025, "a cond works with the read side of a lock",
     NEEDS(NEED_RW, NEED(sync, cond_wait_r), NEED(sync, cond_signal),
	   NEED(sync, cond_broadcast)))
{
	struct reading r = {.leave = chan_signal(0), .done = chan_signal(0)};

	go_many(2, wait_reading, &r);
	REQUIRE(becomes(&r.waits, 2));
	wlock(&r.m); /* got only while both wait */
	settle(2);
	CHECK_EQ(count(&r.woken), 0);
	wunlock(&r.m);
	signal_cond(&r.c);
	REQUIRE(becomes(&r.woken, 1));
	CHECK(stays(&r.woken, 1));
	CHECK_EQ(try_wlock(&r.m), ASSAY_AGAIN);
	broadcast(&r.c);
	REQUIRE(becomes(&r.woken, 2)); /* both hold the read side */
	CHECK_EQ(try_rlock(&r.m), ASSAY_OK);
	runlock(&r.m);
	for (int i = 0; i < 2; i++)
		send_signal(r.leave);
	join(r.done, 2);
	CHECK_EQ(try_wlock(&r.m), ASSAY_OK);
}
