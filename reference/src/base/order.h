/*
 * order.h - the order in which a thief visits the other Ps: from anywhere, by
 * a step co-prime to their number, so that each is visited once and no two
 * thieves follow each other round.
 */
#ifndef GORO_ORDER_H
#define GORO_ORDER_H

#include <stdint.h>

static inline uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/* Returns a step that visits all n; r chooses it. */
static inline uint32_t coprime_step(uint32_t n, uint32_t r)
{
	uint32_t step = n > 1 ? 1 + r % (n - 1) : 1;

	while (gcd(step, n) != 1)
		step = step % n + 1;
	return step;
}

#endif
