/*
 * semaphore.c - the weighted semaphore (XL-006 to XL-009).
 */
#include "context/cx.h"

#define NEED_SEM                                                               \
	NEED_CX, NEED_EXT(semaphore, make), NEED_EXT(semaphore, acquire),      \
		NEED_EXT(semaphore, try_acquire),                              \
		NEED_EXT(semaphore, release), NEED_EXT(semaphore, free)

static assay_semaphore *semaphore(int64_t n)
{
	assay_semaphore *s = ext->semaphore->make(n);

	REQUIRE(s != NULL);
	return s;
}

static void acquire(assay_semaphore *s, int64_t n)
{
	REQUIRE_EQ(ext->semaphore->acquire(s, background(), n), ASSAY_OK);
}

static bool try_acquire(assay_semaphore *s, int64_t n)
{
	int status = ext->semaphore->try_acquire(s, n);

	REQUIRE_EITHER(status, ASSAY_OK, ASSAY_AGAIN);
	return status == ASSAY_OK;
}

static void release(assay_semaphore *s, int64_t n)
{
	REQUIRE_EQ(ext->semaphore->release(s, n), ASSAY_OK);
}

/* So much is free, and no more. */
static void check_free(assay_semaphore *s, int64_t n)
{
	CHECK(!try_acquire(s, n + 1));
	if (CHECK(try_acquire(s, n)))
		release(s, n);
}

static void free_semaphore(assay_semaphore *s)
{
	ext->semaphore->free(s);
}

/* ---- XL-006: weights ------------------------------------------------------------------- */

CASE(XL_006, "what is taken is taken, what is given back is free",
     .flags = CASE_VALGRIND, NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(2);

	acquire(s, 1);
	CHECK(try_acquire(s, 1));
	CHECK(!try_acquire(s, 1));
	release(s, 2);
	CHECK(try_acquire(s, 1));
	acquire(s, 1);
	CHECK(!try_acquire(s, 1));
	CHECK(!try_acquire(s, 2));
	release(s, 1);
	CHECK(!try_acquire(s, 2));
	check_free(s, 1);
	release(s, 1);
	check_free(s, 2);
	CHECK(!try_acquire(s, 3));
	acquire(s, 0);
	CHECK(try_acquire(s, 0));
	release(s, 0);
	check_free(s, 2);
	free_semaphore(s);
	free_semaphore(NULL);
}

CASE_OF(XL_006, sizes, "weights of nothing, of much and below zero",
	NEEDS(NEED_SEM))
{
	assay_semaphore *none = semaphore(0), *most = semaphore(INT64_MAX);

	CHECK(!try_acquire(none, 1));
	acquire(none, 0);
	acquire(most, INT64_MAX);
	CHECK(!try_acquire(most, 1));
	release(most, INT64_MAX);
	CHECK(try_acquire(most, INT64_MAX - 1));
	CHECK(!try_acquire(most, 2));
	CHECK(try_acquire(most, 1));
	CHECK_PTR(ext->semaphore->make(-1), ==, NULL);
	free_semaphore(none);
	free_semaphore(most);
}

CASE_OF(XL_006, released, "giving back more than is held is a panic",
	NEEDS(NEED_SEM))
{
	assay_semaphore *fresh = semaphore(1), *used = semaphore(3);

	CHECK_EQ(ext->semaphore->release(fresh, 1), ASSAY_SEM_RELEASED);
	acquire(used, 2);
	CHECK_EQ(ext->semaphore->release(used, 3), ASSAY_SEM_RELEASED);
	free_semaphore(fresh);
	free_semaphore(used);
}

CASE_OF(XL_006, dies, "that panic ends the process",
	NEEDS(NEED_SEM, NEED(core, panic)),
	ENDS(.status = 2, .first = "panic: semaphore: released more than held",
	     .out = ""))
{
	raise_status(ext->semaphore->release(semaphore(1), 1));
}

struct hammer {
	assay_semaphore *s;
	assay_chan *ended;
	atomic_llong held;
	atomic_int wrong;
	int64_t weight;
};

static void take_and_give(void *arg)
{
	struct hammer *h = arg;

	for (int64_t i = rounds(300); i > 0; i--) {
		int64_t n = 1 + rnd_below(h->weight);

		if (i % 4 != 0)
			acquire(h->s, n);
		else if (!try_acquire(h->s, n))
			continue;
		if (atomic_fetch_add_explicit(&h->held, n,
					      memory_order_relaxed) +
			    n >
		    h->weight)
			mark(&h->wrong);
		if (i % 8 < 4)
			yield();
		atomic_fetch_sub_explicit(&h->held, n, memory_order_relaxed);
		release(h->s, n);
	}
	send_signal(h->ended);
}

CASE_OF(XL_006, hammer, "never more than the whole weight is held",
	NEEDS(NEED_SEM))
{
	for (int64_t weight = 1; weight <= 8; weight *= 2) {
		struct hammer h = {.s = semaphore(weight),
				   .ended = chan_signal(0),
				   .weight = weight};

		go_many(8, take_and_give, &h);
		join(h.ended, 8);
		CHECK_EQ(count(&h.wrong), 0);
		check_free(h.s, weight);
		free_semaphore(h.s);
	}
}

/* ---- XL-006: tries that meet ------------------------------------------------------------ */

struct tries {
	assay_semaphore *s;
	atomic_int started, over;
	int inside, total, taken; /* plain: one at a time has them */
};

/* Neither waits nor yields for a while: threads meet inside of the calls. */
static void take_by_tries(void *arg)
{
	struct tries *t = arg;
	int mine = 0;

	gather(&t->started, 4);
	for (int64_t end = in(100 * MS); now() < end;)
		for (int i = 0; i < 100; i++) {
			if (!try_acquire(t->s, 1))
				continue;
			CHECK_EQ(++t->inside, 1);
			t->total++;
			t->inside--;
			release(t->s, 1);
			mine++;
		}
	acquire(t->s, 1);
	t->taken += mine;
	release(t->s, 1);
	mark(&t->over);
}

CASE_OF(XL_006, tries, "one at a time, by tries alone", .procs = {2, 4},
	NEEDS(NEED_SEM))
{
	struct tries t = {.s = semaphore(1)};

	go_many(4, take_by_tries, &t);
	REQUIRE(becomes(&t.over, 4));
	CHECK_EQ(t.total, t.taken);
	free_semaphore(t.s);
}

/* ---- those who wait ----------------------------------------------------------------------- */

struct taker {
	assay_semaphore *s;
	assay_context *c;
	int64_t n;
	atomic_int *order; /* counts who has it */
	atomic_int place;  /* 0: not yet */
	int status;        /* good when place is set */
};

static void take(void *arg)
{
	struct taker *t = arg;

	t->status = ext->semaphore->acquire(t->s, t->c, t->n);
	atomic_store_explicit(&t->place, mark(t->order), memory_order_release);
}

/* Starts it; waits until waiting goroutines wait. */
static void start_taker(struct taker *t, assay_semaphore *s, assay_context *c,
			int64_t n, atomic_int *order, int64_t waiting)
{
	*t = (struct taker){.s = s, .c = c, .n = n, .order = order};
	go(take, t);
	settle(waiting);
	CHECK_EQ(count(&t->place), 0);
}

static void check_got(struct taker *t, int status)
{
	CHECK(becomes(&t->place, 1));
	CHECK_EQ(t->status, status);
}

/* ---- XL-007: first come, first served ------------------------------------ */

CASE(XL_007, "a large waiter at the head holds smaller ones up",
     .flags = CASE_VALGRIND, NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(4);
	atomic_int order = 0;
	struct taker large, small;

	acquire(s, 1);
	start_taker(&large, s, background(), 4, &order, 1);
	CHECK(!try_acquire(s, 1));
	start_taker(&small, s, background(), 1, &order, 2);
	CHECK(!try_acquire(s, 1));
	CHECK(stays(&order, 0));
	release(s, 1);
	check_got(&large, ASSAY_OK);
	CHECK(stays(&order, 1));
	release(s, 4);
	check_got(&small, ASSAY_OK);
	CHECK_EQ(count(&small.place), 2);
	check_free(s, 3);
	free_semaphore(s);
}

CASE_OF(XL_007, order, "waiters are served in their order", NEEDS(NEED_SEM))
{
	enum { MANY = 12 };
	assay_semaphore *s = semaphore(3);
	struct taker t[MANY];
	atomic_int order = 0;

	acquire(s, 3);
	for (int i = 0; i < MANY; i++)
		start_taker(&t[i], s, background(), 1 + i * 5 % 3, &order,
			    i + 1);
	release(s, 3);
	for (int i = 0; i < MANY; i++) {
		check_got(&t[i], ASSAY_OK);
		/* those behind fit in only as far as there is room */
		for (int64_t k = i + 1, room = 3 - t[i].n; k < MANY; k++) {
			room -= t[k].n;
			if (room < 0 && count(&t[k].place) != 0)
				CHECK_MSG(false, "%d before its turn", (int)k);
		}
		release(s, t[i].n);
	}
	check_free(s, 3);
	free_semaphore(s);
}

CASE_OF(XL_007, several, "one release lets in as many as there is room for",
	NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(5);
	struct taker t[4];
	atomic_int order = 0;

	acquire(s, 5);
	for (int i = 0; i < 4; i++)
		start_taker(&t[i], s, background(), i < 3 ? 1 : 3, &order,
			    i + 1);
	release(s, 4);
	for (int i = 0; i < 3; i++)
		check_got(&t[i], ASSAY_OK);
	CHECK(stays(&order, 3));
	CHECK(!try_acquire(s, 1));
	release(s, 1);
	CHECK(stays(&order, 3));
	release(s, 1);
	check_got(&t[3], ASSAY_OK);
	release(s, 5);
	check_free(s, 5);
	free_semaphore(s);
}

struct small_takers {
	assay_semaphore *s;
	assay_chan *ended;
	atomic_int stop;
};

static void take_small(void *arg)
{
	struct small_takers *t = arg;

	while (count(&t->stop) == 0) {
		acquire(t->s, 1);
		yield();
		release(t->s, 1);
	}
	send_signal(t->ended);
}

CASE_OF(XL_007, starve, "a large waiter is not starved by small ones",
	NEEDS(NEED_SEM))
{
	struct small_takers t = {.s = semaphore(4), .ended = chan_signal(0)};

	go_many(4, take_small, &t);
	for (int64_t i = rounds(20); i > 0; i--) {
		acquire(t.s, 4);
		CHECK(!try_acquire(t.s, 1));
		release(t.s, 4);
	}
	mark(&t.stop);
	join(t.ended, 4);
	check_free(t.s, 4);
	free_semaphore(t.s);
}

/* ---- XL-008: more than there is ------------------------------------------ */

CASE(XL_008, "who wants more than the whole waits and holds nobody up",
     NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(2);
	assay_context *c = with_cancel(background());
	atomic_int order = 0;
	struct taker doomed, next;

	start_taker(&doomed, s, c, 3, &order, 1);
	CHECK(try_acquire(s, 1));
	acquire(s, 1);
	start_taker(&next, s, background(), 2, &order, 2);
	release(s, 2);
	check_got(&next, ASSAY_OK);
	release(s, 2);
	CHECK(stays(&order, 1));
	cancel(c);
	check_got(&doomed, ASSAY_CANCELED);
	check_free(s, 2);
	free_semaphore(s);
	free_context(c);
}

CASE_OF(XL_008, deadline, "it waits until the context's deadline",
	NEEDS(NEED_SEM, NEED_TIMEOUT))
{
	assay_semaphore *s = semaphore(2);
	int64_t begin = now();
	assay_context *c = with_timeout(background(), 20 * MS, 0);

	CHECK_EQ(ext->semaphore->acquire(s, c, 3), ASSAY_DEADLINE);
	CHECK_GE(now() - begin, 20 * MS);
	check_free(s, 2);
	free_semaphore(s);
	free_context(c);
}

/* ---- XL-009: contexts that end ------------------------------------------- */

CASE(XL_009, "a waiter whose context ends takes nothing",
     .flags = CASE_VALGRIND, NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(3);
	assay_context *c = with_cancel(background());
	atomic_int order = 0;
	struct taker t[3];

	acquire(s, 3);
	for (int i = 0; i < 3; i++)
		start_taker(&t[i], s, c, i + 1, &order, i + 1);
	cancel(c);
	for (int i = 0; i < 3; i++)
		check_got(&t[i], ASSAY_CANCELED);
	CHECK(!try_acquire(s, 1));
	release(s, 3);
	check_free(s, 3);
	free_semaphore(s);
	free_context(c);
}

CASE_OF(XL_009, head, "a head that gives up lets the next in", NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(3);
	assay_context *c = with_cancel(background());
	atomic_int order = 0;
	struct taker head, next[3];

	acquire(s, 1);
	start_taker(&head, s, c, 3, &order, 1);
	start_taker(&next[0], s, background(), 1, &order, 2);
	start_taker(&next[1], s, background(), 1, &order, 3);
	start_taker(&next[2], s, background(), 1, &order, 4);
	cancel(c);
	check_got(&head, ASSAY_CANCELED);
	check_got(&next[0], ASSAY_OK);
	check_got(&next[1], ASSAY_OK);
	CHECK(stays(&order, 3));
	release(s, 1);
	check_got(&next[2], ASSAY_OK);
	release(s, 3);
	check_free(s, 3);
	free_semaphore(s);
	free_context(c);
}

CASE_OF(XL_009, middle, "one behind the head that gives up lets nobody in",
	NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(3);
	assay_context *c = with_cancel(background());
	atomic_int order = 0;
	struct taker head, middle, last;

	acquire(s, 1);
	start_taker(&head, s, background(), 3, &order, 1);
	start_taker(&middle, s, c, 2, &order, 2);
	start_taker(&last, s, background(), 1, &order, 3);
	cancel(c);
	check_got(&middle, ASSAY_CANCELED);
	CHECK(stays(&order, 1));
	release(s, 1);
	check_got(&head, ASSAY_OK);
	CHECK(stays(&order, 2));
	release(s, 3);
	check_got(&last, ASSAY_OK);
	check_free(s, 2);
	free_semaphore(s);
	free_context(c);
}

CASE_OF(XL_009, deadline, "a deadline ends the wait, with its error",
	NEEDS(NEED_SEM, NEED_TIMEOUT, NEED_CAUSE))
{
	assay_semaphore *s = semaphore(1);
	int64_t begin = now();
	assay_context *c = with_timeout(background(), 20 * MS, ERR_A);

	acquire(s, 1);
	CHECK_EQ(ext->semaphore->acquire(s, c, 1), ASSAY_DEADLINE);
	CHECK_GE(now() - begin, 20 * MS);
	CHECK_LT(now() - begin, upto(5 * SEC));
	release(s, 1);
	check_free(s, 1);
	free_semaphore(s);
	free_context(c);
}

CASE_OF(XL_009, full, "with an ended context nobody waits", NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(1);
	assay_context *c = with_cancel(background());

	cancel(c);
	acquire(s, 1);
	CHECK_EQ(ext->semaphore->acquire(s, c, 1), ASSAY_CANCELED);
	CHECK_EQ(ext->semaphore->acquire(s, c, 2), ASSAY_CANCELED);
	release(s, 1);
	check_free(s, 1);
	free_semaphore(s);
	free_context(c);
}

CASE_OF(XL_009, ended, "with an ended context nothing is taken, even if free",
	NEEDS(NEED_SEM, NEED_TIMEOUT))
{
	assay_semaphore *s = semaphore(2);
	assay_context *c = with_cancel(background());
	assay_context *past = with_timeout(background(), -1, 0);

	cancel(c);
	CHECK_EQ(ext->semaphore->acquire(s, c, 1), ASSAY_CANCELED);
	CHECK_EQ(ext->semaphore->acquire(s, past, 2), ASSAY_DEADLINE);
	check_free(s, 2);
	free_semaphore(s);
	free_context(c);
	free_context(past);
}

CASE_OF(XL_009, nil, "no context is a wrong argument", NEEDS(NEED_SEM))
{
	assay_semaphore *s = semaphore(1);

	CHECK_EQ(ext->semaphore->acquire(s, NULL, 1), ASSAY_EINVAL);
	check_free(s, 1);
	free_semaphore(s);
}

CASE_OF(XL_009, served, "served and cancelled at once: it has it, or has not",
	NEEDS(NEED_SEM))
{
	atomic_int order = 0;

	for (int64_t i = rounds(100); i > 0; i--) {
		assay_semaphore *s = semaphore(3);
		assay_context *c = with_cancel(background());
		struct taker t;

		acquire(s, 3);
		start_taker(&t, s, c, 2, &order, 1);
		release(s, 3);
		cancel(c);
		CHECK(becomes(&t.place, 1));
		CHECK_EITHER(t.status, ASSAY_OK, ASSAY_CANCELED);
		check_free(s, t.status == ASSAY_OK ? 1 : 3);
		free_semaphore(s);
		free_context(c);
	}
}

static void cancel_it(void *arg)
{
	yield();
	cancel(arg);
}

struct racing {
	assay_semaphore *s;
	assay_chan *ended;
	atomic_int wrong;
};

/* Takes with a context that somebody cancels at the same time. */
static void take_in_race(void *arg)
{
	struct racing *r = arg;

	for (int64_t i = rounds(200); i > 0; i--) {
		assay_context *c = with_cancel(background());
		int64_t n = 1 + rnd_below(3);
		int status;

		if (i % 2 == 0)
			go(cancel_it, c);
		status = ext->semaphore->acquire(r->s, c, n);
		if (status == ASSAY_OK) {
			yield();
			release(r->s, n);
		} else if (status != ASSAY_CANCELED || err_of(c) == 0) {
			mark(&r->wrong);
		}
		if (i % 2 == 0)
			wait_done(c);
		else
			free_context(c);
	}
	send_signal(r->ended);
}

CASE_OF(XL_009, race, "no weight is lost when contexts end meanwhile",
	NEEDS(NEED_SEM))
{
	struct racing r = {.s = semaphore(3), .ended = chan_signal(0)};

	go_many(6, take_in_race, &r);
	join(r.ended, 6);
	CHECK_EQ(count(&r.wrong), 0);
	check_free(r.s, 3);
	free_semaphore(r.s);
}
