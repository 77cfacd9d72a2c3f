/* sync.c - faults of Mutex, RWMutex, Cond, Pool and atomics. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

/* ---- Mutex -------------------------------------------------------------- */

static int lock_shared(assay_mutex *m, int64_t deadline)
{
	(void)m, (void)deadline;
	return ASSAY_OK;
}

static void unlock_shared(assay_mutex *m)
{
	(void)m;
}

FAULT(mutex_excludes_nobody, "MU-001", "a mutex lets everybody in")
{
	my.sync.mutex_lock = lock_shared;
	my.sync.mutex_unlock = unlock_shared;
}

FAULT(mutex_protects_nothing, "MU-011", "a list behind a mutex loses entries")
{
	my.sync.mutex_lock = lock_shared;
	my.sync.mutex_unlock = unlock_shared;
}

FAULT(mutex_orders_nothing, "MM-008", "an unlock is not seen by the next lock")
{
	my.sync.mutex_lock = lock_shared;
	my.sync.mutex_unlock = unlock_shared;
}

static int lock_zero_is_held(assay_mutex *m, int64_t deadline)
{
	static const assay_mutex zero;

	if (deadline == ASSAY_POLL && memcmp(m, &zero, sizeof(zero)) == 0)
		return ASSAY_AGAIN;
	return was.sync.mutex_lock(m, deadline);
}

FAULT(zero_mutex_locked, "MU-002", "a mutex that was never used is locked")
{
	my.sync.mutex_lock = lock_zero_is_held;
}

static int trylock_blocks(assay_mutex *m, int64_t deadline)
{
	(void)deadline;
	return was.sync.mutex_lock(m, ASSAY_FOREVER);
}

FAULT(trylock_blocks, "MU-003", "try-lock blocks")
{
	my.sync.mutex_lock = trylock_blocks;
}

static int trylock_lies(assay_mutex *m, int64_t deadline)
{
	was.sync.mutex_lock(m, deadline);
	return ASSAY_OK;
}

FAULT(trylock_always, "MU-003", "try-lock always says that it has the lock")
{
	my.sync.mutex_lock = trylock_lies;
}

FAULT(trylock_orders_nothing, "MM-010",
      "a failed try-lock goes on as if it had it")
{
	my.sync.mutex_lock = lock_shared;
	my.sync.mutex_unlock = unlock_shared;
}

static void unlock_free_ok(assay_mutex *m)
{
	was.sync.mutex_lock(m, ASSAY_POLL);
	was.sync.mutex_unlock(m);
}

FAULT(unlock_free_ok, "MU-004", "unlocking a free mutex is no error")
{
	my.sync.mutex_unlock = unlock_free_ok;
}

/*
 * The goroutine that holds a mutex, by the mutex's address.  It may lock the
 * mutex again.
 */
enum { OWNERS = 1024 };
static _Atomic(int64_t) owners[OWNERS];

static _Atomic(int64_t) *owner(assay_mutex *m)
{
	return &owners[(uintptr_t)m / 16 % OWNERS];
}

static int lock_owned(assay_mutex *m, int64_t deadline)
{
	int status = was.sync.mutex_lock(m, deadline);

	if (status == ASSAY_OK)
		atomic_store(owner(m), was.inspect.goid());
	return status;
}

static void unlock_own(assay_mutex *m)
{
	if (atomic_load(owner(m)) == was.inspect.goid())
		was.sync.mutex_unlock(m);
}

FAULT(mutex_tied, "MU-005", "only the goroutine that locked can unlock")
{
	my.sync.mutex_lock = lock_owned;
	my.sync.mutex_unlock = unlock_own;
}

static int lock_again(assay_mutex *m, int64_t deadline)
{
	if (atomic_load(owner(m)) == was.inspect.goid())
		return ASSAY_OK;
	return lock_owned(m, deadline);
}

static void unlock_owned(assay_mutex *m)
{
	atomic_store(owner(m), 0);
	was.sync.mutex_unlock(m);
}

FAULT(mutex_reentrant, "MU-006", "its holder may lock a mutex again")
{
	my.sync.mutex_lock = lock_again;
	my.sync.mutex_unlock = unlock_owned;
}

static int lock_sleeps(assay_mutex *m, int64_t deadline)
{
	int status = was.sync.mutex_lock(m, ASSAY_POLL);

	while (status == ASSAY_AGAIN && deadline == ASSAY_FOREVER) {
		usleep(100);
		status = was.sync.mutex_lock(m, ASSAY_POLL);
	}
	return status;
}

FAULT(mutex_keeps_p, "MU-008@1",
      "a goroutine that waits for a mutex keeps its P")
{
	my.sync.mutex_lock = lock_sleeps;
}

static int lock_lost(assay_mutex *m, int64_t deadline)
{
	static atomic_uint waits;
	int status = was.sync.mutex_lock(m, ASSAY_POLL);

	if (status != ASSAY_AGAIN || deadline == ASSAY_POLL)
		return status;
	if (every(&waits, 50))
		block();
	return was.sync.mutex_lock(m, deadline);
}

FAULT(unlock_wakes_nobody, "MU-009",
      "unlock wakes the waiter in most cases only")
{
	my.sync.mutex_lock = lock_lost;
}

/* ---- RWMutex ------------------------------------------------------------ */

FAULT(readers_exclude, "MU-012", "a read lock excludes other readers")
{
	my.sync.rw_rlock = was.sync.rw_lock;
	my.sync.rw_runlock = was.sync.rw_unlock;
}

FAULT(writers_share, "MU-013", "a write lock excludes nobody but writers")
{
	my.sync.rw_lock = was.sync.rw_rlock;
	my.sync.rw_unlock = was.sync.rw_runlock;
}

static void rw_unlock_ok(assay_rwmutex *m)
{
	int status = was.sync.rw_lock(m, ASSAY_POLL);

	if (status == ASSAY_OK || was.sync.rw_rlock(m, ASSAY_POLL) != ASSAY_OK)
		was.sync.rw_unlock(m);
	else
		was.sync.rw_runlock(m);
}

FAULT(rw_unlock_free_ok, "MU-017", "unlocking a free RWMutex is no error")
{
	my.sync.rw_unlock = rw_unlock_ok;
}

static void rw_runlock_ok(assay_rwmutex *m)
{
	if (was.sync.rw_lock(m, ASSAY_POLL) == ASSAY_OK)
		was.sync.rw_unlock(m);
	else
		was.sync.rw_runlock(m);
}

FAULT(rw_runlock_free_ok, "MU-018", "read-unlocking a free RWMutex is no error")
{
	my.sync.rw_runlock = rw_runlock_ok;
}

static int rw_tryrlock_fails(assay_rwmutex *m, int64_t deadline)
{
	int status;

	if (deadline != ASSAY_POLL)
		return was.sync.rw_rlock(m, deadline);
	status = was.sync.rw_lock(m, ASSAY_POLL);
	if (status != ASSAY_OK)
		return status;
	was.sync.rw_unlock(m);
	return was.sync.rw_rlock(m, ASSAY_POLL);
}

FAULT(tryrlock_alone, "MU-019", "a read try-lock fails beside another reader")
{
	my.sync.rw_rlock = rw_tryrlock_fails;
}

/* ---- Cond --------------------------------------------------------------- */

FAULT(signal_wakes_all, "WG-017", "signal wakes all waiters")
{
	my.sync.cond_signal = was.sync.cond_broadcast;
}

FAULT(broadcast_wakes_one, "WG-017", "broadcast wakes one waiter")
{
	my.sync.cond_broadcast = was.sync.cond_signal;
}

static int signal_two(assay_cond *c)
{
	was.sync.cond_signal(c);
	return was.sync.cond_signal(c);
}

FAULT(signal_wakes_two, "WG-017", "signal wakes two waiters")
{
	my.sync.cond_signal = signal_two;
}

static int wait_unlocked(assay_cond *c, assay_mutex *m)
{
	int status = was.sync.cond_wait(c, m);

	was.sync.mutex_unlock(m);
	was.core.yield();
	return status;
}

FAULT(wait_returns_unlocked, "WG-019", "wait returns without the lock")
{
	my.sync.cond_wait = wait_unlocked;
}

static int wait_lockless(assay_cond *c, assay_mutex *m)
{
	was.sync.mutex_lock(m, ASSAY_POLL);
	return was.sync.cond_wait(c, m);
}

FAULT(wait_without_lock_ok, "WG-021", "wait does not need the lock")
{
	my.sync.cond_wait = wait_lockless;
}

static int copied_ok(int status)
{
	return status == ASSAY_COND_COPIED ? ASSAY_OK : status;
}

static int wait_copied(assay_cond *c, assay_mutex *m)
{
	return copied_ok(was.sync.cond_wait(c, m));
}

static int signal_copied(assay_cond *c)
{
	return copied_ok(was.sync.cond_signal(c));
}

static int broadcast_copied(assay_cond *c)
{
	return copied_ok(was.sync.cond_broadcast(c));
}

FAULT(cond_copied_ok, "WG-022", "a copied cond is not noticed")
{
	my.sync.cond_wait = wait_copied;
	my.sync.cond_signal = signal_copied;
	my.sync.cond_broadcast = broadcast_copied;
}

static atomic_int waiting, kept;

static int signal_kept(assay_cond *c)
{
	if (atomic_load(&waiting) == 0)
		atomic_store(&kept, 1);
	return was.sync.cond_signal(c);
}

static int wait_kept(assay_cond *c, assay_mutex *m)
{
	int status;

	if (atomic_exchange(&kept, 0) != 0)
		return ASSAY_OK;
	atomic_fetch_add(&waiting, 1);
	status = was.sync.cond_wait(c, m);
	atomic_fetch_sub(&waiting, 1);
	return status;
}

FAULT(signal_kept, "WG-023", "a signal without waiters is kept for the next")
{
	my.sync.cond_signal = signal_kept;
	my.sync.cond_wait = wait_kept;
}

static int wait_r_keeps(assay_cond *c, assay_rwmutex *m)
{
	int status;

	was.sync.rw_rlock(m, ASSAY_POLL);
	status = was.sync.cond_wait_r(c, m);
	return status;
}

FAULT(wait_keeps_read_lock, "WG-025", "wait keeps the read lock while it waits")
{
	my.sync.cond_wait_r = wait_r_keeps;
}

/* ---- Pool, atomics ------------------------------------------------------ */

static void *get_and_keep(assay_pool *p)
{
	void *item = was.sync.pool_get(p);

	was.sync.pool_put(p, item);
	return item;
}

FAULT(pool_gives_twice, "WG-026", "a pool gives one item to two users")
{
	my.sync.pool_get = get_and_keep;
}

static void drop_item(assay_pool *p, void *item)
{
	(void)p, (void)item;
}

FAULT(pool_keeps_nothing, "WG-027", "a pool keeps nothing")
{
	my.sync.pool_put = drop_item;
}

static int64_t add64_torn(int64_t *p, int64_t delta)
{
	volatile int64_t *v = p;

	*v = *v + delta;
	return *v;
}

static int32_t add32_torn(int32_t *p, int32_t delta)
{
	volatile int32_t *v = p;

	*v = *v + delta;
	return *v;
}

FAULT(add_not_atomic, "WG-030", "add is a load and a store")
{
	my.sync.add32 = add32_torn;
	my.sync.add64 = add64_torn;
}

FAULT(add_loses, "MM-017", "updates by add are lost")
{
	my.sync.add32 = add32_torn;
	my.sync.add64 = add64_torn;
}

static void store32_plain(int32_t *p, int32_t v)
{
	*(volatile int32_t *)p = v;
}

static void store64_plain(int64_t *p, int64_t v)
{
	*(volatile int64_t *)p = v;
}

FAULT(store_not_ordered, "MM-014", "a store is not ordered with a later load")
{
	my.sync.store32 = store32_plain;
	my.sync.store64 = store64_plain;
}
