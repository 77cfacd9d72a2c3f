/* compute.c - see compute.h. */
#include "compute.h"

#include "workload.h"

enum { TRIAL = 20000, TRIALS = 50 };

__attribute__((noinline)) uint64_t compute(int64_t steps)
{
	uint64_t x = (uint64_t)steps;

	for (int64_t i = 0; i < steps; i++) {
		x = x * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		/* A loop of its own kind: not closed into a formula. */
		__asm__ volatile("" : "+r"(x));
	}
	return x;
}

/* The fastest of several trials: one that was preempted does not count. */
static double steps_per_us(void)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < TRIALS; i++) {
		int64_t start = clock_ns(), took;

		compute(TRIAL);
		took = clock_ns() - start;
		if (took < best)
			best = took;
	}
	return TRIAL * 1000.0 / (double)(best > 0 ? best : 1);
}

int64_t compute_steps(double us)
{
	static double rate;

	if (rate == 0)
		rate = steps_per_us();
	return (int64_t)(us * rate);
}
