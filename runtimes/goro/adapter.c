/*
 * adapter.c - goro behind the contract.  Handles, cases, options and statuses
 * have the same layout and numbers on both sides.  Assertions here check that,
 * so most entries of the table are goro's own functions.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "handles.h"

#include "goro_debug.h"

#define SAME_STATUS(name, value, text, meaning) SAME(ASSAY_##name, GORO_##name);
GORO_STATUS_MAP(SAME_STATUS)

SAME(ASSAY_SEND, GORO_SEND);
SAME(ASSAY_RECV, GORO_RECV);
SAME(ASSAY_ARG_MAX, GORO_ARG_MAX);
SAME(sizeof(struct assay_case), sizeof(struct goro_case));
SAME(offsetof(struct assay_case, send), offsetof(struct goro_case, send));
SAME(offsetof(struct assay_case, recv), offsetof(struct goro_case, recv));
SAME(sizeof(struct assay_panic), sizeof(struct goro_panic_value));
SAME(offsetof(struct assay_panic, text),
     offsetof(struct goro_panic_value, text));
_Static_assert(ASSAY_FOREVER == GORO_FOREVER, "deadlines");
_Static_assert(sizeof(assay_mutex) >= sizeof(goro_mutex), "storage");
_Static_assert(sizeof(assay_rwmutex) >= sizeof(goro_rwmutex), "storage");
_Static_assert(sizeof(assay_waitgroup) >= sizeof(goro_waitgroup), "storage");
_Static_assert(sizeof(assay_once) >= sizeof(goro_once), "storage");
_Static_assert(sizeof(assay_cond) >= sizeof(goro_cond), "storage");

/* ---- core --------------------------------------------------------------- */

/*
 * Asks goro for the schedule of that number.  One that a person has asked for
 * in the environment comes first.
 */
static void explore(uint64_t schedule)
{
	char text[64];

	snprintf(text, sizeof(text), "left,slow=0,draw=%" PRIu64, schedule);
	setenv("GORO_REPLAY", text, 0);
}

static int run(assay_fn fn, void *arg, const struct assay_run_options *o)
{
	struct goro_config c = {.size = sizeof(c)};

	if (!o)
		return goro_run(fn, arg);
	if (o->flags & ~(uint32_t)(ASSAY_RUN_EMBEDDED | ASSAY_RUN_VIRTUAL_TIME))
		return ASSAY_ENOTSUP;
	c.procs = o->procs;
	c.seed = o->seed;
	c.embedded = o->flags & ASSAY_RUN_EMBEDDED;
	c.virtual_time = o->flags & ASSAY_RUN_VIRTUAL_TIME;
	if (o->size >= sizeof(*o) && o->schedule > 0)
		explore(o->schedule);
	return goro_run_with(fn, arg, &c);
}

static int go(assay_fn fn, const void *arg, size_t n)
{
	if (n > 0)
		return goro_go_copy(fn, arg, n);
	goro_go(fn, (void *)(uintptr_t)arg);
	return ASSAY_OK;
}

static void raise_panic(const struct assay_panic *p)
{
	goro_panic_value((const struct goro_panic_value *)(const void *)p);
}

static int try_(assay_fn fn, void *arg, struct assay_panic *out)
{
	return goro_try(fn, arg, (struct goro_panic_value *)(void *)out);
}

static bool recover(struct assay_panic *out)
{
	return goro_recover((struct goro_panic_value *)(void *)out);
}

static const struct assay_core_ops core = {
	.size = sizeof(core),
	.run = run,
	.go = go,
	.yield = goro_yield,
	.goexit = goro_goexit,
	.exit = goro_exit,
	.panic = raise_panic,
	.try_ = try_,
	.defer = goro_defer,
	.recover = recover,
	.panic_text = goro_panic_text,
};

/* ---- channels ----------------------------------------------------------- */

static int select_(const struct assay_case *cases, size_t n, int64_t deadline,
		   size_t *chosen)
{
	return goro_select_until((const struct goro_case *)(const void *)cases,
				 n, deadline, chosen);
}

static const struct assay_chan_ops chan = {
	.size = sizeof(chan),
	.make = goro_chan_make,
	.free = goro_chan_free,
	.send = goro_chan_send,
	.recv = goro_chan_recv,
	.close = goro_chan_close,
	.len = goro_len,
	.cap = goro_cap,
	.select = select_,
};

/* ---- time --------------------------------------------------------------- */

/* goro_now(), goro_sleep() ...: goro uses the contract's names. */
#define GORO(g, f) goro_##f,

static const struct assay_time_ops time_ops = {sizeof(time_ops),
					       ASSAY_TIME_FN(GORO)};

/* ---- network ------------------------------------------------------------ */

SAME(ASSAY_SHUT_READ, GORO_SHUT_READ);
SAME(ASSAY_SHUT_WRITE, GORO_SHUT_WRITE);

SAME(sizeof(struct assay_keepalive), sizeof(struct goro_keepalive));
SAME(offsetof(struct assay_keepalive, count),
     offsetof(struct goro_keepalive, count));
SAME(sizeof(struct assay_bytes), sizeof(struct goro_bytes));
SAME(offsetof(struct assay_bytes, n), offsetof(struct goro_bytes, n));

#define KEEPALIVE(k) ((const struct goro_keepalive *)(const void *)(k))

static int net_writev(assay_conn *c, struct assay_bytes *parts, size_t n,
		      size_t *done)
{
	return goro_conn_writev(c, (struct goro_bytes *)(void *)parts, n, done);
}

static int net_keepalive(assay_conn *c, const struct assay_keepalive *k)
{
	return goro_conn_keepalive(c, KEEPALIVE(k));
}

static int net_dial_keepalive(const char *network, const char *address,
			      int64_t deadline, const struct assay_keepalive *k,
			      assay_conn **out)
{
	return goro_dial_keepalive(network, address, deadline, KEEPALIVE(k),
				   out);
}

static int net_listen_keepalive(const char *network, const char *address,
				const struct assay_keepalive *k,
				assay_listener **out)
{
	return goro_listen_keepalive(network, address, KEEPALIVE(k), out);
}

static const struct assay_net_ops net = {
	.size = sizeof(net),
	.dial = goro_dial,
	.listen = goro_listen,
	.accept = goro_accept,
	.listener_addr = goro_listener_addr,
	.listener_deadline = goro_listener_deadline,
	.listener_close = goro_listener_close,
	.listener_free = goro_listener_free,
	.read = goro_conn_read,
	.write = goro_conn_write,
	.read_deadline = goro_conn_read_deadline,
	.write_deadline = goro_conn_write_deadline,
	.shutdown = goro_conn_shutdown,
	.local_addr = goro_conn_local_addr,
	.remote_addr = goro_conn_remote_addr,
	.close = goro_conn_close,
	.free = goro_conn_free,
	.packet_listen = goro_packet_listen,
	.read_from = goro_conn_read_from,
	.write_to = goro_conn_write_to,
	.os_pipe = goro_os_pipe,
	.mem_pipe = goro_mem_pipe,
	.from_fd = goro_conn_from_fd,
	.error = goro_net_error,
	.listener_from_fd = goro_listener_from_fd,
	.unlink_on_close = goro_unlink_on_close,
	.read_msg = goro_conn_read_msg,
	.writev = net_writev,
	.copy = goro_conn_copy,
	.keepalive = net_keepalive,
	.dial_keepalive = net_dial_keepalive,
	.listen_keepalive = net_listen_keepalive,
	.raw_read = goro_conn_raw_read,
	.raw_write = goro_conn_raw_write,
	.conn_fd = goro_conn_fd,
	.dial_any = goro_dial_any,
};

/* ---- introspection, blocking calls -------------------------------------- */

static int stats(struct assay_stats *out)
{
	struct assay_stats all = {.size = sizeof(all)};
	struct goro_stats s;

	if (!out || out->size < sizeof(out->size))
		return ASSAY_EINVAL;
	goro_read_stats(&s);
	all.size = out->size;
	all.spawned = s.spawned;
	all.live = s.live;
	all.switches = s.switches;
	all.parks = s.parks;
	all.steals = s.steals;
	all.preemptions = s.preemptions;
	all.handoffs = s.handoffs;
	all.threads = s.threads;
	all.threads_made = s.threads_made;
	all.stack_bytes = s.stack_bytes;
	all.timers = s.timers;
	memcpy(out, &all, all.size < sizeof(all) ? all.size : sizeof(all));
	return ASSAY_OK;
}

_Static_assert(sizeof(struct assay_label) == sizeof(struct goro_label) &&
		       offsetof(struct assay_label, value) ==
			       offsetof(struct goro_label, value),
	       "the same labels");

static int set_labels(const struct assay_label *labels, size_t n)
{
	return goro_set_labels((const struct goro_label *)labels, n);
}

static const struct assay_inspect_ops inspect = {
	.size = sizeof(inspect),
	.num_goroutine = goro_num_goroutine,
	.num_waiting = goro_num_waiting,
	.gomaxprocs = goro_gomaxprocs,
	.num_cpu = goro_num_cpu,
	.goid = goro_id,
	.state = goro_state,
	.dump = goro_dump,
	.leaks = goro_leaks,
	.stats = stats,
	.runq_len = goro_runq_len,
	.checkpoint = goro_checkpoint,
	.set_labels = set_labels,
};

static const struct assay_blocking_ops blocking = {
	.size = sizeof(blocking),
	.call = goro_blocking,
	.lock_thread = goro_lock_thread,
	.unlock_thread = goro_unlock_thread,
	.max_threads = goro_max_threads,
	.signal_notify = goro_signal_notify,
	.signal_stop = goro_signal_stop,
	.signal_ignore = goro_signal_ignore,
	.signal_reset = goro_signal_reset,
	.signal_ignored = goro_signal_ignored,
};

/* ---- metrics ------------------------------------------------------------ */

SAME(ASSAY_METRIC_NONE, GORO_METRIC_NONE);
SAME(ASSAY_METRIC_COUNT, GORO_METRIC_COUNT);
SAME(ASSAY_METRIC_SECONDS, GORO_METRIC_SECONDS);
SAME(ASSAY_METRIC_HISTOGRAM, GORO_METRIC_HISTOGRAM);

static void set_classes(struct assay_metric *m, const struct goro_histogram *h)
{
	m->classes_n = 0;
	for (size_t i = 0;
	     m->classes && i < GORO_HISTOGRAM_SIZE && m->classes_n < m->room;
	     i++)
		m->classes[m->classes_n++] = (struct assay_class){
			goro_histogram_from(i), goro_histogram_from(i + 1),
			h->n[i]};
}

enum { METRICS_MOST = 64 };

static void read_metrics(struct assay_metric *m, size_t n)
{
	struct goro_metric all[METRICS_MOST] = {{0}};
	struct goro_histogram h;

	for (size_t i = 0; i < n && i < METRICS_MOST; i++)
		all[i] = (struct goro_metric){.name = m[i].name};
	goro_metrics_read(all, n < METRICS_MOST ? n : METRICS_MOST);
	for (size_t i = 0; i < n && i < METRICS_MOST; i++) {
		all[i].histogram = &h;
		if (m[i].p >= 0)
			goro_metrics_read_p(m[i].p, &all[i], 1);
		else if (all[i].kind == GORO_METRIC_HISTOGRAM)
			goro_metrics_read(&all[i], 1);
		m[i].kind = all[i].kind;
		m[i].count = all[i].count;
		m[i].seconds = all[i].seconds;
		if (m[i].kind == ASSAY_METRIC_HISTOGRAM)
			set_classes(&m[i], &h);
	}
}

static const struct assay_metrics_ops metrics = {
	.size = sizeof(metrics),
	.read = read_metrics,
};

static int profile_write(const char *name, int32_t debug, int fd)
{
	return goro_profile_write(name, debug, fd);
}

static void mutex_fraction(int64_t n)
{
	goro_mutex_profile_fraction(n);
}

static const struct assay_profile_ops profile = {
	.size = sizeof(profile),
	.write = profile_write,
	.block_rate = goro_block_profile_rate,
	.mutex_fraction = mutex_fraction,
};

/* ---- traces -------------------------------------------------------------- */

SAME(ASSAY_EBUSY, GORO_EBUSY);

static const struct assay_trace_ops trace = {
	.size = sizeof(trace),
	.start = goro_trace_start,
	.stop = goro_trace_stop,
	.enabled = goro_trace_enabled,
	.region_begin = goro_trace_region_begin,
	.region_end = goro_trace_region_end,
	.task_begin = goro_trace_task_begin,
	.task_end = goro_trace_task_end,
	.log = goro_trace_log,
	.convert = assay_trace_convert,
};

static int recorder_start(int64_t min_age, uint64_t max_bytes)
{
	struct goro_recorder_config c = {
		.size = sizeof(c), .min_age = min_age, .max_bytes = max_bytes};

	return goro_recorder_start(&c);
}

static int recorder_write(const char *path, uint64_t *bytes)
{
	int status = goro_recorder_write(path);
	struct stat st;

	if (status == GORO_OK && bytes)
		*bytes = stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
	return status;
}

static const struct assay_recorder_ops recorder = {
	.size = sizeof(recorder),
	.start = recorder_start,
	.stop = goro_recorder_stop,
	.enabled = goro_recorder_enabled,
	.write = recorder_write,
};

/* ---- bubbles ------------------------------------------------------------ */

SAME(ASSAY_BUBBLE_MUTEXES, GORO_BUBBLE_MUTEXES);

static const struct assay_bubble_ops bubble = {
	.size = sizeof(bubble),
	.run = goro_bubble_run_status,
	.wait = goro_bubble_wait_status,
};

/* ---- the table ---------------------------------------------------------- */

/* assay_runtime() completes the traits. */
static struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_STACK_FATAL |
		  ASSAY_TRAIT_GODEBUG | ASSAY_TRAIT_PROC_LIMIT |
		  ASSAY_TRAIT_DEADLOCK | ASSAY_TRAIT_QUIT_DUMP |
		  ASSAY_TRAIT_SEVERAL_PS | ASSAY_TRAIT_BUFFERED |
		  ASSAY_TRAIT_SELECT_SEND,
	.name = "goro",
	.version = GORO_VERSION,
	.model = "N:M",
	.core = &core,
	.chan = &chan,
	.time = &time_ops,
	.sync = &goro_adapter_sync,
	.blocking = &blocking,
	.inspect = &inspect,
	.net = &net,
	.go_version = "1.26",
	.metrics = &metrics,
	.profile = &profile,
	.trace = &trace,
	.recorder = &recorder,
	.bubble = &bubble,
};

GORO_API const struct assay_runtime *assay_runtime(void)
{
	if (goro_sync_timers())
		table.traits |= ASSAY_TRAIT_SYNC_TIMERS | ASSAY_TRAIT_EXPLORES;
	if (goro_preemptive())
		table.traits |= ASSAY_TRAIT_PREEMPTIVE;
	return &table;
}
