/* core.c - neco's coroutines as goroutines, and the table. */
#include <ucontext.h>

#include "nc.h"

static void yield(void)
{
	neco_yield();
}

static void park(struct kit_task *t, int64_t deadline)
{
	(void)t;
	neco_suspend_dl(deadline);
}

/* neco runs the other coroutine at once; one that has left it leaves alone. */
static void ready(struct kit_task *t)
{
	neco_resume(t->own.n);
}

static void coroutine(int argc, void *argv[])
{
	struct kit_task *t = argv[0];

	(void)argc;
	t->own.n = neco_getid();
	kit_body(t);
}

static int spawn(struct kit_task *t)
{
	return neco_start(coroutine, 1, t) == NECO_OK ? ASSAY_OK : ASSAY_ENOMEM;
}

/*
 * neco_start() returns when all coroutines have ended, but the program ends
 * with its main one: so that goes back to run() itself.
 */
static ucontext_t back;

static void main_coroutine(int argc, void *argv[])
{
	coroutine(argc, argv);
	setcontext(&back);
}

static int run(struct kit_task *main)
{
	volatile bool begun = false;

	getcontext(&back);
	if (begun)
		return ASSAY_OK;
	begun = true;
	return neco_start(main_coroutine, 1, main) == NECO_OK ? ASSAY_OK
							      : ASSAY_ENOMEM;
}

int nc_status(int code, int64_t deadline)
{
	switch (code) {
	case NECO_OK:
		return ASSAY_OK;
	case NECO_TIMEDOUT:
	case NECO_EMPTY:
	case NECO_BUSY:
		return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_TIMEOUT;
	case NECO_CLOSED:
		return ASSAY_CLOSED;
	case NECO_NOMEM:
		return ASSAY_ENOMEM;
	default:
		return ASSAY_EINVAL;
	}
}

const struct kit_hooks kit_hooks = {
	run, spawn, yield, park, ready, neco_now, &nc_chan, true,
};

/* neco parks goroutines too, and does not say which: so nothing here counts. */
static struct assay_inspect_ops inspect;

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_BUFFERED | ASSAY_TRAIT_CHILD_FIRST,
	.name = "neco",
	.version = "0.3.2",
	.model = "N:1",
	.max_goroutines = 4000,
	.core = &kit_core,
	.chan = &nc_chan,
	.time = &kit_time,
	.sync = &nc_sync,
	.inspect = &inspect,
	.go_version = "1.22",
	.kit = "sync->once, pool and atomics; time: timers",
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	nc_sync_init();
	inspect = kit_inspect;
	inspect.num_waiting = NULL;
	inspect.state = NULL;
	return &table;
}
