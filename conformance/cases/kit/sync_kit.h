/*
 * sync_kit.h - short forms beside those of kit.h that the select, lock, group
 * and memory cases share.
 */
#ifndef ASSAY_SYNC_KIT_H
#define ASSAY_SYNC_KIT_H

#include "kit.h"

/* A flag that orders nothing (relaxed): the operation under test must order. */
static inline void steer(atomic_int *n, int v)
{
	atomic_store_explicit(n, v, memory_order_relaxed);
}

static inline int steered(atomic_int *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

/*
 * Returns rounds(n), but at least n / 10: a statistical row needs enough trials
 * for its bound.
 */
static inline int64_t trials(int64_t n)
{
	int64_t some = rounds(n);

	return some < n / 10 ? n / 10 : some;
}

/*
 * The end of a stress: after so much CPU time of the process, but at most ten
 * times as much wall time, since the machine may be busy.
 */
struct effort {
	int64_t cpu_end, end;
};

static inline struct effort effort(int64_t ns)
{
	return (struct effort){cpu_ns() + ns, in(10 * ns)};
}

static inline bool goes_on(const struct effort *e)
{
	return cpu_ns() < e->cpu_end && now() < e->end;
}

/* Lets other goroutines work for effort(ns), then tells them to stop. */
static inline void let_work(atomic_int *stop, int64_t ns)
{
	struct effort e = effort(ns);

	do
		sleep_ns(MS);
	while (goes_on(&e));
	steer(stop, 1);
}

/* True if round i of such work is to run.  Yields now and then. */
static inline bool works_on(atomic_int *stop, int64_t i)
{
	if (i % 256 == 0)
		yield();
	return steered(stop) == 0;
}

/* Returns rounds(n), but at most n, for an array of n. */
static inline int64_t fitting(int64_t n)
{
	int64_t some = rounds(n);

	return some < n ? some : n;
}

/*
 * Waits until all n have arrived, so that they work at the same time.  Orders
 * only what came before.
 */
static inline void gather(atomic_int *arrived, int n)
{
	mark(arrived);
	while (count(arrived) < n)
		yield();
}

static inline void wlock(assay_rwmutex *m)
{
	REQUIRE_EQ(rt->sync->rw_lock(m, ASSAY_FOREVER), ASSAY_OK);
}

static inline void wunlock(assay_rwmutex *m)
{
	rt->sync->rw_unlock(m);
}

static inline void rlock(assay_rwmutex *m)
{
	REQUIRE_EQ(rt->sync->rw_rlock(m, ASSAY_FOREVER), ASSAY_OK);
}

static inline void runlock(assay_rwmutex *m)
{
	rt->sync->rw_runlock(m);
}

static inline int try_wlock(assay_rwmutex *m)
{
	return rt->sync->rw_lock(m, ASSAY_POLL);
}

static inline int try_rlock(assay_rwmutex *m)
{
	return rt->sync->rw_rlock(m, ASSAY_POLL);
}

#define NEED_MUTEX NEED(sync, mutex_lock), NEED(sync, mutex_unlock)
#define NEED_RW                                                                \
	NEED(sync, rw_lock), NEED(sync, rw_unlock), NEED(sync, rw_rlock),      \
		NEED(sync, rw_runlock)

#endif
