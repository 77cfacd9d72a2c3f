/*
 * group_test.c - errgroup.
 */
#include <string.h>

#include "ext.h"

struct load {
	atomic_int now, most, ended;
	goro_chan *go_on;
};

static int fails_with(void *arg)
{
	return (int)(intptr_t)arg;
}

static int exits(void *arg)
{
	(void)arg;
	goro_goexit();
	return 1;
}

static int count_in(void *arg)
{
	struct load *l = arg;
	int now = atomic_fetch_add(&l->now, 1) + 1;
	int most = atomic_load(&l->most);

	while (now > most &&
	       !atomic_compare_exchange_weak(&l->most, &most, now))
		;
	if (l->go_on)
		goro_recv(l->go_on, NULL);
	else
		goro_yield();
	atomic_fetch_sub(&l->now, 1);
	atomic_fetch_add(&l->ended, 1);
	return 0;
}

static void start(goro_group *g, goro_task task, intptr_t arg)
{
	UNIT_EQ(goro_group_go(g, task, (void *)arg, GORO_FOREVER), GORO_OK);
}

static void first_error(void)
{
	goro_group *g = goro_group_new();

	UNIT_EQ(goro_group_wait(g), 0);
	start(g, fails_with, 0);
	UNIT_EQ(goro_group_wait(g), 0);
	start(g, fails_with, 1001);
	UNIT_EQ(goro_group_wait(g), 1001);
	start(g, fails_with, 1002);
	start(g, exits, 0);
	UNIT_EQ(goro_group_wait(g), 1001);
	UNIT_EQ(goro_group_go(g, NULL, NULL, GORO_FOREVER), GORO_EINVAL);
	goro_group_free(g);
	goro_group_free(NULL);
}

static void context(int error)
{
	goro_group *g = NULL;
	goro_context *c = NULL;

	UNIT_EQ(goro_group_with_context(NULL, &g, &c), GORO_CTX_NIL_PARENT);
	UNIT_STR(goro_group_error(), "cannot create context from nil parent");
	UNIT_EQ(goro_group_with_context(goro_todo(), &g, &c), GORO_OK);
	start(g, fails_with, error);
	if (error)
		goro_recv(goro_context_done(c), NULL);
	UNIT_EQ(goro_group_wait(g), error);
	UNIT_EQ(goro_context_err(c), GORO_CANCELED);
	UNIT_EQ(goro_context_cause(c), error ? error : GORO_CANCELED);
	goro_context_free(c);
	goro_group_free(g);
}

static void contexts(void)
{
	context(0);
	context(1007);
}

static void limits(void)
{
	goro_group *g = goro_group_new();

	for (int limit = 1; limit <= 3; limit++) {
		struct load l = {.now = 0};

		UNIT_EQ(goro_group_set_limit(g, limit), GORO_OK);
		for (int i = 0; i < 100; i++)
			start(g, count_in, (intptr_t)&l);
		UNIT_EQ(goro_group_wait(g), 0);
		UNIT_EQ(atomic_load(&l.ended), 100);
		CU_ASSERT(atomic_load(&l.most) <= limit);
	}
	goro_group_free(g);
}

static void limit_reached(void)
{
	goro_group *g = goro_group_new();
	struct load l = {.go_on = goro_make(0, 0)};
	int64_t start_at;

	UNIT_EQ(goro_group_set_limit(g, 0), GORO_OK);
	UNIT_EQ(goro_group_go(g, count_in, &l, GORO_POLL), GORO_AGAIN);
	UNIT_EQ(goro_group_set_limit(g, 2), GORO_OK);
	UNIT_EQ(goro_group_go(g, count_in, &l, GORO_POLL), GORO_OK);
	UNIT_EQ(goro_group_go(g, count_in, &l, GORO_POLL), GORO_OK);
	UNIT_EQ(goro_group_go(g, count_in, &l, GORO_POLL), GORO_AGAIN);
	start_at = goro_now();
	UNIT_EQ(goro_group_go(g, count_in, &l, start_at + MS), GORO_TIMEOUT);
	CU_ASSERT(goro_now() - start_at >= MS);
	UNIT_EQ(goro_group_set_limit(g, 3), GORO_GROUP_LIMIT);
	UNIT_STR(goro_group_error(),
		 "errgroup: modify limit while 2 goroutines in the group are "
		 "still active");
	UNIT_EQ(goro_group_set_limit(g, -1), GORO_OK);
	UNIT_EQ(goro_group_go(g, count_in, &l, GORO_POLL), GORO_OK);
	goro_close(l.go_on);
	UNIT_EQ(goro_group_wait(g), 0);
	UNIT_EQ(atomic_load(&l.ended), 3);
	UNIT_EQ(goro_group_set_limit(g, INT64_MAX), GORO_OK);
	start(g, count_in, (intptr_t)&l);
	UNIT_EQ(goro_group_wait(g), 0);
	goro_group_free(g);
	goro_chan_free(l.go_on);
}

/* A place is given back by a task that leaves by goexit. */
static void goexit_leaves(void)
{
	goro_group *g = goro_group_new();

	goro_group_set_limit(g, 1);
	for (int i = 0; i < 20; i++)
		start(g, exits, 0);
	UNIT_EQ(goro_group_wait(g), 0);
	UNIT_EQ(goro_group_set_limit(g, 1), GORO_OK);
	goro_group_free(g);
}

static void one_of_many_fails(void)
{
	for (int round = 0; round < 100; round++) {
		goro_group *g = NULL;
		goro_context *c = NULL;
		int error;

		goro_group_with_context(goro_background(), &g, &c);
		for (int i = 0; i < 16; i++)
			start(g, fails_with, i < 8 ? 0 : 1000 + i);
		error = goro_group_wait(g);
		CU_ASSERT(error >= 1008 && error < 1016);
		UNIT_EQ(goro_context_cause(c), error);
		goro_group_free(g);
		goro_context_free(c);
	}
}

static const struct unit_test tests[] = {
	{"wait returns the first error", first_error},
	{"with context", contexts},
	{"never more than the limit", limits},
	{"at the limit", limit_reached},
	{"a task that leaves by goexit", goexit_leaves},
	{"one of many errors is the cause", one_of_many_fails},
	{NULL, NULL},
};

const struct unit_suite ext_group = {"errgroup", tests};
