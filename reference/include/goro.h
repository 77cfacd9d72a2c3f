/*
 * goro.h - Go's concurrency for C: goroutines, channels, select, timers and
 * the sync types on an M:N scheduler.
 *
 *	static void lucky(void *arg)
 *	{
 *		int n = 7;
 *		goro_send(arg, &n);
 *	}
 *
 *	static void app(void *arg)
 *	{
 *		goro_chan *c = goro_make(sizeof(int), 0);
 *		int n;
 *
 *		goro_go(lucky, c);
 *		goro_recv(c, &n);
 *		printf("Today's lucky number is %d!\n", n);
 *	}
 *
 *	int main(void)
 *	{
 *		return goro_run(app, NULL);
 *	}
 *
 * What Go does, this does: a send on a closed channel panics, an uncaught
 * panic prints "panic: ..." with the goroutine and exits with status 2, and
 * when no goroutine can ever run again the process says so and exits with 2.
 *
 * "Blocks" means: parks the goroutine; its thread runs others meanwhile.
 * Times are in nanoseconds.  A deadline is absolute on the clock of
 * goro_now(); GORO_POLL never blocks, GORO_FOREVER never gives up.
 *
 * Caveats, all of them from C and not from Go:
 *
 *  - A goroutine may go on on another thread after anything that blocks, so
 *    do not keep the address of errno or of a thread-local variable across
 *    such a call.
 *  - Stacks do not grow.  64 KiB is the default (goro_config, the environment's
 *    GORO_STACK, or goro_go_stack()); beyond it is a guard and a fatal error
 *    that names the goroutine.  A frame that is larger than the guard (16 KiB,
 *    on aarch64 64) may jump over it: -fstack-clash-protection, which goro.pc
 *    hands out, makes it touch each page.  Main has 8 MiB.  Before Linux 6.13
 *    only the first 16384 stacks have a guard.
 *  - A goroutine whose time slice is over is stopped by a signal (SIGURG),
 *    wherever it is, and keeps its thread meanwhile.  Interrupted system calls
 *    restart, but those that never do (nanosleep, poll ...) give EINTR; put
 *    them into goro_blocking(), which is never interrupted.
 *  - longjmp and C++ exceptions must not leave a goroutine's function.  A panic
 *    and goro_goexit() run no destructors.
 *  - What C keeps per thread.  A goroutine's own are: the C++ exceptions it has
 *    caught or that unwind it (of a C++ runtime that is there when goro_run()
 *    begins); rounding mode and the other floating-point controls, but not the
 *    flags of fetestexcept(); its signal mask, in which SIGURG is never blocked.
 *    Each begins with those of the caller of goro_run().  A mask that is not
 *    changed by pthread_sigmask() or sigprocmask(), which goro has its own of,
 *    is put right when a time slice is over.  All else is the thread's, and so
 *    anybody's after a call that blocks: errno (read it before), variables that
 *    are thread-local (their destructors run when the thread ends), uselocale(),
 *    sigaltstack(), the state of cancellation; goro_lock_thread() makes the
 *    thread the goroutine's.  A goroutine that ends its thread, by
 *    pthread_exit() or pthread_cancel(), is fatal.
 *
 * Who may call what, and where:
 *
 *	anywhere:  also on threads that are no goroutine, in a run or without
 *	           one, in the function of goro_blocking() and in the child of
 *	           a fork
 *	call:      on goroutines; in an embedded run (goro_config) on any
 *	           thread, which then sleeps where a goroutine would park; while
 *	           no run is on, if it need not wait, start a goroutine or set
 *	           a timer
 *	goroutine: on goroutines alone; goro_defer() also inside a goro_try()
 *
 * Elsewhere the process ends with status 2 and a line that names the call:
 * "fatal error: goro_recv: called inside goro_blocking(), in a run that is not
 * embedded".  In the child of a fork that is all but "anywhere", and the return
 * of a goroutine's function; such a child is for exec() and exit().  A signal
 * handler is where it interrupts, and may have interrupted goro itself: it
 * calls nothing; goro_signal_notify() brings signals to goroutines.
 *
 *	anywhere:  goro_status_text goro_run goro_run_with goro_exit goro_yield
 *	           goro_checkpoint goro_preemptive goro_id goro_lock_thread
 *	           goro_unlock_thread goro_max_threads goro_blocking goro_make
 *	           goro_chan_make goro_chan_free goro_len goro_cap goro_now
 *	           goro_sleep goro_sync_timers goro_timer_chan goro_ticker_chan
 *	           goro_pool_new goro_pool_free goro_recover goro_num_goroutine
 *	           goro_num_waiting goro_num_cpu goro_state goro_dump
 *	           goro_read_stats goro_runq_len goro_signal_ignored
 *	call:      goro_go goro_go_copy goro_go_stack goro_signal_notify
 *	           goro_signal_stop goro_signal_ignore goro_signal_reset
 *	           goro_send goro_recv goro_close goro_chan_send
 *	           goro_chan_recv goro_chan_close
 *	           goro_select goro_select_default goro_select_until
 *	           goro_timer_new goro_after_func goro_timer_stop
 *	           goro_timer_reset goro_timer_free goro_after goro_ticker_new
 *	           goro_ticker_stop goro_ticker_reset goro_ticker_free goro_tick
 *	           goro_mutex_lock goro_mutex_trylock goro_mutex_unlock
 *	           goro_rwmutex_lock goro_rwmutex_trylock goro_rwmutex_unlock
 *	           goro_rwmutex_rlock goro_rwmutex_tryrlock goro_rwmutex_runlock
 *	           goro_wg_add_status goro_wg_add goro_wg_done goro_wg_wait
 *	           goro_wg_trywait goro_wg_go goro_once_do goro_cond_wait
 *	           goro_cond_wait_r goro_cond_signal goro_cond_broadcast
 *	           goro_pool_get goro_pool_put goro_panic goro_panic_value
 *	           goro_panic_text goro_try goro_gomaxprocs
 *	goroutine: goro_goexit goro_defer
 *
 * What is no goroutine has the number 0, yields and sleeps as a thread, and is
 * tied to itself.
 */
#ifndef GORO_H
#define GORO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GORO_VERSION "0.1.0"

#if defined(__GNUC__)
#define GORO_API __attribute__((visibility("default")))
#define GORO_NORETURN __attribute__((noreturn))
#define GORO_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define GORO_API
#define GORO_NORETURN
#define GORO_PRINTF(f, a)
#endif

#define GORO_POLL INT64_C(0)
#define GORO_FOREVER INT64_MAX

#define GORO_NANOSECOND INT64_C(1)
#define GORO_MICROSECOND INT64_C(1000)
#define GORO_MILLISECOND INT64_C(1000000)
#define GORO_SECOND INT64_C(1000000000)

typedef void (*goro_fn)(void *arg);
typedef struct goro_chan goro_chan; /* NULL is Go's nil channel */

/*
 * What the calls return: the name after GORO_, its value, its text, meaning.
 * Positive: an ordinary other outcome.  -1 to -63: Go would panic with the
 * text.  -64 and below: an error of the call.
 */
#define GORO_STATUS_MAP(X)                                                     \
	X(OK, 0, "ok", "done")                                                 \
	X(CLOSED, 1, "channel closed",                                         \
	  "received the zero value: closed and drained")                       \
	X(AGAIN, 2, "not ready", "GORO_POLL and not ready")                    \
	X(TIMEOUT, 3, "i/o timeout", "the deadline passed")                    \
	X(PANICKED, 4, "panicked", "goro_try: the function panicked")          \
	X(EOF, 5, "EOF", "read: the peer will send no more")                   \
	X(CANCELED, 6, "context canceled", "the context was cancelled")        \
	X(DEADLINE, 7, "context deadline exceeded",                            \
	  "the context's deadline passed")                                     \
	X(SEND_CLOSED, -1, "send on closed channel",                           \
	  "goro_chan_send, goro_select_until")                                 \
	X(CLOSE_CLOSED, -2, "close of closed channel", "goro_chan_close")      \
	X(CLOSE_NIL, -3, "close of nil channel", "goro_chan_close")            \
	X(CHAN_SIZE, -4, "makechan: size out of range",                        \
	  "goro_chan_make: cap is negative, or no memory is so large")         \
	X(WG_NEGATIVE, -5, "sync: negative WaitGroup counter",                 \
	  "goro_wg_add_status")                                                \
	/* -6, -7: misuses of a WaitGroup that Go reports and goro allows */   \
	X(COND_COPIED, -8, "sync.Cond is copied", "any call on the copy")      \
	X(TICKER_NEW, -9, "non-positive interval for NewTicker",               \
	  "goro_ticker_new")                                                   \
	X(TICKER_RESET, -10, "non-positive interval for Ticker.Reset",         \
	  "goro_ticker_reset")                                                 \
	X(TIMER_STOP, -11, "time: Stop called on uninitialized Timer",         \
	  "goro_timer_stop: a NULL timer")                                     \
	X(TIMER_RESET, -12, "time: Reset called on uninitialized Timer",       \
	  "goro_timer_reset: a NULL timer")                                    \
	X(CTX_NIL_PARENT, -13, "cannot create context from nil parent",        \
	  "goro_with_cancel and its kin")                                      \
	X(CTX_NIL_KEY, -14, "nil key", "goro_with_value")                      \
	X(CTX_BAD_KEY, -15, "key is not comparable", "goro_with_value")        \
	X(SEM_RELEASED, -16, "semaphore: released more than held",             \
	  "goro_semaphore_release")                                            \
	X(GROUP_LIMIT, -17,                                                    \
	  "errgroup: modify limit while goroutines in the group are still "    \
	  "active",                                                            \
	  "goro_group_set_limit: a task is active")                            \
	X(EINVAL, -64, "invalid argument", "NULL, or a number out of range")   \
	X(ENOMEM, -65, "out of memory", "nothing was changed")                 \
	X(ENOTSUP, -66, "not supported", "goro has no such form")              \
	X(NET_CLOSED, -80, "use of closed network connection",                 \
	  "closed here, before or meanwhile")                                  \
	X(NET_REFUSED, -81, "connect: connection refused",                     \
	  "nobody listens there")                                              \
	X(NET_RESET, -82, "connection reset by peer",                          \
	  "the peer has reset the connection")                                 \
	X(NET_PIPE, -83, "broken pipe", "the peer reads no more")              \
	X(NET_ADDR, -84, "invalid port", "an address that cannot be parsed")   \
	X(NET_NO_DEADLINE, -85, "file type does not support deadline",         \
	  "no poller waits for such a file")                                   \
	X(NET_CANCELED, -86, "operation was canceled",                         \
	  "the context of a dial has ended")                                   \
	X(NET_PIPE_CLOSED, -87, "io: read/write on closed pipe",               \
	  "in-memory pipe")                                                    \
	X(NET_MFILE, -88, "too many open files", "EMFILE or ENFILE")           \
	X(NET_OTHER, -89, "network error", "any other")                        \
	X(RATE_BURST, -100, "rate: wait exceeds limiter's burst",              \
	  "goro_limiter_wait: more than the burst")                            \
	X(RATE_DEADLINE, -101, "rate: wait would exceed context deadline",     \
	  "goro_limiter_wait: not before the deadline")                        \
	X(CTX_KIND, -102, "context has no such call",                          \
	  "goro_cancel: it was not made with a cancel")

/* clang-format off */
enum goro_status {
#define GORO_STATUS_ENUM(name, value, text, meaning) GORO_##name = value,
	GORO_STATUS_MAP(GORO_STATUS_ENUM)
#undef GORO_STATUS_ENUM
};
/* clang-format on */

/* The text of a status: "send on closed channel" ... */
GORO_API const char *goro_status_text(int status);

/* ---- the program -------------------------------------------------------- */

#define GORO_STACK_MAX ((size_t)8 << 20)

struct goro_config {
	size_t size;       /* sizeof(struct goro_config) */
	int procs;         /* GOMAXPROCS; 0: environment, else CPUs */
	bool embedded;     /* threads of the program call goro: see below */
	uint64_t seed;     /* of all random choices; 0: any */
	size_t stack;      /* bytes, at most GORO_STACK_MAX; 0: default */
	bool virtual_time; /* see goro_now() */
};

/*
 * In an embedded run threads of the program are goroutines for the time of each
 * call: they send, receive, close and select, lock, wait, start goroutines, use
 * contexts and deadlines.  A deadlock is never reported.
 *
 *	static void *worker(void *jobs)
 *	{
 *		int n;
 *
 *		while (goro_recv(jobs, &n))
 *			goro_send(results, &(int){work(n)});
 *		return NULL;
 *	}
 *
 *	struct goro_config c = {.size = sizeof(c), .embedded = true};
 *
 *	pthread_create(&thread, NULL, worker, jobs);
 *	return goro_run_with(app, jobs, &c);
 *
 * A thread may come from anywhere, at any time, and costs goro a page.  Its
 * call needs a P as a goroutine does, and waits for one if all are busy.  A
 * function that a call calls (of goro_once_do, goro_try ...) keeps the P and is
 * not stopped when its time slice is over.  Threads that wait in a call when
 * goro_run() returns wait for ever: end them first.
 */

/*
 * Runs fn(arg) as goroutine 1 and returns 0 when it has returned; the other
 * goroutines, and what they do in goro_blocking(), never run again.  One that
 * is inside the C library then, and so may hold a lock of it, goes on until it
 * is outside, for at most 0.5 s, before goro_run() returns; one that calls
 * it over and over is stopped as soon as it is found outside.  A lock that a
 * goroutine has taken for itself (a pthread_mutex_t, flockfile() of a file
 * other than stdout and stderr, dlopen() with the constructor that it runs) it
 * then has for ever.  Only where
 * goroutines are not preempted (goro_preemptive(), asyncpreemptoff) and in a
 * program without a shared C library (cc -static) one that computes goes on
 * until it calls goro again.  Once per process.  GORO_EINVAL for a NULL fn and
 * a config with a size of 0, procs below 0 or too large a stack; GORO_ENOMEM;
 * GORO_ENOTSUP also for virtual_time in an embedded run, and with
 * GODEBUG=asynctimerchan=1.
 *
 * As in Go a GOMAXPROCS that is no positive number, and words of GODEBUG that
 * are unknown or have no number, are ignored.  A GORO_STACK that is no number
 * of bytes up to GORO_STACK_MAX is ignored with a line on stderr.
 */
GORO_API int goro_run(goro_fn fn, void *arg);
GORO_API int goro_run_with(goro_fn fn, void *arg,
			   const struct goro_config *config);

/* ---- goroutines --------------------------------------------------------- */

#define GORO_ARG_MAX 256
#define GORO_STACK_CLASSES 4 /* 64 KiB, 256 KiB, 1 MiB, 8 MiB */

/*
 * The go statement: runs fn(arg) in a new goroutine.  A NULL fn and a want of
 * memory are fatal; so is one later, when it first runs and gets its stack.
 */
GORO_API void goro_go(goro_fn fn, void *arg);

/*
 * The same with a copy of the n bytes (at most GORO_ARG_MAX) at arg, which
 * lives as long as the goroutine.  GORO_EINVAL, GORO_ENOMEM.
 */
GORO_API int goro_go_copy(goro_fn fn, const void *arg, size_t n);

/*
 * The same with a stack of at least that many bytes for fn and what it calls:
 * the next of the sizes above.  GORO_EINVAL for more than GORO_STACK_MAX;
 * GORO_ENOMEM.
 */
GORO_API int goro_go_stack(goro_fn fn, void *arg, size_t stack);

/* Lets other goroutines run. */
GORO_API void goro_yield(void);

/* Ends this goroutine after its deferred calls. */
GORO_API GORO_NORETURN void goro_goexit(void);

/* Ends the process as exit() does, without deferred calls. */
GORO_API GORO_NORETURN void goro_exit(int status);

/*
 * Lets a goroutine that computes for long be preempted here if its time slice
 * is over.  A load and a branch otherwise.
 */
GORO_API void goro_checkpoint(void);

/*
 * Whether this build stops a goroutine outside of scheduling points, too; not
 * so under ThreadSanitizer.  GODEBUG=asyncpreemptoff=1 turns it off.
 */
GORO_API bool goro_preemptive(void);

/* Number of the calling goroutine; main is 1. */
GORO_API int64_t goro_id(void);

/*
 * Ties the goroutine to its thread: it runs on no other, and no other
 * goroutine runs there.  Calls nest.  A goroutine that ends while it is tied
 * takes its thread with it.
 */
GORO_API void goro_lock_thread(void);
GORO_API void goro_unlock_thread(void);

/* Sets the limit of threads and returns the old; n <= 0 only reads. */
GORO_API int64_t goro_max_threads(int64_t n);

/*
 * Runs fn(arg), which may block its thread, while other goroutines go on.
 * It runs on a stack of 1 MiB, where it is no goroutine: see "Who may call
 * what".  errno is kept.
 */
GORO_API void goro_blocking(goro_fn fn, void *arg);

/* ---- signals ------------------------------------------------------------ */

/*
 * From now on the number (an int32_t) of each signal sig is sent to c, which
 * must be a channel of such, and dropped if c has no room; the signal does
 * nothing else.  Several of the same signal that come at once may be one.
 * GORO_EINVAL for a signal that cannot be caught or that the runtime
 * needs (SIGSEGV, SIGBUS, SIGURG), GORO_ENOMEM.
 */
GORO_API int goro_signal_notify(goro_chan *c, int sig);
/*
 * c gets no more signals; those that no other channel gets do what they did.
 * A signal sent to the process before still comes to c, or to the handler that the
 * program had; it never meets the default action.
 */
GORO_API int goro_signal_stop(goro_chan *c);
/* The process ignores sig, and no channel gets it.  GORO_EINVAL. */
GORO_API int goro_signal_ignore(int sig);
/* No channel gets sig, and it does what it did at first.  GORO_EINVAL. */
GORO_API int goro_signal_reset(int sig);
/* 1 if the process ignores sig, by whomever it was told so, else 0. */
GORO_API int goro_signal_ignored(int sig);

/* ---- channels ----------------------------------------------------------- */

/* make(chan T, cap) for a T of elem bytes.  Panics on a size out of range. */
GORO_API goro_chan *goro_make(size_t elem, int64_t cap);

/*
 * Frees a channel that nobody will use again.  Whoever has sent to it, received
 * from it or closed it may do so at once, also if that woke the other side: a
 * goroutine that was woken through a channel, or out of a select that the
 * channel was in, does not touch it any more.  Who still waits on it then is
 * never woken by it.  Not the channel of a timer or a ticker.  A later use is
 * fatal, as long as it can be told from one of a new channel in its place.
 */
GORO_API void goro_chan_free(goro_chan *c);

/* c <- *v.  Blocks.  Panics if c is closed. */
GORO_API void goro_send(goro_chan *c, const void *v);

/*
 * *out, ok = <-c.  Blocks.  False, and *out all zero, if c is closed and
 * drained.  A NULL out throws the value away.
 */
GORO_API bool goro_recv(goro_chan *c, void *out);

/* Panics if c is closed or NULL. */
GORO_API void goro_close(goro_chan *c);

/* Values in the buffer, and its size; 0 for NULL. */
GORO_API int64_t goro_len(goro_chan *c);
GORO_API int64_t goro_cap(goro_chan *c);

/* The same with a deadline and a status instead of a panic. */
GORO_API goro_chan *goro_chan_make(size_t elem, int64_t cap, int *status);
GORO_API int goro_chan_send(goro_chan *c, const void *v, int64_t deadline);
GORO_API int goro_chan_recv(goro_chan *c, void *out, int64_t deadline);
GORO_API int goro_chan_close(goro_chan *c);

/* ---- select ------------------------------------------------------------- */

enum goro_dir { GORO_SEND = 0, GORO_RECV = 1 };

struct goro_case {
	goro_chan *c; /* NULL: never ready */
	int32_t dir;  /* goro_dir */
	int32_t reserved;
	const void *send; /* the value to send */
	void *recv;       /* where to receive to; NULL throws it away */
};

/*
 * Performs one of n cases, chosen uniformly among the ready ones; blocks
 * while none is.  Returns its index and *ok (may be NULL) of a receive.
 * Panics if the chosen one sends on a closed channel.
 */
GORO_API size_t goro_select(const struct goro_case *cases, size_t n, bool *ok);

/* The same with a default: SIZE_MAX when no case is ready. */
GORO_API size_t goro_select_default(const struct goro_case *cases, size_t n,
				    bool *ok);

/*
 * The same with a deadline: *chosen is the case and the result what its send
 * or receive gives; else GORO_AGAIN or GORO_TIMEOUT.  GORO_EINVAL for an
 * unknown direction, GORO_ENOMEM for very many cases.
 */
GORO_API int goro_select_until(const struct goro_case *cases, size_t n,
			       int64_t deadline, size_t *chosen);

/* ---- time --------------------------------------------------------------- */

typedef struct goro_timer goro_timer;
typedef struct goro_ticker goro_ticker;

/*
 * The runtime's clock: monotonic, positive.
 *
 * In a run with virtual_time it starts at the same instant each time, stands
 * still while any goroutine runs or is in goro_blocking(), and jumps to the
 * next timer when all others are parked.  Such a run is a bubble of Go's
 * testing/synctest: when main has returned time stops, and the run is over
 * once the others have ended too.  If they cannot, or if all are parked and
 * there is no timer, it panics with "deadlock: main bubble goroutine has
 * exited but blocked goroutines remain" or "deadlock: all goroutines in bubble
 * are blocked".
 */
GORO_API int64_t goro_now(void);

/* Blocks for at least ns. */
GORO_API void goro_sleep(int64_t ns);

/*
 * False: GODEBUG=asynctimerchan=1 is in the environment, and the channels of
 * timers and tickers are those of Go 1.22: with room for one value, which
 * stays there after stop or reset.
 */
GORO_API bool goro_sync_timers(void);

/*
 * A timer whose channel gets goro_now() (an int64_t) once after ns, with the
 * semantics of Go 1.23: the channel has no buffer that could hold a stale
 * value after stop or reset.  NULL without memory.
 */
GORO_API goro_timer *goro_timer_new(int64_t ns);
/* Runs fn(arg) in a goroutine of its own after ns. */
GORO_API goro_timer *goro_after_func(int64_t ns, goro_fn fn, void *arg);
/* Its channel, which it owns; NULL after goro_after_func. */
GORO_API goro_chan *goro_timer_chan(goro_timer *t);
/* 1 if it was pending, 0 if it had fired or been stopped; GORO_TIMER_STOP. */
GORO_API int goro_timer_stop(goro_timer *t);
/* Stops it and starts it anew; results as goro_timer_stop. */
GORO_API int goro_timer_reset(goro_timer *t, int64_t ns);
/*
 * Stops and frees, with its channel, to which goro_chan_free()'s rules apply.
 * Also while its function runs, or from there.
 */
GORO_API void goro_timer_free(goro_timer *t);
/* The channel of a timer that is never freed. */
GORO_API goro_chan *goro_after(int64_t ns);

/* A ticker; NULL and GORO_TICKER_NEW in *status (may be NULL) if ns <= 0. */
GORO_API goro_ticker *goro_ticker_new(int64_t ns, int *status);
GORO_API goro_chan *goro_ticker_chan(goro_ticker *t);
GORO_API void goro_ticker_stop(goro_ticker *t);
GORO_API int goro_ticker_reset(goro_ticker *t, int64_t ns);
GORO_API void goro_ticker_free(goro_ticker *t);
/* The channel of a ticker that is never freed; NULL if ns <= 0. */
GORO_API goro_chan *goro_tick(int64_t ns);

/*
 * ---- sync: all zero is ready to use, as in Go ---------------------------
 *
 * Nothing here has to be freed; its memory may be, or used anew, by whoever
 * knows that no other call on it will be made or is waiting.  Nobody needs to
 * know that calls have returned: one that let others go on (an unlock, the last
 * done, a signal, the end of a once's function) does not touch it after that,
 * and neither does one that was woken, but for goro_cond_wait(), which locks
 * its mutex.
 */

/* clang-format off */
typedef struct goro_mutex { uint64_t w[3]; } goro_mutex;
typedef struct goro_rwmutex { uint64_t w[8]; } goro_rwmutex;
typedef struct goro_waitgroup { uint64_t w[4]; } goro_waitgroup;
typedef struct goro_once { uint64_t w[4]; } goro_once;
typedef struct goro_cond { uint64_t w[4]; } goro_cond;
/* clang-format on */
typedef struct goro_pool goro_pool;

/* Blocks while it is locked. */
GORO_API void goro_mutex_lock(goro_mutex *m);
GORO_API bool goro_mutex_trylock(goro_mutex *m);
/* Any goroutine may unlock; fatal if it is not locked. */
GORO_API void goro_mutex_unlock(goro_mutex *m);

/* A blocked writer holds off new readers. */
GORO_API void goro_rwmutex_lock(goro_rwmutex *m);
GORO_API bool goro_rwmutex_trylock(goro_rwmutex *m);
GORO_API void goro_rwmutex_unlock(goro_rwmutex *m);
GORO_API void goro_rwmutex_rlock(goro_rwmutex *m);
GORO_API bool goro_rwmutex_tryrlock(goro_rwmutex *m);
GORO_API void goro_rwmutex_runlock(goro_rwmutex *m);

/*
 * GORO_OK, or GORO_WG_NEGATIVE without a panic.  An add that finds the counter
 * zero begins a new round; waits of the last one return all the same, where Go
 * panics ("WaitGroup is reused before previous Wait has returned").
 */
GORO_API int goro_wg_add_status(goro_waitgroup *wg, int64_t delta);
/* Panics if the counter falls below zero. */
GORO_API void goro_wg_add(goro_waitgroup *wg, int64_t delta);
GORO_API void goro_wg_done(goro_waitgroup *wg);
/* Blocks until the counter is zero. */
GORO_API void goro_wg_wait(goro_waitgroup *wg);
/* True if the counter is zero now. */
GORO_API bool goro_wg_trywait(goro_waitgroup *wg);
/* add(1); fn(arg) in a new goroutine; done at its end, goexit too. */
GORO_API int goro_wg_go(goro_waitgroup *wg, goro_fn fn, void *arg);

/* Runs fn(arg) in the first call; the others block until it has ended. */
GORO_API void goro_once_do(goro_once *o, goro_fn fn, void *arg);

/* Unlocks m, blocks until signalled (first in, first out), locks m. */
GORO_API int goro_cond_wait(goro_cond *c, goro_mutex *m);
/* The same with the read side of m. */
GORO_API int goro_cond_wait_r(goro_cond *c, goro_rwmutex *m);
GORO_API int goro_cond_signal(goro_cond *c);
GORO_API int goro_cond_broadcast(goro_cond *c);

/* Free objects; make(arg) is called when there is none (may be NULL). */
GORO_API goro_pool *goro_pool_new(void *(*make)(void *arg), void *arg);
GORO_API void *goro_pool_get(goro_pool *p);
GORO_API void goro_pool_put(goro_pool *p, void *item);
/* Frees the pool, not the objects in it. */
GORO_API void goro_pool_free(goro_pool *p);

/* ---- panic -------------------------------------------------------------- */

enum goro_panic_kind {
	GORO_PANIC_STRING = 0,
	GORO_PANIC_INT = 1,
	GORO_PANIC_ERROR = 2,
	GORO_PANIC_RUNTIME = 3,
	GORO_PANIC_NIL = 4
};

struct goro_panic_value {
	int32_t kind;   /* goro_panic_kind */
	int32_t status; /* GORO_PANIC_RUNTIME: which; else its number, or 0 */
	int64_t value;  /* GORO_PANIC_INT */
	char text[128]; /* what stands after "panic: " */
};

/* panic(fmt.Sprintf(...)), at most 127 bytes of it */
GORO_API GORO_NORETURN GORO_PRINTF(1, 2) void goro_panic(const char *fmt, ...);
GORO_API GORO_NORETURN void goro_panic_value(const struct goro_panic_value *v);

/*
 * panic(err): with an error whose text is what text(arg) gives, a string that
 * lives a while.  It is called in this goroutine, once: when a goro_try or a
 * goro_recover asks, or else before the report; it may block.  If it panics
 * before the report, that is the fatal error "panic while printing panic
 * value: " with that panic's text, or its type if that is no string.
 */
GORO_API GORO_NORETURN void goro_panic_text(const char *(*text)(void *arg),
					    void *arg);

/*
 * Calls fn(arg).  GORO_OK: it returned.  GORO_PANICKED: it panicked, its
 * deferred calls have run, *out (may be NULL) says with what.  It does not
 * return if fn leaves by goexit.
 */
GORO_API int goro_try(goro_fn fn, void *arg, struct goro_panic_value *out);

/*
 * Runs fn(arg) when the innermost function that goro has called ends: by
 * return, panic or goexit; last in, first out.  That is the function of a
 * goro_try, a once, a lazy value, a task ..., a deferred call, or the
 * goroutine's own; goro_blocking does not count.  GORO_EINVAL, GORO_ENOMEM.
 */
GORO_API int goro_defer(goro_fn fn, void *arg);

/*
 * In a deferred call that a panic has made: stops that panic, and *out (may be
 * NULL) says with what it was raised.  False elsewhere: in what such a call
 * defers or tries, during goexit, and the second time.
 */
GORO_API bool goro_recover(struct goro_panic_value *out);

/* ---- introspection ------------------------------------------------------ */

struct goro_stats {
	uint64_t spawned, live, switches, parks, steals, preemptions, handoffs;
	uint64_t threads, threads_made, stack_bytes, timers;
};

/* Goroutines alive; those of them that are parked. */
GORO_API int64_t goro_num_goroutine(void);
GORO_API int64_t goro_num_waiting(void);
/* Sets GOMAXPROCS (stops the world), returns the old; n <= 0 only reads. */
GORO_API int goro_gomaxprocs(int n);
GORO_API int goro_num_cpu(void);
/* "running", "runnable", "syscall" or the wait reason; GORO_EINVAL. */
GORO_API int goro_state(int64_t id, char *buf, size_t n);
/* A dump of all goroutines; its length, of which at most n - 1 are written. */
GORO_API size_t goro_dump(char *buf, size_t n);
GORO_API void goro_read_stats(struct goro_stats *out);
/* Length of P p's run queue, or of the global one for -1. */
GORO_API int64_t goro_runq_len(int p);

#ifdef __cplusplus
}
#endif

#endif
