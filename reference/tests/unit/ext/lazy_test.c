/*
 * lazy_test.c - values that are made once.
 */
#include <string.h>

#include "ext.h"

struct maker {
	atomic_int calls, bad;
	goro_lazy *lazy;
};

static void *make(void *arg)
{
	struct maker *m = arg;

	atomic_fetch_add(&m->calls, 1);
	goro_yield();
	return m;
}

static void *fail_to_make(void *arg)
{
	atomic_fetch_add(&((struct maker *)arg)->calls, 1);
	goro_panic("no clay");
}

static void get(void *arg)
{
	goro_lazy_get(((struct maker *)arg)->lazy);
}

static void get_value(void *arg, int i)
{
	struct maker *m = arg;

	(void)i;
	if (goro_lazy_get(m->lazy) != m)
		atomic_fetch_add(&m->bad, 1);
}

static void once(void)
{
	struct maker m = {.calls = 0};

	m.lazy = goro_lazy_new(make, &m);
	UNIT_EQ(atomic_load(&m.calls), 0);
	ext_team(8, get_value, &m);
	UNIT_EQ(atomic_load(&m.calls), 1);
	UNIT_EQ(atomic_load(&m.bad), 0);
	goro_lazy_free(m.lazy);
	CU_ASSERT_PTR_NULL(goro_lazy_new(NULL, NULL));
	goro_lazy_free(NULL);
}

static void panics_each_time(void)
{
	struct maker m = {.calls = 0};

	m.lazy = goro_lazy_new(fail_to_make, &m);
	for (int i = 0; i < 3; i++) {
		struct goro_panic_value v = {.text = ""};

		UNIT_EQ(goro_try(get, &m, &v), GORO_PANICKED);
		UNIT_STR(v.text, "no clay");
	}
	UNIT_EQ(atomic_load(&m.calls), 1);
	goro_lazy_free(m.lazy);
}

static const struct unit_test tests[] = {
	{"made once for all", once},
	{"a panic comes again each time", panics_each_time},
	{NULL, NULL},
};

const struct unit_suite ext_lazy = {"lazy", tests};
