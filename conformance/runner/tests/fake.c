/*
 * fake.c - a runtime with no more than the runner's tests need: goroutines run
 * to their end inside go().  Macros given by the Makefile break it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assay_fn.h"

#ifndef FAKE_NAME
#define FAKE_NAME "fake"
#endif
#ifndef FAKE_BROKEN
#define FAKE_BROKEN 0
#endif
#ifndef FAKE_ENOTSUP
#define FAKE_ENOTSUP 0
#endif
#ifndef FAKE_ABI
#define FAKE_ABI ASSAY_ABI_VERSION
#endif
#ifndef FAKE_SIZE
#define FAKE_SIZE sizeof(struct assay_runtime)
#endif
#ifndef FAKE_CORE_SIZE
#define FAKE_CORE_SIZE sizeof(struct assay_core_ops)
#endif
#ifndef FAKE_CORE
#define FAKE_CORE &core
#endif
#ifndef FAKE_TABLE
#define FAKE_TABLE &table
#endif
#ifndef FAKE_EXT_ABI
#define FAKE_EXT_ABI ASSAY_EXT_ABI_VERSION
#endif
#ifndef FAKE_EXT_SIZE
#define FAKE_EXT_SIZE sizeof(struct assay_runtime_ext)
#endif
#ifndef FAKE_LAZY_SIZE
#define FAKE_LAZY_SIZE offsetof(struct assay_lazy_ops, get)
#endif
#ifndef FAKE_EXT
#define FAKE_EXT &ext
#endif
#ifndef FAKE_EXT_SYMBOL
#define FAKE_EXT_SYMBOL assay_runtime_ext
#endif
#ifndef FAKE_SYMBOL
#define FAKE_SYMBOL assay_runtime
#endif
#ifndef FAKE_GO
#define FAKE_GO NULL
#endif
#ifndef FAKE_BAD_SCHEDULE
#define FAKE_BAD_SCHEDULE 0
#endif
#ifndef FAKE_BAD_END
#define FAKE_BAD_END ASSAY_ENOMEM
#endif
#ifndef FAKE_TRAITS
#define FAKE_TRAITS 0
#endif
#ifndef FAKE_PROCS
#define FAKE_PROCS ASSAY_TRAIT_SEVERAL_PS
#endif
#ifndef FAKE_CHAN
#define FAKE_CHAN &chan
#endif
#ifndef FAKE_CHAN_SIZE
#define FAKE_CHAN_SIZE offsetof(struct assay_chan_ops, len)
#endif
#ifndef FAKE_STACK
#define FAKE_STACK 0
#endif
#ifndef FAKE_MOST
#define FAKE_MOST 0
#endif
#ifndef FAKE_CONSTRUCTOR
#define FAKE_CONSTRUCTOR (void)0
#endif

static int run(assay_fn fn, void *arg, const struct assay_run_options *options)
{
	if (FAKE_ENOTSUP || (options != NULL && options->flags != 0))
		return ASSAY_ENOTSUP;
	if (FAKE_BAD_SCHEDULE && options != NULL &&
	    options->schedule == FAKE_BAD_SCHEDULE)
		return FAKE_BAD_END;
	fn(arg);
	return ASSAY_OK;
}

/* A broken one starts nothing. */
static int go(assay_fn fn, const void *arg, size_t n)
{
	if (fn == NULL || n > 0)
		return ASSAY_EINVAL;
	if (!FAKE_BROKEN)
		fn((void *)(uintptr_t)arg);
	return ASSAY_OK;
}

static void yield_now(void)
{
}

static void end_process(int status)
{
	_exit(status);
}

/* A channel is no more than its address; nothing can be sent or received. */
static char the_channel;

static assay_chan *make(size_t elem, int64_t cap, int *status)
{
	(void)cap;
	if (elem <= sizeof(int))
		return (assay_chan *)&the_channel;
	*status = ASSAY_ENOTSUP;
	return NULL;
}

static int send(assay_chan *c, const void *v, int64_t deadline)
{
	(void)c;
	(void)v;
	(void)deadline;
	return ASSAY_ENOTSUP;
}

static int recv(assay_chan *c, void *out, int64_t deadline)
{
	(void)c;
	(void)out;
	(void)deadline;
	return ASSAY_ENOTSUP;
}

/* Works the first time. */
static int close_chan(assay_chan *c)
{
	static bool closed;
	int status = closed ? ASSAY_ENOTSUP : ASSAY_OK;

	(void)c;
	closed = true;
	return status;
}

static int select_case(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	(void)cases;
	(void)n;
	(void)deadline;
	(void)chosen;
	return ASSAY_AGAIN;
}

static int64_t now(void)
{
	return 0;
}

static void sleep_ns(int64_t ns)
{
	(void)ns;
}

static const struct assay_core_ops core
	__attribute__((unused)) = {.size = FAKE_CORE_SIZE,
				   .run = run,
				   .go = go,
				   .yield = yield_now,
				   .exit = end_process};

/* Shorter than any version of the header: reads beyond it would be wild. */
static const struct assay_chan_ops chan
	__attribute__((unused)) = {.size = FAKE_CHAN_SIZE,
				   .make = make,
				   .send = send,
				   .recv = recv,
				   .close = close_chan,
				   .select = select_case};
static const struct assay_time_ops time_ops = {
	.size = offsetof(struct assay_time_ops, timer_new),
	.now = now,
	.sleep = sleep_ns};

static const struct assay_runtime table __attribute__((unused)) = {
	.size = FAKE_SIZE,
	.abi = FAKE_ABI,
	.name = FAKE_NAME,
	.version = "0.1",
	.model = "N:1",
	.traits = ASSAY_TRAIT_RESTART | ASSAY_TRAIT_CHILD_FIRST | FAKE_PROCS |
		  FAKE_TRAITS | (FAKE_BAD_SCHEDULE ? ASSAY_TRAIT_EXPLORES : 0),
	.max_goroutines = FAKE_MOST,
	.core = FAKE_CORE,
	.chan = FAKE_CHAN,
	.time = &time_ops,
	.go_version = FAKE_GO,
	.stack_bytes = FAKE_STACK};

/* Every function of the contract; none of them can be called. */
#define NO_CALL(g, f)                                                          \
	(__typeof__(((struct assay_##g##_ops *)0)->f))(void (*)(void))abort,
#define FULL_GROUP(g, LIST)                                                    \
	static const struct assay_##g##_ops full_##g                           \
		__attribute__((unused)) = {sizeof(full_##g), LIST(NO_CALL)};
#define FULL_POINTER(g, LIST) .g = &full_##g,

ASSAY_GROUPS(FULL_GROUP)
ASSAY_EXT_GROUPS(FULL_GROUP)

static const struct assay_runtime full
	__attribute__((unused)) = {.size = sizeof(full),
				   .abi = ASSAY_ABI_VERSION,
				   ASSAY_GROUPS(FULL_POINTER)};
static const struct assay_runtime_ext full_ext
	__attribute__((unused)) = {.size = sizeof(full_ext),
				   .abi = ASSAY_EXT_ABI_VERSION,
				   ASSAY_EXT_GROUPS(FULL_POINTER)};

__attribute__((constructor)) static void at_load(void)
{
	FAKE_CONSTRUCTOR;
}

__attribute__((visibility("default"))) const struct assay_runtime *
FAKE_SYMBOL(void);

const struct assay_runtime *FAKE_SYMBOL(void)
{
	return FAKE_TABLE;
}

/* Of the second table a group that lacks its last functions. */
static assay_lazy *make_lazy(void *(*make_value)(void *), void *arg)
{
	return make_value(arg);
}

static const struct assay_lazy_ops lazy
	__attribute__((unused)) = {.size = FAKE_LAZY_SIZE, .make = make_lazy};

static const struct assay_runtime_ext ext __attribute__((unused)) = {
	.size = FAKE_EXT_SIZE, .abi = FAKE_EXT_ABI, .lazy = &lazy};

__attribute__((visibility("default"))) const struct assay_runtime_ext *
FAKE_EXT_SYMBOL(void);

const struct assay_runtime_ext *FAKE_EXT_SYMBOL(void)
{
	return FAKE_EXT;
}
