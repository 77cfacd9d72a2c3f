/* hist.c - see hist.h. */
#include "hist.h"

#include <math.h>

enum { SUB = 1 << HIST_BITS };

/*
 * Values with the highest bit at HIST_BITS + k have 1 << k of them in a bucket;
 * SUB buckets for each k, the first two for what is below.
 */
static int bucket_of(int64_t value)
{
	int shift;

	if (value < 2 * SUB)
		return value < 0 ? 0 : (int)value;
	shift = 63 - __builtin_clzll((unsigned long long)value) - HIST_BITS;
	return (shift << HIST_BITS) + (int)(value >> shift);
}

static int64_t upper_end(int bucket)
{
	int shift = (bucket >> HIST_BITS) - 1;
	uint64_t next;

	if (bucket < 2 * SUB)
		return bucket;
	next = (uint64_t)(bucket - (shift << HIST_BITS)) + 1;
	return (int64_t)((next << shift) - 1);
}

void hist_add(struct hist *h, int64_t value)
{
	if (value < 0)
		value = 0;
	h->count++;
	h->sum += (double)value;
	if (value > h->max)
		h->max = value;
	h->buckets[bucket_of(value)]++;
}

int64_t hist_quantile(const struct hist *h, double q)
{
	int64_t rank = (int64_t)ceil(q * (double)h->count), seen = 0;

	if (rank < 1)
		rank = 1;
	for (int i = 0; i < HIST_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank)
			return upper_end(i) < h->max ? upper_end(i) : h->max;
	}
	return h->max;
}

double hist_mean(const struct hist *h)
{
	return h->count > 0 ? h->sum / (double)h->count : 0;
}

void hist_write(const struct hist *h, FILE *f)
{
	for (int i = 0; i < HIST_BUCKETS; i++)
		if (h->buckets[i] > 0)
			fprintf(f, "%lld\t%lld\n", (long long)upper_end(i),
				(long long)h->buckets[i]);
}
