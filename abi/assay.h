/*
 * assay.h - the contract between Assay and a goroutine-style runtime.
 *
 * A runtime is a constant table of functions.  A shared object exports one
 * symbol, assay_runtime(), that returns it; a host (an executable of its own,
 * such as a Go program) hands it to assay_child_main() of
 * conformance/runner/child.h.  Assay uses a runtime only through this table.
 *
 * Six rules hold for every function:
 *
 *  1. The table and every group start with their own size and grow only at
 *     the end, so an older runtime works under a newer suite.
 *  2. A group or function that a runtime lacks is NULL, and where it lacks
 *     only a form of a call, the function returns ASSAY_ENOTSUP.  A case that
 *     needs it is skipped and says so.  Properties that no function can
 *     express (it runs in parallel, it preempts ...) are bits in `traits`.
 *  3. A blocking call takes an absolute deadline in nanoseconds of the
 *     runtime's own clock, time->now().  ASSAY_POLL never blocks,
 *     ASSAY_FOREVER never gives up.  There are no separate try- or timed-
 *     functions.
 *  4. Where Go panics, a function returns a negative status.  Pass that to
 *     core->panic() to raise the panic.
 *  5. Goroutine functions are plain C functions.  They may call libc; they
 *     may not longjmp out, and they call runtime functions only from
 *     goroutines, except core->run() and inspect->num_cpu(); elsewhere a
 *     call works, fails, or ends the process with a line that says why.
 *     Rounding mode, C++ exceptions being handled and errno are the
 *     goroutine's, also if it is preempted; but errno is undefined after a
 *     call that may block.
 *  6. Bad input never corrupts: a NULL function, a NULL argument where one is
 *     needed or a size out of range gives ASSAY_EINVAL unless its description
 *     names another result.
 *
 * "Blocks" below means: parks the goroutine; its P and thread run others.
 * Nothing blocks unless its description says so.
 */
#ifndef ASSAY_H
#define ASSAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_ABI_VERSION 1u

#define ASSAY_POLL INT64_C(0)
#define ASSAY_FOREVER INT64_MAX

/*
 * Status: name, value, the text Go prints for it, meaning.
 * 0 done; positive: an ordinary other outcome; -1..-63: a Go panic;
 * -64 and below: an error of the call.
 */
#define ASSAY_STATUS_MAP(X)                                                    \
	X(OK, 0, "ok", "done")                                                 \
	X(CLOSED, 1, "channel closed",                                         \
	  "receive: channel closed and drained, the value is all zero")        \
	X(AGAIN, 2, "not ready", "ASSAY_POLL and the call would have blocked") \
	X(TIMEOUT, 3, "i/o timeout", "the deadline passed first")              \
	X(PANICKED, 4, "panicked", "core->try_: the function panicked")        \
	X(EOF, 5, "EOF", "read: the peer will send no more")                   \
	X(CANCELED, 6, "context canceled", "the context was cancelled")        \
	X(DEADLINE, 7, "context deadline exceeded",                            \
	  "the context's deadline passed")                                     \
	X(SEND_CLOSED, -1, "send on closed channel", "panic")                  \
	X(CLOSE_CLOSED, -2, "close of closed channel", "panic")                \
	X(CLOSE_NIL, -3, "close of nil channel", "panic")                      \
	X(CHAN_SIZE, -4, "makechan: size out of range", "panic")               \
	X(WG_NEGATIVE, -5, "sync: negative WaitGroup counter", "panic")        \
	X(WG_MISUSE, -6,                                                       \
	  "sync: WaitGroup misuse: Add called concurrently with Wait",         \
	  "panic")                                                             \
	X(WG_REUSED, -7,                                                       \
	  "sync: WaitGroup is reused before previous Wait has returned",       \
	  "panic")                                                             \
	X(COND_COPIED, -8, "sync.Cond is copied", "panic")                     \
	X(TICKER_NEW, -9, "non-positive interval for NewTicker", "panic")      \
	X(TICKER_RESET, -10, "non-positive interval for Ticker.Reset",         \
	  "panic")                                                             \
	X(TIMER_STOP, -11, "time: Stop called on uninitialized Timer",         \
	  "panic: a NULL or zero timer")                                       \
	X(TIMER_RESET, -12, "time: Reset called on uninitialized Timer",       \
	  "panic: a NULL or zero timer")                                       \
	X(CTX_NIL_PARENT, -13, "cannot create context from nil parent",        \
	  "panic")                                                             \
	X(CTX_NIL_KEY, -14, "nil key", "panic")                                \
	X(CTX_BAD_KEY, -15, "key is not comparable", "panic")                  \
	X(SEM_RELEASED, -16, "semaphore: released more than held", "panic")    \
	X(GROUP_LIMIT, -17,                                                    \
	  "errgroup: modify limit while goroutines in the group are still "    \
	  "active",                                                            \
	  "panic; Go's text has the number of goroutines")                     \
	X(BUBBLE_BLOCKED, -18,                                                 \
	  "deadlock: all goroutines in bubble are blocked",                    \
	  "panic: bubble->run")                                                \
	X(BUBBLE_LEFT, -19,                                                    \
	  "deadlock: main bubble goroutine has exited but blocked "            \
	  "goroutines remain",                                                 \
	  "panic: bubble->run")                                                \
	X(BUBBLE_NESTED, -20,                                                  \
	  "synctest.Run called from within a synctest bubble",                 \
	  "panic: bubble->run")                                                \
	X(BUBBLE_NONE, -21, "goroutine is not in a bubble",                    \
	  "panic: bubble->wait")                                               \
	X(BUBBLE_WAITING, -22, "wait already in progress",                     \
	  "panic: bubble->wait")                                               \
	X(EINVAL, -64, "invalid argument", "rule 6")                           \
	X(ENOMEM, -65, "out of memory", "nothing was changed")                 \
	X(ENOTSUP, -66, "not supported", "the runtime has no such form")       \
	X(EBUSY, -67, "tracing is already enabled", "trace->start twice")      \
	X(WRITING, -68,                                                        \
	  "call to WriteTo for trace.FlightRecorder already in progress",      \
	  "recorder->write: another one is")                                   \
	X(NET_CLOSED, -80, "use of closed network connection",                 \
	  "closed here, before or during the call")                            \
	X(NET_REFUSED, -81, "connect: connection refused", "dial")             \
	X(NET_RESET, -82, "connection reset by peer", "read or write")         \
	X(NET_PIPE, -83, "broken pipe", "write: the peer reads no more")       \
	X(NET_ADDR, -84, "invalid port", "an address that cannot be parsed")   \
	X(NET_NO_DEADLINE, -85, "file type does not support deadline",         \
	  "the poller cannot wait for this kind of file")                      \
	X(NET_CANCELED, -86, "operation was canceled", "dial: context ended")  \
	X(NET_PIPE_CLOSED, -87, "io: read/write on closed pipe",               \
	  "in-memory pipe")                                                    \
	X(NET_MFILE, -88, "too many open files", "EMFILE or ENFILE")           \
	X(NET_OTHER, -89, "network error", "any other; net->error() tells")

/* clang-format off */
enum assay_status {
#define ASSAY_STATUS_ENUM(name, value, text, meaning) ASSAY_##name = value,
	ASSAY_STATUS_MAP(ASSAY_STATUS_ENUM)
#undef ASSAY_STATUS_ENUM
	ASSAY_STATUS_LAST = 127
};
/* clang-format on */

/* The text of a status; "unknown status" for any other number. */
static inline const char *assay_status_text(int status)
{
	switch (status) {
#define ASSAY_STATUS_TEXT(name, value, text, meaning)                          \
	case value:                                                            \
		return text;
		ASSAY_STATUS_MAP(ASSAY_STATUS_TEXT)
#undef ASSAY_STATUS_TEXT
	default:
		return "unknown status";
	}
}

/* True if a status stands for a Go panic. */
static inline bool assay_status_is_panic(int status)
{
	return status < 0 && status > -64;
}

/* Opaque handles.  A NULL channel is Go's nil channel. */
typedef struct assay_chan assay_chan;
typedef struct assay_timer assay_timer;
typedef struct assay_ticker assay_ticker;
typedef struct assay_pool assay_pool;
typedef struct assay_conn assay_conn;
typedef struct assay_listener assay_listener;

/*
 * Storage of the sync types.  All zero is the zero value, ready to use.  The
 * caller owns the memory and must not move it after the first use.  A runtime
 * whose own type is larger keeps a pointer in it.
 */
/* clang-format off */
typedef struct assay_mutex { uint64_t w[8]; } assay_mutex;
typedef struct assay_rwmutex { uint64_t w[16]; } assay_rwmutex;
typedef struct assay_waitgroup { uint64_t w[8]; } assay_waitgroup;
typedef struct assay_once { uint64_t w[8]; } assay_once;
typedef struct assay_cond { uint64_t w[16]; } assay_cond;
/* clang-format on */

typedef void (*assay_fn)(void *arg);

/* ---- core --------------------------------------------------------------- */

#define ASSAY_ARG_MAX 256 /* bytes that core->go() must be able to copy */

enum assay_run_flags {
	ASSAY_RUN_VIRTUAL_TIME = 1, /* now() jumps when all are blocked */
	ASSAY_RUN_EMBEDDED = 2      /* no deadlock report: others may call in */
};

struct assay_run_options {
	size_t size;    /* sizeof(struct assay_run_options) */
	int32_t procs;  /* GOMAXPROCS; 0: the runtime's own default */
	uint32_t flags; /* assay_run_flags */
	uint64_t seed;  /* for select's choice and stealing; 0: any */
	/*
	 * ASSAY_TRAIT_EXPLORES: not 0: the runtime runs one goroutine at a time
	 * and decides by this number who goes on at each call, and which ready
	 * case a select takes.  The same number gives the same run, other
	 * numbers others.  The clock is virtual and stands still while a
	 * goroutine can run.  Goroutines may be left when main returns.
	 */
	uint64_t schedule;
};

enum assay_panic_kind {
	ASSAY_PANIC_STRING = 0,  /* panic("text") */
	ASSAY_PANIC_INT = 1,     /* panic(42) */
	ASSAY_PANIC_ERROR = 2,   /* panic(err) */
	ASSAY_PANIC_RUNTIME = 3, /* raised by the runtime; status says which */
	ASSAY_PANIC_NIL = 4      /* panic(nil): PanicNilError since Go 1.21 */
};

struct assay_panic {
	int32_t kind;   /* assay_panic_kind */
	int32_t status; /* kind RUNTIME: the negative status, else 0 */
	int64_t value;  /* kind INT */
	char text[128]; /* what follows "panic: " on stderr, cut to fit */
};

struct assay_core_ops {
	size_t size;

	/*
	 * Starts the runtime, runs fn(arg) as goroutine 1 and returns ASSAY_OK
	 * once fn has returned.  Goroutines that are alive then never run
	 * again.  To be called from an ordinary thread, once per process unless
	 * ASSAY_TRAIT_RESTART is set. options may be NULL.  ASSAY_EINVAL,
	 * ASSAY_ENOMEM; ASSAY_ENOTSUP for an unknown flag.
	 */
	int (*run)(assay_fn fn, void *arg,
		   const struct assay_run_options *options);

	/*
	 * The go statement.  With n == 0, fn gets arg itself.  Otherwise the
	 * n bytes at arg (at most ASSAY_ARG_MAX) are copied before go
	 * returns and fn gets a pointer, aligned to 16, to a copy that lives
	 * as long as the goroutine.  fn == NULL is a fatal error ("go of nil
	 * func value").  ASSAY_ENOMEM, ASSAY_EINVAL.
	 */
	int (*go)(assay_fn fn, const void *arg, size_t n);

	/*
	 * Lets other goroutines run.  Returns when it is the caller's turn
	 * again.
	 */
	void (*yield)(void);

	/* Runs the goroutine's deferred calls and ends it.  Does not return. */
	void (*goexit)(void);

	/* Ends the process at once with this status.  Runs no deferred call. */
	void (*exit)(int status);

	/*
	 * Raises a panic in the calling goroutine; does not return.  If nobody
	 * recovers it, prints "panic: " and text, an empty line and "goroutine
	 * N [running]:" to stderr and exits with status 2.  Copies *p.
	 */
	void (*panic)(const struct assay_panic *p);

	/*
	 * Calls fn(arg).  ASSAY_OK: fn returned.  ASSAY_PANICKED: fn panicked;
	 * its deferred calls have run, and *out (may be NULL) is the panic.  A
	 * goexit inside fn ends the goroutine, not just this call.
	 */
	int (*try_)(assay_fn fn, void *arg, struct assay_panic *out);

	/*
	 * Runs fn(arg) when the innermost function that the runtime has called
	 * ends, by return, panic or goexit; last in, first out.  That function
	 * is the argument of a try_, a deferred call, or the goroutine's own
	 * function.
	 */
	int (*defer)(assay_fn fn, void *arg);

	/*
	 * In a deferred call that runs because of a panic: stops that panic,
	 * fills *out and returns true.  Returns false elsewhere: in functions
	 * that such a call defers or tries, during goexit, and the second time.
	 */
	bool (*recover)(struct assay_panic *out);

	/*
	 * Raises a panic with an error whose text is what text(arg) returns.
	 * This goroutine calls text, which may block, when try_ or recover fill
	 * an *out, or else before the report.  If text panics before the
	 * report, that is a fatal error, "panic while printing panic value: "
	 * with that panic's text if it is a string, else "type " and a type.
	 */
	void (*panic_text)(const char *(*text)(void *arg), void *arg);
};

/* ---- channels ----------------------------------------------------------- */

enum assay_dir { ASSAY_SEND = 0, ASSAY_RECV = 1 };

struct assay_case {
	assay_chan *c;    /* NULL: never ready */
	int32_t dir;      /* assay_dir */
	int32_t reserved; /* 0 */
	const void *send; /* SEND: the value; NULL only for size 0 */
	void *recv;       /* RECV: where to; NULL throws the value away */
};

struct assay_chan_ops {
	size_t size;

	/*
	 * Makes a channel for elements of elem bytes (0 is valid) with room for
	 * cap.  Returns NULL and sets *status (may be NULL) to ASSAY_CHAN_SIZE
	 * if cap is negative or the buffer cannot be addressed, to ASSAY_ENOMEM
	 * if there is no memory.
	 */
	assay_chan *(*make)(size_t elem, int64_t cap, int *status);

	/* Frees a channel that no goroutine waits on or will use. */
	void (*free)(assay_chan *c);

	/*
	 * Sends the element at v.  Blocks while there is neither a receiver nor
	 * room; a NULL channel blocks until the deadline.  ASSAY_OK,
	 * ASSAY_AGAIN, ASSAY_TIMEOUT.  ASSAY_SEND_CLOSED if the channel is
	 * closed, or is closed while the call blocks; the value is dropped.
	 */
	int (*send)(assay_chan *c, const void *v, int64_t deadline);

	/*
	 * Receives into out (NULL throws the value away).  Blocks while there
	 * is neither a value nor a sender; a NULL channel blocks until the
	 * deadline.  ASSAY_OK, ASSAY_AGAIN, ASSAY_TIMEOUT.  ASSAY_CLOSED if the
	 * channel is closed and drained; *out is zeroed.
	 */
	int (*recv)(assay_chan *c, void *out, int64_t deadline);

	/* Closes.  ASSAY_OK, ASSAY_CLOSE_CLOSED, ASSAY_CLOSE_NIL. */
	int (*close)(assay_chan *c);

	/*
	 * Return the number of values in the buffer, and its size; 0 for NULL.
	 */
	int64_t (*len)(assay_chan *c);
	int64_t (*cap)(assay_chan *c);

	/*
	 * Performs exactly one of n cases, chosen uniformly among the ready
	 * ones; blocks while none is ready.  ASSAY_POLL is Go's default.  Sets
	 * *chosen to the index and returns what send or recv would have
	 * returned: ASSAY_OK, ASSAY_CLOSED, ASSAY_SEND_CLOSED.  On ASSAY_AGAIN
	 * or ASSAY_TIMEOUT *chosen is unchanged. n == 0 blocks until the
	 * deadline.  At least 65536 cases work.  ASSAY_ENOMEM, ASSAY_EINVAL.
	 */
	int (*select)(const struct assay_case *cases, size_t n,
		      int64_t deadline, size_t *chosen);
};

/* ---- time: all times in nanoseconds ------------------------------------- */

struct assay_time_ops {
	size_t size;

	/*
	 * Returns a positive, monotonic time.  The zero point is the runtime's
	 * own.
	 */
	int64_t (*now)(void);

	/* Blocks for at least ns; returns at once if ns <= 0. */
	void (*sleep)(int64_t ns);

	/*
	 * Makes a timer that sends now() (an int64_t) once on its channel after
	 * ns; NULL without memory.  It has the semantics of Go 1.23 with
	 * ASSAY_TRAIT_SYNC_TIMERS (len and cap are 0, no stale value after stop
	 * or reset), else those of Go 1.22 (cap is 1).
	 */
	assay_timer *(*timer_new)(int64_t ns);

	/* Calls fn(arg) in a goroutine of its own after ns. */
	assay_timer *(*after_func)(int64_t ns, assay_fn fn, void *arg);

	/*
	 * Returns the channel of a timer, which owns it; NULL for after_func.
	 */
	assay_chan *(*timer_chan)(assay_timer *t);

	/*
	 * Return 1 if the call stopped (or moved) a pending timer, 0 if the
	 * timer had fired or been stopped.  ASSAY_TIMER_STOP, ASSAY_TIMER_RESET
	 * for NULL.
	 */
	int (*timer_stop)(assay_timer *t);
	int (*timer_reset)(assay_timer *t, int64_t ns);

	/* Stops and frees a timer; no goroutine may wait on its channel. */
	void (*timer_free)(assay_timer *t);

	/* As timer_new(), but returns the channel; it is never freed. */
	assay_chan *(*after)(int64_t ns);

	/*
	 * Makes a ticker; NULL and ASSAY_TICKER_NEW if ns <= 0. status may be
	 * NULL.
	 */
	assay_ticker *(*ticker_new)(int64_t ns, int *status);
	assay_chan *(*ticker_chan)(assay_ticker *t);
	void (*ticker_stop)(assay_ticker *t);
	/* ASSAY_OK, ASSAY_TICKER_RESET if ns <= 0. */
	int (*ticker_reset)(assay_ticker *t, int64_t ns);
	void (*ticker_free)(assay_ticker *t);
	/* As ticker_new(), but returns the channel; NULL if ns <= 0. */
	assay_chan *(*tick)(int64_t ns);
};

/* ---- sync --------------------------------------------------------------- */

struct assay_sync_ops {
	size_t size;

	/*
	 * Locks; blocks while locked.  ASSAY_OK, ASSAY_AGAIN (ASSAY_POLL is
	 * try-lock).  Another deadline may give ASSAY_ENOTSUP: Go has no timed
	 * lock.
	 */
	int (*mutex_lock)(assay_mutex *m, int64_t deadline);
	/* Any goroutine may unlock.  It is a fatal error if m is not locked. */
	void (*mutex_unlock)(assay_mutex *m);

	/* A blocked writer keeps new readers out.  Misuse is a fatal error. */
	int (*rw_lock)(assay_rwmutex *m, int64_t deadline);
	void (*rw_unlock)(assay_rwmutex *m);
	int (*rw_rlock)(assay_rwmutex *m, int64_t deadline);
	void (*rw_runlock)(assay_rwmutex *m);

	/* ASSAY_OK, ASSAY_WG_NEGATIVE, ASSAY_WG_MISUSE. */
	int (*wg_add)(assay_waitgroup *wg, int64_t delta);
	/* Blocks until the counter is zero.  Deadlines as mutex_lock. */
	int (*wg_wait)(assay_waitgroup *wg, int64_t deadline);
	/*
	 * Adds 1 and runs fn(arg) in a goroutine, which adds -1 when it ends by
	 * return or goexit.
	 */
	int (*wg_go)(assay_waitgroup *wg, assay_fn fn, void *arg);

	/* Runs fn(arg) in the first call; others block until it has ended. */
	void (*once_do)(assay_once *o, assay_fn fn, void *arg);

	/*
	 * Unlocks, blocks until signalled (longest waiter first) and locks.
	 * ASSAY_OK, ASSAY_COND_COPIED.  The _r form uses the read lock.
	 */
	int (*cond_wait)(assay_cond *c, assay_mutex *m);
	int (*cond_wait_r)(assay_cond *c, assay_rwmutex *m);
	int (*cond_signal)(assay_cond *c);
	int (*cond_broadcast)(assay_cond *c);

	/*
	 * get calls make(arg) if the pool is empty; returns NULL if make is
	 * NULL.
	 */
	assay_pool *(*pool_new)(void *(*make)(void *arg), void *arg);
	void *(*pool_get)(assay_pool *p);
	void (*pool_put)(assay_pool *p, void *item);
	void (*pool_free)(assay_pool *p);

	/*
	 * Sequentially consistent. add returns the new value, swap the old one.
	 */
	int32_t (*add32)(int32_t *p, int32_t delta);
	int32_t (*load32)(const int32_t *p);
	void (*store32)(int32_t *p, int32_t v);
	int32_t (*swap32)(int32_t *p, int32_t v);
	bool (*cas32)(int32_t *p, int32_t old, int32_t v);
	int64_t (*add64)(int64_t *p, int64_t delta);
	int64_t (*load64)(const int64_t *p);
	void (*store64)(int64_t *p, int64_t v);
	int64_t (*swap64)(int64_t *p, int64_t v);
	bool (*cas64)(int64_t *p, int64_t old, int64_t v);
	void *(*loadp)(void *const *p);
	void (*storep)(void **p, void *v);
	void *(*swapp)(void **p, void *v);
	bool (*casp)(void **p, void *old, void *v);
};

/* ---- blocking calls, threads, signals ----------------------------------- */

struct assay_blocking_ops {
	size_t size;

	/*
	 * Runs fn(arg), which may block its thread (a system call, a lock of
	 * another library), while other goroutines go on.  Returns when fn has
	 * returned; keeps errno.
	 */
	void (*call)(assay_fn fn, void *arg);

	/* Tie the goroutine to its thread, and untie it; calls nest. */
	void (*lock_thread)(void);
	void (*unlock_thread)(void);

	/*
	 * Sets the limit of threads and returns the old one; n <= 0 only reads.
	 */
	int64_t (*max_threads)(int64_t n);

	/*
	 * signal_notify sends the number (an int32_t) of each signal sig to c,
	 * and drops it if c has no room. signal_stop ends that for c.
	 * signal_ignore makes the process ignore sig.
	 */
	int (*signal_notify)(assay_chan *c, int sig);
	int (*signal_stop)(assay_chan *c);
	int (*signal_ignore)(int sig);
	/* Undoes notify and ignore: no channel gets sig. */
	int (*signal_reset)(int sig);
	/* 1 if the process ignores sig, also since before its start; 0. */
	int (*signal_ignored)(int sig);
};

/* ---- introspection ------------------------------------------------------ */

struct assay_stats {
	size_t size;       /* set by the caller; no more is written */
	uint64_t spawned;  /* goroutines ever started */
	uint64_t live;     /* goroutines alive now */
	uint64_t switches; /* times a goroutine was given a thread */
	uint64_t parks;
	uint64_t steals;      /* goroutines taken from another P */
	uint64_t preemptions; /* goroutines stopped from outside */
	uint64_t handoffs;    /* P taken from a goroutine in a blocking call */
	uint64_t threads;     /* threads alive now */
	uint64_t threads_made;
	uint64_t stack_bytes; /* address space given to stacks */
	uint64_t timers;      /* timers pending */
};

struct assay_label {
	const char *key, *value; /* UTF-8 */
};

struct assay_inspect_ops {
	size_t size;

	/* Returns the number of live goroutines, without the runtime's own. */
	int64_t (*num_goroutine)(void);
	/* Returns the number of goroutines parked in a blocking operation. */
	int64_t (*num_waiting)(void);
	/* Sets GOMAXPROCS and returns the old value; n <= 0 only reads. */
	int32_t (*gomaxprocs)(int32_t n);
	int32_t (*num_cpu)(void);
	/* Returns the number of the calling goroutine; main is 1. */
	int64_t (*goid)(void);
	/*
	 * Writes "running", "runnable" or the wait reason ("chan receive",
	 * "select" ...) of a goroutine to buf, cut to n bytes with its NUL.
	 * ASSAY_EINVAL: no such goroutine.
	 */
	int (*state)(int64_t goid, char *buf, size_t n);
	/* Writes all goroutines as a panic prints them; returns the length. */
	size_t (*dump)(char *buf, size_t n);
	/*
	 * Writes the goroutines that can never run again, in the form of dump.
	 */
	size_t (*leaks)(char *buf, size_t n);
	int (*stats)(struct assay_stats *out);
	/*
	 * Returns the length of P p's run queue; of the global queue if p ==
	 * -1.
	 */
	int64_t (*runq_len)(int32_t p);
	/* Lets the scheduler preempt the goroutine here; cheap. */
	void (*checkpoint)(void);
	/*
	 * Gives the calling goroutine these labels, in place of those it has;
	 * goroutines that it starts have the same.  Dumps have them if the
	 * environment's GODEBUG has tracebacklabels=1.  ASSAY_ENOMEM.
	 */
	int (*set_labels)(const struct assay_label *labels, size_t n);
};

/* ---- network ------------------------------------------------------------ */

enum assay_shut { ASSAY_SHUT_READ = 1, ASSAY_SHUT_WRITE = 2 };

/*
 * How TCP finds out that an idle peer is gone.  Times are in nanoseconds,
 * rounded up to seconds. 0 means the default (15 s, 15 s, 9); a negative field
 * leaves the kernel's setting.
 */
struct assay_keepalive {
	int64_t idle;     /* before the first probe */
	int64_t interval; /* between two probes */
	int32_t count;    /* unanswered probes */
	int32_t reserved; /* 0 */
};

/* A part of a vectored write. */
struct assay_bytes {
	const void *at;
	size_t n;
};

struct assay_net_ops {
	size_t size;

	/*
	 * network is "tcp", "tcp4", "tcp6", "udp" or "unix". address is
	 * "host:port", "[v6]:port" or a path; port 0 takes a free one.  All
	 * calls here block at most until the deadline and return NET_ and
	 * TIMEOUT statuses.
	 */
	int (*dial)(const char *network, const char *address, int64_t deadline,
		    assay_conn **out);
	int (*listen)(const char *network, const char *address,
		      assay_listener **out);
	int (*accept)(assay_listener *l, assay_conn **out);
	int (*listener_addr)(assay_listener *l, char *buf, size_t n);
	int (*listener_deadline)(assay_listener *l, int64_t deadline);
	/*
	 * Wakes accept with NET_CLOSED. listener_free frees the handle later.
	 */
	int (*listener_close)(assay_listener *l);
	void (*listener_free)(assay_listener *l);

	/*
	 * Reads at least 1 byte, or returns EOF or an error. n == 0: 0 at once.
	 */
	int (*read)(assay_conn *c, void *buf, size_t n, size_t *got);
	/*
	 * Writes all n bytes, or returns an error.  *done is how many were
	 * sent.
	 */
	int (*write)(assay_conn *c, const void *buf, size_t n, size_t *done);
	/*
	 * Set the deadline of blocked and later reads, writes; FOREVER clears
	 * it.
	 */
	int (*read_deadline)(assay_conn *c, int64_t deadline);
	int (*write_deadline)(assay_conn *c, int64_t deadline);
	int (*shutdown)(assay_conn *c, int how);
	int (*local_addr)(assay_conn *c, char *buf, size_t n);
	int (*remote_addr)(assay_conn *c, char *buf, size_t n);
	/*
	 * Wakes blocked calls with NET_CLOSED.  Call free after they have
	 * returned.
	 */
	int (*close)(assay_conn *c);
	void (*free)(assay_conn *c);

	/*
	 * Datagrams, on an unconnected "udp" conn that packet_listen made.  An
	 * error leaves `from` as it was.
	 */
	int (*packet_listen)(const char *network, const char *address,
			     assay_conn **out);
	int (*read_from)(assay_conn *c, void *buf, size_t n, size_t *got,
			 char *from, size_t from_n);
	int (*write_to)(assay_conn *c, const void *buf, size_t n,
			const char *to);

	/* Makes an OS pipe: out[0] reads, out[1] writes. */
	int (*os_pipe)(assay_conn *out[2]);
	/* Makes a synchronous pipe in memory; both ends read and write. */
	int (*mem_pipe)(assay_conn *out[2]);
	/*
	 * Makes a conn from a descriptor, and owns it from then on.  If the
	 * poller can wait for the file, it is made non-blocking and stays so
	 * after the conn is closed.  Other users of the same open file see
	 * that.
	 */
	int (*from_fd)(int fd, assay_conn **out);
	/* Returns the text of the last error of this goroutine's net calls. */
	const char *(*error)(void);

	/* Makes a listener from a descriptor, and owns it from then on. */
	int (*listener_from_fd)(int fd, assay_listener **out);
	/*
	 * Sets whether the close of a listener on a unix socket removes its
	 * path.  It does for one made by listen, not for one by
	 * listener_from_fd.
	 */
	int (*unlink_on_close)(assay_listener *l, bool on);

	/*
	 * Reads as read does, from a unix socket, and takes the descriptors
	 * that came with the bytes: at most fds_n of them.  They are
	 * close-on-exec and belong to the caller.  *fds_got is their number.
	 */
	int (*read_msg)(assay_conn *c, void *buf, size_t n, size_t *got,
			int *fds, size_t fds_n, size_t *fds_got);

	/*
	 * Writes all bytes of the n parts in order, as one write does.  Removes
	 * from the parts what was sent, so that each part keeps what is left of
	 * it.
	 */
	int (*writev)(assay_conn *c, struct assay_bytes *parts, size_t n,
		      size_t *done);
	/*
	 * Reads from one conn and writes to another: `most` bytes or, if `most`
	 * is negative, all until the end.  *done is how many were sent.  EOF if
	 * the end came before `most`.
	 */
	int (*copy)(assay_conn *to, assay_conn *from, int64_t most,
		    int64_t *done);

	/* Sets the keep-alive of a TCP connection; NULL turns it off. */
	int (*keepalive)(assay_conn *c, const struct assay_keepalive *k);
	/* As dial and listen, but connections get this keep-alive. */
	int (*dial_keepalive)(const char *network, const char *address,
			      int64_t deadline, const struct assay_keepalive *k,
			      assay_conn **out);
	int (*listen_keepalive)(const char *network, const char *address,
				const struct assay_keepalive *k,
				assay_listener **out);

	/*
	 * Call fn(arg, fd) with the conn's descriptor, and again each time it
	 * may be readable (writable), until fn returns true. fn must not block
	 * or call the runtime.
	 */
	int (*raw_read)(assay_conn *c, bool (*fn)(void *arg, int fd),
			void *arg);
	int (*raw_write)(assay_conn *c, bool (*fn)(void *arg, int fd),
			 void *arg);
	/*
	 * Returns the descriptor of a conn.  Once the conn is closed the number
	 * may belong to another file.
	 */
	int (*conn_fd)(assay_conn *c, int *fd);

	/*
	 * As dial on "tcp" of a name with n addresses ("127.0.0.1", "::1") and
	 * one port.  Tries the addresses of the first one's family in turn.
	 * After `delay` ns, or when those have failed, tries the others at the
	 * same time. delay 0 means 300 ms; a negative one means one address
	 * after the other only.  The first that answers counts.  Each address
	 * gets an equal share of the time left, but at least 2 s if that much
	 * is left.
	 */
	int (*dial_any)(const char *const *addresses, size_t n, int32_t port,
			int64_t delay, int64_t deadline, assay_conn **out);
};

/* ---- execution trace ---------------------------------------------------- */

struct assay_trace_ops {
	size_t size;

	/* Traces to a file until stop.  ASSAY_EBUSY, ASSAY_EINVAL. */
	int (*start)(const char *path);
	void (*stop)(void);
	bool (*enabled)(void);
	/* Begin and end a span of the calling goroutine; spans nest. */
	void (*region_begin)(uint64_t task, const char *name);
	void (*region_end)(uint64_t task, const char *name);
	/*
	 * Begin and end a span across goroutines.  Parent 0 is none.  Ending a
	 * span twice ends it once.
	 */
	uint64_t (*task_begin)(uint64_t parent, const char *name);
	void (*task_end)(uint64_t task);
	void (*log)(uint64_t task, const char *category, const char *message);
	/*
	 * Writes the trace at path to out as JSON events, one per line, in an
	 * order in which they may have happened.  EOF: the last generation of
	 * the trace is cut off, and out has the others.  EINVAL: the trace is
	 * broken or is none; out has what comes before that place.  An event:
	 *
	 *	{"ev":"go-block","gen":1,"t":NS,"m":THREAD,"p":P,"g":GOROUTINE,
	 *	 "reason":"chan receive"}
	 *
	 * t only rises.  m, p and g are who makes it, -1 if there is none.
	 * What else there is depends on ev:
	 *
	 *	clock            mono, wall: first in each generation
	 *	go-status        id, status: runnable running call waiting
	 *	go-create        id
	 *	go-start         id: runs on this P from now on
	 *	go-stop          reason: g can go on, but does not run
	 *	go-block         reason: g waits
	 *	go-unblock       id: that one is ready
	 *	go-end
	 *	call, call-end   g is in a blocking call, with its P
	 *	call-end-blocked g can go on, but its P is gone
	 *	p-status         id, status: running idle call
	 *	p-start, p-steal id
	 *	p-stop
	 *	procs            n: GOMAXPROCS
	 *	stw, stw-end     reason: the world stops
	 *	task             task, parent, name
	 *	task-end         task
	 *	region           task, name; region-end too
	 *	log              task, category, message
	 */
	int (*convert)(const char *path, const char *out);
};

/* ---- metrics ------------------------------------------------------------ */

enum assay_metric_kind {
	ASSAY_METRIC_NONE = 0,     /* the runtime has no such metric */
	ASSAY_METRIC_COUNT = 1,    /* in count */
	ASSAY_METRIC_SECONDS = 2,  /* in seconds */
	ASSAY_METRIC_HISTOGRAM = 3 /* in classes; count is their sum */
};

/* So many events took from `from` up to `to` seconds. */
struct assay_class {
	double from, to;
	uint64_t n;
};

struct assay_metric {
	const char *name; /* Go's, "/sched/goroutines:goroutines" */
	int32_t p;        /* what this P alone has counted; -1: all of it */
	int32_t kind;     /* assay_metric_kind, set by read */
	uint64_t count;
	double seconds;
	struct assay_class *classes; /* the caller's room, or NULL */
	size_t room, classes_n;      /* room, and how many were filled */
};

struct assay_metrics_ops {
	size_t size;

	/* Reads n metrics as one reading: parts of a total add up to it. */
	void (*read)(struct assay_metric *m, size_t n);
};

/* ---- profiles ----------------------------------------------------------- */

struct assay_profile_ops {
	size_t size;

	/*
	 * Writes a profile to fd.  "goroutine": all at one instant, without the
	 * runtime's own.  "block": where and how long goroutines have waited
	 * for each other.  "mutex": the unlocks that others waited for.  Equal
	 * stacks are one entry.  debug 0: as pprof reads it, compressed or not.
	 * 1: as text, the most frequent or longest first.  An entry is a line
	 * "COUNT @ PCs" or, but for "goroutine", "TIME COUNT @ PCs", with a
	 * line "#\tPC\tFUNCTION+OFFSET ..." for each frame below.  TIME is in
	 * the unit of a line "cycles/second=N" above all.
	 */
	int (*write)(const char *name, int32_t debug, int fd);
	/*
	 * Counts a wait for each ns of waiting, on the average, from now on.
	 * 1: all; 0: none.
	 */
	void (*block_rate)(int64_t ns);
	/* Counts one in n of such unlocks from now on.  0: none. */
	void (*mutex_fraction)(int64_t n);
};

/* ---- flight recorder ----------------------------------------------------- */

struct assay_recorder_ops {
	size_t size;

	/*
	 * Keeps the last min_age ns of a trace, but no more than max_bytes if
	 * it can, in memory; 0: as it likes.  ASSAY_EBUSY: it is on.
	 */
	int (*start)(int64_t min_age, uint64_t max_bytes);
	void (*stop)(void);
	bool (*enabled)(void);
	/*
	 * Writes a trace of what it has, up to now, into the file at path, and
	 * says how many bytes.  ASSAY_EINVAL: it is off; ASSAY_WRITING.  Then
	 * nothing is written.
	 */
	int (*write)(const char *path, uint64_t *bytes);
};

/* ---- bubbles -------------------------------------------------------------- */

enum assay_bubble_flags {
	/* Who waits for a mutex counts as durably blocked.  Go has no such form. */
	ASSAY_BUBBLE_MUTEXES = 1
};

/*
 * Bubbles are those of Go's testing/synctest: goroutines with a clock of their
 * own, time->now(), which goes on only when all of them are durably blocked.
 */
struct assay_bubble_ops {
	size_t size;

	/*
	 * Runs fn(arg) in a goroutine in a new bubble, and returns when all of
	 * the bubble have ended.  ASSAY_BUBBLE_BLOCKED, ASSAY_BUBBLE_LEFT: they
	 * never will.  ASSAY_BUBBLE_NESTED; ASSAY_ENOTSUP for flags that the
	 * runtime has not.
	 */
	int (*run)(assay_fn fn, void *arg, uint32_t flags);
	/*
	 * Blocks until all others of the caller's bubble are durably blocked or
	 * have ended.  ASSAY_BUBBLE_NONE, ASSAY_BUBBLE_WAITING.
	 */
	int (*wait)(void);
};

/* ---- the table ---------------------------------------------------------- */

enum assay_traits {
	ASSAY_TRAIT_PARALLEL = 1,       /* goroutines run at the same time */
	ASSAY_TRAIT_PREEMPTIVE = 2,     /* a loop without calls is preempted */
	ASSAY_TRAIT_SYNC_TIMERS = 4,    /* Go 1.23 timer channels, else 1.22 */
	ASSAY_TRAIT_STACK_FATAL = 8,    /* stack overflow is a fatal error */
	ASSAY_TRAIT_DEEP_STACKS = 16,   /* stacks grow beyond 12 MiB */
	ASSAY_TRAIT_RESTART = 32,       /* core->run() again in one process */
	ASSAY_TRAIT_GODEBUG = 64,       /* schedtrace, scheddetail */
	ASSAY_TRAIT_PROC_LIMIT = 128,   /* at most GOMAXPROCS bodies at once */
	ASSAY_TRAIT_EXPLORES = 256,     /* assay_run_options.schedule */
	ASSAY_TRAIT_DEADLOCK = 512,     /* reports that all are asleep, and ends
					 with status 2 */
	ASSAY_TRAIT_QUIT_DUMP = 1024,   /* SIGQUIT: dumps all, status 2 */
	ASSAY_TRAIT_SEVERAL_PS = 2048,  /* procs above 1: as many can run */
	ASSAY_TRAIT_BUFFERED = 4096,    /* chan->make() with cap above 0 */
	ASSAY_TRAIT_SELECT_SEND = 8192, /* chan->select() of dir ASSAY_SEND */
	/* No promise, but a property: core->go() runs the new one at once. */
	ASSAY_TRAIT_CHILD_FIRST = 16384
};

/*
 * The traits that a table which ends before stack_bytes cannot know: it is
 * judged as if they were set.  ASSAY_TRAIT_SEVERAL_PS is not if it is "N:1".
 */
#define ASSAY_TRAITS_OF_OLDER                                                  \
	(ASSAY_TRAIT_DEADLOCK | ASSAY_TRAIT_QUIT_DUMP |                        \
	 ASSAY_TRAIT_SEVERAL_PS | ASSAY_TRAIT_BUFFERED |                       \
	 ASSAY_TRAIT_SELECT_SEND)

#define ASSAY_STACK_BYTES 65536 /* for a goroutine's function, by default */

struct assay_runtime {
	size_t size;         /* sizeof(struct assay_runtime) */
	uint32_t abi;        /* ASSAY_ABI_VERSION */
	uint32_t traits;     /* assay_traits */
	const char *name;    /* "goro" */
	const char *version; /* "1.0.0" */
	const char *model;   /* "1:1", "N:1" or "N:M" */
	/* How many goroutines can be parked at once; 0: bounded by memory. */
	uint64_t max_goroutines;
	const struct assay_core_ops *core;
	const struct assay_chan_ops *chan;
	const struct assay_time_ops *time;
	const struct assay_sync_ops *sync;
	const struct assay_blocking_ops *blocking;
	const struct assay_inspect_ops *inspect;
	const struct assay_net_ops *net;
	const struct assay_trace_ops *trace;
	/*
	 * The version of Go it follows, "1.26"; NULL: the newest in the suite.
	 */
	const char *go_version;
	const struct assay_metrics_ops *metrics;
	const struct assay_profile_ops *profile;
	const struct assay_recorder_ops *recorder;
	const struct assay_bubble_ops *bubble;
	/*
	 * How much stack a goroutine's function may use, with all that it
	 * calls, in bytes; 0: ASSAY_STACK_BYTES at least.
	 */
	uint64_t stack_bytes;
	/*
	 * What here is the work of abi/kit and not of the runtime: "chan sync
	 * time".  NULL: nothing.  Results show it.
	 */
	const char *kit;
};

/* The one symbol that a shared object exports.  Needs no call before it. */
const struct assay_runtime *assay_runtime(void);

#ifdef __cplusplus
}
#endif

#endif
