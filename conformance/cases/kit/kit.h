/*
 * kit.h - short forms of the table's functions, for cases.  They REQUIRE
 * success, so that a body says only what it is about.
 */
#ifndef ASSAY_KIT_H
#define ASSAY_KIT_H

#include <stdatomic.h>

#include "case.h"

static inline void go(assay_fn fn, void *arg)
{
	REQUIRE_EQ(rt->core->go(fn, arg, 0), ASSAY_OK);
}

/* Starts n goroutines with the same argument. */
static inline void go_many(int64_t n, assay_fn fn, void *arg)
{
	for (int64_t i = 0; i < n; i++)
		go(fn, arg);
}

/* Starts a goroutine with a copy of the n bytes at arg. */
static inline void go_copy(assay_fn fn, const void *arg, size_t n)
{
	REQUIRE_EQ(rt->core->go(fn, arg, n), ASSAY_OK);
}

static inline void yield(void)
{
	rt->core->yield();
}

static inline void sleep_ns(int64_t ns)
{
	rt->time->sleep(ns);
}

static inline int64_t now(void)
{
	return rt->time->now();
}

/* Returns the deadline ns from now. */
static inline int64_t in(int64_t ns)
{
	return now() + ns;
}

static inline assay_chan *chan(size_t elem, int64_t cap)
{
	int status = ASSAY_OK;
	assay_chan *c = rt->chan->make(elem, cap, &status);

	REQUIRE_EQ(status, ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

/* Make the most used channels: of int, and of signals (struct{}). */
static inline assay_chan *chan_int(int64_t cap)
{
	return chan(sizeof(int), cap);
}

static inline assay_chan *chan_signal(int64_t cap)
{
	return chan(0, cap);
}

static inline void send(assay_chan *c, const void *v)
{
	REQUIRE_EQ(rt->chan->send(c, v, ASSAY_FOREVER), ASSAY_OK);
}

static inline void send_int(assay_chan *c, int v)
{
	send(c, &v);
}

static inline void send_signal(assay_chan *c)
{
	send(c, NULL);
}

/* Receives; returns the ok of Go's two-result receive. */
static inline bool recv(assay_chan *c, void *out)
{
	int status = rt->chan->recv(c, out, ASSAY_FOREVER);

	REQUIRE_EITHER(status, ASSAY_OK, ASSAY_CLOSED);
	return status == ASSAY_OK;
}

/* Receives an int; the channel must not be closed. */
static inline int recv_int(assay_chan *c)
{
	int v = -1;

	REQUIRE(recv(c, &v));
	return v;
}

/* Waits for a signal or the channel's close. */
static inline void wait_for(assay_chan *c)
{
	(void)recv(c, NULL);
}

static inline int try_send(assay_chan *c, const void *v)
{
	return rt->chan->send(c, v, ASSAY_POLL);
}

static inline int try_recv(assay_chan *c, void *out)
{
	return rt->chan->recv(c, out, ASSAY_POLL);
}

static inline void close_chan(assay_chan *c)
{
	REQUIRE_EQ(rt->chan->close(c), ASSAY_OK);
}

/* Closes a channel, as the function of a goroutine or a timer. */
static inline void close_it(void *c)
{
	close_chan(c);
}

/* Frees a channel that nobody will use again, if the runtime can. */
static inline void drop(assay_chan *c)
{
	if (rt->chan->free != NULL)
		rt->chan->free(c);
}

static inline struct assay_case case_send(assay_chan *c, const void *v)
{
	return (struct assay_case){.c = c, .dir = ASSAY_SEND, .send = v};
}

static inline struct assay_case case_recv(assay_chan *c, void *out)
{
	return (struct assay_case){.c = c, .dir = ASSAY_RECV, .recv = out};
}

#define NO_CASE SIZE_MAX /* the value of *chosen if nothing was chosen */

/*
 * Blocking select.  Returns the index and sets *status (may be NULL) to that
 * case's status.  A status that is a panic needs status != NULL.
 */
size_t select_cases(const struct assay_case *cases, size_t n, int *status);
/* Select with a default: returns NO_CASE if no case is ready. */
size_t select_default(const struct assay_case *cases, size_t n, int *status);

static inline void lock(assay_mutex *m)
{
	REQUIRE_EQ(rt->sync->mutex_lock(m, ASSAY_FOREVER), ASSAY_OK);
}

static inline bool try_lock(assay_mutex *m)
{
	return rt->sync->mutex_lock(m, ASSAY_POLL) == ASSAY_OK;
}

static inline void unlock(assay_mutex *m)
{
	rt->sync->mutex_unlock(m);
}

static inline void wg_add(assay_waitgroup *wg, int64_t n)
{
	REQUIRE_EQ(rt->sync->wg_add(wg, n), ASSAY_OK);
}

static inline void wg_done(assay_waitgroup *wg)
{
	wg_add(wg, -1);
}

static inline void wg_wait(assay_waitgroup *wg)
{
	REQUIRE_EQ(rt->sync->wg_wait(wg, ASSAY_FOREVER), ASSAY_OK);
}

#define NEED_WG NEED(sync, wg_add), NEED(sync, wg_wait)

/*
 * Counters and flags. acq_rel in mark() pairs with acquire in count() and
 * becomes(): they see what was written before mark().
 */
static inline int mark(atomic_int *n)
{
	return atomic_fetch_add_explicit(n, 1, memory_order_acq_rel) + 1;
}

static inline int count(atomic_int *n)
{
	return atomic_load_explicit(n, memory_order_acquire);
}

/* Receives n signals; each of n goroutines sends one as its last act. */
static inline void join(assay_chan *done, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		wait_for(done);
}

/*
 * Waits until n goroutines are parked.  Where the runtime can count them
 * (inspect->num_waiting) that is certain.  Elsewhere it is assumed after yields
 * and 2 ms of sleep, ten times as long in the first calls of a case.  Fails the
 * case after 10 s.  The caller is not counted: it runs.
 */
#define settle(n) settle_at(n, "settle(" #n ")", __FILE__, __LINE__)
void settle_at(int64_t n, const char *what, const char *file, int line);

/*
 * These write a note of what they saw if they return false.
 *
 * settle(1), then true if the flag is still unset: the goroutine blocks.
 */
#define still_unset(flag)                                                      \
	still_unset_at(flag, "still_unset(" #flag ")", __FILE__, __LINE__)
bool still_unset_at(atomic_int *flag, const char *what, const char *file,
		    int line);

/*
 * Requires that a new goroutine runs.  For bodies in which nothing else would
 * tell a runtime that does nothing from a correct one.
 */
void prove_alive(void);

/*
 * Calls core->run() with this run's procs, for a case that is no goroutine
 * (CASE_OUTSIDE).  Returns what it returns; or NOT_RUN, if that is ASSAY_OK
 * though fn has not come to its end.
 */
enum { NOT_RUN = 125 }; /* as an exit status it is nobody else's */
int run_main(assay_fn fn, void *arg);

/* True if *n is still v after 10 ms: no further goroutine was let go. */
#define stays(n, v) stays_at(n, v, "stays(" #n ", " #v ")", __FILE__, __LINE__)
bool stays_at(atomic_int *n, int v, const char *what, const char *file,
	      int line);

/* Waits up to 10 s until *n is at least v.  False if it never was. */
#define becomes(n, v)                                                          \
	becomes_at(n, v, "becomes(" #n ", " #v ")", __FILE__, __LINE__)
bool becomes_at(atomic_int *n, int v, const char *what, const char *file,
		int line);

/* Raises the panic of a negative status. */
_Noreturn void raise_status(int status);
/* panic("text") */
_Noreturn void raise_text(const char *text);

/* Writes to stdout, unbuffered. */
void say(const char *text);

/* Return the resident bytes, threads and CPU time of this process. */
int64_t resident_bytes(void);
int64_t thread_count(void);
int64_t cpu_ns(void);
/* Returns the kernel's id of the calling thread. */
int64_t thread_id(void);

/* Returns CLOCK_MONOTONIC in ns, whatever the runtime's clock says. */
int64_t kernel_now(void);

/*
 * Sleeps in the kernel, where the runtime does not know of it, for the whole
 * time: a runtime's own signals may interrupt the call.
 */
void kernel_sleep(int64_t ns);
/* Returns the number of CPUs that this thread may run on. */
int cpus_allowed(void);

/* Compares two int64_t, for qsort(). */
int by_size(const void *a, const void *b);

/* Returns a sum that changes with any bit of the n bytes at p. */
uint64_t checksum(const void *p, size_t n);

#endif
