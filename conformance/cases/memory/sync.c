/*
 * sync.c - what locks, groups, once, conds and atomics order (MM-008 to
 * MM-014, MM-016, MM-017).
 *
 * Data is plain, as in chan.c: only the operation under test orders it.
 */
#include "kit/sync_kit.h"

#define HANDS 8

/* ---- locks -------------------------------------------------------------- */

struct counter {
	assay_mutex m;
	assay_rwmutex rw;
	assay_chan *done;
	int64_t each, wrong;
	int64_t count, twice; /* plain */
	atomic_int arrived;
	void (*enter)(assay_mutex *m);
};

/* Some give up the P inside, so that others meet the lock taken. */
static void count_inside(struct counter *c, int64_t i)
{
	int64_t count = c->count;

	if (i % 64 == 0)
		yield();
	c->count = count + 1;
}

static void count_alone(void *arg)
{
	struct counter *c = arg;

	gather(&c->arrived, HANDS);
	for (int64_t i = 0; i < c->each; i++) {
		c->enter(&c->m);
		count_inside(c, i);
		unlock(&c->m);
	}
	send_signal(c->done);
}

static void count_all(void (*enter)(assay_mutex *m), int64_t each)
{
	struct counter c = {
		.done = chan_signal(0), .each = each, .enter = enter};

	go_many(HANDS, count_alone, &c);
	join(c.done, HANDS);
	CHECK_EQ(c.count, HANDS * c.each);
}

CASE(MM_008, "an unlock happens before the next lock returns",
     NEEDS(NEED_MUTEX))
{
	count_all(lock, rounds(10000));
}

static void enter_by_tries(assay_mutex *m)
{
	while (!try_lock(m))
		yield();
}

CASE(MM_010, "an unlock happens before the try that succeeds",
     NEEDS(NEED_MUTEX))
{
	count_all(enter_by_tries, rounds(5000));
}

/* A try and a lock in turn. */
static void try_then_lock(assay_mutex *m)
{
	if (!try_lock(m))
		lock(m);
}

CASE_OF(MM_010, mixed, "tries and locks order each other", NEEDS(NEED_MUTEX))
{
	count_all(try_then_lock, rounds(5000));
}

/* ---- read-write lock ---------------------------------------------------- */

#define READERS 3

/* What a reader does under the read lock, the next writer must see. */
static int64_t reads[READERS];

struct rw_end {
	struct counter *c;
	int me;
};

static void read_pairs(void *arg)
{
	struct rw_end *e = arg;
	struct counter *c = e->c;
	int wrong = 0;

	for (int64_t i = 0; i < c->each; i++) {
		if (i % 4 != 3)
			rlock(&c->rw);
		else
			while (try_rlock(&c->rw) != ASSAY_OK)
				yield();
		wrong += c->twice != 2 * c->count;
		reads[e->me]++;
		runlock(&c->rw);
	}
	CHECK_EQ(wrong, 0);
	send_signal(c->done);
}

static void write_pairs(void *arg)
{
	struct counter *c = arg;
	int64_t seen, last = 0;

	for (int64_t i = 0; i < c->each; i++) {
		wlock(&c->rw);
		c->count++;
		seen = 0;
		for (int k = 0; k < READERS; k++)
			seen += reads[k];
		c->wrong += seen < last || c->twice + 2 != 2 * c->count;
		last = seen;
		c->twice += 2;
		wunlock(&c->rw);
	}
	send_signal(c->done);
}

CASE(MM_009, "read locks see the last writer, a writer sees all readers",
     NEEDS(NEED_RW))
{
	struct counter c = {.done = chan_signal(0), .each = rounds(1500)};
	struct rw_end ends[READERS];

	for (int i = 0; i < READERS; i++) {
		ends[i] = (struct rw_end){&c, i};
		go(read_pairs, &ends[i]);
	}
	go_many(2, write_pairs, &c);
	join(c.done, READERS + 2);
	CHECK_EQ(c.wrong, 0);
	CHECK_EQ(c.count, 2 * c.each);
	for (int i = 0; i < READERS; i++)
		CHECK_EQ(reads[i], c.each);
}

/* ---- once --------------------------------------------------------------- */

#define ONCES 300

static struct first {
	assay_once once;
	int value; /* plain */
} firsts[ONCES];

static void set_value(void *arg)
{
	/* so that others come while it runs */
	yield();
	((struct first *)arg)->value = 7;
}

/* All callers go through the same onces, some late. */
static void do_all(void *arg)
{
	int64_t n = fitting(ONCES), wrong = 0;

	for (int64_t i = 0; i < n; i++) {
		rt->sync->once_do(&firsts[i].once, set_value, &firsts[i]);
		wrong += firsts[i].value != 7;
		if (i % 32 == 0)
			yield();
	}
	CHECK_EQ(wrong, 0);
	send_signal(arg);
}

CASE(MM_011, "the call of once happens before any once_do returns",
     NEEDS(NEED(sync, once_do)))
{
	assay_chan *done = chan_signal(0);

	go_many(HANDS, do_all, done);
	join(done, HANDS);
}

/* ---- wait group --------------------------------------------------------- */

#define GROUPS 300

static struct children {
	assay_waitgroup wg;
	int plain[HANDS];
	atomic_int next;
	assay_chan *done;
	int sums[2];
} groups[GROUPS];

static void write_slot(void *arg)
{
	struct children *g = arg;
	int me = atomic_fetch_add_explicit(&g->next, 1, memory_order_relaxed);

	g->plain[me] = me + 1;
	wg_done(&g->wg);
}

static int sum_slots(struct children *g)
{
	int sum = 0;

	wg_wait(&g->wg);
	for (int i = 0; i < HANDS; i++)
		sum += g->plain[i];
	return sum;
}

static void sum_too(void *arg)
{
	struct children *g = arg;

	g->sums[1] = sum_slots(g);
	send_signal(g->done);
}

CASE(MM_012, "each done happens before the wait that it releases",
     NEEDS(NEED_WG))
{
	assay_chan *done = chan_signal(0);
	int64_t n = fitting(GROUPS), wrong = 0;
	int all = HANDS * (HANDS + 1) / 2;

	for (int64_t i = 0; i < n; i++) {
		struct children *g = &groups[i];

		g->done = done;
		wg_add(&g->wg, HANDS);
		go_many(HANDS, write_slot, g);
		go(sum_too, g);
		g->sums[0] = sum_slots(g);
		wait_for(done);
		wrong += g->sums[0] != all || g->sums[1] != all;
	}
	CHECK_EQ(wrong, 0);
}

/* ---- cond --------------------------------------------------------------- */

struct signalled {
	assay_mutex m;
	assay_cond c;
	assay_chan *done;
	atomic_int waits;
	int value; /* plain, written after the waiter gave up the lock */
	int seen[2];
};

static void wait_and_read(void *arg)
{
	struct signalled *s = arg;
	int me;

	lock(&s->m);
	me = atomic_fetch_add_explicit(&s->waits, 1, memory_order_relaxed);
	REQUIRE_EQ(rt->sync->cond_wait(&s->c, &s->m), ASSAY_OK);
	s->seen[me] = s->value;
	unlock(&s->m);
	send_signal(s->done);
}

/* Returns with n waiters; the lock was held and given back after that. */
static void until_waits(struct signalled *s, int n)
{
	int waits;

	do {
		yield();
		lock(&s->m);
		waits = steered(&s->waits);
		unlock(&s->m);
	} while (waits < n);
}

/*
 * The value is written without the lock, which the signaller does not take
 * again: nothing but the signal leads from the write to the read.
 */
CASE(MM_013, "a signal happens before the wait that it wakes returns",
     NEEDS(NEED_MUTEX, NEED(sync, cond_wait), NEED(sync, cond_signal),
	   NEED(sync, cond_broadcast)))
{
	static struct signalled all[200];
	assay_chan *done = chan_signal(0);
	int64_t n = fitting(200), wrong = 0;

	for (int64_t i = 0; i < n; i++) {
		struct signalled *s = &all[i];
		int waiters = i % 2 ? 2 : 1;

		s->done = done;
		go_many(waiters, wait_and_read, s);
		until_waits(s, waiters);
		s->value = 7;
		if (waiters == 2)
			(void)rt->sync->cond_broadcast(&s->c);
		else
			(void)rt->sync->cond_signal(&s->c);
		join(done, waiters);
		for (int k = 0; k < waiters; k++)
			wrong += s->seen[k] != 7;
	}
	CHECK_EQ(wrong, 0);
}

/* ---- atomics ------------------------------------------------------------ */

#define LITMUS 100000

static int32_t x[LITMUS], y[LITMUS];
static int32_t r1[LITMUS], r2[LITMUS];
static int64_t wide_x[LITMUS], wide_y[LITMUS];

/* Both sides go through the rounds together, without ordering anything. */
struct litmus {
	atomic_int at[2];
	assay_chan *done;
	int64_t n;
	struct effort effort;
	bool wide;
	int rounds;
};

/*
 * The other side has come to round i; false if time is up.  The last to come
 * goes on at once, the other a little later: it is made to linger, longer or
 * shorter, so that some rounds overlap.
 */
static bool meets(struct litmus *l, int me, int i)
{
	int spins = 0;

	steer(&l->at[me], i + 1);
	while (steered(&l->at[1 - me]) <= i) {
		if (++spins % 256 != 0)
			continue;
		yield();
		if (!goes_on(&l->effort))
			return false;
	}
	for (int k = i * 7 % 1024; spins == 0 && k > 0; k--)
		(void)steered(&l->at[me]);
	return i % 256 != 0 || goes_on(&l->effort);
}

static int32_t store_load(struct litmus *l, int me, int i)
{
	if (l->wide) {
		rt->sync->store64(me ? &wide_y[i] : &wide_x[i], 1);
		return (int32_t)rt->sync->load64(me ? &wide_x[i] : &wide_y[i]);
	}
	rt->sync->store32(me ? &y[i] : &x[i], 1);
	return rt->sync->load32(me ? &x[i] : &y[i]);
}

static int store_buffer(struct litmus *l, int me)
{
	int i;

	for (i = 0; i < l->n && meets(l, me, i); i++)
		(me ? r2 : r1)[i] = store_load(l, me, i);
	steer(&l->at[me], INT32_MAX);
	return i;
}

static void other_side(void *arg)
{
	struct litmus *l = arg;

	l->rounds = store_buffer(l, 1);
	send_signal(l->done);
}

static void run_litmus(bool wide)
{
	struct litmus l = {.done = chan_signal(0),
			   .n = fitting(LITMUS),
			   .effort = effort(80 * MS),
			   .wide = wide};
	int n, none = 0, both = 0;

	go(other_side, &l);
	n = store_buffer(&l, 0);
	wait_for(l.done);
	n = n < l.rounds ? n : l.rounds;
	for (int i = 0; i < n; i++) {
		none += r1[i] == 0 && r2[i] == 0;
		both += r1[i] == 1 && r2[i] == 1;
	}
	CHECK_MSG(none == 0, "0,0 seen %d times of %d", none, n);
	note("%d-bit: %d rounds, 1,1 in %d", wide ? 64 : 32, n, both);
}

CASE(MM_014, "atomics are sequentially consistent: two stores, two loads",
     .flags = CASE_ALONE, .procs = {2, 4, 8},
     NEEDS(NEED(sync, store32), NEED(sync, load32), NEED(sync, store64),
	   NEED(sync, load64)))
{
	run_litmus(false);
	run_litmus(true);
}

/* ---- lost updates ------------------------------------------------------- */

struct adding {
	int32_t exact;
	atomic_int plain; /* loaded and stored, not added to */
	atomic_int arrived, stop;
	assay_chan *done;
	atomic_int_least64_t rounds; /* of all */
};

static void add_both(void *arg)
{
	struct adding *a = arg;
	int64_t i = 0;

	gather(&a->arrived, HANDS);
	for (; works_on(&a->stop, i); i++) {
		rt->sync->add32(&a->exact, 1);
		steer(&a->plain, steered(&a->plain) + 1);
	}
	atomic_fetch_add_explicit(&a->rounds, i, memory_order_relaxed);
	send_signal(a->done);
}

CASE(MM_017, "atomic increments are never lost, plain ones may be",
     NEEDS(NEED(sync, add32)))
{
	struct adding a = {.done = chan_signal(0)};
	int64_t n;

	go_many(HANDS, add_both, &a);
	let_work(&a.stop, case_procs() == 1 ? 10 * MS : 40 * MS);
	join(a.done, HANDS);
	n = atomic_load_explicit(&a.rounds, memory_order_relaxed);
	CHECK_EQ(a.exact, n);
	note("plain: %" PRId64 " of %" PRId64 " lost", n - steered(&a.plain),
	     n);
}

/* ---- from thread to thread ---------------------------------------------- */

#define MOVERS 16

struct mover {
	assay_chan *left, *right, *done;
	int64_t rounds;
	int64_t moved; /* times it found itself on another thread */
	uint64_t own;  /* a plain copy of what it keeps on its stack */
};

/* Waits: a turn of the run queue, or for the neighbours. */
static void step_aside(struct mover *m, int64_t i)
{
	if (i % 2) {
		yield();
		return;
	}
	send_signal(m->right);
	wait_for(m->left);
}

static void move_about(void *arg)
{
	struct mover *m = arg;
	uint64_t local[8] = {0}, sum;
	int wrong = 0;

	for (int64_t i = 0; i < m->rounds; i++) {
		int64_t thread = thread_id();

		for (int k = 0; k < 8; k++)
			local[k] = rnd();
		sum = checksum(local, sizeof(local));
		m->own = sum;
		step_aside(m, i);
		m->moved += thread_id() != thread;
		wrong += checksum(local, sizeof(local)) != sum || m->own != sum;
	}
	CHECK_EQ(wrong, 0);
	send_signal(m->done);
}

CASE(MM_016, "a goroutine keeps its data when it changes threads",
     .traits = ASSAY_TRAIT_PARALLEL, .procs = {2, 4, 8})
{
	struct mover m[MOVERS];
	assay_chan *c[MOVERS], *done = chan_signal(0);
	int64_t moved = 0;

	for (int i = 0; i < MOVERS; i++)
		c[i] = chan_signal(1);
	for (int i = 0; i < MOVERS; i++) {
		m[i] = (struct mover){.left = c[i],
				      .done = done,
				      .right = c[(i + 1) % MOVERS],
				      .rounds = rounds(300)};
		go(move_about, &m[i]);
	}
	join(done, MOVERS);
	for (int i = 0; i < MOVERS; i++)
		moved += m[i].moved;
	note("%" PRId64 " changes of thread in %" PRId64 " rounds", moved,
	     MOVERS * m[0].rounds);
}
