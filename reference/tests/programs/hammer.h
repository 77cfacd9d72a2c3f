/*
 * hammer.h - workers that run until they are told to stop, and are stopped in
 * the middle of what they do by the runtime meanwhile.
 */
#ifndef GORO_HAMMER_H
#define GORO_HAMMER_H

#include <stdatomic.h>

#include "prog.h"

static atomic_bool hammer_stop;

/* relaxed, here and in hammer_for(): a flag that carries no data */
static inline bool stopped(void)
{
	return atomic_load_explicit(&hammer_stop, memory_order_relaxed);
}

static inline uint64_t preemptions(void)
{
	struct goro_stats s;

	goro_read_stats(&s);
	return s.preemptions;
}

/*
 * n goroutines of fn for ms milliseconds; longer on a busy machine, until some
 * of them have been preempted: otherwise nothing was tried.
 */
static inline void hammer_for(goro_fn fn, int n, long ms)
{
	goro_waitgroup wg = {{0}};
	uint64_t before = preemptions();
	int64_t end = goro_now() + 20 * GORO_SECOND;

	for (int i = 0; i < n; i++)
		CHECK(goro_wg_go(&wg, fn, NULL) == GORO_OK);
	goro_sleep(ms * MS);
	while (preemptions() < before + 3 && goro_now() < end)
		goro_sleep(10 * MS);
	atomic_store_explicit(&hammer_stop, true, memory_order_relaxed);
	goro_wg_wait(&wg);
	CHECK(preemptions() >= before + 3);
}

/* xorshift: a worker's own random numbers. */
static inline uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

#endif
