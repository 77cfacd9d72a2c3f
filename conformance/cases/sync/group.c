/*
 * group.c - wait groups: who waits and until when (WG-001 to WG-011), and
 * a semaphore of one slot (WG-032).
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

/* ---- a barrier of two groups -------------------------------------------- */

#define PARTY 16

struct barrier {
	assay_waitgroup come, go;
	assay_chan *done;
	atomic_int left;
};

static void meet(void *arg)
{
	struct barrier *b = arg;

	wg_done(&b->come);
	wg_wait(&b->go);
	mark(&b->left);
	send_signal(b->done);
}

static void one_barrier(struct barrier *b)
{
	atomic_store_explicit(&b->left, 0, memory_order_relaxed);
	wg_add(&b->come, PARTY);
	wg_add(&b->go, PARTY);
	go_many(PARTY, meet, b);
	wg_wait(&b->come);
	for (int i = 0; i < PARTY; i++) {
		yield();
		CHECK_EQ(count(&b->left), 0);
		wg_done(&b->go);
	}
	join(b->done, PARTY);
	CHECK_EQ(count(&b->left), PARTY);
}

CASE(WG_001, "wait returns when the counter is zero, not before",
     .flags = CASE_VALGRIND, NEEDS(NEED_WG))
{
	struct barrier b = {.done = chan_signal(0)};

	for (int round = 0; round < 8; round++)
		one_barrier(&b);
}

CASE(WG_002, "wait on a counter of zero returns at once", NEEDS(NEED_WG))
{
	assay_waitgroup wg = {{0}};

	for (int i = 0; i < 3; i++) {
		wg_wait(&wg);
		wg_wait(&wg);
		wg_add(&wg, 2);
		wg_add(&wg, -2);
	}
	wg_wait(&wg);
	prove_alive();
}

/* ---- below zero --------------------------------------------------------- */

#define NEGATIVE                                                               \
	ENDS(.status = 2, .out = "",                                           \
	     .first = "panic: sync: negative WaitGroup counter",               \
	     .match = {"^goroutine 1 \\[running\\]:"})

static void add_or_panic(assay_waitgroup *wg, int64_t delta)
{
	int status = rt->sync->wg_add(wg, delta);

	if (status != ASSAY_OK)
		raise_status(status);
}

CASE_OF(WG_003, fresh, "done on a fresh group panics", NEEDS(NEED_WG), NEGATIVE)
{
	assay_waitgroup wg = {{0}};

	add_or_panic(&wg, -1);
	say("went on\n");
}

CASE_OF(WG_003, twice, "one done too many panics", NEEDS(NEED_WG), NEGATIVE)
{
	assay_waitgroup wg = {{0}};

	add_or_panic(&wg, 1);
	add_or_panic(&wg, -1);
	add_or_panic(&wg, -1);
	say("went on\n");
}

CASE_OF(WG_003, status, "a counter below zero is the panic of its name",
	.flags = CASE_VALGRIND, NEEDS(NEED_WG))
{
	assay_waitgroup wg = {{0}}, by_two = {{0}};

	wg_add(&wg, 1);
	wg_done(&wg);
	CHECK_EQ(rt->sync->wg_add(&wg, -1), ASSAY_WG_NEGATIVE);
	wg_add(&by_two, 1);
	CHECK_EQ(rt->sync->wg_add(&by_two, -2), ASSAY_WG_NEGATIVE);
}

/* ---- waiters ------------------------------------------------------------ */

struct waiting {
	assay_waitgroup wg;
	assay_chan *done;
	atomic_int released, ran;
	int delay; /* of the children, in turns */
};

static void wait_and_tell(void *arg)
{
	struct waiting *w = arg;

	wg_wait(&w->wg);
	mark(&w->released);
	send_signal(w->done);
}

CASE(WG_004, "all waiters are released", .flags = CASE_VALGRIND, NEEDS(NEED_WG))
{
	struct waiting w = {.done = chan_signal(0)};

	for (int round = 1; round <= 2; round++) {
		wg_add(&w.wg, 2);
		go_many(10, wait_and_tell, &w);
		settle(10);
		wg_done(&w.wg);
		CHECK(stays(&w.released, 10 * (round - 1)));
		wg_done(&w.wg);
		join(w.done, 10);
		CHECK_EQ(count(&w.released), 10 * round);
	}
}

static void run_and_done(void *arg)
{
	struct waiting *w = arg;

	for (int i = w->delay; i > 0; i--)
		yield();
	atomic_fetch_add_explicit(&w->ran, 1, memory_order_relaxed);
	wg_done(&w->wg);
}

/* A done may still be leaving the group when wait returns: none is reused. */
CASE(WG_005, "wait never returns before the last done", NEEDS(NEED_WG))
{
	static struct waiting groups[1000];
	int64_t n = fitting(1000), early = 0;

	for (int64_t i = 0; i < n; i++) {
		struct waiting *w = &groups[i];

		w->delay = (int)(i % 4);
		wg_add(&w->wg, 1);
		go(run_and_done, w);
		wg_add(&w->wg, 1);
		go(run_and_done, w);
		wg_wait(&w->wg);
		early += steered(&w->ran) != 2;
	}
	CHECK_EQ(early, 0);
}

CASE(WG_008, "adds and dones sum up, whatever their sizes", NEEDS(NEED_WG))
{
	struct waiting w = {.done = chan_signal(0)};

	wg_add(&w.wg, 5);
	wg_add(&w.wg, -2);
	go(wait_and_tell, &w);
	settle(1);
	for (int i = 0; i < 3; i++) {
		CHECK(stays(&w.released, 0));
		wg_done(&w.wg);
	}
	wait_for(w.done);
	for (int i = 0; i < 4; i++)
		wg_add(&w.wg, 1);
	go(wait_and_tell, &w);
	settle(1);
	wg_add(&w.wg, -3);
	CHECK(stays(&w.released, 1));
	wg_add(&w.wg, 0);
	wg_add(&w.wg, -1);
	wait_for(w.done);
}

CASE(WG_011, "a forgotten done is a deadlock", NEEDS(NEED_WG),
     DEADLOCKS_IN("(semacquire|sync\\.WaitGroup\\.Wait)"), .timeout_ms = 5000)
{
	assay_waitgroup wg = {{0}};

	wg_add(&wg, 2);
	wg_done(&wg);
	wg_wait(&wg);
}

/* ---- misuse: may be reported, must not be fatal ------------------------- */

#define MISUSES 100

/* A group of its own per round: a reported misuse leaves it unusable. */
struct misuse {
	assay_waitgroup wg;
	atomic_int returned, status;
};

static struct misuse misuses[MISUSES];

static void wait_misused(void *arg)
{
	struct misuse *m = arg;

	atomic_store_explicit(&m->status,
			      rt->sync->wg_wait(&m->wg, ASSAY_FOREVER),
			      memory_order_relaxed);
	mark(&m->returned);
}

static void last_done(void *arg)
{
	struct misuse *m = arg;
	int status = rt->sync->wg_add(&m->wg, -1);

	CHECK_EITHER(status, ASSAY_OK, ASSAY_WG_MISUSE);
	mark(&m->returned);
}

CASE(WG_006, "add from zero beside a waiter may be reported", NEEDS(NEED_WG))
{
	int64_t n = fitting(MISUSES), reported = 0;

	for (int64_t i = 0; i < n; i++) {
		struct misuse *m = &misuses[i];

		wg_add(&m->wg, 1);
		go(wait_misused, m);
		yield();
		go(last_done, m);
		int status = rt->sync->wg_add(&m->wg, 1);

		CHECK_EITHER(status, ASSAY_OK, ASSAY_WG_MISUSE);
		reported += status != ASSAY_OK;
		yield();
		(void)rt->sync->wg_add(&m->wg, -1);
	}
	note("%" PRId64 " of %" PRId64 " reported", reported, n);
	prove_alive();
}

CASE(WG_007, "a group used again too early may be reported", NEEDS(NEED_WG))
{
	int64_t n = fitting(MISUSES), reported = 0;

	for (int64_t i = 0; i < n; i++) {
		struct misuse *m = &misuses[i];
		int status;

		wg_add(&m->wg, 1);
		go(wait_misused, m);
		yield();
		wg_done(&m->wg);
		status = rt->sync->wg_add(&m->wg, 1);
		CHECK_EITHER(status, ASSAY_OK, ASSAY_WG_MISUSE);
		yield();
		wg_done(&m->wg);
		REQUIRE(becomes(&m->returned, 1));
		status = steered(&m->status);
		CHECK_EITHER(status, ASSAY_OK, ASSAY_WG_REUSED);
		reported += status == ASSAY_WG_REUSED;
	}
	note("%" PRId64 " of %" PRId64 " reported", reported, n);
}

/* ---- go ----------------------------------------------------------------- */

static void count_run(void *arg)
{
	struct waiting *w = arg;

	yield();
	mark(&w->ran);
}

CASE(WG_009, "the go helper adds, runs and is done", .flags = CASE_VALGRIND,
     NEEDS(NEED_WG, NEED(sync, wg_go)))
{
	static struct waiting w;

	for (int round = 1; round <= 3; round++) {
		for (int i = 0; i < 100; i++)
			REQUIRE_EQ(rt->sync->wg_go(&w.wg, count_run, &w),
				   ASSAY_OK);
		wg_wait(&w.wg);
		CHECK_EQ(count(&w.ran), 100 * round);
	}
}

static void count_and_exit(void *arg)
{
	count_run(arg);
	rt->core->goexit();
}

CASE(WG_010, "the go helper is done also after goexit",
     NEEDS(NEED_WG, NEED(sync, wg_go), NEED(core, goexit)))
{
	static struct waiting w;

	for (int i = 0; i < 10; i++)
		REQUIRE_EQ(rt->sync->wg_go(&w.wg, count_and_exit, &w),
			   ASSAY_OK);
	wg_wait(&w.wg);
	CHECK_EQ(count(&w.ran), 10);
}

static void panic_now(void *arg)
{
	(void)arg;
	raise_text("test");
}

/*
 * #76126: the panic must win against the wait that it would release.  Go's
 * helper catches and raises it again, which newer versions print.
 */
CASE_OF(WG_010, panic, "a panic under the go helper releases no waiter",
	NEEDS(NEED_WG, NEED(sync, wg_go), NEED(core, panic)),
	ENDS(.status = 2, .out = "",
	     .match = {"^panic: test( \\[recovered.*\\])?$",
		       "^goroutine [0-9]+ \\[running\\]:"}))
{
	static assay_waitgroup wg;

	(void)rt->sync->wg_go(&wg, panic_now, NULL);
	wg_wait(&wg);
	say("wait returned\n");
}

/* ---- a semaphore -------------------------------------------------------- */

struct slot {
	assay_chan *sem, *done;
	int64_t each;
	int inside, most, total; /* plain: the slot guards them */
};

static void use_slot(void *arg)
{
	struct slot *s = arg;

	for (int64_t i = 0; i < s->each; i++) {
		send_signal(s->sem);
		if (++s->inside > s->most)
			s->most = s->inside;
		if (i % 64 == 0)
			yield();
		s->total++;
		s->inside--;
		wait_for(s->sem);
	}
	send_signal(s->done);
}

CASE(WG_032, "ten goroutines take turns at a semaphore of one slot")
{
	struct slot s = {.sem = chan_signal(1),
			 .done = chan_signal(0),
			 .each = rounds(1000)};

	go_many(10, use_slot, &s);
	join(s.done, 10);
	CHECK_EQ(s.most, 1);
	CHECK_EQ(s.total, 10 * s.each);
}
