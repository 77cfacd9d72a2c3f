/*
 * table.c - the table, and the two ways between C and Go, see main.go.
 *
 * Handles that C sees are pointers to Go's objects, which Go keeps.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "assay_fn.h"
#include "child.h"

typedef void *(*make_fn)(void *arg);
typedef const char *(*text_fn)(void *arg);

/* ---- what Go calls ------------------------------------------------------ */

void assay_gccgo_call(assay_fn fn, void *arg);
void *assay_gccgo_make(make_fn fn, void *arg);
const char *assay_gccgo_ask(text_fn fn, void *arg);
const char *assay_gccgo_text(int status);
uintptr_t assay_gccgo_self(void);
int assay_gccgo_child(int argc, char **argv);

void assay_gccgo_call(assay_fn fn, void *arg)
{
	fn(arg);
}

void *assay_gccgo_make(make_fn fn, void *arg)
{
	return fn(arg);
}

const char *assay_gccgo_ask(text_fn fn, void *arg)
{
	return fn ? fn(arg) : "";
}

const char *assay_gccgo_text(int status)
{
	return assay_status_text(status);
}

/* libgo's open(), which finds no debug information of libraries. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	if (strncmp(path, "/usr/lib/debug/", 15) == 0) {
		errno = ENOENT;
		return -1;
	}
	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return __real_open(path, flags, mode);
}

/* ---- what Go has -------------------------------------------------------- */

#define IN_GO(symbol) __asm__(symbol)

uintptr_t libgo_getg(void) IN_GO("runtime.getg");
void libgo_enter_call(void) IN_GO("syscall.Cgocall");
void libgo_leave_call(void) IN_GO("syscall.CgocallDone");

uintptr_t assay_gccgo_self(void)
{
	return libgo_getg();
}

int core_run(assay_fn, void *, const struct assay_run_options *)
	IN_GO("main.Run");
int core_go(assay_fn, const void *, size_t) IN_GO("main.Go");
void core_yield(void) IN_GO("main.Yield");
void core_goexit(void) IN_GO("main.Goexit");
void core_exit(int) IN_GO("main.Exit");
void core_panic_text(text_fn, void *) IN_GO("main.PanicText");
bool core_recover(struct assay_panic *) IN_GO("main.Recover");
void go_panic(const struct assay_panic *) IN_GO("main.Panic");
int go_try(assay_fn, void *, struct assay_panic *) IN_GO("main.Try");
int go_defer(assay_fn, void *) IN_GO("main.Defer");

static void core_panic(const struct assay_panic *p)
{
	static const struct assay_panic nothing = {.kind = ASSAY_PANIC_NIL};

	go_panic(p ? p : &nothing);
}

static int core_try_(assay_fn fn, void *arg, struct assay_panic *out)
{
	return fn ? go_try(fn, arg, out) : ASSAY_EINVAL;
}

static int core_defer(assay_fn fn, void *arg)
{
	return fn ? go_defer(fn, arg) : ASSAY_EINVAL;
}

static const struct assay_core_ops core = {sizeof(core),
					   ASSAY_CORE_FN(ASSAY_ENTRY)};

assay_chan *go_make(size_t, int64_t, int *) IN_GO("main.ChanMake");
void go_free(assay_chan *) IN_GO("main.ChanFree");
int chan_send(assay_chan *, const void *, int64_t) IN_GO("main.ChanSend");
int chan_recv(assay_chan *, void *, int64_t) IN_GO("main.ChanRecv");
int chan_close(assay_chan *) IN_GO("main.ChanClose");
int64_t chan_len(assay_chan *) IN_GO("main.ChanLen");
int64_t chan_cap(assay_chan *) IN_GO("main.ChanCap");
int go_select(const struct assay_case *, size_t, int64_t, size_t *)
	IN_GO("main.Select");

static assay_chan *chan_make(size_t elem, int64_t cap, int *status)
{
	int ignored;

	return go_make(elem, cap, status ? status : &ignored);
}

static void chan_free(assay_chan *c)
{
	if (c)
		go_free(c);
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	size_t ignored;

	if (n > 0 && !cases)
		return ASSAY_EINVAL;
	return go_select(cases, n, deadline, chosen ? chosen : &ignored);
}

static const struct assay_chan_ops chans = {sizeof(chans),
					    ASSAY_CHAN_FN(ASSAY_ENTRY)};

int64_t time_now(void) IN_GO("main.Now");
void time_sleep(int64_t) IN_GO("main.Sleep");
assay_timer *time_timer_new(int64_t) IN_GO("main.TimerNew");
assay_timer *go_after_func(int64_t, assay_fn, void *) IN_GO("main.AfterFunc");
assay_chan *time_timer_chan(assay_timer *) IN_GO("main.TimerChan");
int time_timer_stop(assay_timer *) IN_GO("main.TimerStop");
int time_timer_reset(assay_timer *, int64_t) IN_GO("main.TimerReset");
void go_timer_free(assay_timer *) IN_GO("main.TimerFree");
assay_chan *time_after(int64_t) IN_GO("main.After");
assay_ticker *go_ticker_new(int64_t, int *) IN_GO("main.TickerNew");
assay_chan *time_ticker_chan(assay_ticker *) IN_GO("main.TickerChan");
void time_ticker_stop(assay_ticker *) IN_GO("main.TickerStop");
int time_ticker_reset(assay_ticker *, int64_t) IN_GO("main.TickerReset");
void go_ticker_free(assay_ticker *) IN_GO("main.TickerFree");
assay_chan *time_tick(int64_t) IN_GO("main.Tick");

static assay_timer *time_after_func(int64_t ns, assay_fn fn, void *arg)
{
	return fn ? go_after_func(ns, fn, arg) : NULL;
}

static void time_timer_free(assay_timer *t)
{
	if (t)
		go_timer_free(t);
}

static assay_ticker *time_ticker_new(int64_t ns, int *status)
{
	int ignored;

	return go_ticker_new(ns, status ? status : &ignored);
}

static void time_ticker_free(assay_ticker *t)
{
	if (t)
		go_ticker_free(t);
}

static const struct assay_time_ops times = {sizeof(times),
					    ASSAY_TIME_FN(ASSAY_ENTRY)};

int sync_mutex_lock(assay_mutex *, int64_t) IN_GO("main.MutexLock");
void sync_mutex_unlock(assay_mutex *) IN_GO("main.MutexUnlock");
int sync_rw_lock(assay_rwmutex *, int64_t) IN_GO("main.RwLock");
void sync_rw_unlock(assay_rwmutex *) IN_GO("main.RwUnlock");
int sync_rw_rlock(assay_rwmutex *, int64_t) IN_GO("main.RwRlock");
void sync_rw_runlock(assay_rwmutex *) IN_GO("main.RwRunlock");
int sync_wg_add(assay_waitgroup *, int64_t) IN_GO("main.WgAdd");
int sync_wg_wait(assay_waitgroup *, int64_t) IN_GO("main.WgWait");
#define sync_wg_go NULL /* since Go 1.25 */
void sync_once_do(assay_once *, assay_fn, void *) IN_GO("main.OnceDo");
int sync_cond_wait(assay_cond *, assay_mutex *) IN_GO("main.CondWait");
int sync_cond_wait_r(assay_cond *, assay_rwmutex *) IN_GO("main.CondWaitR");
int sync_cond_signal(assay_cond *) IN_GO("main.CondSignal");
int sync_cond_broadcast(assay_cond *) IN_GO("main.CondBroadcast");
assay_pool *sync_pool_new(make_fn, void *) IN_GO("main.PoolNew");
void *sync_pool_get(assay_pool *) IN_GO("main.PoolGet");
void sync_pool_put(assay_pool *, void *) IN_GO("main.PoolPut");
void sync_pool_free(assay_pool *) IN_GO("main.PoolFree");
int32_t sync_add32(int32_t *, int32_t) IN_GO("sync_1atomic.AddInt32");
int32_t sync_load32(const int32_t *) IN_GO("sync_1atomic.LoadInt32");
void sync_store32(int32_t *, int32_t) IN_GO("sync_1atomic.StoreInt32");
int32_t sync_swap32(int32_t *, int32_t) IN_GO("sync_1atomic.SwapInt32");
bool sync_cas32(int32_t *, int32_t, int32_t)
	IN_GO("sync_1atomic.CompareAndSwapInt32");
int64_t sync_add64(int64_t *, int64_t) IN_GO("sync_1atomic.AddInt64");
int64_t sync_load64(const int64_t *) IN_GO("sync_1atomic.LoadInt64");
void sync_store64(int64_t *, int64_t) IN_GO("sync_1atomic.StoreInt64");
int64_t sync_swap64(int64_t *, int64_t) IN_GO("sync_1atomic.SwapInt64");
bool sync_cas64(int64_t *, int64_t, int64_t)
	IN_GO("sync_1atomic.CompareAndSwapInt64");
void *sync_loadp(void *const *) IN_GO("sync_1atomic.LoadPointer");
void sync_storep(void **, void *) IN_GO("sync_1atomic.StorePointer");
void *sync_swapp(void **, void *) IN_GO("sync_1atomic.SwapPointer");
bool sync_casp(void **, void *, void *)
	IN_GO("sync_1atomic.CompareAndSwapPointer");

static const struct assay_sync_ops sync_ops = {sizeof(sync_ops),
					       ASSAY_SYNC_FN(ASSAY_ENTRY)};

void go_lock_thread(void) IN_GO("main.LockThread");
void go_unlock_thread(void) IN_GO("main.UnlockThread");

/* Of the thread that it is called on: leaving a call may change the thread. */
static __attribute__((noinline)) void set_errno(int err)
{
	errno = err;
}

static void blocking_call(assay_fn fn, void *arg)
{
	int err;

	if (!fn)
		return;
	libgo_enter_call();
	fn(arg);
	err = errno;
	libgo_leave_call();
	set_errno(err);
}

static const struct assay_blocking_ops blocking = {
	.size = sizeof(blocking),
	.call = blocking_call,
	.lock_thread = go_lock_thread,
	.unlock_thread = go_unlock_thread,
};

int64_t go_num_goroutine(void) IN_GO("main.NumGoroutine");
int64_t go_num_waiting(void) IN_GO("main.NumWaiting");
int32_t go_gomaxprocs(int32_t) IN_GO("main.Gomaxprocs");
int32_t go_num_cpu(void) IN_GO("main.NumCPU");
int64_t go_goid(void) IN_GO("main.Goid");
int go_state(int64_t, char *, size_t) IN_GO("main.State");
size_t go_dump(char *, size_t) IN_GO("main.Dump");

static const struct assay_inspect_ops inspect = {
	.size = sizeof(inspect),
	.num_goroutine = go_num_goroutine,
	.num_waiting = go_num_waiting,
	.gomaxprocs = go_gomaxprocs,
	.num_cpu = go_num_cpu,
	.goid = go_goid,
	.state = go_state,
	.dump = go_dump,
};

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PROC_LIMIT |
		  ASSAY_TRAIT_DEADLOCK | ASSAY_TRAIT_QUIT_DUMP |
		  ASSAY_TRAIT_SEVERAL_PS | ASSAY_TRAIT_BUFFERED |
		  ASSAY_TRAIT_SELECT_SEND,
	.name = "gccgo",
	.version = ASSAY_GCCGO_VERSION,
	.model = "N:M",
	.max_goroutines = 2000, /* num_waiting reads a dump of all */
	.core = &core,
	.chan = &chans,
	.time = &times,
	.sync = &sync_ops,
	.blocking = &blocking,
	.inspect = &inspect,
	.go_version = "1.18",
};

int assay_gccgo_child(int argc, char **argv)
{
	return assay_child_main(argc, argv, &table);
}
