/*
 * core.c - goroutines as threads, and the registry of those alive.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pt.h"

static struct {
	pthread_mutex_t lock;
	struct goroutine *first, *last;
	int64_t last_id;
	uint64_t seed;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_bool started;
/* Set when run() ends; goroutines that wake up later read it. */
static atomic_bool finished;
static atomic_bool main_gone;
static bool embedded; /* written before the second goroutine starts */

static _Thread_local struct goroutine *self;

struct goroutine *pt_self(void)
{
	return self;
}

/* xorshift64*; each goroutine has its own state. */
uint64_t pt_random(void)
{
	uint64_t x = self->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	self->random = x;
	return x * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

bool pt_finished(void)
{
	return atomic_load_explicit(&finished, memory_order_acquire);
}

bool pt_main_gone(void)
{
	return atomic_load_explicit(&main_gone, memory_order_acquire);
}

bool pt_embedded(void)
{
	return embedded;
}

_Noreturn void pt_freeze(void)
{
	for (;;)
		pause();
}

/* ---- the registry ---- */

static void enrol(struct goroutine *g)
{
	pthread_mutex_lock(&registry.lock);
	g->id = ++registry.last_id;
	/* no goroutine starts a timer's function */
	g->parent = g->id > 1 && pt_self() ? pt_self()->id : 0;
	g->random = (registry.seed + (uint64_t)g->id) *
			    UINT64_C(0x9e3779b97f4a7c15) |
		    1;
	g->prev = registry.last;
	if (registry.last)
		registry.last->next = g;
	else
		registry.first = g;
	registry.last = g;
	pthread_mutex_unlock(&registry.lock);
	pt_count_start();
}

static void strike(struct goroutine *g)
{
	pthread_mutex_lock(&registry.lock);
	if (g->prev)
		g->prev->next = g->next;
	else
		registry.first = g->next;
	if (g->next)
		g->next->prev = g->prev;
	else
		registry.last = g->prev;
	pthread_mutex_unlock(&registry.lock);
	pt_count_end();
}

void pt_each(void (*visit)(struct goroutine *g, void *arg), void *arg)
{
	pthread_mutex_lock(&registry.lock);
	for (struct goroutine *g = registry.first; g; g = g->next)
		visit(g, arg);
	pthread_mutex_unlock(&registry.lock);
}

/* ---- life of a goroutine ---- */

static struct goroutine *create(assay_fn fn, const void *arg, size_t n)
{
	struct goroutine *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->fn = fn;
	g->arg = n ? g->copy : (void *)(uintptr_t)arg;
	if (n)
		memcpy(g->copy, arg, n);
	pthread_mutex_init(&g->lock, NULL);
	pt_cond_init(&g->wake);
	return g;
}

static void destroy(struct goroutine *g)
{
	pthread_cond_destroy(&g->wake);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static void *thread_main(void *arg)
{
	self = arg;
	if (pt_finished())
		pt_freeze();
	pt_run_body(self->fn, self->arg);
	strike(self);
	destroy(self);
	pt_check_deadlock();
	return NULL;
}

static int start_thread(struct goroutine *g)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, thread_main, g);
	pthread_attr_destroy(&attr);
	return error;
}

int pt_go(assay_fn fn, const void *arg, size_t n)
{
	struct goroutine *g;

	if (!fn)
		pt_fatal("go of nil func value", false);
	if (n > ASSAY_ARG_MAX || (n && !arg))
		return ASSAY_EINVAL;
	g = create(fn, arg, n);
	if (!g)
		return ASSAY_ENOMEM;
	enrol(g);
	if (start_thread(g) != 0) {
		strike(g);
		destroy(g);
		return ASSAY_ENOMEM;
	}
	return ASSAY_OK;
}

/*
 * Runs main.  Other goroutines may still run when main returns: the flag
 * `finished` stops each at its next blocking call.  After a goexit of main they
 * go on, and the process ends by exit, panic or deadlock.
 */
static int run(assay_fn fn, void *arg, const struct assay_run_options *options)
{
	if (!fn || (options &&
		    (options->size < sizeof(*options) || options->procs < 0)))
		return ASSAY_EINVAL;
	if (options && (options->flags & ~(uint32_t)ASSAY_RUN_EMBEDDED))
		return ASSAY_ENOTSUP;
	if (atomic_exchange_explicit(&started, true, memory_order_acq_rel))
		return ASSAY_ENOTSUP;
	if (options)
		registry.seed = options->seed;
	if (options)
		embedded = options->flags & ASSAY_RUN_EMBEDDED;
	self = create(fn, arg, 0);
	if (!self)
		return ASSAY_ENOMEM;
	enrol(self);
	if (!pt_run_body(fn, arg)) {
		atomic_store_explicit(&main_gone, true, memory_order_release);
		strike(self);
		pt_check_deadlock();
		pt_freeze();
	}
	atomic_store_explicit(&finished, true, memory_order_release);
	pt_last_word();
	return ASSAY_OK;
}

static void yield(void)
{
	sched_yield();
	if (pt_finished())
		pt_freeze();
}

static void end_process(int status)
{
	pt_last_word();
	_exit(status);
}

const struct assay_core_ops pt_core = {
	.size = sizeof(pt_core),
	.run = run,
	.go = pt_go,
	.yield = yield,
	.goexit = pt_goexit,
	.exit = end_process,
	.panic = pt_panic,
	.try_ = pt_try,
	.defer = pt_defer,
	.recover = pt_recover,
};
