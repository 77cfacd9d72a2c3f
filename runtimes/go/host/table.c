/*
 * table.c - the table: each entry checks what C must not get wrong and goes
 * on to the exported Go function of the same name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "_cgo_export.h"

static __thread uintptr_t self;
static __thread char texts[GO_TEXTS][512];

static void become(uintptr_t g)
{
	if (self == g)
		return;
	self = g;
	memset(texts, 0, sizeof(texts));
}

void assay_go_enter(assay_fn fn, void *arg, uintptr_t g)
{
	become(g);
	fn(arg);
}

int assay_go_enter_task(assay_task task, void *arg, uintptr_t g)
{
	become(g);
	return task(arg);
}

int assay_go_enter_call(assay_call call, void *arg, void **value, uintptr_t g)
{
	become(g);
	return call(arg, value);
}

uintptr_t assay_go_self(void)
{
	return self;
}

void assay_go_set_text(int which, const char *text)
{
	snprintf(texts[which], sizeof(texts[which]), "%s", text);
}

const char *assay_go_text(int which)
{
	return texts[which];
}

void assay_go_call(assay_fn fn, void *arg)
{
	fn(arg);
}

void *assay_go_make(void *(*make)(void *arg), void *arg)
{
	return make(arg);
}

const char *assay_go_error(text_fn text, void *arg)
{
	return text ? text(arg) : "";
}

int assay_go_result(assay_call call, void *arg, void **value)
{
	return call(arg, value);
}

bool assay_go_visit(visit_fn visit, void *arg, uint64_t key, void *value)
{
	return visit(arg, key, value);
}

uintptr_t assay_go_handle(const void *p)
{
	return (uintptr_t)p;
}

static void *pointer(uintptr_t handle)
{
	return (void *)handle;
}

/* ---- core --------------------------------------------------------------- */

static int core_go(assay_fn fn, const void *arg, size_t n)
{
	return goGo(fn, (void *)arg, n);
}

static void core_goexit(void)
{
	goGoexit(self);
}

static void core_panic(const struct assay_panic *p)
{
	static const struct assay_panic nothing = {.kind = ASSAY_PANIC_NIL};

	goPanic((struct assay_panic *)(p ? p : &nothing));
}

static int core_try_(assay_fn fn, void *arg, struct assay_panic *out)
{
	return fn ? goTry(self, fn, arg, out) : ASSAY_EINVAL;
}

static int core_defer(assay_fn fn, void *arg)
{
	return fn ? goDefer(self, fn, arg) : ASSAY_EINVAL;
}

static bool core_recover(struct assay_panic *out)
{
	return goRecover(self, out);
}

static void core_panic_text(text_fn text, void *arg)
{
	goPanicText(text, arg);
}

#define core_run assay_go_run
#define core_yield goYield
#define core_exit goExit

static const struct assay_core_ops core = {sizeof(core),
					   ASSAY_CORE_FN(ASSAY_ENTRY)};

/* ---- channels ----------------------------------------------------------- */

static assay_chan *chan_make(size_t elem, int64_t cap, int *status)
{
	int ignored;

	return pointer(goChanMake(elem, cap, status ? status : &ignored));
}

static void chan_free(assay_chan *c)
{
	if (c)
		goChanFree((uintptr_t)c);
}

static int chan_send(assay_chan *c, const void *v, int64_t deadline)
{
	return goChanSend((uintptr_t)c, (void *)v, deadline);
}

static int chan_recv(assay_chan *c, void *out, int64_t deadline)
{
	return goChanRecv((uintptr_t)c, out, deadline);
}

static int chan_close(assay_chan *c)
{
	return goChanClose((uintptr_t)c);
}

static int64_t chan_len(assay_chan *c)
{
	return goChanLen((uintptr_t)c);
}

static int64_t chan_cap(assay_chan *c)
{
	return goChanCap((uintptr_t)c);
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	size_t ignored;

	if (n > 0 && !cases)
		return ASSAY_EINVAL;
	return goSelect((struct assay_case *)cases, n, deadline,
			chosen ? chosen : &ignored);
}

static const struct assay_chan_ops chans = {sizeof(chans),
					    ASSAY_CHAN_FN(ASSAY_ENTRY)};

/* ---- time --------------------------------------------------------------- */

static assay_timer *time_timer_new(int64_t ns)
{
	return pointer(goTimerNew(ns));
}

static assay_timer *time_after_func(int64_t ns, assay_fn fn, void *arg)
{
	return fn ? pointer(goAfterFunc(ns, fn, arg)) : NULL;
}

static assay_chan *time_timer_chan(assay_timer *t)
{
	return t ? pointer(goTimerChan((uintptr_t)t)) : NULL;
}

static int time_timer_stop(assay_timer *t)
{
	return goTimerStop((uintptr_t)t);
}

static int time_timer_reset(assay_timer *t, int64_t ns)
{
	return goTimerReset((uintptr_t)t, ns);
}

static void time_timer_free(assay_timer *t)
{
	if (t)
		goTimerFree((uintptr_t)t);
}

static assay_chan *time_after(int64_t ns)
{
	return pointer(goAfter(ns));
}

static assay_ticker *time_ticker_new(int64_t ns, int *status)
{
	int ignored;

	return pointer(goTickerNew(ns, status ? status : &ignored));
}

static assay_chan *time_ticker_chan(assay_ticker *t)
{
	return t ? pointer(goTickerChan((uintptr_t)t)) : NULL;
}

static void time_ticker_stop(assay_ticker *t)
{
	if (t)
		goTickerStop((uintptr_t)t);
}

static int time_ticker_reset(assay_ticker *t, int64_t ns)
{
	return t ? goTickerReset((uintptr_t)t, ns) : ASSAY_EINVAL;
}

static void time_ticker_free(assay_ticker *t)
{
	if (t)
		goTickerFree((uintptr_t)t);
}

static assay_chan *time_tick(int64_t ns)
{
	return pointer(goTick(ns));
}

#define time_now goNow
#define time_sleep goSleep

static const struct assay_time_ops times = {sizeof(times),
					    ASSAY_TIME_FN(ASSAY_ENTRY)};

/* ---- sync --------------------------------------------------------------- */

static int sync_mutex_lock(assay_mutex *m, int64_t deadline)
{
	return m ? goMutexLock(m, deadline) : ASSAY_EINVAL;
}

static void sync_mutex_unlock(assay_mutex *m)
{
	if (m)
		goMutexUnlock(m);
}

static int sync_rw_lock(assay_rwmutex *m, int64_t deadline)
{
	return m ? goRwLock(m, deadline) : ASSAY_EINVAL;
}

static void sync_rw_unlock(assay_rwmutex *m)
{
	if (m)
		goRwUnlock(m);
}

static int sync_rw_rlock(assay_rwmutex *m, int64_t deadline)
{
	return m ? goRwRlock(m, deadline) : ASSAY_EINVAL;
}

static void sync_rw_runlock(assay_rwmutex *m)
{
	if (m)
		goRwRunlock(m);
}

static int sync_wg_add(assay_waitgroup *wg, int64_t delta)
{
	return wg ? goWgAdd(wg, delta) : ASSAY_EINVAL;
}

static int sync_wg_wait(assay_waitgroup *wg, int64_t deadline)
{
	return wg ? goWgWait(wg, deadline) : ASSAY_EINVAL;
}

static int sync_wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	return wg && fn ? goWgGo(wg, fn, arg) : ASSAY_EINVAL;
}

static void sync_once_do(assay_once *o, assay_fn fn, void *arg)
{
	if (o && fn)
		goOnceDo(o, fn, arg);
}

static int sync_cond_wait(assay_cond *c, assay_mutex *m)
{
	return c && m ? goCondWait(c, m) : ASSAY_EINVAL;
}

static int sync_cond_wait_r(assay_cond *c, assay_rwmutex *m)
{
	return c && m ? goCondWaitR(c, m) : ASSAY_EINVAL;
}

static int sync_cond_signal(assay_cond *c)
{
	return c ? goCondSignal(c) : ASSAY_EINVAL;
}

static int sync_cond_broadcast(assay_cond *c)
{
	return c ? goCondBroadcast(c) : ASSAY_EINVAL;
}

static assay_pool *sync_pool_new(make_fn make, void *arg)
{
	return pointer(goPoolNew(make, arg));
}

static void *sync_pool_get(assay_pool *p)
{
	return p ? goPoolGet((uintptr_t)p) : NULL;
}

static void sync_pool_put(assay_pool *p, void *item)
{
	if (p)
		goPoolPut((uintptr_t)p, item);
}

static void sync_pool_free(assay_pool *p)
{
	if (p)
		goPoolFree((uintptr_t)p);
}

static int32_t sync_load32(const int32_t *p)
{
	return goLoad32((int32_t *)p);
}

static int64_t sync_load64(const int64_t *p)
{
	return goLoad64((int64_t *)p);
}

static void *sync_loadp(void *const *p)
{
	return goLoadp((void *)p);
}

static void sync_storep(void **p, void *v)
{
	goStorep(p, v);
}

static void *sync_swapp(void **p, void *v)
{
	return goSwapp(p, v);
}

static bool sync_casp(void **p, void *old, void *v)
{
	return goCasp(p, old, v);
}

#define sync_add32 goAdd32
#define sync_store32 goStore32
#define sync_swap32 goSwap32
#define sync_cas32 goCas32
#define sync_add64 goAdd64
#define sync_store64 goStore64
#define sync_swap64 goSwap64
#define sync_cas64 goCas64

/* Not constant: wg_go depends on the version. */
static struct assay_sync_ops sync_ops = {sizeof(sync_ops),
					 ASSAY_SYNC_FN(ASSAY_ENTRY)};

/* ---- blocking calls, threads; introspection ----------------------------- */

struct with_errno {
	assay_fn fn;
	void *arg;
	int err;
};

static void keep_errno(void *arg)
{
	struct with_errno *w = arg;

	errno = w->err;
	w->fn(w->arg);
	w->err = errno;
}

static void blocking_call(assay_fn fn, void *arg)
{
	struct with_errno w = {fn, arg, errno};

	if (!fn)
		return;
	goBlockingCall(keep_errno, &w);
	errno = w.err;
}

static int blocking_signal_notify(assay_chan *c, int sig)
{
	return goSignalNotify(assay_go_handle(c), sig);
}

static int blocking_signal_stop(assay_chan *c)
{
	return goSignalStop(assay_go_handle(c));
}

#define blocking_lock_thread goLockThread
#define blocking_unlock_thread goUnlockThread
#define blocking_max_threads goMaxThreads
#define blocking_signal_ignore goSignalIgnore
#define blocking_signal_reset goSignalReset
#define blocking_signal_ignored goSignalIgnored

static const struct assay_blocking_ops blocking = {
	sizeof(blocking), ASSAY_BLOCKING_FN(ASSAY_ENTRY)};

static int64_t goid(void)
{
	return goGoid(self);
}

static int set_labels(const struct assay_label *labels, size_t n)
{
	goSetLabels((struct assay_label *)(uintptr_t)labels, n);
	return ASSAY_OK;
}

/* Not constant: leaks depends on the build. */
static struct assay_inspect_ops inspect = {
	.size = sizeof(inspect),
	.num_goroutine = goNumGoroutine,
	.num_waiting = goNumWaiting,
	.gomaxprocs = goGomaxprocs,
	.num_cpu = goNumCpu,
	.goid = goid,
	.state = goState,
	.dump = goDump,
	.leaks = goLeaks,
	.checkpoint = goCheckpoint,
	.set_labels = set_labels,
};

#define metrics_read goMetricsRead

static const struct assay_metrics_ops metrics = {sizeof(metrics),
						 ASSAY_METRICS_FN(ASSAY_ENTRY)};

static int profile_write(const char *name, int32_t debug, int fd)
{
	return name ? goProfileWrite((char *)name, debug, fd) : ASSAY_EINVAL;
}

#define profile_block_rate goBlockRate
#define profile_mutex_fraction goMutexFraction

static const struct assay_profile_ops profile = {sizeof(profile),
						 ASSAY_PROFILE_FN(ASSAY_ENTRY)};

/* ---- traces -------------------------------------------------------------- */

static int trace_start(const char *path)
{
	return path ? goTraceStart((char *)path) : ASSAY_EINVAL;
}

static void region_begin(uint64_t task, const char *name)
{
	goRegionBegin(self, task, (char *)name);
}

static void region_end(uint64_t task, const char *name)
{
	goRegionEnd(self, task, (char *)name);
}

static uint64_t task_begin(uint64_t parent, const char *name)
{
	return goTaskBegin(parent, (char *)name);
}

static void trace_log(uint64_t task, const char *category, const char *message)
{
	goTraceLog(task, (char *)category, (char *)message);
}

static const struct assay_trace_ops trace = {
	.size = sizeof(trace),
	.start = trace_start,
	.stop = goTraceStop,
	.enabled = goTraceEnabled,
	.region_begin = region_begin,
	.region_end = region_end,
	.task_begin = task_begin,
	.task_end = goTaskEnd,
	.log = trace_log,
	.convert = assay_trace_convert,
};

/* ---- the table ---------------------------------------------------------- */

static struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.name = "go",
	.model = "N:M",
	.core = &core,
	.chan = &chans,
	.time = &times,
	.sync = &sync_ops,
	.blocking = &blocking,
	.inspect = &inspect,
	.net = &assay_go_net,
	.metrics = &metrics,
	.profile = &profile,
	.trace = &trace,
};

const struct assay_runtime *assay_go_table(struct go_features features)
{
	table.version = features.version;
	table.go_version = features.go_version;
	table.traits = features.traits;
	table.max_goroutines = features.max_goroutines;
	if (features.recorder)
		table.recorder = &assay_go_recorder;
	if (features.bubble)
		table.bubble = &assay_go_bubble;
	if (!features.trace)
		table.trace = NULL;
	if (!features.wg_go)
		sync_ops.wg_go = NULL;
	if (!features.leaks)
		inspect.leaks = NULL;
	if (!features.keepalive) {
		assay_go_net.keepalive = NULL;
		assay_go_net.dial_keepalive = NULL;
		assay_go_net.listen_keepalive = NULL;
	}
	return &table;
}
