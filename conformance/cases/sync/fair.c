/*
 * fair.c - who gets the mutex, and programs that get nowhere: fairness
 * and starvation (MU-007, MU-010, MU-024), order (MU-027), lock cycle (MU-022),
 * livelock (MU-023).
 */
#include "kit/attempt.h"
#include "kit/sync_kit.h"

/* ---- a hog against a waiter --------------------------------------------- */

struct contest {
	assay_mutex m;
	atomic_int stop;
	assay_chan *done;
	int64_t greedy, polite; /* units of work */
};

/* Holds the lock for 100 us and takes it again at once. */
static void hog(void *arg)
{
	struct contest *c = arg;

	while (count(&c->stop) == 0) {
		lock(&c->m);
		sleep_ns(MS / 10);
		unlock(&c->m);
	}
	send_signal(c->done);
}

CASE(MU_007, "a waiter gets the mutex though a hog locks again at once",
     NEEDS(NEED_MUTEX), .timeout_ms = 20000)
{
	static struct contest c;
	int64_t start = now(), longest = 0;

	c.done = chan_signal(0);
	go(hog, &c);
	for (int i = 0; i < 10; i++) {
		sleep_ns(MS / 10);
		int64_t asked = now();

		lock(&c.m);
		if (now() - asked > longest)
			longest = now() - asked;
		unlock(&c.m);
	}
	CHECK_LT(now() - start, upto(10 * SEC));
	note("longest wait %" PRId64 " us", longest / 1000);
	mark(&c.stop);
	wait_for(c.done);
}

#define UNIT (MS / 5)

static void greedy(void *arg)
{
	struct contest *c = arg;

	while (count(&c->stop) == 0) {
		lock(&c->m);
		sleep_ns(3 * UNIT);
		unlock(&c->m);
		c->greedy++;
	}
	send_signal(c->done);
}

static void polite(void *arg)
{
	struct contest *c = arg;

	while (count(&c->stop) == 0) {
		for (int i = 0; i < 3; i++) {
			lock(&c->m);
			sleep_ns(UNIT);
			unlock(&c->m);
		}
		c->polite++;
	}
	send_signal(c->done);
}

CASE(MU_024, "a greedy worker does not starve a polite one", NEEDS(NEED_MUTEX),
     .flags = CASE_PERF | CASE_NOT_SANITIZED)
{
	struct contest c = {.done = chan_signal(0)};

	go(greedy, &c);
	go(polite, &c);
	sleep_ns(200 * MS);
	mark(&c.stop);
	join(c.done, 2);
	note("greedy %" PRId64 " units, polite %" PRId64, c.greedy, c.polite);
	CHECK_GT(c.polite, 0);
	CHECK_LT(c.greedy, 5 * c.polite);
}

/* ---- a cycle of two locks ----------------------------------------------- */

struct fork {
	assay_mutex *first, *second;
	atomic_int *holding, *through;
};

static void take_both(void *arg)
{
	struct fork *f = arg;

	lock(f->first);
	mark(f->holding);
	(void)becomes(f->holding, 2);
	lock(f->second);
	mark(f->through);
}

CASE(MU_022, "a cycle of two locks blocks both, and the others go on",
     NEEDS(NEED_MUTEX))
{
	static assay_mutex a, b;
	static atomic_int holding, through;
	struct fork ab = {&a, &b, &holding, &through};
	struct fork ba = {&b, &a, &holding, &through};

	go_copy(take_both, &ab, sizeof(ab));
	go_copy(take_both, &ba, sizeof(ba));
	REQUIRE(becomes(&holding, 2));
	settle(2);
	sleep_ns(40 * MS);
	CHECK_EQ(count(&through), 0);
	CHECK(!try_lock(&a));
	CHECK(!try_lock(&b));
}

/* ---- two in a corridor -------------------------------------------------- */

#define TRIES 5

struct walker {
	assay_mutex *own, *other; /* the sides of the corridor */
	assay_chan *in, *out;     /* steps are made together */
	assay_chan *done;
	int tries, passed;
};

/* Both walkers have come this far. */
static void step_together(struct walker *w)
{
	send_signal(w->out);
	wait_for(w->in);
}

static void walk(void *arg)
{
	struct walker *w = arg;

	for (w->tries = 0; w->tries < TRIES && !w->passed; w->tries++) {
		lock(w->own);
		step_together(w);
		if (try_lock(w->other)) {
			w->passed++;
			unlock(w->other);
		}
		step_together(w);
		unlock(w->own);
		step_together(w);
	}
	send_signal(w->done);
}

CASE(MU_023, "two who step aside together get nowhere, but do not hang",
     .flags = CASE_VALGRIND, NEEDS(NEED_MUTEX))
{
	assay_mutex left = {{0}}, right = {{0}};
	assay_chan *there = chan_signal(1), *back = chan_signal(1);
	assay_chan *done = chan_signal(0);
	struct walker a = {&left, &right, there, back, done, 0, 0};
	struct walker b = {&right, &left, back, there, done, 0, 0};

	go(walk, &a);
	go(walk, &b);
	join(done, 2);
	CHECK_EQ(a.tries, TRIES);
	CHECK_EQ(b.tries, TRIES);
	CHECK_EQ(a.passed + b.passed, 0);
	CHECK(try_lock(&left));
	CHECK(try_lock(&right));
}

/* ---- handing over ------------------------------------------------------- */

/*
 * A waiter that has waited for more than a millisecond and lost once is given
 * the mutex itself: on one P it runs before who unlocked it goes on.
 */
struct handover {
	assay_mutex m;
	atomic_int first; /* 1: the waiter came first, 2: the other */
	assay_chan *done;
};

static void come_first(struct handover *h, int who)
{
	int none = 0;

	atomic_compare_exchange_strong_explicit(&h->first, &none, who,
						memory_order_relaxed,
						memory_order_relaxed);
}

static void wait_for_mutex(void *arg)
{
	struct handover *h = arg;

	lock(&h->m);
	come_first(h, 1);
	unlock(&h->m);
	send_signal(h->done);
}

static bool waiter_comes_first(struct handover *h)
{
	steer(&h->first, 0);
	lock(&h->m);
	go(wait_for_mutex, h);
	settle(1);
	sleep_ns(2 * MS);
	/* it is woken, but finds the mutex locked again */
	unlock(&h->m);
	lock(&h->m);
	settle(1);
	unlock(&h->m);
	come_first(h, 2);
	wait_for(h->done);
	return steered(&h->first) == 1;
}

CASE(MU_010, "a mutex that is handed over lets the waiter run first",
     .procs = {1}, .traits = ASSAY_TRAIT_PROC_LIMIT, NEEDS(NEED_MUTEX),
     .flags = CASE_REAL_TIME)
{
	static struct handover h;
	int64_t n = trials(50), waiter = 0;

	h.done = chan_signal(0);
	for (int64_t i = 0; i < n; i++)
		waiter += waiter_comes_first(&h);
	note("the waiter came first %" PRId64 " times of %" PRId64, waiter, n);
	CHECK_GE(waiter, n * 8 / 10);
}

/* ---- who came first ------------------------------------------------------ */

enum { WAITERS = 6 };

struct queue {
	assay_mutex m;
	atomic_int total;
	int order[WAITERS], in; /* plain: m orders them */
};

struct waiter {
	struct queue *q;
	int i;
};

static void lock_in_turn(void *arg)
{
	const struct waiter *w = arg;

	lock(&w->q->m);
	w->q->order[w->q->in++] = w->i;
	unlock(&w->q->m);
	mark(&w->q->total);
}

static bool waiters_in_order(void)
{
	static struct queue q;
	bool right = true;

	q = (struct queue){.in = 0};
	lock(&q.m);
	for (int i = 0; i < WAITERS; i++) {
		struct waiter w = {&q, i};

		go_copy(lock_in_turn, &w, sizeof(w));
		settle(i + 1);
	}
	unlock(&q.m);
	REQUIRE(becomes(&q.total, WAITERS));
	for (int i = 0; i < WAITERS; i++)
		right &= IS(q.order[i], ==, i);
	return right;
}

CASE(MU_027, "those that wait for a mutex get it in the order they came",
     NEEDS(NEED_MUTEX))
{
	for (int i = 0; i < 5; i++)
		CHECK_HOLDS(waiters_in_order);
}
