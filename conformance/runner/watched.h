/*
 * watched.h - the functions of the contract that return a status, for
 * child_watch.c: W with the number of parameters, the group, the function, the
 * types of the parameters, and the form of the call.  The parameters are a, b,
 * c ... in it.  Calls of the same form are alike: where one has worked, the
 * next cannot be "not supported".  FORM_ANY: no call tells of another.
 *
 * Functions that only move bytes of a connection, or whose result is also
 * someone else's status, are not here.
 */
#ifndef ASSAY_WATCHED_H
#define ASSAY_WATCHED_H

/* clang-format off */
#define WATCHED \
	W3(core, go, assay_fn, const void *, size_t, c > 0) \
	W2(core, defer, assay_fn, void *, 0) \
	W3(chan, send, assay_chan *, const void *, int64_t, form_of(c)) \
	W3(chan, recv, assay_chan *, void *, int64_t, form_of(c)) \
	W1(chan, close, assay_chan *, 0) \
	W4(chan, select, const struct assay_case *, size_t, int64_t, size_t *, \
	   form_of_select(a, b, c)) \
	W1(time, timer_stop, assay_timer *, 0) \
	W2(time, timer_reset, assay_timer *, int64_t, 0) \
	W2(time, ticker_reset, assay_ticker *, int64_t, 0) \
	W2(sync, mutex_lock, assay_mutex *, int64_t, form_of(b)) \
	W2(sync, rw_lock, assay_rwmutex *, int64_t, form_of(b)) \
	W2(sync, rw_rlock, assay_rwmutex *, int64_t, form_of(b)) \
	W2(sync, wg_add, assay_waitgroup *, int64_t, b > 0) \
	W2(sync, wg_wait, assay_waitgroup *, int64_t, form_of(b)) \
	W3(sync, wg_go, assay_waitgroup *, assay_fn, void *, 0) \
	W2(sync, cond_wait, assay_cond *, assay_mutex *, 0) \
	W2(sync, cond_wait_r, assay_cond *, assay_rwmutex *, 0) \
	W1(sync, cond_signal, assay_cond *, 0) \
	W1(sync, cond_broadcast, assay_cond *, 0) \
	W2(blocking, signal_notify, assay_chan *, int, FORM_ANY) \
	W1(blocking, signal_stop, assay_chan *, 0) \
	W1(blocking, signal_ignore, int, FORM_ANY) \
	W1(blocking, signal_reset, int, FORM_ANY) \
	W3(inspect, state, int64_t, char *, size_t, 0) \
	W1(inspect, stats, struct assay_stats *, 0) \
	W2(inspect, set_labels, const struct assay_label *, size_t, b > 0) \
	W4(net, dial, const char *, const char *, int64_t, assay_conn **, \
	   FORM_ANY) \
	W3(net, listen, const char *, const char *, assay_listener **, FORM_ANY) \
	W2(net, accept, assay_listener *, assay_conn **, FORM_ANY) \
	W3(net, listener_addr, assay_listener *, char *, size_t, FORM_ANY) \
	W2(net, listener_deadline, assay_listener *, int64_t, FORM_ANY) \
	W1(net, listener_close, assay_listener *, FORM_ANY) \
	W2(net, read_deadline, assay_conn *, int64_t, FORM_ANY) \
	W2(net, write_deadline, assay_conn *, int64_t, FORM_ANY) \
	W2(net, shutdown, assay_conn *, int, FORM_ANY) \
	W3(net, local_addr, assay_conn *, char *, size_t, FORM_ANY) \
	W3(net, remote_addr, assay_conn *, char *, size_t, FORM_ANY) \
	W1(net, close, assay_conn *, FORM_ANY) \
	W3(net, packet_listen, const char *, const char *, assay_conn **, \
	   FORM_ANY) \
	W6(net, read_from, assay_conn *, void *, size_t, size_t *, char *, \
	   size_t, FORM_ANY) \
	W4(net, write_to, assay_conn *, const void *, size_t, const char *, \
	   FORM_ANY) \
	W1(net, os_pipe, assay_conn **, 0) \
	W1(net, mem_pipe, assay_conn **, 0) \
	W2(net, from_fd, int, assay_conn **, FORM_ANY) \
	W2(net, listener_from_fd, int, assay_listener **, FORM_ANY) \
	W2(net, unlink_on_close, assay_listener *, bool, b) \
	W4(net, writev, assay_conn *, struct assay_bytes *, size_t, size_t *, \
	   FORM_ANY) \
	W4(net, copy, assay_conn *, assay_conn *, int64_t, int64_t *, FORM_ANY) \
	W2(net, keepalive, assay_conn *, const struct assay_keepalive *, \
	   FORM_ANY) \
	W5(net, dial_keepalive, const char *, const char *, int64_t, \
	   const struct assay_keepalive *, assay_conn **, FORM_ANY) \
	W4(net, listen_keepalive, const char *, const char *, \
	   const struct assay_keepalive *, assay_listener **, FORM_ANY) \
	W2(net, conn_fd, assay_conn *, int *, FORM_ANY) \
	W6(net, dial_any, const char *const *, size_t, int32_t, int64_t, \
	   int64_t, assay_conn **, FORM_ANY) \
	W1(trace, start, const char *, 0) \
	W2(trace, convert, const char *, const char *, 0) \
	W3(profile, write, const char *, int32_t, int, FORM_ANY) \
	W2(recorder, start, int64_t, uint64_t, 0) \
	W2(recorder, write, const char *, uint64_t *, 0) \
	W3(bubble, run, assay_fn, void *, uint32_t, c > 0) \
	W2(context, with_cancel, assay_context *, assay_context **, 0) \
	W4(context, with_deadline, assay_context *, int64_t, int, \
	   assay_context **, 0) \
	W4(context, with_timeout, assay_context *, int64_t, int, \
	   assay_context **, 0) \
	W4(context, with_value, assay_context *, struct assay_key, void *, \
	   assay_context **, FORM_ANY) \
	W2(context, without_cancel, assay_context *, assay_context **, 0) \
	W2(context, foreign, assay_chan *, assay_context **, 0) \
	W4(context, after_func, assay_context *, assay_fn, void *, \
	   assay_after **, 0) \
	W4(context, dial, assay_context *, const char *, const char *, \
	   assay_conn **, FORM_ANY) \
	W3(context, foreign_after, assay_chan *, const struct assay_end_hooks *, \
	   assay_context **, 0) \
	W3(context, foreign_round, assay_context *, assay_chan *, \
	   assay_context **, 0) \
	W3(group, with_context, assay_context *, assay_group **, \
	   assay_context **, 0) \
	W2(group, set_limit, assay_group *, int64_t, 0) \
	W4(group, go, assay_group *, assay_task, void *, int64_t, form_of(d)) \
	W3(semaphore, acquire, assay_semaphore *, assay_context *, int64_t, 0) \
	W2(semaphore, try_acquire, assay_semaphore *, int64_t, 0) \
	W2(semaphore, release, assay_semaphore *, int64_t, 0) \
	W3(rate, wait_n, assay_limiter *, assay_context *, int64_t, 0) \
	W3(map, store, assay_map *, uint64_t, void *, 0)

/* The functions that a case may use without naming them: see case_base. */
#define STOOD_IN_FOR \
	L0(void, core, yield) \
	L3(assay_chan *, chan, make, size_t, int64_t, int *) \
	L3(int, chan, send, assay_chan *, const void *, int64_t) \
	L3(int, chan, recv, assay_chan *, void *, int64_t) \
	L1(int, chan, close, assay_chan *) \
	L0(int64_t, time, now) \
	L1(void, time, sleep, int64_t)
/* clang-format on */

#endif
