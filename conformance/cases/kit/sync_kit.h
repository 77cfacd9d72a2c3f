/*
 * sync_kit.h - words that the select, lock, group and memory cases share
 * beside those of kit.h: counters, read-write locks, joins.
 */
#ifndef ASSAY_SYNC_KIT_H
#define ASSAY_SYNC_KIT_H

#include "kit.h"

/* Steering that orders nothing: what is under test must do it. */
static inline void steer(atomic_int *n, int v)
{
	atomic_store_explicit(n, v, memory_order_relaxed);
}

static inline int steered(atomic_int *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

/* Statistical rows keep enough trials for their bound, however scaled. */
static inline int64_t trials(int64_t n)
{
	int64_t some = rounds(n);

	return some < n / 10 ? n / 10 : some;
}

/*
 * Stress goes on for so much CPU time of the process, but at most ten times
 * as long where the machine is busy.
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

/* Lets others work for that effort, then tells them to stop. */
static inline void let_work(atomic_int *stop, int64_t ns)
{
	struct effort e = effort(ns);

	do
		sleep_ns(MS);
	while (goes_on(&e));
	steer(stop, 1);
}

/* Round i of such work; it gives way now and then. */
static inline bool works_on(atomic_int *stop, int64_t i)
{
	if (i % 256 == 0)
		yield();
	return steered(stop) == 0;
}

/* rounds() for an array of n: never more. */
static inline int64_t fitting(int64_t n)
{
	int64_t some = rounds(n);

	return some < n ? some : n;
}

/*
 * Waits for all n to arrive, so that they work at the same time.  Orders
 * only what was before.
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
