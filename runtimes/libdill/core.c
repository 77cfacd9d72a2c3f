/* core.c - libdill's coroutines as goroutines, and the table. */
#include "dill.h"

int64_t dl_deadline(int64_t deadline)
{
	int64_t ns;

	if (deadline == ASSAY_FOREVER)
		return -1;
	if (deadline == ASSAY_POLL)
		return 0;
	ns = deadline - kit_clock();
	return dill_now() + (ns > 0 ? ns / 1000000 + 1 : 0);
}

/* A goroutine parks in a receive on a channel of its own, from own.n to own.m. */
static dill_coroutine void coroutine(struct kit_task *t)
{
	int ends[2];

	if (dill_chmake(ends) != 0)
		kit_fatal("out of memory");
	t->own.n = ends[0];
	t->own.m = ends[1];
	kit_body(t);
	dill_hclose(ends[0]);
	dill_hclose(ends[1]);
}

static int bundle; /* of all goroutines: its coroutines free themselves */

static int run(struct kit_task *main)
{
	bundle = dill_bundle();
	if (bundle < 0)
		return ASSAY_ENOMEM;
	coroutine(main);
	return ASSAY_OK;
}

static int spawn(struct kit_task *t)
{
	return dill_bundle_go(bundle, coroutine(t)) == 0 ? ASSAY_OK
							 : ASSAY_ENOMEM;
}

static void yield(void)
{
	dill_yield();
}

static void park(struct kit_task *t, int64_t deadline)
{
	dill_chrecv((int)t->own.m, NULL, 0, dl_deadline(deadline));
}

static void ready(struct kit_task *t)
{
	dill_chsend((int)t->own.n, NULL, 0, 0);
}

/* Its channels have no buffer, so timers cannot send on them. */
const struct kit_hooks kit_hooks = {
	run, spawn, yield, park, ready, kit_clock, NULL, false,
};

/*
 * libdill parks goroutines too, and does not say which; and the kit's timers
 * have no channel here.
 */
static struct assay_inspect_ops inspect;
static struct assay_time_ops time_ops;

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_SELECT_SEND | ASSAY_TRAIT_CHILD_FIRST,
	.name = "libdill",
	.version = "2.14",
	.model = "N:1",
	.max_goroutines = 20000,
	.core = &kit_core,
	.chan = &dl_chan,
	.time = &time_ops,
	.sync = &kit_sync,
	.inspect = &inspect,
	.kit = "sync, time->after_func",
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	inspect = kit_inspect;
	inspect.num_waiting = NULL;
	inspect.state = NULL;
	time_ops = (struct assay_time_ops){
		.size = sizeof(time_ops),
		.now = kit_time.now,
		.sleep = kit_time.sleep,
		.after_func = kit_time.after_func,
	};
	return &table;
}
