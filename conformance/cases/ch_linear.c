/*
 * CH-048: the cost of a wake-up does not grow with the number of waiters.
 *
 * N goroutines select between a channel they share and one of their own.
 * They are released by their own channels, in random order, so each must be
 * taken out of the middle of the shared channel's queue; at last by the close
 * of the shared one.  In CPU time, since the machine may be busy, and over two
 * doublings, since one alone is often off by half: 3 x 3 = 9 times for 4N.
 */
#include <stdlib.h>

#include "ch.h"

#define RELEASES 4
#define FIRST_N 2000
#define DOUBLINGS 2 /* of the first N, if it cost too much */

struct waiter {
	assay_chan *shared, *own, *done;
};

static void wait_on_both(void *arg)
{
	const struct waiter *w = arg;
	struct assay_case cases[2] = {case_recv(w->shared, NULL),
				      case_recv(w->own, NULL)};
	int status = ASSAY_OK;
	int released = 0;

	while (select_cases(cases, 2, &status) == 1 && status == ASSAY_OK)
		released++;
	CHECK_EQ(status, ASSAY_CLOSED);
	CHECK_EQ(released, RELEASES);
	send_signal(w->done);
}

static void shuffle(struct waiter *w, int64_t n)
{
	for (int64_t i = n - 1; i > 0; i--) {
		int64_t j = rnd_below(i + 1);
		struct waiter t = w[i];

		w[i] = w[j];
		w[j] = t;
	}
}

/* CPU time for n waiters, from all parked to all gone. */
static int64_t cost_once(int64_t n)
{
	struct waiter *w = calloc((size_t)n, sizeof(*w));
	assay_chan *shared = chan_signal(0), *done = chan_signal(n);
	int64_t start;

	REQUIRE(w != NULL);
	for (int64_t i = 0; i < n; i++) {
		w[i] = (struct waiter){shared, chan_signal(0), done};
		go_copy(wait_on_both, &w[i], sizeof(w[i]));
	}
	shuffle(w, n);
	settle(n);
	start = cpu_ns();
	for (int k = 0; k < RELEASES; k++)
		for (int64_t i = 0; i < n; i++)
			send_signal(w[i].own);
	close_chan(shared);
	join(done, n);
	start = cpu_ns() - start;
	for (int64_t i = 0; i < n; i++)
		drop(w[i].own);
	free(w);
	return start;
}

/* The best of three: what is dearer by chance is left out. */
static int64_t cost(int64_t n)
{
	int64_t best = INT64_MAX;

	for (int k = 0; k < 3; k++) {
		int64_t once = cost_once(n);

		if (once < best)
			best = once;
	}
	return best;
}

/* Fewer to start with where few can be parked, so that N can be doubled. */
static int64_t first_n(void)
{
	int64_t n = goroutines(FIRST_N << (DOUBLINGS + 2)) >> (DOUBLINGS + 2);

	return n < 100 ? 100 : n;
}

CASE(CH_048, "waking N selecting goroutines costs at most 3x for 2N",
     .flags = CASE_NOT_SANITIZED, .timeout_ms = 30000,
     NEEDS(NEED_CHAN, NEED_CLOSE, NEED_WAIT, NEED(chan, select)))
{
	int64_t n = first_n();
	double ratio = 0;

	for (int k = 0; k <= DOUBLINGS; k++, n *= 2) {
		int64_t one = cost(n), four = cost(4 * n);

		ratio = (double)four / (double)one;
		note("%" PRId64 " cost %.1f us, four times as many %.2f times",
		     n, (double)one / 1000, ratio);
		if (ratio < 9)
			break;
	}
	CHECK_MSG(ratio < 9, "four times as many cost %.2f times as much",
		  ratio);
}
