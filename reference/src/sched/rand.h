/*
 * rand.h - random numbers for choices: cheap, and each M has its own.
 */
#ifndef GORO_RAND_H
#define GORO_RAND_H

#include "sched/types.h"

/* xorshift64*: enough for choices, and four instructions. */
static inline uint64_t goro__rand(struct m *m)
{
	uint64_t x = m->rand;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	m->rand = x;
	return x * UINT64_C(2685821657736338717);
}

/* Uniform in [0, n), n > 0, by multiplication instead of division. */
static inline uint32_t goro__rand_below(struct m *m, uint32_t n)
{
	return (uint32_t)(((goro__rand(m) >> 32) * n) >> 32);
}

#endif
