/* hist.c - tests of ../workloads/hist.c. */
#include "../workloads/hist.h"

#include <stdlib.h>
#include <string.h>

static int passed, failed;

static void same(const char *what, int64_t got, int64_t want)
{
	if (got == want) {
		passed++;
		return;
	}
	failed++;
	printf("%s is %lld, not %lld\n", what, (long long)got, (long long)want);
}

static void within(const char *what, int64_t got, int64_t want, double part)
{
	double off = (double)(got - want) / (double)want;

	same(what, off >= 0 && off <= part, 1);
	if (off < 0 || off > part)
		printf("  it is %lld\n", (long long)got);
}

static struct hist *fresh(void)
{
	static struct hist h;

	memset(&h, 0, sizeof(h));
	return &h;
}

static void test_empty(void)
{
	struct hist *h = fresh();

	same("median of nothing", hist_quantile(h, 0.5), 0);
	same("mean of nothing", (int64_t)hist_mean(h), 0);
}

static void test_small_values_are_exact(void)
{
	struct hist *h = fresh();

	for (int64_t v = 0; v < 256; v++)
		hist_add(h, v);
	for (int64_t v = 0; v < 256; v++)
		same("a small quantile",
		     hist_quantile(h, (double)(v + 1) / 256), v);
	same("least", hist_quantile(h, 0), 0);
	same("greatest", h->max, 255);
}

/* One value alone: every quantile is that value, however large. */
static void test_one_value(void)
{
	for (int bit = 0; bit < 63; bit++)
		for (int64_t off = -1; off <= 1; off++) {
			struct hist *h = fresh();
			int64_t v = (INT64_C(1) << bit) + off;

			hist_add(h, v);
			same("the only value", hist_quantile(h, 0.5), v);
		}
	hist_add(fresh(), INT64_MAX);
	same("the greatest value", hist_quantile(fresh(), 1), 0);
}

static void test_extremes(void)
{
	struct hist *h = fresh();

	hist_add(h, -5);
	hist_add(h, INT64_MAX);
	same("below zero counts as zero", hist_quantile(h, 0.5), 0);
	same("the greatest there is", hist_quantile(h, 1), INT64_MAX);
	same("count", h->count, 2);
}

static void test_quantiles_of_a_range(void)
{
	struct hist *h = fresh();

	for (int64_t v = 1; v <= 1000000; v++)
		hist_add(h, v);
	within("median", hist_quantile(h, 0.5), 500000, 1.0 / 128);
	within("p99", hist_quantile(h, 0.99), 990000, 1.0 / 128);
	within("p99.9", hist_quantile(h, 0.999), 999000, 1.0 / 128);
	same("p100", hist_quantile(h, 1), 1000000);
	same("mean", (int64_t)hist_mean(h), 500000);
}

/* One of a thousand is slow: p99 does not see it, p99.9 and max do. */
static void test_tail(void)
{
	struct hist *h = fresh();

	for (int i = 0; i < 998; i++)
		hist_add(h, 100);
	hist_add(h, 50000000);
	hist_add(h, 50000000);
	same("p99", hist_quantile(h, 0.99), 100);
	within("p99.9", hist_quantile(h, 0.999), 50000000, 1.0 / 128);
}

/* The lines of the file: ascending ends, counts that add up. */
static void test_file(void)
{
	struct hist *h = fresh();
	FILE *f = tmpfile();
	long long upper, n, last = -1, total = 0;

	for (int64_t v = 1; v < INT64_C(1) << 40; v *= 3)
		hist_add(h, v);
	hist_write(h, f);
	rewind(f);
	while (fscanf(f, "%lld\t%lld\n", &upper, &n) == 2) {
		same("ascending", upper > last && n > 0, 1);
		last = upper;
		total += n;
	}
	fclose(f);
	same("counts", total, h->count);
	same("last end covers the greatest", last >= h->max, 1);
}

int main(void)
{
	test_empty();
	test_small_values_are_exact();
	test_one_value();
	test_extremes();
	test_quantiles_of_a_range();
	test_tail();
	test_file();
	printf("hist: %d passed, %d failed\n", passed, failed);
	return failed > 0;
}
