/*
 * adapter.c - goro behind the contract.  Handles, cases, options and statuses
 * have the same layout and numbers on both sides, which is checked here, so
 * most entries of the table are goro's own functions behind a cast.
 */
#include <string.h>

#include <assay.h>
#include <goro.h>

#define SAME(a, b) _Static_assert((int)(a) == (int)(b), #a " is not " #b)
SAME(ASSAY_OK, GORO_OK);
SAME(ASSAY_CLOSED, GORO_CLOSED);
SAME(ASSAY_AGAIN, GORO_AGAIN);
SAME(ASSAY_TIMEOUT, GORO_TIMEOUT);
SAME(ASSAY_PANICKED, GORO_PANICKED);
SAME(ASSAY_SEND_CLOSED, GORO_SEND_CLOSED);
SAME(ASSAY_CLOSE_CLOSED, GORO_CLOSE_CLOSED);
SAME(ASSAY_CLOSE_NIL, GORO_CLOSE_NIL);
SAME(ASSAY_CHAN_SIZE, GORO_CHAN_SIZE);
SAME(ASSAY_WG_NEGATIVE, GORO_WG_NEGATIVE);
SAME(ASSAY_COND_COPIED, GORO_COND_COPIED);
SAME(ASSAY_TICKER_NEW, GORO_TICKER_NEW);
SAME(ASSAY_TICKER_RESET, GORO_TICKER_RESET);
SAME(ASSAY_TIMER_STOP, GORO_TIMER_STOP);
SAME(ASSAY_TIMER_RESET, GORO_TIMER_RESET);
SAME(ASSAY_EINVAL, GORO_EINVAL);
SAME(ASSAY_ENOMEM, GORO_ENOMEM);
SAME(ASSAY_ENOTSUP, GORO_ENOTSUP);
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

#define CHAN(c) ((goro_chan *)(void *)(c))
#define TIMER(t) ((goro_timer *)(void *)(t))
#define TICKER(t) ((goro_ticker *)(void *)(t))
/* ---- core --------------------------------------------------------------- */

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
};

/* ---- channels ----------------------------------------------------------- */

static assay_chan *make(size_t elem, int64_t cap, int *status)
{
	return (assay_chan *)(void *)goro_chan_make(elem, cap, status);
}

static void chan_free(assay_chan *c)
{
	goro_chan_free(CHAN(c));
}

static int send(assay_chan *c, const void *v, int64_t deadline)
{
	return goro_chan_send(CHAN(c), v, deadline);
}

static int recv(assay_chan *c, void *out, int64_t deadline)
{
	return goro_chan_recv(CHAN(c), out, deadline);
}

static int chan_close(assay_chan *c)
{
	return goro_chan_close(CHAN(c));
}

static int64_t chan_len(assay_chan *c)
{
	return goro_len(CHAN(c));
}

static int64_t chan_cap(assay_chan *c)
{
	return goro_cap(CHAN(c));
}

static int select_(const struct assay_case *cases, size_t n, int64_t deadline,
		   size_t *chosen)
{
	return goro_select_until((const struct goro_case *)(const void *)cases,
				 n, deadline, chosen);
}

static const struct assay_chan_ops chan = {
	.size = sizeof(chan),
	.make = make,
	.free = chan_free,
	.send = send,
	.recv = recv,
	.close = chan_close,
	.len = chan_len,
	.cap = chan_cap,
	.select = select_,
};

/* ---- time --------------------------------------------------------------- */

static assay_timer *timer_new(int64_t ns)
{
	return (assay_timer *)(void *)goro_timer_new(ns);
}

static assay_timer *after_func(int64_t ns, assay_fn fn, void *arg)
{
	return (assay_timer *)(void *)goro_after_func(ns, fn, arg);
}

static assay_chan *timer_chan(assay_timer *t)
{
	return (assay_chan *)(void *)goro_timer_chan(TIMER(t));
}

static int timer_stop(assay_timer *t)
{
	return goro_timer_stop(TIMER(t));
}

static int timer_reset(assay_timer *t, int64_t ns)
{
	return goro_timer_reset(TIMER(t), ns);
}

static void timer_free(assay_timer *t)
{
	goro_timer_free(TIMER(t));
}

static assay_chan *after(int64_t ns)
{
	return (assay_chan *)(void *)goro_after(ns);
}

static assay_ticker *ticker_new(int64_t ns, int *status)
{
	return (assay_ticker *)(void *)goro_ticker_new(ns, status);
}

static assay_chan *ticker_chan(assay_ticker *t)
{
	return (assay_chan *)(void *)goro_ticker_chan(TICKER(t));
}

static void ticker_stop(assay_ticker *t)
{
	goro_ticker_stop(TICKER(t));
}

static int ticker_reset(assay_ticker *t, int64_t ns)
{
	return goro_ticker_reset(TICKER(t), ns);
}

static void ticker_free(assay_ticker *t)
{
	goro_ticker_free(TICKER(t));
}

static assay_chan *tick(int64_t ns)
{
	return (assay_chan *)(void *)goro_tick(ns);
}

static const struct assay_time_ops time_ops = {
	.size = sizeof(time_ops),
	.now = goro_now,
	.sleep = goro_sleep,
	.timer_new = timer_new,
	.after_func = after_func,
	.timer_chan = timer_chan,
	.timer_stop = timer_stop,
	.timer_reset = timer_reset,
	.timer_free = timer_free,
	.after = after,
	.ticker_new = ticker_new,
	.ticker_chan = ticker_chan,
	.ticker_stop = ticker_stop,
	.ticker_reset = ticker_reset,
	.ticker_free = ticker_free,
	.tick = tick,
};

/* ---- the table ---------------------------------------------------------- */

extern const struct assay_sync_ops goro_adapter_sync;
extern const struct assay_net_ops goro_adapter_net;

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

static const struct assay_inspect_ops inspect = {
	.size = sizeof(inspect),
	.num_goroutine = goro_num_goroutine,
	.num_waiting = goro_num_waiting,
	.gomaxprocs = goro_gomaxprocs,
	.num_cpu = goro_num_cpu,
	.goid = goro_id,
	.state = goro_state,
	.dump = goro_dump,
	.stats = stats,
	.runq_len = goro_runq_len,
	.checkpoint = goro_checkpoint,
};

static int signal_notify(assay_chan *c, int sig)
{
	return goro_signal_notify(CHAN(c), sig);
}

static int signal_stop(assay_chan *c)
{
	return goro_signal_stop(CHAN(c));
}

static const struct assay_blocking_ops blocking = {
	.size = sizeof(blocking),
	.call = goro_blocking,
	.lock_thread = goro_lock_thread,
	.unlock_thread = goro_unlock_thread,
	.max_threads = goro_max_threads,
	.signal_notify = signal_notify,
	.signal_stop = signal_stop,
	.signal_ignore = goro_signal_ignore,
};

/* The traits are completed when it is asked for. */
static struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_STACK_FATAL |
		  ASSAY_TRAIT_GODEBUG | ASSAY_TRAIT_PROC_LIMIT,
	.name = "goro",
	.version = GORO_VERSION,
	.model = "N:M",
	.core = &core,
	.chan = &chan,
	.time = &time_ops,
	.sync = &goro_adapter_sync,
	.blocking = &blocking,
	.inspect = &inspect,
	.net = &goro_adapter_net,
};

GORO_API const struct assay_runtime *assay_runtime(void)
{
	if (goro_sync_timers())
		table.traits |= ASSAY_TRAIT_SYNC_TIMERS;
	if (goro_preemptive())
		table.traits |= ASSAY_TRAIT_PREEMPTIVE;
	return &table;
}
