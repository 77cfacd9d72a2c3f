/*
 * CH-048: the cost of a wake-up does not grow with the number of waiters.
 *
 * N goroutines select between a channel they share and one of their own.
 * Some of them, anywhere among the others, are released by their own channel
 * again and again, so each must be taken out of the middle of the shared
 * channel's queue; at last the close of that one releases all.  The same few
 * are released whatever N is, so that what grows is the queue alone and not
 * the memory that is touched.  In CPU time, since the machine may be busy, and
 * on one P, since those that look for work spend some too.
 */
#include <stdlib.h>

#include "ch.h"

#define FIRST_N 1000
#define TIMES 8     /* N is compared with that many times N */
#define DOUBLINGS 2 /* of the first N, if it cost too much */
#define HOT 100     /* the waiters that are released ... */
#define LAPS 10     /* ... as often as that */

struct waiter {
	assay_chan *shared, *own, *done;
};

static void wait_on_both(void *arg)
{
	const struct waiter *w = arg;
	struct assay_case cases[2] = {case_recv(w->shared, NULL),
				      case_recv(w->own, NULL)};
	int status = ASSAY_OK;

	while (select_cases(cases, 2, &status) == 1)
		CHECK_EQ(status, ASSAY_OK);
	CHECK_EQ(status, ASSAY_CLOSED);
	send_signal(w->done);
}

static struct waiter *start_waiters(int64_t n)
{
	struct waiter *w = calloc((size_t)n, sizeof(*w));
	assay_chan *shared = chan_signal(0), *done = chan_signal(n);

	REQUIRE(w != NULL);
	for (int64_t i = 0; i < n; i++) {
		w[i] = (struct waiter){shared, chan_signal(0), done};
		go_copy(wait_on_both, &w[i], sizeof(w[i]));
	}
	settle(n);
	return w;
}

/* Brings HOT waiters from anywhere to the front of the array. */
static void choose_hot(struct waiter *w, int64_t n)
{
	for (int64_t i = 0; i < HOT; i++) {
		int64_t j = i + rnd_below(n - i);
		struct waiter t = w[i];

		w[i] = w[j];
		w[j] = t;
	}
}

/* CPU time to release the hot waiters. */
static int64_t release_hot(const struct waiter *w)
{
	int64_t start = cpu_ns();

	for (int k = 0; k < LAPS; k++)
		for (int64_t i = 0; i < HOT; i++)
			send_signal(w[i].own);
	return cpu_ns() - start;
}

/*
 * That among n waiters, the best of five: what is dear by chance is out.  Of
 * fewer once it is late: where it is slow, that is to be told and not waited for.
 */
static int64_t cost(int64_t n, int64_t late)
{
	struct waiter *w = start_waiters(n);
	int64_t best = INT64_MAX;

	choose_hot(w, n);
	for (int k = 0; k == 0 || (k < 5 && now() < late); k++) {
		int64_t once = release_hot(w);

		if (once < best)
			best = once;
	}
	close_chan(w[0].shared);
	join(w[0].done, n);
	for (int64_t i = 0; i < n; i++)
		drop(w[i].own);
	free(w);
	return best;
}

/* Fewer to start with where few can be parked, so that N can grow. */
static int64_t first_n(void)
{
	int64_t n = goroutines((FIRST_N * TIMES) << DOUBLINGS) / TIMES;

	n >>= DOUBLINGS;
	return n < 2 * HOT ? 2 * HOT : n;
}

static bool can_park(int64_t n)
{
	uint64_t most = rt->max_goroutines - rt->max_goroutines / 4;

	return most == 0 || (uint64_t)n <= most;
}

/* 3x the time for 2N wake-ups is 1.5x each; 8N is three doublings. */
CASE(CH_048, "waking N selecting goroutines costs at most 3x for 2N",
     .procs = {1}, .flags = CASE_NOT_SANITIZED | CASE_ALONE,
     .timeout_ms = 30000, NEEDS(NEED(chan, select)))
{
	const double most = 1.5 * 1.5 * 1.5;
	int64_t n = first_n(), late = in(upto(5 * SEC));
	double ratio = most;

	if (!can_park(TIMES * n))
		skip("it parks fewer than %" PRId64, TIMES * n);
	for (int k = 0; k <= DOUBLINGS; k++, n *= 2) {
		int64_t few, many;

		if (k > 0 && (now() > late || !can_park(TIMES * n)))
			break;
		few = cost(n, late);
		many = cost(TIMES * n, late);
		ratio = (double)many / (double)few;
		note("a wake-up among %" PRId64 ": %.0f ns, among %" PRId64
		     ": %.2f times that",
		     n, (double)few / (HOT * LAPS), TIMES * n, ratio);
		if (ratio < most)
			break;
	}
	CHECK_MSG(ratio < most, "a wake-up costs %.2f times as much", ratio);
}
