/* parked.h - goroutines that are parked on a channel until it is closed. */
#ifndef ASSAY_PARKED_H
#define ASSAY_PARKED_H

#include <stdatomic.h>

#include "workload.h"

struct parked {
	assay_chan *gate;
	assay_waitgroup wg;
	atomic_llong arrived; /* relaxed: a count, the wait is by polling */
	int64_t n;
};

#define NEED_PARKED NEED_GO, NEED_CHAN, NEED(time, sleep)

/* Starts n and returns when all are parked; *p is all zero before. */
void park_many(struct parked *p, int64_t n);

/* Lets them end, waits for that and checks their number. */
void unpark_many(struct bench_state *s, struct parked *p);

#endif
