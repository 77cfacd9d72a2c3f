/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"
#include "lib/group.h"
#include "lib/rate.h"

static int fail_a(void *arg)
{
	(void)arg;
	return ERR_A;
}

CASE_OF(XL_003, failed, "a task that failed gives its place back",
	.timeout_ms = 5000, NEEDS(NEED_LIMIT))
{
	assay_group *g = limited(2);

	for (int i = 0; i < 5; i++)
		start(g, fail_a, NULL);
	CHECK_EQ(wait_all(g), ERR_A);
	CHECK_EQ(try_start(g, fail_a, NULL), ASSAY_OK);
	CHECK_EQ(wait_all(g), ERR_A);
	free_group(g);
}

CASE_OF(XL_003, lifted, "a limit may be lifted at any time", NEEDS(NEED_LIMIT))
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = limited(1);

	start(g, hold, &t);
	CHECK_EQ(try_start(g, hold, &t), ASSAY_AGAIN);
	CHECK_EQ(ext->group->set_limit(g, -1), ASSAY_OK);
	CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	free_group(g);
}

#define NEED_SEM                                                               \
	NEED_CX, NEED_EXT(semaphore, make), NEED_EXT(semaphore, acquire),      \
		NEED_EXT(semaphore, try_acquire),                              \
		NEED_EXT(semaphore, release), NEED_EXT(semaphore, free)
struct taker {
	assay_semaphore *s;
	assay_context *c;
	atomic_int got;
};
static void take_one(void *arg)
{
	struct taker *t = arg;

	if (ext->semaphore->acquire(t->s, t->c, 1) == ASSAY_OK)
		CHECK_EQ(ext->semaphore->release(t->s, 1), ASSAY_OK);
	mark(&t->got);
}

CASE_OF(XL_009, passed_on,
	"what one that was served too late gives back goes to the next",
	.timeout_ms = 5000, NEEDS(NEED_SEM))
{
	for (int i = 0; i < 50; i++) {
		struct taker a = {ext->semaphore->make(1),
				  with_cancel(background()), 0},
			     b = {a.s, background(), 0};

		CHECK_EQ(ext->semaphore->acquire(a.s, background(), 1),
			 ASSAY_OK);
		go(take_one, &a);
		settle(1);
		go(take_one, &b);
		settle(2);
		CHECK_EQ(ext->semaphore->release(a.s, 1), ASSAY_OK);
		cancel(a.c);
		REQUIRE(becomes(&a.got, 1));
		REQUIRE(becomes(&b.got, 1));
		ext->semaphore->free(a.s);
		free_context(a.c);
	}
}

CASE_OF(XL_007, nothing, "who asks for nothing queues too", NEEDS(NEED_SEM))
{
	struct taker a = {ext->semaphore->make(1), background(), 0};

	CHECK_EQ(ext->semaphore->acquire(a.s, background(), 1), ASSAY_OK);
	CHECK_EQ(ext->semaphore->try_acquire(a.s, 0), ASSAY_OK);
	go(take_one, &a);
	settle(1);
	CHECK_EQ(ext->semaphore->try_acquire(a.s, 0), ASSAY_AGAIN);
	CHECK_EQ(ext->semaphore->release(a.s, 1), ASSAY_OK);
	CHECK(becomes(&a.got, 1));
}

CASE_OF(XL_015, then, "a cancel reckons with the limit of the reservation",
	NEEDS(NEED_RESERVE, NEED_EXT(rate, set_limit)))
{
	assay_limiter *l = limiter(10, 10);
	assay_reservation *r[2];

	CHECK(allow(l, T(0), 10));
	for (int i = 0; i < 2; i++)
		r[i] = ext->rate->reserve_n(l, T(0), 5);
	ext->rate->set_limit(l, T(0), 2);
	ext->rate->reservation_cancel(r[0], T(0));
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -10);
	ext->rate->reservation_cancel(r[1], T(0));
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -5);
	ext->rate->reservation_free(r[0]);
	ext->rate->reservation_free(r[1]);
	free_limiter(l);
}

CASE_OF(XL_012, wider, "a larger burst holds from now on, not for the past",
	NEEDS(NEED_LIMITER, NEED_EXT(rate, set_burst)))
{
	assay_limiter *l = limiter(10, 2);

	CHECK(allow(l, T(0), 2));
	ext->rate->set_burst(l, T(100), 50);
	CHECK_ABOUT(ext->rate->tokens(l, T(100)), 2);
	CHECK_ABOUT(ext->rate->tokens(l, T(101)), 3);
	free_limiter(l);
}

static assay_chan *landing;
static int fly(void *arg, void **value)
{
	*value = arg;
	recv(landing, NULL);
	return 0;
}

static assay_flight *flight;
static bool first_shared;
static atomic_int flown;
static void do_it(void *arg)
{
	void *v;

	(void)arg;
	ext->flight->do_(flight, "k", fly, &v, &v, &first_shared);
	mark(&flown);
}

CASE_OF(XL_010, kinds, "callers of both kinds share a result, and are told so",
	NEEDS(NEED_EXT(flight, make), NEED_EXT(flight, do_),
	      NEED_EXT(flight, do_chan)))
{
	struct assay_flight_result r = {0};
	assay_chan *c;

	landing = chan_signal(0);
	flight = ext->flight->make();
	go(do_it, NULL);
	settle(1);
	c = ext->flight->do_chan(flight, "k", fly, NULL);
	close_chan(landing);
	CHECK(recv(c, &r));
	CHECK_EQ(r.shared, 1);
	CHECK(becomes(&flown, 1));
	CHECK(first_shared);
}

struct sieve {
	assay_map *m;
	int odd, even;
};
static bool drop_even(void *arg, uint64_t key, void *value)
{
	struct sieve *s = arg;

	(void)value;
	for (uint64_t k = 0; s->odd + s->even == 0 && k < 2000; k += 2)
		if (k != key)
			ext->map->delete_(s->m, k);
	*(key % 2 ? &s->odd : &s->even) += 1;
	return true;
}

CASE_OF(WG_029, sieve,
	"a range visits what stays, though much is deleted beside it",
	NEEDS(NEED_EXT(map, make), NEED_EXT(map, store), NEED_EXT(map, range),
	      NEED_EXT(map, delete_)))
{
	struct sieve s = {ext->map->make(), 0, 0};

	for (uint64_t k = 0; k < 2000; k++)
		ext->map->store(s.m, k, &s);
	ext->map->range(s.m, drop_even, &s);
	CHECK_EQ(s.odd, 1000);
	CHECK_LE(s.even, 1);
}

CASE_OF(WG_028, nil, "a key that is not there does not compare to NULL",
	NEEDS(NEED_EXT(map, make), NEED_EXT(map, store),
	      NEED_EXT(map, compare_and_delete),
	      NEED_EXT(map, compare_and_swap)))
{
	assay_map *m2 = ext->map->make();

	CHECK(!ext->map->compare_and_delete(m2, 1, NULL));
	CHECK(!ext->map->compare_and_swap(m2, 1, NULL, m2));
	ext->map->store(m2, 1, NULL);
	CHECK(ext->map->compare_and_delete(m2, 1, NULL));
	CHECK(!ext->map->compare_and_delete(m2, 1, NULL));
}

static int runs;
static void run_or_panic(void *arg)
{
	runs++;
	if (arg)
		raise_text("no");
}

struct sometimes {
	assay_sometimes *s;
	void *panics;
};
static void sometimes_it(void *arg)
{
	struct sometimes *s = arg;

	ext->rate->sometimes_do(s->s, run_or_panic, s->panics);
}

CASE_OF(XL_016, panics, "a call that panics does not count",
	NEEDS(NEED(core, try_), NEED_EXT(rate, sometimes_make),
	      NEED_EXT(rate, sometimes_do)))
{
	struct sometimes s = {ext->rate->sometimes_make(1, 0, 0), &s};

	for (int i = 0; i < 3; i++)
		CHECK_EQ(rt->core->try_(sometimes_it, &s, NULL),
			 ASSAY_PANICKED);
	CHECK_EQ(runs, 3);
	s.panics = NULL;
	sometimes_it(&s);
	CHECK_EQ(runs, 4);
	sometimes_it(&s);
	CHECK_EQ(runs, 4);
}

static atomic_int ran;
static int run_it(void *arg)
{
	(void)arg;
	mark(&ran);
	return 0;
}

CASE_OF(XL_002, goes_on, "a group that has failed runs further tasks",
	NEEDS(NEED_WITH_CONTEXT))
{
	assay_context *c;
	assay_group *g;

	REQUIRE_EQ(ext->group->with_context(background(), &g, &c), ASSAY_OK);
	start(g, fail_a, NULL);
	wait_done(c);
	start(g, run_it, NULL);
	CHECK_EQ(try_start(g, run_it, NULL), ASSAY_OK);
	CHECK_EQ(wait_all(g), ERR_A);
	CHECK_EQ(count(&ran), 2);
	free_group(g);
	free_context(c);
}

CASE_OF(XL_012, unlimited, "without a limit the bucket is full at once",
	NEEDS(NEED_LIMITER, NEED_EXT(rate, set_limit)))
{
	assay_limiter *l = limiter(1, 5);

	CHECK(allow(l, T(0), 5));
	ext->rate->set_limit(l, T(0), (double)INFINITY);
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), 0);
	CHECK_ABOUT(ext->rate->tokens(l, T(1)), 5);
	ext->rate->set_limit(l, T(1), 1);
	CHECK(allow(l, T(1), 5));
	CHECK(!allow(l, T(1), 1));
	free_limiter(l);
}

CASE_OF(XL_015, burst_first,
	"more than the burst is told before the end of the context",
	NEEDS(NEED_WAIT_N))
{
	assay_limiter *l = limiter(10, 2);
	assay_context *c = with_cancel(background());

	cancel(c);
	CHECK_EQ(ext->rate->wait_n(l, c, 3), ASSAY_RATE_BURST);
	CHECK_EQ(ext->rate->wait_n(l, c, 2), ASSAY_CANCELED);
	CHECK_EQ(ext->rate->wait_n(l, background(), 2), ASSAY_OK);
	free_context(c);
	free_limiter(l);
}
