/*
 * histogram.h - how often something took how long: goro_debug.h has the
 * classes.  Any thread adds; a reader sees each count as it is.
 */
#ifndef GORO_HISTOGRAM_H
#define GORO_HISTOGRAM_H

#include <stdint.h>

#include "base/atomic.h"
#include "goro_debug.h"

struct histogram {
	_Atomic(uint64_t) n[GORO_HISTOGRAM_SIZE];
	_Atomic(uint64_t) sum; /* ns */
};

enum { HIST_FROM = 6, HIST_TO = 36 }; /* powers of two, in ns */

/* Returns the class of ns: the first has all below 64, the last all above. */
static inline uint32_t histogram_class(uint64_t ns)
{
	uint32_t power;

	if (ns < UINT64_C(1) << HIST_FROM)
		return 0;
	if (ns >= UINT64_C(1) << HIST_TO)
		return GORO_HISTOGRAM_SIZE - 1;
	power = 63 - (uint32_t)__builtin_clzll(ns);
	return 1 + (power - HIST_FROM) * 4 + (uint32_t)(ns >> (power - 2) & 3);
}

/* Returns the first ns of class i, which is not the last + 1. */
static inline uint64_t histogram_from(uint32_t i)
{
	return i == 0 ? 0
		      : (uint64_t)(4 + (i - 1) % 4)
				<< ((i - 1) / 4 + HIST_FROM - 2);
}

/* The counts say nothing of each other: relaxed. */
static inline void histogram_add(struct histogram *h, int64_t ns)
{
	uint64_t n = ns > 0 ? (uint64_t)ns : 0;

	add_relaxed(&h->n[histogram_class(n)], 1u);
	add_relaxed(&h->sum, n);
}

#endif
