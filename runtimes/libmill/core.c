/* core.c - libmill's coroutines as goroutines, and the table. */
#include "mill.h"

int64_t ml_deadline(int64_t deadline)
{
	int64_t ns;

	if (deadline == ASSAY_FOREVER)
		return -1;
	ns = deadline - kit_clock();
	return mill_now() + (ns > 0 ? ns / 1000000 + 1 : 0);
}

/* A goroutine parks in a receive on a channel of its own, with room for one. */
static mill_coroutine void coroutine(struct kit_task *t)
{
	mill_chan c = mill_chmake(char, 1);

	if (!c)
		kit_fatal("out of memory");
	t->own.p = c;
	kit_body(t);
	mill_chclose(c);
}

static int run(struct kit_task *main)
{
	coroutine(main);
	return ASSAY_OK;
}

static int spawn(struct kit_task *t)
{
	mill_go(coroutine(t));
	return ASSAY_OK;
}

static void yield(void)
{
	mill_yield();
}

static void park(struct kit_task *t, int64_t deadline)
{
	mill_clause_ clause;

	mill_choose_init_("park");
	mill_choose_in_(&clause, t->own.p, 1, 0);
	mill_choose_deadline_(ml_deadline(deadline));
	mill_choose_wait_();
}

/* libmill lets others run after a send, too. */
static void ready(struct kit_task *t)
{
	mill_clause_ clause;
	char value = 0;

	mill_choose_init_("ready");
	mill_choose_out_(&clause, t->own.p, &value, 1, 0);
	mill_choose_otherwise_();
	mill_choose_wait_();
}

const struct kit_hooks kit_hooks = {
	run, spawn, yield, park, ready, kit_clock, &ml_chan, true,
};

/* libmill parks goroutines too, and does not say which: so nothing counts. */
static struct assay_inspect_ops inspect;

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_BUFFERED | ASSAY_TRAIT_SELECT_SEND |
		  ASSAY_TRAIT_CHILD_FIRST,
	.name = "libmill",
	.version = "1.18",
	.model = "N:1",
	.max_goroutines = 20000,
	.core = &kit_core,
	.chan = &ml_chan,
	.time = &kit_time,
	.sync = &kit_sync,
	.inspect = &inspect,
	.go_version = "1.22",
	.kit = "sync, timers",
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	inspect = kit_inspect;
	inspect.num_waiting = NULL;
	inspect.state = NULL;
	return &table;
}
