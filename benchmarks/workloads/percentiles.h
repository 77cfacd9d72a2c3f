/* percentiles.h - a workload's latencies as counters and as a file. */
#ifndef ASSAY_PERCENTILES_H
#define ASSAY_PERCENTILES_H

#include "workload.h"

/*
 * Reports n latencies in nanoseconds: count, mean_ns, p50_ns ... max_ns, and
 * NAME.hist.tsv among the details.
 */
void report_percentiles(struct bench_state *s, const int64_t *latency,
			int64_t n);

#endif
