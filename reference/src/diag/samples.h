/*
 * samples.h - stacks on their way from signal handlers to one reader.
 *
 * A ring of words.  A writer takes as many as it needs by moving head, fills
 * them, and writes the first of them last: until that is not 0 the reader waits
 * there.  The reader zeroes what it has read, then moves tail.  No lock, so a
 * handler may interrupt anything, another writer too.
 */
#ifndef GORO_SAMPLES_H
#define GORO_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

enum { SAMPLES_WORDS = 1 << 17, SAMPLE_DEPTH = 64 + 32 };

struct samples {
	_Atomic(uint64_t) head, tail; /* in words, ever taken and read */
	_Atomic(uint64_t) lost;       /* samples without room */
	_Atomic(uint64_t) words[SAMPLES_WORDS];
};

/* A stack with labels behind it, of which the tag tells: profile.h. */
struct sample {
	uint32_t depth;
	uint64_t count, tag;
	uintptr_t pcs[SAMPLE_DEPTH];
};

/* Any thread, in a handler too.  False, and counted as lost, without room. */
bool goro__samples_put(struct samples *s, const struct sample *from);
/* Takes the oldest.  False if there is none.  One reader at a time. */
bool goro__samples_take(struct samples *s, struct sample *to);

#endif
