/*
 * work.h - goroutines that work until they are told to stop, and count that
 * they have ended.  Each file that includes it has its own flag and counter.
 */
#ifndef ASSAY_WORK_H
#define ASSAY_WORK_H

#include "kit.h"

static atomic_int stop, finished;

/* True once stop_all() was called. relaxed: the flag publishes no data */
static inline bool stopped(void)
{
	return atomic_load_explicit(&stop, memory_order_relaxed) != 0;
}

static inline void stop_all(void)
{
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
}

/* Stops the goroutines, and checks that n have ended. */
#define CHECK_ALL_STOP(n) (stop_all(), CHECK(becomes(&finished, n)))

static inline void finish(void)
{
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

/* Computes until it is told to stop; never yields. */
static inline void spin(void *arg)
{
	(void)arg;
	while (!stopped())
		;
	finish();
}

static inline void yield_on(void *arg)
{
	(void)arg;
	while (!stopped())
		yield();
	finish();
}

/* Computes for ns, by the kernel's clock. */
static inline void spin_for(int64_t ns)
{
	int64_t end = kernel_now() + ns;

	while (kernel_now() < end)
		;
}

#endif
