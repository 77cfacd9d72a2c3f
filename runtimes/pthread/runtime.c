/* runtime.c - the runtime's table, and its smallest groups. */
#include <stdio.h>
#include <unistd.h>

#include "pt.h"

/* ---- blocking: a goroutine has its thread to itself anyway ---- */

static void call(assay_fn fn, void *arg)
{
	if (fn)
		fn(arg);
}

/* Counts calls of lock_thread, for the dump only: the thread is tied anyway. */
static void count_locks(int delta)
{
	struct goroutine *g = pt_self();

	pthread_mutex_lock(&g->lock);
	if (g->locked + delta >= 0)
		g->locked += delta;
	pthread_mutex_unlock(&g->lock);
}

static void lock_thread(void)
{
	count_locks(1);
}

static void unlock_thread(void)
{
	count_locks(-1);
}

const struct assay_blocking_ops pt_blocking = {
	.size = sizeof(pt_blocking),
	.call = call,
	.lock_thread = lock_thread,
	.unlock_thread = unlock_thread,
};

/* ---- inspect ---- */

static int64_t num_goroutine(void)
{
	return pt_census().live;
}

static int64_t num_waiting(void)
{
	return pt_census().parked;
}

static int32_t num_cpu(void)
{
	return (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
}

static int64_t goid(void)
{
	return pt_self()->id;
}

struct search {
	int64_t id;
	char *buf;
	size_t n;
	bool found;
};

static void match(struct goroutine *g, void *arg)
{
	struct search *s = arg;

	if (g->id != s->id)
		return;
	s->found = true;
	pthread_mutex_lock(&g->lock);
	snprintf(s->buf, s->n, "%s", g->reason ? g->reason : "running");
	pthread_mutex_unlock(&g->lock);
}

static int state(int64_t id, char *buf, size_t n)
{
	struct search s = {.id = id, .buf = buf, .n = n};

	if (!buf || !n)
		return ASSAY_EINVAL;
	pt_each(match, &s);
	return s.found ? ASSAY_OK : ASSAY_EINVAL;
}

/* Does nothing: the kernel preempts anywhere. */
static void checkpoint(void)
{
}

const struct assay_inspect_ops pt_inspect = {
	.size = sizeof(pt_inspect),
	.num_goroutine = num_goroutine,
	.num_waiting = num_waiting,
	.num_cpu = num_cpu,
	.goid = goid,
	.state = state,
	.dump = pt_dump,
	.checkpoint = checkpoint,
};

/* ---- the table ---- */

/*
 * max_goroutines is what fits beside a few other processes of the same kind:
 * Linux allows 32768 threads by default.
 */
static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PREEMPTIVE |
		  ASSAY_TRAIT_SYNC_TIMERS | ASSAY_TRAIT_DEADLOCK |
		  ASSAY_TRAIT_SEVERAL_PS | ASSAY_TRAIT_BUFFERED |
		  ASSAY_TRAIT_SELECT_SEND,
	.name = "pthread",
	.version = "1.0.0",
	.model = "1:1",
	.max_goroutines = 2000,
	.core = &pt_core,
	.chan = &pt_chan,
	.time = &pt_time,
	.sync = &pt_sync,
	.blocking = &pt_blocking,
	.inspect = &pt_inspect,
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	return &table;
}
