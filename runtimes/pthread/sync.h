/*
 * sync.h - what lock.c, wait.c and sync.c share.
 *
 * Each type is a few words and queues in the caller's memory.  One of a fixed
 * set of mutexes guards it, chosen by its address.  So all zero is a valid
 * state, and the layout does not depend on the size of a pthread_mutex_t.
 */
#ifndef PT_SYNC_H
#define PT_SYNC_H

#include "pt.h"

/* Locks and returns the mutex that guards the object at p. */
pthread_mutex_t *pt_lock_guard(const void *p);
/* Parks as the last of q. guard must be held, and is released. */
void pt_wait_in(struct queue *q, pthread_mutex_t *guard, const char *reason);
bool pt_wake_first(struct queue *q);
int64_t pt_wake_all(struct queue *q);
/*
 * Returns what a call with this deadline returns where it would have to wait;
 * ASSAY_OK if it may wait.
 */
int pt_may_wait(int64_t deadline);

/* The functions of struct assay_sync_ops: in lock.c ... */
int pt_mutex_lock(assay_mutex *m, int64_t deadline);
void pt_mutex_unlock(assay_mutex *m);
int pt_rw_lock(assay_rwmutex *m, int64_t deadline);
void pt_rw_unlock(assay_rwmutex *m);
int pt_rw_rlock(assay_rwmutex *m, int64_t deadline);
void pt_rw_runlock(assay_rwmutex *m);

/* ... and in wait.c. */
int pt_wg_add(assay_waitgroup *wg, int64_t delta);
int pt_wg_wait(assay_waitgroup *wg, int64_t deadline);
int pt_wg_go(assay_waitgroup *wg, assay_fn fn, void *arg);
void pt_once_do(assay_once *o, assay_fn fn, void *arg);
int pt_cond_wait(assay_cond *c, assay_mutex *m);
int pt_cond_wait_r(assay_cond *c, assay_rwmutex *m);
int pt_cond_signal(assay_cond *c);
int pt_cond_broadcast(assay_cond *c);

#endif
