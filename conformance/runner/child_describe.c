/*
 * child_describe.c - what a runtime is and has, as the lines of child.h.
 *
 * The lists below name every function of every group; the assertions hold
 * their number against the header.
 */
#include <stdio.h>

#include "child_internal.h"

/* clang-format off */
#define CORE_FUNCTIONS(X) \
	X(core, run) X(core, go) X(core, yield) X(core, goexit) \
	X(core, exit) X(core, panic) X(core, try_) X(core, defer) \
	X(core, recover)

#define CHAN_FUNCTIONS(X) \
	X(chan, make) X(chan, free) X(chan, send) X(chan, recv) \
	X(chan, close) X(chan, len) X(chan, cap) X(chan, select)

#define TIME_FUNCTIONS(X) \
	X(time, now) X(time, sleep) X(time, timer_new) X(time, after_func) \
	X(time, timer_chan) X(time, timer_stop) X(time, timer_reset) \
	X(time, timer_free) X(time, after) X(time, ticker_new) \
	X(time, ticker_chan) X(time, ticker_stop) X(time, ticker_reset) \
	X(time, ticker_free) X(time, tick)

#define SYNC_FUNCTIONS(X) \
	X(sync, mutex_lock) X(sync, mutex_unlock) X(sync, rw_lock) \
	X(sync, rw_unlock) X(sync, rw_rlock) X(sync, rw_runlock) \
	X(sync, wg_add) X(sync, wg_wait) X(sync, wg_go) X(sync, once_do) \
	X(sync, cond_wait) X(sync, cond_wait_r) X(sync, cond_signal) \
	X(sync, cond_broadcast) X(sync, pool_new) X(sync, pool_get) \
	X(sync, pool_put) X(sync, pool_free) X(sync, add32) \
	X(sync, load32) X(sync, store32) X(sync, swap32) X(sync, cas32) \
	X(sync, add64) X(sync, load64) X(sync, store64) X(sync, swap64) \
	X(sync, cas64) X(sync, loadp) X(sync, storep) X(sync, swapp) \
	X(sync, casp)

#define BLOCKING_FUNCTIONS(X) \
	X(blocking, call) X(blocking, lock_thread) \
	X(blocking, unlock_thread) X(blocking, max_threads) \
	X(blocking, signal_notify) X(blocking, signal_stop) \
	X(blocking, signal_ignore)

#define INSPECT_FUNCTIONS(X) \
	X(inspect, num_goroutine) X(inspect, num_waiting) \
	X(inspect, gomaxprocs) X(inspect, num_cpu) X(inspect, goid) \
	X(inspect, state) X(inspect, dump) X(inspect, leaks) \
	X(inspect, stats) X(inspect, runq_len) X(inspect, checkpoint)

#define NET_FUNCTIONS(X) \
	X(net, dial) X(net, listen) X(net, accept) X(net, listener_addr) \
	X(net, listener_deadline) X(net, listener_close) \
	X(net, listener_free) X(net, read) X(net, write) \
	X(net, read_deadline) X(net, write_deadline) X(net, shutdown) \
	X(net, local_addr) X(net, remote_addr) X(net, close) X(net, free) \
	X(net, packet_listen) X(net, read_from) X(net, write_to) \
	X(net, os_pipe) X(net, mem_pipe) X(net, from_fd) X(net, error)

#define TRACE_FUNCTIONS(X) \
	X(trace, start) X(trace, stop) X(trace, enabled) \
	X(trace, region_begin) X(trace, region_end) X(trace, task_begin) \
	X(trace, task_end) X(trace, log) X(trace, convert)
/* clang-format on */

#define ONE(g, f) +1
#define ASSERT_COMPLETE(g, list)                                               \
	_Static_assert(sizeof(size_t) + (0 list(ONE)) * sizeof(void *) ==      \
			       sizeof(struct assay_##g##_ops),                 \
		       "every function of the group is listed")

ASSERT_COMPLETE(core, CORE_FUNCTIONS);
ASSERT_COMPLETE(chan, CHAN_FUNCTIONS);
ASSERT_COMPLETE(time, TIME_FUNCTIONS);
ASSERT_COMPLETE(sync, SYNC_FUNCTIONS);
ASSERT_COMPLETE(blocking, BLOCKING_FUNCTIONS);
ASSERT_COMPLETE(inspect, INSPECT_FUNCTIONS);
ASSERT_COMPLETE(net, NET_FUNCTIONS);
ASSERT_COMPLETE(trace, TRACE_FUNCTIONS);

#define SHOW(g, f)                                                             \
	if (runtime->g->f != NULL)                                             \
		puts("has " #g "->" #f);

static void show_core(const struct assay_runtime *runtime)
{
	if (runtime->core == NULL)
		return;
	CORE_FUNCTIONS(SHOW)
}

static void show_chan(const struct assay_runtime *runtime)
{
	if (runtime->chan == NULL)
		return;
	CHAN_FUNCTIONS(SHOW)
}

static void show_time(const struct assay_runtime *runtime)
{
	if (runtime->time == NULL)
		return;
	TIME_FUNCTIONS(SHOW)
}

static void show_sync(const struct assay_runtime *runtime)
{
	if (runtime->sync == NULL)
		return;
	SYNC_FUNCTIONS(SHOW)
}

static void show_blocking(const struct assay_runtime *runtime)
{
	if (runtime->blocking == NULL)
		return;
	BLOCKING_FUNCTIONS(SHOW)
}

static void show_inspect(const struct assay_runtime *runtime)
{
	if (runtime->inspect == NULL)
		return;
	INSPECT_FUNCTIONS(SHOW)
}

static void show_net(const struct assay_runtime *runtime)
{
	if (runtime->net == NULL)
		return;
	NET_FUNCTIONS(SHOW)
}

static void show_trace(const struct assay_runtime *runtime)
{
	if (runtime->trace == NULL)
		return;
	TRACE_FUNCTIONS(SHOW)
}

static const char *text(const char *s)
{
	return s == NULL || *s == '\0' ? "?" : s;
}

void describe(const struct assay_runtime *runtime)
{
	printf("name %s\nversion %s\nmodel %s\n", text(runtime->name),
	       text(runtime->version), text(runtime->model));
	printf("abi %u\ntraits %x\nmax_goroutines %llu\n", runtime->abi,
	       runtime->traits, (unsigned long long)runtime->max_goroutines);
	show_core(runtime);
	show_chan(runtime);
	show_time(runtime);
	show_sync(runtime);
	show_blocking(runtime);
	show_inspect(runtime);
	show_net(runtime);
	show_trace(runtime);
	/* a host may leave by a way that does not flush C's stdout */
	fflush(stdout);
}
