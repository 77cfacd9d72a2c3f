/*
 * map_test.c - the concurrent map: against a model, and under fire.
 */
#include <string.h>

#include "ext.h"

enum { KEYS = 512, OPS = 200000 };

/* What the map should hold. */
static struct {
	bool there;
	void *value;
} model[KEYS];

static void *word(uint64_t n)
{
	return (void *)(uintptr_t)n;
}

static void expect(bool found, void *const *got, uint64_t key)
{
	if (found != model[key].there ||
	    *got != (found ? model[key].value : NULL))
		CU_FAIL_FATAL("not what the model has");
}

static void set(uint64_t key, bool there, void *value)
{
	model[key].there = there;
	model[key].value = value;
}

static void change(goro_map *m, uint64_t key, void *old, void *v, int how)
{
	void *got = NULL;
	bool found = model[key].there;
	bool same = found && model[key].value == old;

	switch (how) {
	case 0:
		UNIT_EQ(goro_map_store(m, key, v), GORO_OK);
		set(key, true, v);
		break;
	case 1:
		if (goro_map_load_or_store(m, key, v, &got) != found ||
		    got != (found ? model[key].value : v))
			CU_FAIL_FATAL("load or store");
		if (!found)
			set(key, true, v);
		break;
	case 2:
		expect(goro_map_load_and_delete(m, key, &got), &got, key);
		set(key, false, NULL);
		break;
	case 3:
		goro_map_delete(m, key);
		set(key, false, NULL);
		break;
	case 4:
		expect(goro_map_swap(m, key, v, &got), &got, key);
		set(key, true, v);
		break;
	case 5:
		if (goro_map_compare_and_swap(m, key, old, v) != same)
			CU_FAIL_FATAL("compare and swap");
		if (same)
			set(key, true, v);
		break;
	case 6:
		if (goro_map_compare_and_delete(m, key, old) != same)
			CU_FAIL_FATAL("compare and delete");
		if (same)
			set(key, false, NULL);
		break;
	}
}

static bool see(void *arg, uint64_t key, void *value)
{
	bool *seen = arg;

	if (seen[key])
		CU_FAIL_FATAL("a key twice");
	seen[key] = true;
	expect(true, &value, key);
	return true;
}

static void same_keys(goro_map *m)
{
	bool seen[KEYS] = {false};

	goro_map_range(m, see, seen);
	for (uint64_t k = 0; k < KEYS; k++)
		if (seen[k] != model[k].there)
			CU_FAIL_FATAL("range left a key out");
}

static void as_the_model(void)
{
	goro_map *m = goro_map_new();
	void *got = m;

	memset(model, 0, sizeof(model));
	for (int i = 0; i < OPS; i++) {
		uint64_t key = unit_rand(KEYS);

		change(m, key, word(unit_rand(4)), word(unit_rand(4)),
		       (int)unit_rand(7));
		key = unit_rand(KEYS);
		expect(goro_map_load(m, key, &got), &got, key);
		if (i % 20000 == 0)
			same_keys(m);
	}
	same_keys(m);
	goro_map_clear(m);
	memset(model, 0, sizeof(model));
	same_keys(m);
	goro_map_free(m);
	goro_map_free(NULL);
}

static void any_key(void)
{
	static const uint64_t keys[] = {0, 1, UINT64_MAX, UINT64_MAX - 1,
					UINT64_C(1) << 63};
	goro_map *m = goro_map_new();
	void *v = m;

	for (size_t i = 0; i < 5; i++) {
		UNIT_EQ(goro_map_load(m, keys[i], &v), false);
		CU_ASSERT_PTR_NULL(v);
		UNIT_EQ(goro_map_store(m, keys[i], NULL), GORO_OK);
		UNIT_EQ(goro_map_load(m, keys[i], &v), true);
		CU_ASSERT_PTR_NULL(v);
	}
	goro_map_free(m);
}

/* Each key has one owner, who counts up its value; others only look. */
struct fire {
	goro_map *m;
	atomic_int bad, stop;
};

enum { OWNERS = 4, OWNED = 64, COUNT = 3000 };

static void own(struct fire *f, int i)
{
	for (uint64_t n = 1; n <= COUNT; n++) {
		uint64_t key = (uint64_t)i + OWNERS * (n % OWNED);
		uint64_t value = n << 32 | key;
		void *was = NULL;

		if (n % 3 == 0)
			goro_map_delete(f->m, key);
		goro_map_swap(f->m, key, word(value), &was);
		if (was && ((uintptr_t)was & UINT32_MAX) != key)
			atomic_fetch_add(&f->bad, 1);
		if (!goro_map_load(f->m, key, &was) || was != word(value))
			atomic_fetch_add(&f->bad, 1);
	}
	atomic_fetch_add(&f->stop, 1);
}

/* A value is of its key, and never older than the one seen before. */
static void look(struct fire *f)
{
	uint64_t last[OWNERS * OWNED] = {0};

	while (atomic_load(&f->stop) < OWNERS)
		for (uint64_t key = 0; key < OWNERS * OWNED; key++) {
			void *v = NULL;
			uint64_t n;

			if (!goro_map_load(f->m, key, &v))
				continue;
			n = (uintptr_t)v >> 32;
			if (((uintptr_t)v & UINT32_MAX) != key || n < last[key])
				atomic_fetch_add(&f->bad, 1);
			last[key] = n;
		}
}

static bool once_each(void *arg, uint64_t key, void *value)
{
	bool *seen = arg;

	if (seen[key] || ((uintptr_t)value & UINT32_MAX) != key)
		return false;
	seen[key] = true;
	return true;
}

static void range_all(struct fire *f)
{
	while (atomic_load(&f->stop) < OWNERS) {
		/* One more than there is: the callback never says no. */
		bool seen[OWNERS * OWNED + 1] = {false};

		goro_map_range(f->m, once_each, seen);
	}
}

static void under_fire(void *arg, int i)
{
	struct fire *f = arg;

	if (i < OWNERS)
		own(f, i);
	else if (i < OWNERS + 2)
		look(f);
	else
		range_all(f);
}

static void fire(void)
{
	struct fire f = {.m = goro_map_new()};

	ext_team(OWNERS + 3, under_fire, &f);
	UNIT_EQ(atomic_load(&f.bad), 0);
	goro_map_free(f.m);
}

static bool count_and_stop(void *arg, uint64_t key, void *value)
{
	int *n = arg;

	(void)key, (void)value;
	return ++*n < 3;
}

/* fn may do with the map what it likes. */
static bool move_on(void *arg, uint64_t key, void *value)
{
	goro_map *m = arg;

	(void)value;
	goro_map_delete(m, key);
	goro_map_store(m, key + 1000, NULL);
	return key < 1000;
}

static bool panics(void *arg, uint64_t key, void *value)
{
	(void)arg, (void)key, (void)value;
	goro_panic("in range");
}

static void range_panics(void *m)
{
	goro_map_range(m, panics, NULL);
}

static void range(void)
{
	goro_map *m = goro_map_new();
	int n = 0;

	goro_map_range(m, count_and_stop, &n);
	UNIT_EQ(n, 0);
	for (uint64_t k = 0; k < 100; k++)
		goro_map_store(m, k, NULL);
	goro_map_range(m, count_and_stop, &n);
	UNIT_EQ(n, 3);
	UNIT_EQ(goro_try(range_panics, m, NULL), GORO_PANICKED);
	goro_map_range(m, move_on, m);
	goro_map_clear(m);
	n = 0;
	goro_map_range(m, count_and_stop, &n);
	UNIT_EQ(n, 0);
	goro_map_free(m);
}

static const struct unit_test tests[] = {
	{"agrees with a model", as_the_model},
	{"any key, any value", any_key},
	{"loads and ranges beside writers", fire},
	{"range", range},
	{NULL, NULL},
};

const struct unit_suite ext_map = {"map", tests};
