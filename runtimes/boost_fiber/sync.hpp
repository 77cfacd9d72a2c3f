// sync.hpp - the sync types: what lock.cc, wait.cc and sync.cc share.
#ifndef ASSAY_BF_SYNC_HPP
#define ASSAY_BF_SYNC_HPP

#include "bf.hpp"

namespace bf
{

// What to return instead of waiting; ASSAY_OK: wait.
int may_wait(int64_t deadline) noexcept;
// Parks as the last of q, which guard guards; returns without guard.
void wait_in(queue *q, spin *guard) noexcept;
// For the holder of the guard.
bool wake_first(queue *q) noexcept;
int64_t wake_all(queue *q) noexcept;

int mutex_lock(assay_mutex *m, int64_t deadline) noexcept;
void mutex_unlock(assay_mutex *m) noexcept;
int rw_lock(assay_rwmutex *m, int64_t deadline) noexcept;
void rw_unlock(assay_rwmutex *m) noexcept;
int rw_rlock(assay_rwmutex *m, int64_t deadline) noexcept;
void rw_runlock(assay_rwmutex *m) noexcept;

int wg_add(assay_waitgroup *wg, int64_t delta) noexcept;
int wg_wait(assay_waitgroup *wg, int64_t deadline) noexcept;
int wg_go(assay_waitgroup *wg, assay_fn fn, void *arg) noexcept;
void once_do(assay_once *o, assay_fn fn, void *arg);
int cond_wait(assay_cond *c, assay_mutex *m) noexcept;
int cond_wait_r(assay_cond *c, assay_rwmutex *m) noexcept;
int cond_signal(assay_cond *c) noexcept;
int cond_broadcast(assay_cond *c) noexcept;

} // namespace bf

#endif
