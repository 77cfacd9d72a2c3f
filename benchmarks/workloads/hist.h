/*
 * hist.h - counts of nanoseconds in buckets that widen with the value: exact
 * below 256, within 1/128 of the value above.  All of int64_t fits.
 */
#ifndef ASSAY_HIST_H
#define ASSAY_HIST_H

#include <stdint.h>
#include <stdio.h>

enum { HIST_BITS = 7, HIST_BUCKETS = (64 - HIST_BITS) << HIST_BITS };

/* All zero is empty.  About 58 KiB: not for a goroutine's stack. */
struct hist {
	int64_t count, max;
	double sum;
	int64_t buckets[HIST_BUCKETS];
};

/* Counts a value; below zero counts as zero. */
void hist_add(struct hist *h, int64_t value);

/*
 * The least bucket end such that at least the part q (0 to 1) of all values
 * does not lie above it, but never more than the greatest value; 0 if empty.
 */
int64_t hist_quantile(const struct hist *h, double q);

double hist_mean(const struct hist *h);

/* Lines "upper<TAB>count", ascending, without empty buckets. */
void hist_write(const struct hist *h, FILE *f);

#endif
