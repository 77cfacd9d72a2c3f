/*
 * pt.h - what the files of this runtime share.
 *
 * A goroutine is a detached thread.  It blocks in one way only: park.c puts it
 * to sleep on its own condition variable, and the thread that serves it wakes
 * it.  Channels, select and the sync types are queues of waiters guarded by
 * mutexes.
 *
 * Locks are taken in this order: the timers; the channels by address, or a
 * guard of sync.h; the registry; a goroutine.
 */
#ifndef PT_H
#define PT_H

#include <pthread.h>
#include <stdatomic.h>

#include "assay_fn.h"

#define STACK_SIZE (256 * 1024) /* address space; committed on touch */
#define SLEEP_MAX (ASSAY_FOREVER - 1)

struct frame;

struct goroutine {
	int64_t id, parent; /* parent: the starter; 0 for main */
	assay_fn fn;
	void *arg;
	_Alignas(16) char copy[ASSAY_ARG_MAX]; /* of core->go()'s argument */

	/* Frame of the innermost try_, or the goroutine's.  Own thread only. */
	struct frame *frame;
	uint64_t random;

	/* Neighbours in the registry; under its lock. */
	struct goroutine *prev, *next;

	/*
	 * A select waits in many queues, under many locks.  The first thread
	 * that sets `claimed` completes it; the others pass it over.
	 */
	atomic_bool claimed;
	int status;    /* what the operation returns, and ... */
	size_t chosen; /* ... its case; set by the claimer */

	pthread_mutex_t lock;
	pthread_cond_t wake;
	const char *reason; /* why it is parked, NULL if not; under lock */
	bool timed;         /* parked with a deadline; under lock */
	int locked;         /* calls of lock_thread; under lock */
	bool woken;         /* under lock */
};

/* A goroutine in a queue.  It is on the stack of the goroutine that waits. */
struct waiter {
	struct waiter *prev, *next;
	struct queue *queue; /* NULL: not in a queue */
	struct goroutine *g;
	void *slot;   /* channel: the place of the value */
	size_t index; /* channel: number of the case */
};

/* First in, first out.  Guarded by the lock of the object it belongs to. */
struct queue {
	struct waiter *first, *last;
};

/* ---- goroutines (core.c) ---- */

struct goroutine *pt_self(void);
int pt_go(assay_fn fn, const void *arg, size_t n);
uint64_t pt_random(void);
/* Calls visit for every goroutine, in order of their numbers. */
void pt_each(void (*visit)(struct goroutine *g, void *arg), void *arg);
/* True if core->run() has ended. */
bool pt_finished(void);
/* Never returns.  For goroutines that run after the end of the program. */
_Noreturn void pt_freeze(void);
/* True if main has ended by goexit. */
bool pt_main_gone(void);
/* True if other code may call in; then there is no deadlock. */
bool pt_embedded(void);

/* ---- panic, recover, goexit (panic.c) ---- */

/* Runs a goroutine's function; true if it returned, false after goexit. */
bool pt_run_body(assay_fn fn, void *arg);
void pt_goexit(void);
void pt_panic(const struct assay_panic *p);
int pt_try(assay_fn fn, void *arg, struct assay_panic *out);
int pt_defer(assay_fn fn, void *arg);
bool pt_recover(struct assay_panic *out);

/* ---- the end of the process (report.c) ---- */

/*
 * Returns only to the first caller, which may end the process.  Others block.
 */
void pt_last_word(void);
/*
 * Prints "fatal error: text" and the calling or every goroutine; exits with 2.
 */
_Noreturn void pt_fatal(const char *text, bool everyone);
/* Prints text, the report of a panic that nobody stopped, and exits with 2. */
_Noreturn void pt_die_of_panic(const char *text);
/* Writes all goroutines to buf, cut to n bytes.  Returns the full length. */
size_t pt_dump(char *buf, size_t n);

/* ---- parking (park.c) ---- */

/* The counts of goroutines, taken at one moment. */
struct census {
	int64_t live, parked, timed;
};
struct census pt_census(void);
void pt_count_start(void);
void pt_count_end(void);

/*
 * To park: lock the queue, put waiters in, call pt_park_begin(), unlock, call
 * pt_park().  A waker finds the waiter under that lock.  If it does so before
 * pt_park(), that returns at once.
 */
void pt_park_begin(const char *reason, int64_t deadline);
/*
 * Sleeps.  False if the deadline came first; then nobody can claim g any more.
 */
bool pt_park(int64_t deadline);
/* True for the one caller that may complete g's operation and wake it. */
bool pt_claim(struct goroutine *g);
void pt_wake(struct goroutine *g);

void pt_push(struct queue *q, struct waiter *w);
void pt_push_front(struct queue *q, struct waiter *w);
void pt_remove(struct waiter *w);
struct waiter *pt_pop(struct queue *q);
/*
 * Empties the queue.  Returns its first waiter; next links the others.  A
 * waiter may free the queue once it is woken.
 */
struct waiter *pt_pop_all(struct queue *q);

/* ---- channels (chan.c, select.c) ---- */

struct assay_chan {
	pthread_mutex_t lock; /* guards all fields that may change */
	size_t elem;
	int64_t cap;
	int64_t len;
	int64_t head; /* index of the oldest value */
	bool closed;
	bool timer;   /* shows no buffer: Go 1.23 timer channel */
	bool freed;   /* by the program; the memory is freed by ... */
	int64_t pins; /* ... the last waiter that comes back */
	struct queue receivers, senders;
	char buffer[];
};

/*
 * The lock must be held.  Return ASSAY_AGAIN where the caller would have to
 * wait; ready is true if it would not.
 */
bool pt_chan_ready(struct assay_chan *c, int dir);
int pt_chan_send(struct assay_chan *c, const void *v);
int pt_chan_recv(struct assay_chan *c, void *out);
/*
 * Keep a channel's memory.  A goroutine that was parked on a channel takes
 * itself out of its queue later, when the program may have freed the channel
 * already.  Unpin also unlocks.
 */
void pt_chan_pin(struct assay_chan *c);
void pt_chan_unpin(struct assay_chan *c);
int pt_select(const struct assay_case *cases, size_t n, int64_t deadline,
	      size_t *chosen, const char *reason);

/* ---- time (time.c) ---- */

int64_t pt_now(void);
struct timespec pt_timespec(int64_t ns);
void pt_cond_init(pthread_cond_t *cond);

/* ---- deadlock (deadlock.c) ---- */

/* Ends the process if no goroutine can ever run again.  No lock may be held. */
void pt_check_deadlock(void);
/* Lock the timers, and tell whether one could wake a goroutine. */
void pt_timers_lock(void);
bool pt_timers_may_wake(void);
void pt_timers_unlock(void);

extern const struct assay_core_ops pt_core;
extern const struct assay_chan_ops pt_chan;
extern const struct assay_time_ops pt_time;
extern const struct assay_sync_ops pt_sync;
extern const struct assay_blocking_ops pt_blocking;
extern const struct assay_inspect_ops pt_inspect;

#endif
