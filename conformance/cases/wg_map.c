/*
 * wg_map.c - the concurrent map (WG-028, WG-029).
 */
#include "sync_kit.h"

#define NEED_MAP                                                               \
	NEED_EXT(map, make), NEED_EXT(map, free), NEED_EXT(map, load),         \
		NEED_EXT(map, store), NEED_EXT(map, load_or_store),            \
		NEED_EXT(map, load_and_delete), NEED_EXT(map, delete_),        \
		NEED_EXT(map, swap), NEED_EXT(map, compare_and_swap),          \
		NEED_EXT(map, compare_and_delete), NEED_EXT(map, range),       \
		NEED_EXT(map, clear)

static assay_map *map(void)
{
	assay_map *m = ext->map->make();

	REQUIRE(m != NULL);
	return m;
}

static void *word(uint64_t n)
{
	return (void *)(uintptr_t)n;
}

static void store(assay_map *m, uint64_t key, void *value)
{
	REQUIRE_EQ(ext->map->store(m, key, value), ASSAY_OK);
}

/* ---- WG-028: against a reference map ----------------------------------------------- */

enum { KEYS = 24 };

/* What the map must hold. */
struct model {
	bool there[KEYS];
	void *value[KEYS];
};

/* Few values, NULL among them, so that comparisons hit. */
static void *some_value(void)
{
	return word((uint64_t)rnd_below(4));
}

/* Keys far apart, so that all bits of them count. */
static uint64_t key_number(int k)
{
	static const uint64_t far[] = {0, 1, UINT64_MAX, UINT64_C(1) << 32,
				       UINT64_C(1) << 63};

	return k < 5 ? far[k] : (uint64_t)k * UINT64_C(0x9e3779b97f4a7c15);
}

static void expect(const char *what, bool got, bool want, const void *value,
		   const void *want_value)
{
	CHECK_MSG(got == want, "%s says %d", what, got);
	CHECK_MSG(value == want_value, "%s gives %p, not %p", what, value,
		  want_value);
}

static void lookups(assay_map *m, struct model *s, int k)
{
	void *got = word(99), *value = some_value();
	void *was = s->there[k] ? s->value[k] : NULL;
	bool there = s->there[k], says;

	switch (rnd_below(4)) {
	case 0:
		says = ext->map->load(m, key_number(k), &got);
		expect("load", says, there, got, was);
		return;
	case 1:
		says = ext->map->load_or_store(m, key_number(k), value, &got);
		expect("load_or_store", says, there, got, there ? was : value);
		if (!there)
			s->value[k] = value;
		s->there[k] = true;
		return;
	case 2:
		says = ext->map->load_and_delete(m, key_number(k), &got);
		expect("load_and_delete", says, there, got, was);
		s->there[k] = false;
		return;
	default:
		says = ext->map->swap(m, key_number(k), value, &got);
		expect("swap", says, there, got, was);
		s->there[k] = true;
		s->value[k] = value;
	}
}

static void changes(assay_map *m, struct model *s, int k)
{
	void *old = some_value(), *value = some_value();
	bool hit = s->there[k] && s->value[k] == old;

	switch (rnd_below(5)) {
	case 0:
	case 1:
		store(m, key_number(k), value);
		s->there[k] = true;
		s->value[k] = value;
		return;
	case 2:
		ext->map->delete_(m, key_number(k));
		s->there[k] = false;
		return;
	case 3:
		CHECK_EQ(ext->map->compare_and_swap(m, key_number(k), old,
						    value),
			 hit);
		if (hit)
			s->value[k] = value;
		return;
	default:
		CHECK_EQ(ext->map->compare_and_delete(m, key_number(k), old),
			 hit);
		if (hit)
			s->there[k] = false;
	}
}

struct visit {
	const struct model *model;
	int seen[KEYS];
	int stop_after; /* 0: never */
	int calls;
};

static int number_of(uint64_t key)
{
	for (int k = 0; k < KEYS; k++)
		if (key_number(k) == key)
			return k;
	return -1;
}

static bool visit_one(void *arg, uint64_t key, void *value)
{
	struct visit *v = arg;
	int k = number_of(key);

	v->calls++;
	if (CHECK(k >= 0)) {
		v->seen[k]++;
		CHECK(v->model->there[k]);
		CHECK(v->model->value[k] == value);
	}
	return v->calls != v->stop_after;
}

static void check_range(assay_map *m, const struct model *s)
{
	struct visit all = {.model = s}, some = {.model = s, .stop_after = 2};
	int n = 0;

	for (int k = 0; k < KEYS; k++)
		n += s->there[k];
	ext->map->range(m, visit_one, &all);
	CHECK_EQ(all.calls, n);
	for (int k = 0; k < KEYS; k++)
		CHECK_EQ(all.seen[k], s->there[k]);
	ext->map->range(m, visit_one, &some);
	CHECK_EQ(some.calls, n < 2 ? n : 2);
}

CASE(WG_028, "the map does what a plain map does", .flags = CASE_VALGRIND,
     NEEDS(NEED_MAP))
{
	assay_map *m = map();
	struct model s = {.there = {false}};

	for (int64_t i = rounds(20000); i > 0; i--) {
		int k = (int)rnd_below(KEYS);

		if (i % 2 == 0)
			lookups(m, &s, k);
		else
			changes(m, &s, k);
		if (i % 100 == 1)
			check_range(m, &s);
		if (i % 3001 == 1) {
			ext->map->clear(m);
			s = (struct model){.there = {false}};
			check_range(m, &s);
		}
	}
	ext->map->free(m);
	ext->map->free(NULL);
}

CASE_OF(WG_028, nothing, "of a key that is not there nothing is told",
	NEEDS(NEED_MAP))
{
	assay_map *m = map();
	void *value = &value;

	CHECK(!ext->map->load(m, 7, &value));
	CHECK(value == NULL);
	value = &value;
	CHECK(!ext->map->load_and_delete(m, 7, &value));
	CHECK(value == NULL);
	CHECK(!ext->map->compare_and_swap(m, 7, NULL, &value));
	CHECK(!ext->map->compare_and_delete(m, 7, NULL));
	CHECK(!ext->map->load(m, 7, NULL));
	value = &value;
	CHECK(!ext->map->swap(m, 7, NULL, &value));
	CHECK(value == NULL);
	CHECK(ext->map->load(m, 7, NULL));
	CHECK(ext->map->load_or_store(m, 7, &value, NULL));
	CHECK(ext->map->load_and_delete(m, 7, NULL));
	CHECK(!ext->map->swap(m, 7, &value, NULL));
	ext->map->delete_(m, 8);
	ext->map->clear(m);
	CHECK(!ext->map->load(m, 7, NULL));
	ext->map->free(m);
}

CASE_OF(WG_028, many, "a hundred thousand keys are kept and found",
	NEEDS(NEED_MAP))
{
	assay_map *m = map();
	uint64_t n = (uint64_t)rounds(100000);

	for (uint64_t k = 0; k < n; k++)
		store(m, k << 20 | k, word(k + 1));
	for (uint64_t k = 0; k < n; k += 3)
		ext->map->delete_(m, k << 20 | k);
	for (uint64_t k = 0; k < n; k++) {
		void *value;
		bool there = ext->map->load(m, k << 20 | k, &value);

		if (there != (k % 3 != 0) || (there && value != word(k + 1)))
			CHECK_MSG(false, "key %" PRIu64 " is wrong", k);
	}
	ext->map->free(m);
}

/* ---- WG-028 with others at work ------------------------------------------------------------ */

struct race {
	assay_map *m;
	assay_chan *ended;
	atomic_int next, arrived, won, wrong;
	int64_t rounds;
};

static int enter_race(struct race *r, int n)
{
	int me = bump(&r->next);

	gather(&r->arrived, n);
	return me;
}

static void run_race(struct race *r, assay_fn fn)
{
	r->ended = chan_signal(0);
	go_many(8, fn, r);
	join(r->ended, 8);
	CHECK_EQ(count_of(&r->wrong), 0);
}

/* Who stored it is told so; all the others get what that one stored. */
static void store_first(void *arg)
{
	struct race *r = arg;
	int me = enter_race(r, 8);

	for (int64_t k = 0; k < r->rounds; k++) {
		void *got = NULL, *now_there = NULL;
		bool there = ext->map->load_or_store(r->m, (uint64_t)k,
						     word((uint64_t)me), &got);

		if (!there)
			bump(&r->won);
		if (there == (got == word((uint64_t)me)) ||
		    !ext->map->load(r->m, (uint64_t)k, &now_there) ||
		    now_there != got)
			bump(&r->wrong);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, first, "of many who load or store one stores", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(5000)};

	run_race(&r, store_first);
	CHECK_EQ(count_of(&r.won), r.rounds);
	ext->map->free(r.m);
}

static void delete_first(void *arg)
{
	struct race *r = arg;

	(void)enter_race(r, 8);
	for (int64_t k = 0; k < r->rounds; k++) {
		void *got = NULL;

		if (k % 2 == 0
			    ? ext->map->load_and_delete(r->m, (uint64_t)k, &got)
			    : ext->map->compare_and_delete(
				      r->m, (uint64_t)k, word((uint64_t)k + 1)))
			bump(&r->won);
		if (k % 2 == 0 && got != NULL && got != word((uint64_t)k + 1))
			bump(&r->wrong);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, last, "of many who delete one does", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(5000)};

	for (int64_t k = 0; k < r.rounds; k++)
		store(r.m, (uint64_t)k, word((uint64_t)k + 1));
	run_race(&r, delete_first);
	CHECK_EQ(count_of(&r.won), r.rounds);
	ext->map->free(r.m);
}

/* Counts up by compare and swap: none of the steps is lost. */
static void count_up(void *arg)
{
	struct race *r = arg;

	(void)enter_race(r, 8);
	for (int64_t i = 0; i < r->rounds; i++) {
		void *old;

		do
			(void)ext->map->load(r->m, (uint64_t)i % 3, &old);
		while (!ext->map->compare_and_swap(
			r->m, (uint64_t)i % 3, old,
			word((uint64_t)(uintptr_t)old + 1)));
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, count, "compare and swap loses no step", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(2000)};
	uint64_t sum = 0;

	for (uint64_t k = 0; k < 3; k++)
		store(r.m, k, NULL);
	run_race(&r, count_up);
	for (uint64_t k = 0; k < 3; k++) {
		void *value = NULL;

		CHECK(ext->map->load(r.m, k, &value));
		sum += (uintptr_t)value;
	}
	CHECK_EQ(sum, 8 * r.rounds);
	ext->map->free(r.m);
}

/* Each value that is swapped in is swapped out once. */
static void swap_through(void *arg)
{
	struct race *r = arg;
	int me = enter_race(r, 8);
	void *got;

	for (int64_t i = 0; i < r->rounds; i++) {
		uint64_t mine = (uint64_t)me << 32 | (uint64_t)i;

		if (!ext->map->swap(r->m, 1, word(mine), &got) || got == NULL)
			bump(&r->wrong);
		atomic_fetch_add_explicit(&r->won, (int)(uintptr_t)got,
					  memory_order_relaxed);
	}
	send_signal(r->ended);
}

CASE_OF(WG_028, swap, "swap hands on each value once", NEEDS(NEED_MAP))
{
	struct race r = {.m = map(), .rounds = rounds(2000)};
	void *last = NULL;

	store(r.m, 1, word(UINT64_C(1) << 32));
	run_race(&r, swap_through);
	CHECK(ext->map->load(r.m, 1, &last));
	CHECK_EQ(count_of(&r.won) + (int)(uintptr_t)last,
		 8 * (r.rounds * (r.rounds - 1) / 2));
	ext->map->free(r.m);
}

/* Keys that come and go, beside those below 1000 that stay. */
struct churn {
	assay_map *m;
	assay_chan *ended;
	atomic_int next, stop, wrong;
};

static void come_and_go(void *arg)
{
	struct churn *c = arg;
	uint64_t own = (uint64_t)bump(&c->next) * 1000000;

	while (count_of(&c->stop) == 0) {
		uint64_t n = 1 + (uint64_t)rnd_below(2000);

		for (uint64_t k = 0; k < n; k++)
			store(c->m, own + k, word(k));
		for (uint64_t k = 0; k < n; k++)
			if (!ext->map->load_and_delete(c->m, own + k, NULL))
				bump(&c->wrong);
		yield();
	}
	send_signal(c->ended);
}

CASE_OF(WG_028, churn, "a key that stays is always found while others come",
	NEEDS(NEED_MAP))
{
	struct churn c = {.m = map(), .ended = chan_signal(0)};
	int64_t missed = 0;

	for (uint64_t k = 0; k < 1000; k++)
		store(c.m, k, word(k + 1));
	go_many(3, come_and_go, &c);
	for (int64_t i = rounds(300); i > 0; i--) {
		for (uint64_t k = 0; k < 1000; k++) {
			void *value = NULL;

			missed += !ext->map->load(c.m, k, &value) ||
				  value != word(k + 1);
		}
		yield();
	}
	bump(&c.stop);
	join(c.ended, 3);
	CHECK_EQ(missed, 0);
	CHECK_EQ(count_of(&c.wrong), 0);
	ext->map->free(c.m);
}

/* ---- WG-029: range beside others -------------------------------------------------------------- */

struct ranging {
	assay_map *m;
	assay_chan *ended;
	atomic_int stop;
	int64_t keys;
	int *seen; /* of one range */
	int wrong;
};

/* The stored values are multiples of their keys. */
static void store_on(void *arg)
{
	struct ranging *r = arg;

	for (uint64_t round = 2; count_of(&r->stop) == 0; round++)
		for (uint64_t k = 1; k <= (uint64_t)r->keys; k++) {
			store(r->m, k, word(k * round));
			if (k % 64 == 0)
				yield();
			if (count_of(&r->stop) != 0)
				break;
		}
	send_signal(r->ended);
}

static bool see(void *arg, uint64_t key, void *value)
{
	struct ranging *r = arg;

	if (key < 1 || key > (uint64_t)r->keys || (uintptr_t)value % key != 0 ||
	    r->seen[key]++ != 0)
		r->wrong++;
	return true;
}

CASE(WG_029, "range visits each key once while others store", NEEDS(NEED_MAP))
{
	enum { MANY = 512 };
	static int seen[MANY + 1];
	struct ranging r = {.m = map(),
			    .ended = chan_signal(0),
			    .keys = MANY,
			    .seen = seen};

	for (uint64_t k = 1; k <= MANY; k++)
		store(r.m, k, word(k));
	go_many(4, store_on, &r);
	for (int64_t i = rounds(100); i > 0; i--) {
		memset(seen, 0, sizeof(seen));
		ext->map->range(r.m, see, &r);
		for (int k = 1; k <= MANY; k++)
			r.wrong += seen[k] != 1;
		yield();
	}
	bump(&r.stop);
	join(r.ended, 4);
	CHECK_EQ(r.wrong, 0);
	ext->map->free(r.m);
}

static int times_seen[1000]; /* of one range */

static bool see_churn(void *arg, uint64_t key, void *value)
{
	if (key < 1000 && (times_seen[key]++ != 0 || value != word(key + 1)))
		++*(int64_t *)arg;
	return true;
}

CASE_OF(WG_029, churn, "a key that stays is visited once while others come",
	NEEDS(NEED_MAP))
{
	struct churn c = {.m = map(), .ended = chan_signal(0)};
	int64_t wrong = 0;

	for (uint64_t k = 0; k < 1000; k++)
		store(c.m, k, word(k + 1));
	go_many(3, come_and_go, &c);
	for (int64_t i = rounds(100); i > 0; i--) {
		memset(times_seen, 0, sizeof(times_seen));
		ext->map->range(c.m, see_churn, &wrong);
		for (int k = 0; k < 1000; k++)
			wrong += times_seen[k] != 1;
		yield();
	}
	bump(&c.stop);
	join(c.ended, 3);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(count_of(&c.wrong), 0);
	ext->map->free(c.m);
}

/* Changes the map from inside: a key that is gone is not visited again. */
static bool change_inside(void *arg, uint64_t key, void *value)
{
	struct ranging *r = arg;

	(void)value;
	if (key > (uint64_t)r->keys)
		return true; /* one that was added meanwhile */
	if (r->seen[key]++ != 0)
		r->wrong++;
	if (key % 2 == 0)
		ext->map->delete_(r->m, key);
	else
		store(r->m, key, word(key));
	store(r->m, key + 1000, word(key));
	(void)ext->map->load(r->m, key, NULL);
	return true;
}

CASE_OF(WG_029, inside, "the function of range may change the map",
	NEEDS(NEED_MAP))
{
	enum { MANY = 100 };
	static int seen[MANY + 1];
	struct ranging r = {.m = map(), .keys = MANY, .seen = seen};

	for (uint64_t k = 1; k <= MANY; k++)
		store(r.m, k, word(k));
	ext->map->range(r.m, change_inside, &r);
	CHECK_EQ(r.wrong, 0);
	for (uint64_t k = 1; k <= MANY; k++) {
		CHECK_EQ(seen[k], 1);
		CHECK_EQ(ext->map->load(r.m, k, NULL), k % 2 == 1);
		CHECK(ext->map->load(r.m, k + 1000, NULL));
	}
	ext->map->free(r.m);
}
