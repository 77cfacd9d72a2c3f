/*
 * main.c - runs the tests of goro_ext.h on goro: ext-tests [virtual].
 */
#include <stdio.h>
#include <string.h>

#include "ext.h"

int unit_main(void);

extern const struct unit_suite ext_context, ext_tree, ext_group, ext_semaphore,
	ext_flight, ext_rate, ext_lazy, ext_map, ext_nomem;

const char unit_name[] = "ext-tests";

const struct unit_suite *const unit_suites[] = {
	&ext_context, &ext_tree, &ext_group, &ext_semaphore, &ext_flight,
	&ext_rate,    &ext_lazy, &ext_map,   &ext_nomem,     NULL,
};

bool ext_virtual;

struct member {
	void (*fn)(void *arg, int i);
	void *arg;
	int i;
};

static void join_in(void *arg)
{
	const struct member *m = arg;

	m->fn(m->arg, m->i);
}

void ext_team(int n, void (*fn)(void *arg, int i), void *arg)
{
	struct member members[TEAM_MAX];
	goro_waitgroup wg = {{0}};

	for (int i = 0; i < n; i++) {
		members[i] = (struct member){.fn = fn, .arg = arg, .i = i};
		goro_wg_go(&wg, join_in, &members[i]);
	}
	goro_wg_wait(&wg);
}

int ext_await(atomic_int *n, int want)
{
	int64_t end = goro_now() + 10 * GORO_SECOND;

	while (atomic_load(n) != want && goro_now() < end)
		goro_sleep(MS / 10);
	return atomic_load(n);
}

int64_t ext_goroutines(int64_t want)
{
	int64_t end = goro_now() + 10 * GORO_SECOND;

	while (goro_num_goroutine() != want && goro_now() < end)
		goro_sleep(MS / 10);
	return goro_num_goroutine();
}

void ext_count(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

bool ext_closed(goro_chan *c)
{
	return goro_chan_recv(c, NULL, GORO_POLL) == GORO_CLOSED;
}

uint64_t ext_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static int status;

static void run_all(void *arg)
{
	(void)arg;
	status = unit_main();
}

int main(int argc, char **argv)
{
	struct goro_config c = {.size = sizeof(c), .procs = 4};

	ext_virtual = argc > 1 && strcmp(argv[1], "virtual") == 0;
	c.virtual_time = ext_virtual;
	if (goro_run_with(run_all, NULL, &c)) {
		fprintf(stderr, "%s: goro does not run\n", unit_name);
		return 1;
	}
	return status;
}
