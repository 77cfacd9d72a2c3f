/*
 * child_describe.c - what a runtime is and has, as the lines of child.h.
 *
 * The lists below name every function of every group; the assertions hold
 * their number against the header.
 */
#include <stdio.h>
#include <string.h>

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

#define CONTEXT_FUNCTIONS(X) \
	X(context, background) X(context, todo) X(context, with_cancel) \
	X(context, with_deadline) X(context, with_timeout) \
	X(context, with_value) X(context, without_cancel) \
	X(context, foreign) X(context, cancel) X(context, free) \
	X(context, err) X(context, cause) X(context, done) \
	X(context, deadline) X(context, value) X(context, after_func) \
	X(context, after_stop) X(context, after_free) X(context, name) \
	X(context, children) X(context, is_timeout) \
	X(context, is_temporary) X(context, dial)

#define GROUP_FUNCTIONS(X) \
	X(group, make) X(group, with_context) X(group, set_limit) \
	X(group, go) X(group, wait) X(group, free) X(group, error)

#define SEMAPHORE_FUNCTIONS(X) \
	X(semaphore, make) X(semaphore, acquire) X(semaphore, try_acquire) \
	X(semaphore, release) X(semaphore, free)

#define FLIGHT_FUNCTIONS(X) \
	X(flight, make) X(flight, do_) X(flight, do_chan) \
	X(flight, forget) X(flight, free)

#define RATE_FUNCTIONS(X) \
	X(rate, every) X(rate, make) X(rate, free) X(rate, limit) \
	X(rate, burst) X(rate, tokens) X(rate, set_limit) \
	X(rate, set_burst) X(rate, allow_n) X(rate, reserve_n) \
	X(rate, reservation_ok) X(rate, reservation_delay) \
	X(rate, reservation_cancel) X(rate, reservation_free) \
	X(rate, wait_n) X(rate, error) X(rate, bucket_make) \
	X(rate, bucket_take) X(rate, bucket_next) X(rate, bucket_free) \
	X(rate, sometimes_make) X(rate, sometimes_do) \
	X(rate, sometimes_free)

#define LAZY_FUNCTIONS(X) \
	X(lazy, make) X(lazy, get) X(lazy, free)

#define MAP_FUNCTIONS(X) \
	X(map, make) X(map, free) X(map, load) X(map, store) \
	X(map, load_or_store) X(map, load_and_delete) X(map, delete_) \
	X(map, swap) X(map, compare_and_swap) X(map, compare_and_delete) \
	X(map, range) X(map, clear)
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
ASSERT_COMPLETE(context, CONTEXT_FUNCTIONS);
ASSERT_COMPLETE(group, GROUP_FUNCTIONS);
ASSERT_COMPLETE(semaphore, SEMAPHORE_FUNCTIONS);
ASSERT_COMPLETE(flight, FLIGHT_FUNCTIONS);
ASSERT_COMPLETE(rate, RATE_FUNCTIONS);
ASSERT_COMPLETE(lazy, LAZY_FUNCTIONS);
ASSERT_COMPLETE(map, MAP_FUNCTIONS);

#define FIRST(g, f) NEED(g, f),
#define SECOND(g, f) NEED_EXT(g, f),

/* clang-format off */
static const struct need functions[] = {
	CORE_FUNCTIONS(FIRST) CHAN_FUNCTIONS(FIRST) TIME_FUNCTIONS(FIRST)
	SYNC_FUNCTIONS(FIRST) BLOCKING_FUNCTIONS(FIRST)
	INSPECT_FUNCTIONS(FIRST) NET_FUNCTIONS(FIRST) TRACE_FUNCTIONS(FIRST)
	CONTEXT_FUNCTIONS(SECOND) GROUP_FUNCTIONS(SECOND)
	SEMAPHORE_FUNCTIONS(SECOND) FLIGHT_FUNCTIONS(SECOND)
	RATE_FUNCTIONS(SECOND) LAZY_FUNCTIONS(SECOND) MAP_FUNCTIONS(SECOND)
};
/* clang-format on */

static bool has(const struct tables *tables, const struct need *n)
{
	const char *group;
	void (*fn)(void);

	memcpy(&group, (const char *)tables + n->group, sizeof(group));
	if (group == NULL)
		return false;
	memcpy(&fn, group + n->fn, sizeof(fn));
	return fn != NULL;
}

static const char *text(const char *s)
{
	return s == NULL || *s == '\0' ? "?" : s;
}

void describe(const struct tables *tables)
{
	const struct assay_runtime *r = &tables->rt;

	printf("name %s\nversion %s\nmodel %s\n", text(r->name),
	       text(r->version), text(r->model));
	printf("abi %u\ntraits %x\nmax_goroutines %llu\n", r->abi, r->traits,
	       (unsigned long long)r->max_goroutines);
	if (tables->ext.size != 0)
		printf("ext %u\n", tables->ext.abi);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (has(tables, &functions[i]))
			printf("has %s\n", functions[i].name);
	/* a host may leave by a way that does not flush C's stdout */
	fflush(stdout);
}
