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
 * It behaves as Go does: a send on a closed channel panics, an uncaught panic
 * prints "panic: ..." with the goroutine and exits with status 2, and a
 * deadlock of all goroutines is reported and exits with status 2.
 *
 * "Blocks" means: parks the goroutine.  Its thread runs others meanwhile.
 * Times are in nanoseconds.  A deadline is absolute on the clock of
 * goro_now(); GORO_POLL never blocks, GORO_FOREVER never gives up.
 *
 * Caveats, all of them from C and not from Go:
 *
 *  - A goroutine may go on on another thread after any call that blocks, so do
 *    not keep the address of errno or of a thread-local variable across one.
 *  - Stacks do not grow.  The default is 64 KiB; goro_config, GORO_STACK in the
 *    environment and goro_go_stack() change it.  Main has 8 MiB.  Below a stack
 *    is a guard: to touch it is a fatal error that names the goroutine.  A
 *    frame larger than the guard (16 KiB, on aarch64 64) may jump over it,
 *    unless it is compiled with -fstack-clash-protection, as goro.pc says.
 *    Before Linux 6.13 only the first 16384 stacks have a guard.
 *  - A signal (SIGURG) stops a goroutine whose time slice is over, wherever it
 *    is; it keeps its thread meanwhile.  Interrupted system calls restart, but
 *    some (nanosleep, poll ...) never do and give EINTR: make those in
 *    goro_blocking(), which is never interrupted.
 *  - longjmp and C++ exceptions must not leave a goroutine's function.  A panic
 *    and goro_goexit() run no destructors.
 *  - Of what C keeps per thread, a goroutine has of its own: the C++ exceptions
 *    that it has caught or that unwind it (if the C++ runtime is there when
 *    goro_run() begins); rounding mode and the other floating-point controls,
 *    but not the flags of fetestexcept(); its signal mask, in which SIGURG is
 *    never blocked.  They begin as those of the caller of goro_run().  goro has
 *    its own pthread_sigmask() and sigprocmask(): a mask that is changed in
 *    another way is put right at the end of a time slice.
 *  - All else belongs to the thread, and other goroutines may change it in a
 *    call that blocks: errno (read it before), thread-local variables (their
 *    destructors run when the thread ends), uselocale(), sigaltstack(), the
 *    state of cancellation.  goro_lock_thread() makes the thread the
 *    goroutine's.  To end the thread by pthread_exit() or pthread_cancel() is
 *    fatal.
 *
 * Who may call what, and where:
 *
 *	anywhere:  on any thread, in a run or without one, in the function of
 *	           goro_blocking() and in the child of a fork
 *	call:      on goroutines; in an embedded run (goro_config) on any
 *	           thread, which then sleeps where a goroutine would park;
 *	           without a run, if the call need not wait, start a goroutine
 *	           or set a timer
 *	goroutine: on goroutines alone; goro_defer() also inside a goro_try()
 *
 * Any other call ends the process with status 2 and a line that names it:
 * "fatal error: goro_recv: called inside goro_blocking(), in a run that is not
 * embedded".  The child of a fork may make the calls of "anywhere" alone, and
 * must not return from the goroutine's function: it is for exec() and exit().
 * A signal handler calls nothing of goro, which it may have interrupted:
 * goro_signal_notify() brings signals to goroutines.
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
 *	goroutine: goro_goexit goro_defer goro_bubble_run goro_bubble_wait
 *	           goro_bubble_run_status goro_bubble_wait_status
 *
 * A thread that is no goroutine has the number 0, yields and sleeps as a
 * thread, and is tied to itself.
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
 * The statuses that calls return: name after GORO_, value, text, meaning.  A
 * positive one is an ordinary outcome.  For -1 to -63 Go panics with the text.
 * -64 and below are errors of the call.
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
	X(BUBBLE_BLOCKED, -18,                                                 \
	  "deadlock: all goroutines in bubble are blocked",                    \
	  "goro_bubble_run_status")                                            \
	X(BUBBLE_LEFT, -19,                                                    \
	  "deadlock: main bubble goroutine has exited but blocked "            \
	  "goroutines remain",                                                 \
	  "goro_bubble_run_status")                                            \
	X(BUBBLE_NESTED, -20,                                                  \
	  "synctest.Run called from within a synctest bubble",                 \
	  "goro_bubble_run_status")                                            \
	X(BUBBLE_NONE, -21, "goroutine is not in a bubble",                    \
	  "goro_bubble_wait_status")                                           \
	X(BUBBLE_WAITING, -22, "wait already in progress",                     \
	  "goro_bubble_wait_status")                                           \
	X(EINVAL, -64, "invalid argument", "NULL, or a number out of range")   \
	X(ENOMEM, -65, "out of memory", "nothing was changed")                 \
	X(ENOTSUP, -66, "not supported", "goro has no such form")              \
	X(EBUSY, -67, "tracing is already enabled", "goro_trace_start twice")  \
	X(WRITING, -68,                                                        \
	  "call to WriteTo for trace.FlightRecorder already in progress",      \
	  "goro_recorder_write: by another goroutine")                         \
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

/* Returns the text of a status: "send on closed channel" ... */
GORO_API const char *goro_status_text(int status);

/* ---- the program -------------------------------------------------------- */

#define GORO_STACK_MAX ((size_t)8 << 20)

struct goro_config {
	size_t size;       /* sizeof(struct goro_config) */
	int procs;         /* GOMAXPROCS; 0: environment, else CPUs */
	bool embedded;     /* threads of the program call goro: see below */
	uint64_t seed;     /* of all random choices; 0: a random one */
	size_t stack;      /* bytes, at most GORO_STACK_MAX; 0: default */
	bool virtual_time; /* see goro_now() */
};

/*
 * In an embedded run a thread of the program is a goroutine during each of its
 * calls.  So it may send, receive, close, select, lock, wait, start goroutines,
 * and use contexts and deadlines.  A deadlock is never reported.
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
 * Any thread may call at any time; each costs goro a page.  A call needs a P,
 * as a goroutine does, and waits for one if all are busy.  The function of
 * goro_once_do(), goro_try() ... keeps the P, and is not stopped when its time
 * slice is over.  A thread that waits in a call when goro_run() returns waits
 * for ever: end such threads first.
 */

/*
 * Runs fn(arg) as goroutine 1 and returns 0 when it has returned.  Once per
 * process.  The other goroutines, and their functions in goro_blocking(), never
 * run again.
 *
 * Before it returns, goro_run() waits, for at most 0.5 s, until no goroutine is
 * inside the C library, whose locks it may hold.  A goroutine that calls the C
 * library in a loop is stopped as soon as it is found outside.  A lock that a
 * goroutine has taken for itself stays taken: a pthread_mutex_t, flockfile() of
 * a file other than stdout and stderr, dlopen() while it runs a constructor.
 * Without preemption (goro_preemptive(), asyncpreemptoff), and in a program
 * without a shared C library (cc -static), a goroutine that computes goes on
 * until it calls goro again.
 *
 * GORO_EINVAL for a NULL fn and a config with a size of 0, procs below 0 or too
 * large a stack; GORO_ENOMEM; GORO_ENOTSUP also for virtual_time in an embedded
 * run, and with GODEBUG=asynctimerchan=1.
 *
 * As in Go a GOMAXPROCS that is no positive number, and words of GODEBUG that
 * are unknown or have no number, are ignored.  A GORO_STACK that is no number
 * of bytes up to GORO_STACK_MAX is ignored, and reported on stderr.
 */
GORO_API int goro_run(goro_fn fn, void *arg);
GORO_API int goro_run_with(goro_fn fn, void *arg,
			   const struct goro_config *config);

/* ---- goroutines --------------------------------------------------------- */

#define GORO_ARG_MAX 256
#define GORO_STACK_CLASSES 4 /* 64 KiB, 256 KiB, 1 MiB, 8 MiB */

/*
 * The go statement: runs fn(arg) in a new goroutine.  A NULL fn is fatal, and
 * so is a lack of memory, also later, when the goroutine first runs and gets
 * its stack.
 */
GORO_API void goro_go(goro_fn fn, void *arg);

/*
 * As goro_go(), but passes fn a copy of the n bytes (at most GORO_ARG_MAX) at
 * arg.  The copy lives as long as the goroutine.  GORO_EINVAL, GORO_ENOMEM.
 */
GORO_API int goro_go_copy(goro_fn fn, const void *arg, size_t n);

/*
 * As goro_go(), with a stack of at least that many bytes for fn and what it
 * calls: the next of the sizes above.  GORO_EINVAL for more than
 * GORO_STACK_MAX; GORO_ENOMEM.
 */
GORO_API int goro_go_stack(goro_fn fn, void *arg, size_t stack);

/* Lets other goroutines run. */
GORO_API void goro_yield(void);

/* Ends this goroutine after its deferred calls. */
GORO_API GORO_NORETURN void goro_goexit(void);

/* Ends the process as exit() does, without deferred calls. */
GORO_API GORO_NORETURN void goro_exit(int status);

/*
 * Lets other goroutines run if the time slice of this one is over.  Otherwise
 * it costs a load and a branch.
 */
GORO_API void goro_checkpoint(void);

/*
 * True if this build can stop a goroutine anywhere.  False under
 * ThreadSanitizer.  GODEBUG=asyncpreemptoff=1 turns it off.
 */
GORO_API bool goro_preemptive(void);

/* Returns the number of the calling goroutine; main is 1. */
GORO_API int64_t goro_id(void);

/*
 * Ties the goroutine to its thread: it runs on no other thread, and no other
 * goroutine runs there.  Calls nest.  If the goroutine ends while it is tied,
 * its thread ends too.
 */
GORO_API void goro_lock_thread(void);
GORO_API void goro_unlock_thread(void);

/* Sets the limit of threads and returns the old; n <= 0 only reads. */
GORO_API int64_t goro_max_threads(int64_t n);

/*
 * Runs fn(arg), which may block its thread, while other goroutines go on.  fn
 * runs on a stack of 1 MiB and is no goroutine there: see "Who may call what".
 * errno is kept.
 */
GORO_API void goro_blocking(goro_fn fn, void *arg);

/* ---- signals ------------------------------------------------------------ */

/*
 * Sends the number (an int32_t) of each signal sig to c, a channel of int32_t,
 * from now on.  The number is dropped if c has no room.  The signal does
 * nothing else.  Several of one signal that come at once may be sent as one.
 * GORO_EINVAL for a signal that cannot be caught or that the runtime needs
 * (SIGSEGV, SIGBUS, SIGURG); GORO_ENOMEM.
 */
GORO_API int goro_signal_notify(goro_chan *c, int sig);
/*
 * Sends c no more signals.  A signal that no other channel gets has its old
 * action again.  One that was sent to the process before still goes to c or to
 * the program's old handler.  If a thread has just taken it and has told nobody
 * yet, one that asks for the end of the process (SIGINT, SIGTERM, SIGQUIT ...)
 * has its default action, and any other is dropped, as in Go.
 */
GORO_API int goro_signal_stop(goro_chan *c);
/* Makes the process ignore sig, and no channel gets it.  GORO_EINVAL. */
GORO_API int goro_signal_ignore(int sig);
/* Gives sig its first action again, and no channel gets it.  GORO_EINVAL. */
GORO_API int goro_signal_reset(int sig);
/* Returns 1 if the process ignores sig, also if not by goro, else 0. */
GORO_API int goro_signal_ignored(int sig);

/* ---- channels ----------------------------------------------------------- */

/* make(chan T, cap) for a T of elem bytes.  Panics on a size out of range. */
GORO_API goro_chan *goro_make(size_t elem, int64_t cap);

/*
 * Frees a channel that will not be used again; not that of a timer or ticker.
 * It may be called right after a send, receive or close, even if that woke the
 * other side: a goroutine that was woken through a channel, or out of a select
 * with the channel, does not touch it any more.  Goroutines that still wait on
 * c are never woken by it.  A later use is fatal, until the memory is reused.
 * On a thread that is no goroutine, or in goro_blocking(), the memory is given
 * back a little later.
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

/* Return the number of values in the buffer, and its size; 0 for NULL. */
GORO_API int64_t goro_len(goro_chan *c);
GORO_API int64_t goro_cap(goro_chan *c);

/* As those above, with a deadline, and a status instead of a panic. */
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
	void *recv;       /* room for the value; NULL throws it away */
};

/*
 * Performs one of n cases, chosen uniformly among the ready ones.  Blocks while
 * none is ready.  Returns its index, and for a receive *ok (may be NULL).
 * Panics if the chosen case sends on a closed channel.
 */
GORO_API size_t goro_select(const struct goro_case *cases, size_t n, bool *ok);

/* As goro_select() with a default: SIZE_MAX if no case is ready. */
GORO_API size_t goro_select_default(const struct goro_case *cases, size_t n,
				    bool *ok);

/*
 * As goro_select() with a deadline.  Sets *chosen to the case and returns the
 * status of its send or receive; else GORO_AGAIN or GORO_TIMEOUT.  GORO_EINVAL
 * for an unknown direction, GORO_ENOMEM for very many cases.
 */
GORO_API int goro_select_until(const struct goro_case *cases, size_t n,
			       int64_t deadline, size_t *chosen);

/* ---- time --------------------------------------------------------------- */

typedef struct goro_timer goro_timer;
typedef struct goro_ticker goro_ticker;

/*
 * Returns the time in ns by the runtime's clock, which is monotonic and
 * positive.
 *
 * With virtual_time the clock starts at the same instant in each run, stands
 * still while any goroutine runs or is in goro_blocking(), and jumps to the
 * next timer when all are parked.  Such a run is a bubble of Go's
 * testing/synctest: when main has returned time stops, and the run is over once
 * the others have ended too.  If they cannot end, it panics with "deadlock:
 * main bubble goroutine has exited but blocked goroutines remain"; if all are
 * parked and there is no timer, with "deadlock: all goroutines in bubble are
 * blocked".
 */
GORO_API int64_t goro_now(void);

/* Blocks for at least ns. */
GORO_API void goro_sleep(int64_t ns);

/*
 * False if GODEBUG=asynctimerchan=1 is in the environment.  Then the channels
 * of timers and tickers are those of Go 1.22: they have room for one value,
 * which stays there after stop or reset.
 */
GORO_API bool goro_sync_timers(void);

/*
 * Makes a timer whose channel gets goro_now() (an int64_t) once after ns.  As
 * in Go 1.23 the channel never has a stale value after stop or reset.  Returns
 * NULL without memory.
 */
GORO_API goro_timer *goro_timer_new(int64_t ns);
/* Makes a timer that runs fn(arg) in a goroutine of its own after ns. */
GORO_API goro_timer *goro_after_func(int64_t ns, goro_fn fn, void *arg);
/* Returns t's channel, which t owns; NULL after goro_after_func. */
GORO_API goro_chan *goro_timer_chan(goro_timer *t);
/* Stops t.  1 if it was pending, 0 if fired or stopped; GORO_TIMER_STOP. */
GORO_API int goro_timer_stop(goro_timer *t);
/* Stops t and starts it anew.  As goro_timer_stop, but GORO_TIMER_RESET. */
GORO_API int goro_timer_reset(goro_timer *t, int64_t ns);
/*
 * Stops and frees t with its channel, for which goro_chan_free()'s rules hold.
 * It may be called while t's function runs, and by that function.
 */
GORO_API void goro_timer_free(goro_timer *t);
/* Returns the channel of a timer that is never freed. */
GORO_API goro_chan *goro_after(int64_t ns);

/* Makes a ticker.  If ns <= 0: NULL, *status (may be NULL) GORO_TICKER_NEW. */
GORO_API goro_ticker *goro_ticker_new(int64_t ns, int *status);
GORO_API goro_chan *goro_ticker_chan(goro_ticker *t);
GORO_API void goro_ticker_stop(goro_ticker *t);
GORO_API int goro_ticker_reset(goro_ticker *t, int64_t ns);
GORO_API void goro_ticker_free(goro_ticker *t);
/* Returns the channel of a ticker that is never freed; NULL if ns <= 0. */
GORO_API goro_chan *goro_tick(int64_t ns);

/*
 * ---- bubbles -------------------------------------------------------------
 *
 * A bubble is what a test in Go's testing/synctest runs in: goroutines with a
 * clock of their own, which stands still while one of them can run.  There may
 * be any number of bubbles at once.
 *
 *	static void test(void *arg)
 *	{
 *		goro_timer *t = goro_after_func(3600 * GORO_SECOND, ring, &rung);
 *
 *		goro_sleep(3600 * GORO_SECOND);
 *		goro_bubble_wait();
 *		assert(rung);
 *	}
 *
 *	goro_bubble_run(test, NULL, 0);
 *
 * A goroutine that one of a bubble starts is in the bubble too, and so is the
 * function of a timer that one has made.  The clock, goro_now(), begins at
 * midnight UTC of 2000-01-01.  When all are durably blocked, goro_bubble_wait()
 * returns or, if none is in it, the clock goes to the next timer.
 *
 * Durably blocked is who can go on only by another one of the bubble, or by its
 * clock: in a send or receive on a channel that was made in the bubble, or on
 * NULL; in a select with such channels alone; in a sleep, goro_cond_wait(), or
 * goro_wg_wait() if the first add was made in the bubble; and in
 * goro_bubble_wait().  Who waits for a mutex, for the network, or for a channel
 * from outside is not.  Who is in goro_blocking() is not either, and what it
 * calls there is called from outside of the bubble.
 *
 * To use a channel, timer or ticker of a bubble outside of it is a fatal error,
 * but for the calls that free it (to free a context also stops its timer and
 * ends its children: do that inside); so is to wake from outside who is in
 * goro_cond_wait(), and to add to a waitgroup both inside and outside.  A
 * waitgroup is of no bubble any more when its count is zero and a wait has
 * returned, or was there.
 */

enum goro_bubble_flags {
	/*
	 * Who waits for a mutex, also for reading, is durably blocked.  Right if
	 * nobody outside of the bubble ever holds one that is used in it.
	 */
	GORO_BUBBLE_MUTEXES = 1
};

/*
 * Runs fn(arg) in a goroutine in a new bubble, and returns when all goroutines
 * of the bubble have ended.  Timers that are pending then never fire.  Once fn
 * has returned, or left by goexit, time stands still.
 *
 * Panics if none of them can go on: "deadlock: all goroutines in bubble are
 * blocked", or "deadlock: main bubble goroutine has exited but blocked
 * goroutines remain".  These goroutines are left for ever.  Panics as well when
 * it is called in a bubble, and with GODEBUG=asynctimerchan=1.  A NULL fn is
 * fatal, and so is a lack of memory.
 *
 * From the first bubble on all goroutines of the process are a little slower.
 */
GORO_API void goro_bubble_run(goro_fn fn, void *arg, unsigned flags);
/*
 * As goro_bubble_run(), with a status instead of a panic.  GORO_EINVAL for a
 * NULL fn and for unknown flags; GORO_ENOTSUP with asynctimerchan=1; GORO_ENOMEM.
 */
GORO_API int goro_bubble_run_status(goro_fn fn, void *arg, unsigned flags);

/*
 * Blocks until every other goroutine of the caller's bubble is durably blocked
 * or has ended.  What they did before happens before its return.  Panics
 * outside of a bubble, and if another one is in it already.
 */
GORO_API void goro_bubble_wait(void);
/* As goro_bubble_wait(), with a status instead of a panic. */
GORO_API int goro_bubble_wait_status(void);

/*
 * ---- sync: all zero is ready to use, as in Go ---------------------------
 *
 * Only a pool has to be freed.  The memory of the others may be freed or reused
 * once no call on it waits or will be made, even before the last calls return:
 * a call that lets others go on (an unlock, the last done, a signal, the end of
 * a once's function) does not touch it after that.  Neither does a call that
 * was woken, but goro_cond_wait() then locks its mutex.
 */

/* clang-format off */
typedef struct goro_mutex { uint64_t w[3]; } goro_mutex;
typedef struct goro_rwmutex { uint64_t w[8]; } goro_rwmutex;
typedef struct goro_waitgroup { uint64_t w[4]; } goro_waitgroup;
typedef struct goro_once { uint64_t w[4]; } goro_once;
typedef struct goro_cond { uint64_t w[4]; } goro_cond;
/* clang-format on */
typedef struct goro_pool goro_pool;

/* Locks m.  Blocks while it is locked. */
GORO_API void goro_mutex_lock(goro_mutex *m);
GORO_API bool goro_mutex_trylock(goro_mutex *m);
/* Unlocks m, also for another goroutine.  Fatal if m is not locked. */
GORO_API void goro_mutex_unlock(goro_mutex *m);

/* A blocked writer holds off new readers. */
GORO_API void goro_rwmutex_lock(goro_rwmutex *m);
GORO_API bool goro_rwmutex_trylock(goro_rwmutex *m);
GORO_API void goro_rwmutex_unlock(goro_rwmutex *m);
GORO_API void goro_rwmutex_rlock(goro_rwmutex *m);
GORO_API bool goro_rwmutex_tryrlock(goro_rwmutex *m);
GORO_API void goro_rwmutex_runlock(goro_rwmutex *m);

/*
 * Adds delta to the counter.  GORO_OK, or GORO_WG_NEGATIVE instead of a panic.
 * An add to a counter of zero begins a new round.  Waits of the last round
 * return even so; Go may panic there ("WaitGroup is reused before previous Wait
 * has returned").
 */
GORO_API int goro_wg_add_status(goro_waitgroup *wg, int64_t delta);
/* Panics if the counter falls below zero. */
GORO_API void goro_wg_add(goro_waitgroup *wg, int64_t delta);
GORO_API void goro_wg_done(goro_waitgroup *wg);
/* Blocks until the counter is zero. */
GORO_API void goro_wg_wait(goro_waitgroup *wg);
/* True if the counter is zero now. */
GORO_API bool goro_wg_trywait(goro_waitgroup *wg);
/* Adds 1 and runs fn(arg) in a new goroutine, at whose end it calls done. */
GORO_API int goro_wg_go(goro_waitgroup *wg, goro_fn fn, void *arg);

/* Runs fn(arg) in the first call; the others block until it has ended. */
GORO_API void goro_once_do(goro_once *o, goro_fn fn, void *arg);

/* Unlocks m, blocks until signalled (first in, first out), locks m. */
GORO_API int goro_cond_wait(goro_cond *c, goro_mutex *m);
/* As goro_cond_wait() with the read side of m. */
GORO_API int goro_cond_wait_r(goro_cond *c, goro_rwmutex *m);
GORO_API int goro_cond_signal(goro_cond *c);
GORO_API int goro_cond_broadcast(goro_cond *c);

/*
 * Makes a pool of free objects.  get calls make (may be NULL) if it has none.
 */
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
	char text[128]; /* printed after "panic: " */
};

/* panic(fmt.Sprintf(...)), at most 127 bytes of it */
GORO_API GORO_NORETURN GORO_PRINTF(1, 2) void goro_panic(const char *fmt, ...);
GORO_API GORO_NORETURN void goro_panic_value(const struct goro_panic_value *v);

/*
 * panic(err) with an error whose text is that of text(arg).  text is called
 * once, in this goroutine, when goro_try or goro_recover needs it, or else
 * before the report.  It may block, and must return a string that lives until
 * it is copied.  If it panics before the report, that is the fatal error "panic
 * while printing panic value: " with that panic's text, or its type if that is
 * no string.
 */
GORO_API GORO_NORETURN void goro_panic_text(const char *(*text)(void *arg),
					    void *arg);

/*
 * Calls fn(arg).  GORO_OK: fn returned.  GORO_PANICKED: fn panicked, its
 * deferred calls have run, and *out (may be NULL) is the panic's value.  Does
 * not return if fn leaves by goexit.
 */
GORO_API int goro_try(goro_fn fn, void *arg, struct goro_panic_value *out);

/*
 * Runs fn(arg) when the innermost function that goro has called ends, by
 * return, panic or goexit; last in, first out.  Such a function is that of a
 * goro_try, a once, a lazy value, a task ..., a deferred call, or the
 * goroutine's own, but not that of goro_blocking().  GORO_EINVAL, GORO_ENOMEM.
 */
GORO_API int goro_defer(goro_fn fn, void *arg);

/*
 * Stops the panic that made this deferred call, and sets *out (may be NULL) to
 * its value.  False elsewhere: in functions that such a call defers or tries,
 * during goexit, and the second time.
 */
GORO_API bool goro_recover(struct goro_panic_value *out);

/* ---- introspection ------------------------------------------------------ */

struct goro_stats {
	uint64_t spawned, live, switches, parks, steals, preemptions, handoffs;
	uint64_t threads, threads_made, stack_bytes, timers;
};

/* Return the number of goroutines, and of those that are parked. */
GORO_API int64_t goro_num_goroutine(void);
GORO_API int64_t goro_num_waiting(void);
/* Sets GOMAXPROCS (stops the world), returns the old; n <= 0 only reads. */
GORO_API int goro_gomaxprocs(int n);
GORO_API int goro_num_cpu(void);
/* Writes "running", "runnable", "syscall" or the wait reason.  GORO_EINVAL. */
GORO_API int goro_state(int64_t id, char *buf, size_t n);
/*
 * Writes at most n - 1 bytes of a dump of all goroutines with their stacks, as
 * SIGQUIT prints it; returns its length.  The program goro-symbolize puts source
 * files and lines in a dump.  A process that dies with one calls it by itself,
 * for at most 10 s, if stderr is a terminal, or with GORO_SYMBOLIZE=1 (or its
 * path) in the environment; GORO_SYMBOLIZE=0 keeps it from that.
 */
GORO_API size_t goro_dump(char *buf, size_t n);
GORO_API void goro_read_stats(struct goro_stats *out);
/* Returns the length of P p's run queue, or of the global one for -1. */
GORO_API int64_t goro_runq_len(int p);

#ifdef __cplusplus
}
#endif

#endif
