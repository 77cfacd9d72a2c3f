/* percentiles.c - see percentiles.h. */
#include "percentiles.h"

#include <stdlib.h>

#include "hist.h"

static void report(struct bench_state *s, const struct hist *h)
{
	static const struct {
		const char *name;
		double q;
	} points[] = {
		{"p50_ns", 0.5},
		{"p90_ns", 0.9},
		{"p99_ns", 0.99},
		{"p999_ns", 0.999},
	};

	bench_counter(s, "count", (double)h->count, BENCH_PLAIN);
	bench_counter(s, "mean_ns", hist_mean(h), BENCH_PLAIN);
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++)
		bench_counter(s, points[i].name,
			      (double)hist_quantile(h, points[i].q),
			      BENCH_PLAIN);
	bench_counter(s, "max_ns", (double)h->max, BENCH_PLAIN);
}

void report_percentiles(struct bench_state *s, const int64_t *latency,
			int64_t n)
{
	struct hist *h = zeroed(1, sizeof(*h));
	FILE *f = details_open(".hist.tsv");

	for (int64_t i = 0; i < n; i++)
		hist_add(h, latency[i]);
	report(s, h);
	if (f) {
		hist_write(h, f);
		fclose(f);
	}
	free(h);
}
