/* inner.h - what the files of the kit share. */
#ifndef ASSAY_KIT_INNER_H
#define ASSAY_KIT_INNER_H

#include "assay_kit.h"

/* The goroutine that runs; a fatal error if there is none. */
struct kit_task *kit_self(void);

/* What a goroutine waits for, on its stack. */
struct kit_op {
	struct kit_task *task;
	struct kit_waiter *waiters; /* n of them, each in a queue or in none */
	size_t n;
	bool done;     /* set once, by kit_complete, with ... */
	int status;    /* what the operation returns, and ... */
	size_t chosen; /* ... the index of the waiter that was served */
};

/* One place in one queue. */
struct kit_waiter {
	struct kit_waiter *prev, *next;
	struct kit_queue *queue; /* NULL: in none */
	struct kit_op *op;
	size_t index; /* channel: number of the case */
	void *slot;   /* channel: where the value is, or goes to */
};

/* First in, first out; all zero is empty. */
struct kit_queue {
	struct kit_waiter *first, *last;
};

void kit_push(struct kit_queue *q, struct kit_waiter *w);
void kit_remove(struct kit_waiter *w);

/*
 * Parks the caller.  False if the deadline came before anybody completed the
 * operation.  Its waiters are in no queue any more.
 */
bool kit_wait(struct kit_op *op, const char *reason, int64_t deadline);

/* Ends the operation of a waiter: it returns status. */
void kit_complete(struct kit_waiter *w, int status);

/* The same in a queue of single waiters: wait in it, wake the first, wake all. */
void kit_wait_in(struct kit_queue *q, const char *reason);
bool kit_wake_first(struct kit_queue *q);
int64_t kit_wake_all(struct kit_queue *q);

/* The go statement for a goroutine of the kit, which nobody counts. */
int kit_go_own(assay_fn fn, void *arg);

/* A random number. */
uint64_t kit_random(void);

/* The time ns from now; never ASSAY_FOREVER. */
int64_t kit_later(int64_t ns);

struct assay_chan {
	size_t elem;
	int64_t cap, len;
	int64_t head; /* index of the oldest value */
	bool closed;
	bool timer; /* shows no buffer, as Go's timer channels since 1.23 */
	struct kit_queue receivers, senders; /* one of them is empty */
	char buffer[];
};

/* Send and receive; ASSAY_AGAIN where the caller would have to wait. */
int kit_try_send(struct assay_chan *c, const void *v);
int kit_try_recv(struct assay_chan *c, void *out);

/* Fires the timers that are due, so that whoever only looks sees their values. */
void kit_fire_due(void);

/* As chan->select, for an operation that waits for this reason. */
int kit_select(const struct assay_case *cases, size_t n, int64_t deadline,
	       size_t *chosen, const char *reason);

/* The functions of struct assay_sync_ops: in lock.c ... */
int kit_mutex_lock(assay_mutex *m, int64_t deadline);
void kit_mutex_unlock(assay_mutex *m);
int kit_rw_lock(assay_rwmutex *m, int64_t deadline);
void kit_rw_unlock(assay_rwmutex *m);
int kit_rw_rlock(assay_rwmutex *m, int64_t deadline);
void kit_rw_runlock(assay_rwmutex *m);

/* ... and in wait.c. */
int kit_wg_add(assay_waitgroup *wg, int64_t delta);
int kit_wg_wait(assay_waitgroup *wg, int64_t deadline);
int kit_wg_go(assay_waitgroup *wg, assay_fn fn, void *arg);
void kit_once_do(assay_once *o, assay_fn fn, void *arg);
int kit_cond_wait(assay_cond *c, assay_mutex *m);
int kit_cond_wait_r(assay_cond *c, assay_rwmutex *m);
int kit_cond_signal(assay_cond *c);
int kit_cond_broadcast(assay_cond *c);

/*
 * What a lock or wait with this deadline returns where it would block;
 * ASSAY_OK if it may.
 */
int kit_may_wait(int64_t deadline);

#endif
