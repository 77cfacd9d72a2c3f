/*
 * map.c - the concurrent map, by one goroutine (WG-028).
 */
#include "map.h"

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
	if (CHECK_GE(k, 0)) {
		v->seen[k]++;
		CHECK(v->model->there[k]);
		CHECK_PTR(v->model->value[k], ==, value);
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
	CHECK_PTR(value, ==, NULL);
	value = &value;
	CHECK(!ext->map->load_and_delete(m, 7, &value));
	CHECK_PTR(value, ==, NULL);
	CHECK(!ext->map->compare_and_swap(m, 7, NULL, &value));
	CHECK(!ext->map->compare_and_delete(m, 7, NULL));
	CHECK(!ext->map->load(m, 7, NULL));
	value = &value;
	CHECK(!ext->map->swap(m, 7, NULL, &value));
	CHECK_PTR(value, ==, NULL);
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
