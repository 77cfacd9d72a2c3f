/*
 * pool.c - the pool (WG-026, WG-027) and atomics (WG-030).
 */
#include "kit/sync_kit.h"

/* ---- pool --------------------------------------------------------------- */

#define NEED_POOL                                                              \
	NEED(sync, pool_new), NEED(sync, pool_get), NEED(sync, pool_put)

#define ITEMS 65536

/* What make() hands out; an item knows whether it is in use. */
struct item {
	atomic_int users;
	int64_t uses; /* plain: passed on by put and get */
};

static struct item items[ITEMS];

struct users {
	assay_pool *pool;
	assay_chan *done;
	atomic_int made, wrong;
	int64_t each;
};

static void *make_item(void *arg)
{
	struct users *u = arg;
	int i = mark(&u->made) - 1;

	return i < ITEMS ? &items[i] : NULL;
}

static bool is_item(const struct item *it)
{
	return it >= items && it < items + ITEMS;
}

static void use_item(struct users *u, int64_t i)
{
	struct item *it = rt->sync->pool_get(u->pool);

	if (!is_item(it)) {
		mark(&u->wrong);
		return;
	}
	if (atomic_fetch_add_explicit(&it->users, 1, memory_order_relaxed))
		mark(&u->wrong);
	it->uses++;
	if (i % 16 == 0)
		yield();
	atomic_fetch_sub_explicit(&it->users, 1, memory_order_relaxed);
	rt->sync->pool_put(u->pool, it);
}

static void use_items(void *arg)
{
	struct users *u = arg;

	for (int64_t i = 0; i < u->each; i++)
		use_item(u, i);
	send_signal(u->done);
}

CASE(WG_026, "a pool item is in the hands of one user at a time",
     NEEDS(NEED_POOL))
{
	struct users u = {.done = chan_signal(0), .each = rounds(3000)};
	int64_t uses = 0;

	u.pool = rt->sync->pool_new(make_item, &u);
	REQUIRE(u.pool != NULL);
	go_many(10, use_items, &u);
	join(u.done, 10);
	CHECK_EQ(count(&u.wrong), 0);
	for (int i = 0; i < ITEMS; i++)
		uses += items[i].uses;
	CHECK_EQ(uses, 10 * u.each);
}

CASE_OF(WG_026, empty, "an empty pool gives what make gives, or NULL",
	.flags = CASE_VALGRIND, NEEDS(NEED_POOL, NEED(sync, pool_free)))
{
	assay_pool *bare = rt->sync->pool_new(NULL, NULL);
	struct users u = {.done = NULL};
	struct item *it;

	CHECK_PTR(rt->sync->pool_get(bare), ==, NULL);
	rt->sync->pool_put(bare, &items[5]);
	it = rt->sync->pool_get(bare);
	if (it != NULL) /* a pool may drop items */
		CHECK_PTR(it, ==, &items[5]);
	CHECK_PTR(rt->sync->pool_get(bare), ==, NULL);
	u.pool = rt->sync->pool_new(make_item, &u);
	for (int i = 0; i < 3; i++)
		CHECK_PTR(rt->sync->pool_get(u.pool), ==, &items[i]);
	CHECK_EQ(count(&u.made), 3);
	rt->sync->pool_free(u.pool);
	rt->sync->pool_free(bare);
}

/* By one goroutine alone, so that none is anyone else's. */
CASE_OF(WG_026, many, "of many items put in most come out, each once",
	NEEDS(NEED_POOL))
{
	enum { MANY = 300 };
	static char put[MANY];
	bool out[MANY] = {false};
	assay_pool *pool = rt->sync->pool_new(NULL, NULL);
	int came = 0;
	char *it;

	REQUIRE(pool != NULL);
	for (int i = 0; i < MANY; i++)
		rt->sync->pool_put(pool, &put[i]);
	for (int i = 0; i < MANY; i++) {
		it = rt->sync->pool_get(pool);
		if (it == NULL) /* a pool may drop items */
			continue;
		REQUIRE(it >= put && it < put + MANY);
		CHECK(!out[it - put]);
		out[it - put] = true;
		came++;
	}
	CHECK_GE(came, MANY / 2);
}

CASE(WG_027, "a pool makes far fewer items than it has users", NEEDS(NEED_POOL))
{
	struct users u = {.done = chan_signal(0), .each = trials(1000)};

	u.pool = rt->sync->pool_new(make_item, &u);
	REQUIRE(u.pool != NULL);
	go_many(8, use_items, &u);
	join(u.done, 8);
	note("%d made for %" PRId64 " users", count(&u.made), 8 * u.each);
	CHECK_LT(count(&u.made), 8 * u.each / 10);
}

/* ---- atomics ------------------------------------------------------------ */

#define HANDS 8

/*
 * Eight goroutines on four words: one that is added to, one stepped by cas,
 * one through which eight tokens are swapped, one of two equal halves.
 */
struct words {
	int32_t add32, cas32, swap32, pair32;
	int64_t add64, cas64, swap64, pair64;
	void *casp, *swapp, *pairp;
	assay_chan *done;
	atomic_int hand, torn, arrived, stop;
	atomic_int_least64_t rounds; /* of all hands */
	int64_t tokens; /* left in the hands; added up atomically by add64 */
};

static void step32(struct words *w)
{
	int32_t old;

	do
		old = rt->sync->load32(&w->cas32);
	while (!rt->sync->cas32(&w->cas32, old, old + 1));
}

static void hands32(void *arg)
{
	struct words *w = arg;
	int32_t token = mark(&w->hand);
	int32_t half = token | token << 16;
	int64_t i = 0;

	gather(&w->arrived, HANDS);
	for (; works_on(&w->stop, i); i++) {
		int32_t pair = rt->sync->load32(&w->pair32);

		if ((pair & 0xffff) != pair >> 16)
			mark(&w->torn);
		rt->sync->store32(&w->pair32, half);
		rt->sync->add32(&w->add32, 1);
		step32(w);
		token = rt->sync->swap32(&w->swap32, token);
	}
	rt->sync->add64(&w->tokens, token);
	atomic_fetch_add_explicit(&w->rounds, i, memory_order_relaxed);
	send_signal(w->done);
}

/* Returns the rounds that all hands made. */
static int64_t run_hands(struct words *w, assay_fn hands)
{
	w->done = chan_signal(0);
	go_many(HANDS, hands, w);
	let_work(&w->stop, case_procs() == 1 ? 10 * MS : 60 * MS);
	join(w->done, HANDS);
	CHECK_EQ(count(&w->torn), 0);
	return atomic_load_explicit(&w->rounds, memory_order_relaxed);
}

#define TOKENS (HANDS * (HANDS + 1) / 2) /* 1 + 2 + ... */

CASE_OF(WG_030, w32, "32-bit atomics are exact under contention",
	NEEDS(NEED(sync, add32), NEED(sync, load32), NEED(sync, store32),
	      NEED(sync, swap32), NEED(sync, cas32), NEED(sync, add64)))
{
	static struct words w;
	int64_t n = run_hands(&w, hands32);

	CHECK_EQ(w.add32, n);
	CHECK_EQ(w.cas32, n);
	CHECK_EQ(w.tokens + w.swap32, TOKENS);
	CHECK_EQ(rt->sync->add32(&w.add32, -5), n - 5);
	CHECK_EQ(rt->sync->swap32(&w.add32, 9), n - 5);
	CHECK(!rt->sync->cas32(&w.add32, 8, 1));
	CHECK_EQ(rt->sync->load32(&w.add32), 9);
}

static void step64(struct words *w)
{
	int64_t old;

	do
		old = rt->sync->load64(&w->cas64);
	while (!rt->sync->cas64(&w->cas64, old, old + 1));
}

static void hands64(void *arg)
{
	struct words *w = arg;
	int64_t token = mark(&w->hand);
	int64_t half = token | token << 32;
	int64_t i = 0;

	gather(&w->arrived, HANDS);
	for (; works_on(&w->stop, i); i++) {
		int64_t pair = rt->sync->load64(&w->pair64);

		if ((pair & 0xffffffff) != pair >> 32)
			mark(&w->torn);
		rt->sync->store64(&w->pair64, half);
		rt->sync->add64(&w->add64, (INT64_C(1) << 33) - 1);
		step64(w);
		token = rt->sync->swap64(&w->swap64, token);
	}
	rt->sync->add64(&w->tokens, token);
	atomic_fetch_add_explicit(&w->rounds, i, memory_order_relaxed);
	send_signal(w->done);
}

CASE_OF(WG_030, w64, "64-bit atomics are exact under contention",
	NEEDS(NEED(sync, add64), NEED(sync, load64), NEED(sync, store64),
	      NEED(sync, swap64), NEED(sync, cas64)))
{
	static struct words w;
	int64_t n = run_hands(&w, hands64);
	int64_t sum = n * ((INT64_C(1) << 33) - 1);

	CHECK_EQ(w.add64, sum);
	CHECK_EQ(w.cas64, n);
	CHECK_EQ(w.tokens + w.swap64, TOKENS);
	CHECK_EQ(rt->sync->add64(&w.add64, -5), sum - 5);
	CHECK_EQ(rt->sync->swap64(&w.add64, -9), sum - 5);
	CHECK(!rt->sync->cas64(&w.add64, 9, 1));
	CHECK_EQ(rt->sync->load64(&w.add64), -9);
}

static char bytes[HANDS + 1];

/* casp is a number in a pointer: one step a round. */
static void stepp(struct words *w)
{
	void *old, *next;

	do {
		old = rt->sync->loadp(&w->casp);
		next = (void *)((uintptr_t)old + 1);
	} while (!rt->sync->casp(&w->casp, old, next));
}

static void handsp(void *arg)
{
	struct words *w = arg;
	int hand = mark(&w->hand);
	void *token = &bytes[hand];
	int64_t i = 0;

	gather(&w->arrived, HANDS);
	for (; works_on(&w->stop, i); i++) {
		char *p = rt->sync->loadp(&w->pairp);

		if (p != NULL && (p <= bytes || p > bytes + HANDS))
			mark(&w->torn);
		rt->sync->storep(&w->pairp, &bytes[hand]);
		stepp(w);
		token = rt->sync->swapp(&w->swapp, token);
	}
	if (token != NULL)
		rt->sync->add64(&w->tokens, (char *)token - bytes);
	atomic_fetch_add_explicit(&w->rounds, i, memory_order_relaxed);
	send_signal(w->done);
}

CASE_OF(WG_030, pointer, "atomics of pointers are exact under contention",
	NEEDS(NEED(sync, loadp), NEED(sync, storep), NEED(sync, swapp),
	      NEED(sync, casp), NEED(sync, add64)))
{
	static struct words w;
	int64_t n = run_hands(&w, handsp);
	char *last = w.swapp;

	CHECK_EQ((uintptr_t)w.casp, n);
	CHECK_EQ(w.tokens + (last == NULL ? 0 : last - bytes), TOKENS);
	CHECK(!rt->sync->casp(&w.swapp, bytes, NULL));
	CHECK_PTR(rt->sync->swapp(&w.swapp, NULL), ==, last);
	CHECK_PTR(rt->sync->loadp(&w.swapp), ==, NULL);
}
