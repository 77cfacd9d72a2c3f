/*
 * mutex.c - the mutex: exclusion, try, hand-over, fairness, no lost
 * wake-up (MU-001 to MU-009, MU-011).
 *
 * Critical sections now and then yield, so that a lock that does not hold
 * shows on one processor too.
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

/* What the lock protects: plain on purpose. */
struct guarded {
	assay_mutex m;
	assay_chan *done;
	int64_t each;
	int inside, most, total;
};

static void inside(struct guarded *g, int64_t i)
{
	g->inside++;
	if (g->inside > g->most)
		g->most = g->inside;
	if (i % 32 == 0)
		yield();
	g->total++;
	g->inside--;
}

/* Every third round tries first and waits only if that fails. */
static void hammer(void *arg)
{
	struct guarded *g = arg;

	for (int64_t i = 0; i < g->each; i++) {
		bool tried = i % 3 == 0 && try_lock(&g->m);

		if (!tried)
			lock(&g->m);
		inside(g, i);
		unlock(&g->m);
	}
	send_signal(g->done);
}

CASE(MU_001, "one at a time inside lock and unlock, with tries between",
     NEEDS(NEED_MUTEX))
{
	struct guarded g = {.done = chan_signal(0), .each = rounds(1000)};

	go_many(10, hammer, &g);
	join(g.done, 10);
	CHECK_EQ(g.total, 10 * g.each);
	CHECK_EQ(g.most, 1);
	CHECK_EQ(g.inside, 0);
}

/*
 * Neither waits nor yields for a while, so that threads meet inside of the
 * operations themselves: whoever has the lock runs.
 */
static void hammer_tries(void *arg)
{
	struct guarded *g = arg;
	int64_t end = in(100 * MS);
	int mine = 0;

	while (now() < end)
		for (int i = 0; i < 100; i++) {
			if (!try_lock(&g->m))
				continue;
			inside(g, 1);
			unlock(&g->m);
			mine++;
		}
	lock(&g->m);
	g->each += mine;
	unlock(&g->m);
	send_signal(g->done);
}

CASE_OF(MU_001, tries, "one at a time, by tries alone", .procs = {2, 4},
	NEEDS(NEED_MUTEX))
{
	struct guarded g = {.done = chan_signal(0)};

	go_many(4, hammer_tries, &g);
	join(g.done, 4);
	CHECK_EQ(g.total, g.each);
	CHECK_EQ(g.most, 1);
	CHECK_EQ(g.inside, 0);
}

CASE(MU_002, "zeroed storage is an unlocked mutex", .flags = CASE_VALGRIND,
     NEEDS(NEED_MUTEX))
{
	static assay_mutex still;
	assay_mutex m;

	memset(&m, 0, sizeof(m));
	for (int i = 0; i < 3; i++) {
		lock(&m);
		unlock(&m);
		lock(&still);
		CHECK(!try_lock(&still));
		unlock(&still);
	}
	CHECK(try_lock(&m));
	unlock(&m);
}

CASE(MU_003, "try fails at once if locked and succeeds if free",
     .flags = CASE_VALGRIND, NEEDS(NEED_MUTEX))
{
	assay_mutex m = {{0}};

	for (int i = 0; i < 3; i++) {
		lock(&m);
		CHECK_EQ(rt->sync->mutex_lock(&m, ASSAY_POLL), ASSAY_AGAIN);
		unlock(&m);
		CHECK_EQ(rt->sync->mutex_lock(&m, ASSAY_POLL), ASSAY_OK);
		CHECK_EQ(rt->sync->mutex_lock(&m, ASSAY_POLL), ASSAY_AGAIN);
		CHECK_EQ(rt->sync->mutex_lock(&m, ASSAY_POLL), ASSAY_AGAIN);
		unlock(&m);
	}
	CHECK(try_lock(&m));
	unlock(&m);
}

/* ---- misuse ------------------------------------------------------------- */

#define UNLOCKED                                                               \
	ENDS(.status = 2,                                                      \
	     .first = "fatal error: sync: unlock of unlocked "                 \
		      "mutex",                                                 \
	     .out = "")

CASE_OF(MU_004, fresh, "unlock of a fresh mutex is fatal", NEEDS(NEED_MUTEX),
	UNLOCKED)
{
	assay_mutex m = {{0}};

	due();
	unlock(&m);
	say("went on\n");
}

CASE_OF(MU_004, twice, "the second unlock is fatal", NEEDS(NEED_MUTEX),
	UNLOCKED)
{
	assay_mutex m = {{0}};

	lock(&m);
	unlock(&m);
	unlock(&m);
	say("went on\n");
}

static void unlock_it(void *m)
{
	unlock(m);
}

CASE_OF(MU_004, caught, "unlock of an unlocked mutex cannot be caught",
	NEEDS(NEED_MUTEX, NEED(core, try_)), UNLOCKED)
{
	assay_mutex m = {{0}};

	due();
	(void)rt->core->try_(unlock_it, &m, NULL);
	say("went on\n");
}

CASE(MU_006, "locking twice blocks", NEEDS(NEED_MUTEX),
     DEADLOCKS_IN("(semacquire|sync\\.Mutex\\.Lock)"), .timeout_ms = 5000)
{
	assay_mutex m = {{0}};

	lock(&m);
	lock(&m);
}

/* ---- hand-over ---------------------------------------------------------- */

struct turns {
	assay_mutex m, n;
	atomic_int waiting, got;
	assay_chan *done;
	int plain;
};

static void unlock_for_other(void *arg)
{
	struct turns *t = arg;

	unlock(&t->m);
	send_signal(t->done);
}

CASE(MU_005, "one goroutine may lock and another unlock", NEEDS(NEED_MUTEX))
{
	struct turns t = {.done = chan_signal(0)};

	for (int i = 0; i < 3; i++) {
		lock(&t.m);
		go(unlock_for_other, &t);
		wait_for(t.done);
	}
	/* and with the locker waiting for it */
	lock(&t.m);
	go(unlock_for_other, &t);
	lock(&t.m);
	wait_for(t.done);
	CHECK(!try_lock(&t.m));
	unlock(&t.m);
}

static void lock_and_count(void *arg)
{
	struct turns *t = arg;

	lock(&t->m);
	t->plain++;
	mark(&t->got);
	unlock(&t->m);
	send_signal(t->done);
}

static void count_turns(void *arg)
{
	struct turns *t = arg;

	for (int i = 0; i < 1000; i++) {
		mark(&t->waiting);
		yield();
	}
	send_signal(t->done);
}

CASE(MU_008, "a goroutine blocked on a mutex leaves its P to others",
     .procs = {1}, NEEDS(NEED_MUTEX))
{
	struct turns t = {.done = chan_signal(0)};

	lock(&t.m);
	go_many(3, lock_and_count, &t);
	settle(3);
	go(count_turns, &t);
	wait_for(t.done);
	CHECK_EQ(count(&t.waiting), 1000);
	CHECK_EQ(count(&t.got), 0);
	unlock(&t.m);
	join(t.done, 3);
	CHECK_EQ(count(&t.got), 3);
}

CASE(MU_009, "every unlock wakes a waiter: a thousand contenders all get in",
     NEEDS(NEED_MUTEX))
{
	struct turns t = {.done = chan_signal(0)};
	int64_t n = goroutines(1000);

	for (int round = 0; round < 2; round++) {
		t.plain = 0;
		lock(&t.m);
		go_many(n, lock_and_count, &t);
		settle(n);
		CHECK_EQ(t.plain, 0);
		unlock(&t.m);
		join(t.done, n);
		CHECK_EQ(t.plain, n);
	}
}

/* Two locks in turn: each round someone waits, so a lost wake-up hangs. */
static void chase(void *arg)
{
	struct turns *t = arg;

	for (int64_t i = rounds(500); i > 0; i--) {
		lock(&t->m);
		if (i % 4 == 0)
			yield();
		lock(&t->n);
		unlock(&t->m);
		t->plain++;
		unlock(&t->n);
	}
	send_signal(t->done);
}

CASE_OF(MU_009, chain, "no wake-up is lost where two locks are chained",
	NEEDS(NEED_MUTEX))
{
	struct turns t = {.done = chan_signal(0)};

	go_many(6, chase, &t);
	join(t.done, 6);
	CHECK_EQ(t.plain, 6 * rounds(500));
}

/* One unlock lets one in: the others stay parked while it is inside. */
static void hold_until_told(void *arg)
{
	struct turns *t = arg;

	lock(&t->m);
	mark(&t->got);
	wait_for(t->done);
	unlock(&t->m);
}

CASE_OF(MU_009, one, "one unlock lets one waiter in", NEEDS(NEED_MUTEX))
{
	static struct turns t; /* the last unlock may come after the body */

	t.done = chan_signal(0);
	lock(&t.m);
	go_many(3, hold_until_told, &t);
	settle(3);
	unlock(&t.m);
	for (int i = 1; i <= 3; i++) {
		REQUIRE(becomes(&t.got, i));
		CHECK(stays(&t.got, i));
		CHECK(!try_lock(&t.m));
		send_signal(t.done);
	}
}

/* ---- an append that needs the lock -------------------------------------- */

struct append {
	assay_mutex m;
	assay_chan *done;
	int dst[5], n;
};

struct append_one {
	struct append *to;
	int v;
};

static void append_double(void *arg)
{
	struct append_one *one = arg;
	struct append *to = one->to;
	int at;

	lock(&to->m);
	at = to->n;
	yield();
	to->dst[at] = one->v * 2;
	to->n = at + 1;
	unlock(&to->m);
	send_signal(to->done);
}

CASE(MU_011, "an append under a mutex loses no result", NEEDS(NEED_MUTEX))
{
	assay_chan *done = chan_signal(0);

	for (int64_t round = rounds(200); round > 0; round--) {
		struct append a = {.done = done};
		unsigned set = 0;

		for (int v = 1; v <= 5; v++)
			go_copy(append_double, &(struct append_one){&a, v},
				sizeof(struct append_one));
		join(done, 5);
		REQUIRE_EQ(a.n, 5);
		for (int i = 0; i < 5; i++)
			set |= 1u << a.dst[i];
		CHECK_EQ(set, 1u << 2 | 1u << 4 | 1u << 6 | 1u << 8 | 1u << 10);
	}
}
