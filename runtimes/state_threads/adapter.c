/*
 * adapter.c - State Threads for Assay: its threads, sleeps and condition
 * variables, under the kit's channels.
 */
#include <st.h>

#include "kit/assay_kit.h"

#define STACK_SIZE (256 * 1024)

/* A thread parks on a condition variable of its own. */
static void *thread(void *p)
{
	struct kit_task *t = p;
	st_cond_t cond = st_cond_new();

	if (!cond)
		kit_fatal("out of memory");
	t->own.p = cond;
	kit_body(t);
	st_cond_destroy(cond);
	return NULL;
}

static int run(struct kit_task *main)
{
	st_set_eventsys(ST_EVENTSYS_ALT);
	if (st_init() != 0)
		return ASSAY_ENOMEM;
	thread(main);
	return ASSAY_OK;
}

static int spawn(struct kit_task *t)
{
	return st_thread_create(thread, t, 0, STACK_SIZE) ? ASSAY_OK
							  : ASSAY_ENOMEM;
}

static void yield(void)
{
	st_usleep(0);
}

/* Times of State Threads are microseconds from now: rounded up. */
static void park(struct kit_task *t, int64_t deadline)
{
	int64_t ns = deadline - kit_clock();

	if (deadline == ASSAY_FOREVER)
		st_cond_wait(t->own.p);
	else if (ns > 0)
		st_cond_timedwait(t->own.p, (st_utime_t)(ns + 999) / 1000);
}

static void ready(struct kit_task *t)
{
	st_cond_signal(t->own.p);
}

const struct kit_hooks kit_hooks = {
	run, spawn, yield, park, ready, kit_clock, &kit_chan, false,
};

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_SYNC_TIMERS | ASSAY_TRAIT_BUFFERED |
		  ASSAY_TRAIT_SELECT_SEND,
	.name = "state_threads",
	.version = ST_VERSION,
	.model = "N:1",
	.max_goroutines = 10000, /* a stack is three mappings, of 65530 */
	.core = &kit_core,
	.chan = &kit_chan,
	.time = &kit_time,
	.sync = &kit_sync,
	.inspect = &kit_inspect,
	.kit = "chan, sync, timers",
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	return &table;
}
