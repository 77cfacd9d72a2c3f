/*
 * adapter.c - @NAME@ for Assay.
 *
 * Everything is NULL that @NAME@ does not do yet; a case that needs it is
 * skipped and says so.  Fill in from the top: with the channels and time->sleep
 * most of the suite runs.  abi/assay.h says what each function does;
 * runtimes/pthread is a complete example.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "assay.h"

/* ---- core --------------------------------------------------------------- */

/*
 * Start @NAME@ here and run fn(arg) as its main goroutine; return when fn has
 * returned, even if other goroutines have not.
 */
static int run(assay_fn fn, void *arg, const struct assay_run_options *options)
{
	if (!fn)
		return ASSAY_EINVAL;
	if (options && options->flags)
		return ASSAY_ENOTSUP;
	fn(arg);
	return ASSAY_OK;
}

static _Noreturn void fatal(const char *text)
{
	fprintf(stderr, "fatal error: %s\n", text);
	_exit(2);
}

/* What a goroutine is started with; the copy is aligned to 16. */
struct start {
	assay_fn fn;
	void *arg;
	_Alignas(16) char copy[ASSAY_ARG_MAX];
};

static void *body(void *p)
{
	struct start *s = p;

	s->fn(s->arg);
	free(s);
	return NULL;
}

/* Replace this: it stands in with a thread. */
static int spawn(struct start *s)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, s) != 0)
		return ASSAY_ENOMEM;
	pthread_detach(thread);
	return ASSAY_OK;
}

static int go(assay_fn fn, const void *arg, size_t n)
{
	struct start *s;
	int status;

	if (!fn)
		fatal("go of nil func value");
	if (n > ASSAY_ARG_MAX || (n && !arg))
		return ASSAY_EINVAL;
	s = malloc(sizeof(*s));
	if (!s)
		return ASSAY_ENOMEM;
	s->fn = fn;
	s->arg = n ? s->copy : (void *)(uintptr_t)arg;
	if (n)
		memcpy(s->copy, arg, n);
	status = spawn(s);
	if (status != ASSAY_OK)
		free(s);
	return status;
}

/* Replace this, too. */
static void yield(void)
{
	sched_yield();
}

static void end_process(int status)
{
	_exit(status);
}

static const struct assay_core_ops core = {
	.size = sizeof(core),
	.run = run,
	.go = go,
	.yield = yield,
	.goexit = NULL,
	.exit = end_process,
	.panic = NULL,
	.try_ = NULL,
	.defer = NULL,
	.recover = NULL,
};

/* ---- channels and select ------------------------------------------------ */

static const struct assay_chan_ops chan = {
	.size = sizeof(chan),
	.make = NULL,
	.free = NULL,
	.send = NULL,
	.recv = NULL,
	.close = NULL,
	.len = NULL,
	.cap = NULL,
	.select = NULL,
};

/* ---- time --------------------------------------------------------------- */

/* The clock of all deadlines. */
static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const struct assay_time_ops time_ops = {
	.size = sizeof(time_ops),
	.now = now,
	.sleep = NULL,
	.timer_new = NULL,
	.after_func = NULL,
	.timer_chan = NULL,
	.timer_stop = NULL,
	.timer_reset = NULL,
	.timer_free = NULL,
	.after = NULL,
	.ticker_new = NULL,
	.ticker_chan = NULL,
	.ticker_stop = NULL,
	.ticker_reset = NULL,
	.ticker_free = NULL,
	.tick = NULL,
};

/* ---- inspect: settles races in cases exactly, so it is worth having ------ */

static int32_t num_cpu(void)
{
	return (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
}

static const struct assay_inspect_ops inspect = {
	.size = sizeof(inspect),
	.num_goroutine = NULL,
	.num_waiting = NULL,
	.gomaxprocs = NULL,
	.num_cpu = num_cpu,
	.goid = NULL,
	.state = NULL,
	.dump = NULL,
	.leaks = NULL,
	.stats = NULL,
	.runq_len = NULL,
	.checkpoint = NULL,
};

/* ---- the table; a whole group may be NULL, too -------------------------- */

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = 0, /* what no function can stand for: assay_traits */
	.name = "@NAME@",
	.version = "0.1",
	.model = "1:1",         /* or "N:1", "N:M" */
	.max_goroutines = 1000, /* parked at once; 0: bounded by memory */
	.core = &core,
	.chan = &chan,
	.time = &time_ops,
	.sync = NULL,
	.blocking = NULL,
	.inspect = &inspect,
	.net = NULL,
	.trace = NULL,
	.go_version = NULL, /* whose semantics it has: the newest */
	.stack_bytes = 0,   /* for a goroutine's function: ASSAY_STACK_BYTES */
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	return &table;
}

/*
 * Contexts, errgroup, semaphores, singleflight, rate limiters, lazy values and
 * the concurrent map are a second table, which assay_runtime_ext() returns:
 * see abi/assay_ext.h.  Without the symbol their cases are skipped.
 */
