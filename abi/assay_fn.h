/*
 * assay_fn.h - every function of the contract by name, group by group.
 *
 * The lists are X-macros.  A list of functions calls FN(group, function), a
 * list of groups calls GROUP(group, its list of functions):
 *
 *	#define NAME(g, f) #g "->" #f,
 *	#define NAMES(g, LIST) LIST(NAME)
 *	static const char *const names[] = {ASSAY_GROUPS(NAMES)};
 *
 * The assertions at the end hold each list against its struct: a function that
 * is missing here, or stands at another place, does not compile.
 */
#ifndef ASSAY_FN_H
#define ASSAY_FN_H

#include "assay_ext.h"

/* clang-format off */
#define ASSAY_CORE_FN(FN) \
	FN(core, run) FN(core, go) FN(core, yield) FN(core, goexit) \
	FN(core, exit) FN(core, panic) FN(core, try_) FN(core, defer) \
	FN(core, recover) FN(core, panic_text)

#define ASSAY_CHAN_FN(FN) \
	FN(chan, make) FN(chan, free) FN(chan, send) FN(chan, recv) \
	FN(chan, close) FN(chan, len) FN(chan, cap) FN(chan, select)

#define ASSAY_TIME_FN(FN) \
	FN(time, now) FN(time, sleep) FN(time, timer_new) \
	FN(time, after_func) FN(time, timer_chan) FN(time, timer_stop) \
	FN(time, timer_reset) FN(time, timer_free) FN(time, after) \
	FN(time, ticker_new) FN(time, ticker_chan) FN(time, ticker_stop) \
	FN(time, ticker_reset) FN(time, ticker_free) FN(time, tick)

#define ASSAY_SYNC_FN(FN) \
	FN(sync, mutex_lock) FN(sync, mutex_unlock) FN(sync, rw_lock) \
	FN(sync, rw_unlock) FN(sync, rw_rlock) FN(sync, rw_runlock) \
	FN(sync, wg_add) FN(sync, wg_wait) FN(sync, wg_go) \
	FN(sync, once_do) FN(sync, cond_wait) FN(sync, cond_wait_r) \
	FN(sync, cond_signal) FN(sync, cond_broadcast) FN(sync, pool_new) \
	FN(sync, pool_get) FN(sync, pool_put) FN(sync, pool_free) \
	FN(sync, add32) FN(sync, load32) FN(sync, store32) FN(sync, swap32) \
	FN(sync, cas32) FN(sync, add64) FN(sync, load64) FN(sync, store64) \
	FN(sync, swap64) FN(sync, cas64) FN(sync, loadp) FN(sync, storep) \
	FN(sync, swapp) FN(sync, casp)

#define ASSAY_BLOCKING_FN(FN) \
	FN(blocking, call) FN(blocking, lock_thread) \
	FN(blocking, unlock_thread) FN(blocking, max_threads) \
	FN(blocking, signal_notify) FN(blocking, signal_stop) \
	FN(blocking, signal_ignore) FN(blocking, signal_reset) \
	FN(blocking, signal_ignored)

#define ASSAY_INSPECT_FN(FN) \
	FN(inspect, num_goroutine) FN(inspect, num_waiting) \
	FN(inspect, gomaxprocs) FN(inspect, num_cpu) FN(inspect, goid) \
	FN(inspect, state) FN(inspect, dump) FN(inspect, leaks) \
	FN(inspect, stats) FN(inspect, runq_len) FN(inspect, checkpoint) \
	FN(inspect, set_labels)

#define ASSAY_NET_FN(FN) \
	FN(net, dial) FN(net, listen) FN(net, accept) \
	FN(net, listener_addr) FN(net, listener_deadline) \
	FN(net, listener_close) FN(net, listener_free) FN(net, read) \
	FN(net, write) FN(net, read_deadline) FN(net, write_deadline) \
	FN(net, shutdown) FN(net, local_addr) FN(net, remote_addr) \
	FN(net, close) FN(net, free) FN(net, packet_listen) \
	FN(net, read_from) FN(net, write_to) FN(net, os_pipe) \
	FN(net, mem_pipe) FN(net, from_fd) FN(net, error) \
	FN(net, listener_from_fd) FN(net, unlink_on_close) \
	FN(net, read_msg) FN(net, writev) FN(net, copy) \
	FN(net, keepalive) FN(net, dial_keepalive) \
	FN(net, listen_keepalive) FN(net, raw_read) FN(net, raw_write) \
	FN(net, conn_fd) FN(net, dial_any)

#define ASSAY_TRACE_FN(FN) \
	FN(trace, start) FN(trace, stop) FN(trace, enabled) \
	FN(trace, region_begin) FN(trace, region_end) \
	FN(trace, task_begin) FN(trace, task_end) FN(trace, log) \
	FN(trace, convert)

#define ASSAY_METRICS_FN(FN) FN(metrics, read)

#define ASSAY_PROFILE_FN(FN) \
	FN(profile, write) FN(profile, block_rate) FN(profile, mutex_fraction)

#define ASSAY_RECORDER_FN(FN) \
	FN(recorder, start) FN(recorder, stop) FN(recorder, enabled) \
	FN(recorder, write)

#define ASSAY_BUBBLE_FN(FN) FN(bubble, run) FN(bubble, wait)

#define ASSAY_CONTEXT_FN(FN) \
	FN(context, background) FN(context, todo) FN(context, with_cancel) \
	FN(context, with_deadline) FN(context, with_timeout) \
	FN(context, with_value) FN(context, without_cancel) \
	FN(context, foreign) FN(context, cancel) FN(context, free) \
	FN(context, err) FN(context, cause) FN(context, done) \
	FN(context, deadline) FN(context, value) FN(context, after_func) \
	FN(context, after_stop) FN(context, after_free) FN(context, name) \
	FN(context, children) FN(context, is_timeout) \
	FN(context, is_temporary) FN(context, dial) \
	FN(context, foreign_after) FN(context, foreign_round)

#define ASSAY_GROUP_FN(FN) \
	FN(group, make) FN(group, with_context) FN(group, set_limit) \
	FN(group, go) FN(group, wait) FN(group, free) FN(group, error)

#define ASSAY_SEMAPHORE_FN(FN) \
	FN(semaphore, make) FN(semaphore, acquire) \
	FN(semaphore, try_acquire) FN(semaphore, release) \
	FN(semaphore, free)

#define ASSAY_FLIGHT_FN(FN) \
	FN(flight, make) FN(flight, do_) FN(flight, do_chan) \
	FN(flight, forget) FN(flight, free)

#define ASSAY_RATE_FN(FN) \
	FN(rate, every) FN(rate, make) FN(rate, free) FN(rate, limit) \
	FN(rate, burst) FN(rate, tokens) FN(rate, set_limit) \
	FN(rate, set_burst) FN(rate, allow_n) FN(rate, reserve_n) \
	FN(rate, reservation_ok) FN(rate, reservation_delay) \
	FN(rate, reservation_cancel) FN(rate, reservation_free) \
	FN(rate, wait_n) FN(rate, error) FN(rate, bucket_make) \
	FN(rate, bucket_take) FN(rate, bucket_next) FN(rate, bucket_free) \
	FN(rate, sometimes_make) FN(rate, sometimes_do) \
	FN(rate, sometimes_free)

#define ASSAY_LAZY_FN(FN) FN(lazy, make) FN(lazy, get) FN(lazy, free)

#define ASSAY_MAP_FN(FN) \
	FN(map, make) FN(map, free) FN(map, load) FN(map, store) \
	FN(map, load_or_store) FN(map, load_and_delete) FN(map, delete_) \
	FN(map, swap) FN(map, compare_and_swap) \
	FN(map, compare_and_delete) FN(map, range) FN(map, clear)

/* The groups of assay.h and those of assay_ext.h. */
#define ASSAY_GROUPS(GROUP) \
	GROUP(core, ASSAY_CORE_FN) GROUP(chan, ASSAY_CHAN_FN) \
	GROUP(time, ASSAY_TIME_FN) GROUP(sync, ASSAY_SYNC_FN) \
	GROUP(blocking, ASSAY_BLOCKING_FN) GROUP(inspect, ASSAY_INSPECT_FN) \
	GROUP(net, ASSAY_NET_FN) GROUP(trace, ASSAY_TRACE_FN) \
	GROUP(metrics, ASSAY_METRICS_FN) GROUP(profile, ASSAY_PROFILE_FN) \
	GROUP(recorder, ASSAY_RECORDER_FN) GROUP(bubble, ASSAY_BUBBLE_FN)

#define ASSAY_EXT_GROUPS(GROUP) \
	GROUP(context, ASSAY_CONTEXT_FN) GROUP(group, ASSAY_GROUP_FN) \
	GROUP(semaphore, ASSAY_SEMAPHORE_FN) GROUP(flight, ASSAY_FLIGHT_FN) \
	GROUP(rate, ASSAY_RATE_FN) GROUP(lazy, ASSAY_LAZY_FN) \
	GROUP(map, ASSAY_MAP_FN)
/* clang-format on */

/* As GROUP: a field of the group's name that holds the group at full size. */
#define ASSAY_FULL_SIZE(g, LIST) struct assay_##g##_ops g;

/*
 * As FN: an entry of a table whose functions are called GROUP_FUNCTION.
 *
 *	static const struct assay_chan_ops chan = {
 *		sizeof(chan), ASSAY_CHAN_FN(ASSAY_ENTRY)};
 */
#define ASSAY_ENTRY(g, f) g##_##f,

/* ---- the lists and the structs agree ------------------------------------ */

#ifdef __cplusplus
#define ASSAY_FN_HOLDS(cond) static_assert(cond, #cond)
#else
#define ASSAY_FN_HOLDS(cond) _Static_assert(cond, #cond)
#endif

/* The structs as the lists have them. */
#define ASSAY_FN_SLOT(g, f) void (*f)(void);
#define ASSAY_FN_LISTED(g, LIST)                                               \
	struct assay_##g##_listed {                                            \
		size_t size;                                                   \
		LIST(ASSAY_FN_SLOT)                                            \
	};                                                                     \
	ASSAY_FN_HOLDS(sizeof(struct assay_##g##_listed) ==                    \
		       sizeof(struct assay_##g##_ops));                        \
	LIST(ASSAY_FN_IN_PLACE)
#define ASSAY_FN_IN_PLACE(g, f)                                                \
	ASSAY_FN_HOLDS(offsetof(struct assay_##g##_listed, f) ==               \
		       offsetof(struct assay_##g##_ops, f));

ASSAY_GROUPS(ASSAY_FN_LISTED)
ASSAY_EXT_GROUPS(ASSAY_FN_LISTED)

/* The lists name every group. */
#define ASSAY_FN_POINTER(g, LIST) +sizeof(void *)
ASSAY_FN_HOLDS(offsetof(struct assay_runtime, core)
			       ASSAY_GROUPS(ASSAY_FN_POINTER) +
		       sizeof(const char *) /* go_version */ +
		       sizeof(uint64_t) /* stack_bytes */ +
		       sizeof(const char *) /* kit */
	       == sizeof(struct assay_runtime));
ASSAY_FN_HOLDS(offsetof(struct assay_runtime_ext, context)
		       ASSAY_EXT_GROUPS(ASSAY_FN_POINTER) ==
	       sizeof(struct assay_runtime_ext));

#endif
