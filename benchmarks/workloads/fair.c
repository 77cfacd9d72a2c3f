/* fair.c - who waits longer than others, and how long. */
#include <stdatomic.h>
#include <stdlib.h>

#include "compute.h"
#include "percentiles.h"

#define MS INT64_C(1000000)

enum { MOST = 128, SAMPLES = 100 };

static double deviation(const int64_t *n, int64_t k)
{
	double total = 0, worst = 0;

	for (int64_t i = 0; i < k; i++)
		total += (double)n[i];
	for (int64_t i = 0; i < k; i++) {
		double d = (double)n[i] * (double)k / total - 1;

		d = d < 0 ? -d : d;
		worst = d > worst ? d : worst;
	}
	return worst;
}

/* ---- select -------------------------------------------------------------- */

static double chi2(const int64_t *n, int64_t k, double total)
{
	double sum = 0, mean = total / (double)k;

	for (int64_t i = 0; i < k; i++)
		sum += ((double)n[i] - mean) * ((double)n[i] - mean) / mean;
	return sum;
}

/* What a case took is put back at once, so all are always ready. */
static void select_shares(struct bench_state *s)
{
	int64_t k = bench_range(s, 0), n = unless_tiny(100000, 1000), v = 0;
	int64_t taken[MOST] = {0}, bad = 0, total = 0;
	struct assay_case cases[MOST];
	size_t chosen = 0;

	for (int64_t i = 0; i < k; i++) {
		cases[i] = (struct assay_case){.c = chan_of(sizeof(v), 1),
					       .dir = ASSAY_RECV,
					       .recv = &v};
		rt.chan.send(cases[i].c, &i, ASSAY_FOREVER);
	}
	bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		bad |= rt.chan.select(cases, (size_t)k, ASSAY_FOREVER, &chosen);
		bad |= v != (int64_t)chosen;
		taken[chosen]++;
		rt.chan.send(cases[chosen].c, &v, ASSAY_FOREVER);
	}
	bench_end(s);
	for (int64_t i = 0; i < k; i++) {
		total += taken[i];
		rt.chan.free(cases[i].c);
	}
	expect(s, "sum of statuses", bad, ASSAY_OK);
	expect(s, "number of selects", total, n);
	finish(s, n, 0, n);
	bench_counter(s, "max_deviation", deviation(taken, k), BENCH_PLAIN);
	bench_counter(s, "chi2", chi2(taken, k, (double)n), BENCH_PLAIN);
}

/* ---- beside goroutines that compute -------------------------------------- */

/* Hogs compute until told to stop, and yield after each slice if it is one. */
struct hogs {
	assay_waitgroup wg;
	int64_t n, slice, chunk; /* in steps; slice 0: never yield */
	atomic_int stop;         /* relaxed: nothing else is passed by it */
};

static void hog(void *arg)
{
	struct hogs *h = arg;
	int64_t done = 0;

	while (!atomic_load_explicit(&h->stop, memory_order_relaxed)) {
		compute(h->chunk);
		done += h->chunk;
		if (h->slice > 0 && done >= h->slice) {
			rt.core.yield();
			done = 0;
		}
	}
	rt.sync.wg_add(&h->wg, -1);
}

static bool hogs_start(struct bench_state *s, struct hogs *h, int64_t slice_us)
{
	if (slice_us == 0 && !(rt.traits & ASSAY_TRAIT_PREEMPTIVE)) {
		bench_skip(s, "it does not preempt");
		return false;
	}
	h->slice = compute_steps((double)slice_us);
	h->chunk = compute_steps(2);
	h->n = 2 * settings.procs;
	rt.sync.wg_add(&h->wg, h->n);
	for (int64_t i = 0; i < h->n; i++)
		spawn(hog, h);
	rt.core.yield();
	return true;
}

static void hogs_stop(struct hogs *h)
{
	atomic_store_explicit(&h->stop, 1, memory_order_relaxed);
	rt.sync.wg_wait(&h->wg, ASSAY_FOREVER);
}

struct probe {
	assay_waitgroup wg;
	int64_t spawned, latency;
};

static void first_instruction(void *arg)
{
	struct probe *p = arg;

	p->latency = clock_ns() - p->spawned;
	rt.sync.wg_add(&p->wg, -1);
}

static void first_run(struct bench_state *s)
{
	int64_t latency[SAMPLES], n = unless_tiny(SAMPLES, 3);
	struct hogs h = {0};

	if (!hogs_start(s, &h, bench_range(s, 0)))
		return;
	bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		struct probe p = {0};

		rt.core.yield();
		rt.sync.wg_add(&p.wg, 1);
		p.spawned = clock_ns();
		spawn(first_instruction, &p);
		rt.sync.wg_wait(&p.wg, ASSAY_FOREVER);
		latency[i] = p.latency;
	}
	bench_end(s);
	hogs_stop(&h);
	finish(s, n, n + h.n, 0);
	report_percentiles(s, latency, n);
}

static void timer_late(struct bench_state *s)
{
	int64_t latency[SAMPLES], n = unless_tiny(SAMPLES, 3);
	struct hogs h = {0};

	if (!hogs_start(s, &h, bench_range(s, 0)))
		return;
	bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		int64_t due = clock_ns() + MS;

		rt.time.sleep(MS);
		latency[i] = clock_ns() - due;
		if (latency[i] < 0)
			bench_error(s, "a sleep was %lld ns too short",
				    (long long)-latency[i]);
	}
	bench_end(s);
	hogs_stop(&h);
	finish(s, n, h.n, 0);
	report_percentiles(s, latency, n);
}

/* ---- many that compute and yield ----------------------------------------- */

struct queue {
	assay_waitgroup wg;
	int64_t steps, turns;
	atomic_int go; /* relaxed: all was set before the spawns */
	struct {
		int64_t longest, sum, turns;
	} wait[MOST];
	atomic_int next; /* relaxed: numbers */
};

static void stand_in_line(void *arg)
{
	struct queue *q = arg;
	int me = atomic_fetch_add_explicit(&q->next, 1, memory_order_relaxed);
	int64_t ended;

	while (!atomic_load_explicit(&q->go, memory_order_relaxed))
		rt.core.yield();
	for (int64_t i = 0; i < q->turns; i++) {
		int64_t waited;

		compute(q->steps);
		ended = clock_ns();
		rt.core.yield();
		waited = clock_ns() - ended;
		q->wait[me].sum += waited;
		q->wait[me].turns++;
		if (waited > q->wait[me].longest)
			q->wait[me].longest = waited;
	}
	rt.sync.wg_add(&q->wg, -1);
}

static void longest_wait(struct bench_state *s)
{
	int64_t n = bench_range(s, 0), longest = 0, sum = 0, turns = 0;
	struct queue *q = zeroed(1, sizeof(*q));
	/* Under strict turns the others each compute 20 us before our next. */
	double strict = (double)n * 20e3 / (double)ways() - 20e3;

	q->steps = compute_steps(20);
	q->turns = unless_tiny(50, 3);
	rt.sync.wg_add(&q->wg, n);
	for (int64_t i = 0; i < n; i++)
		spawn(stand_in_line, q);
	rt.core.yield();
	bench_begin(s);
	atomic_store_explicit(&q->go, 1, memory_order_relaxed);
	rt.sync.wg_wait(&q->wg, ASSAY_FOREVER);
	bench_end(s);
	for (int64_t i = 0; i < n; i++) {
		sum += q->wait[i].sum;
		turns += q->wait[i].turns;
		if (q->wait[i].longest > longest)
			longest = q->wait[i].longest;
	}
	expect(s, "number of turns", turns, n * q->turns);
	free(q);
	finish(s, turns, n, 0);
	bench_counter(s, "max_wait_ns", (double)longest, BENCH_PLAIN);
	bench_counter(s, "mean_wait_ns", (double)sum / (double)turns,
		      BENCH_PLAIN);
	bench_counter(s, "wait_ratio", (double)longest / strict, BENCH_PLAIN);
}

/* ---- one mutex ----------------------------------------------------------- */

struct crowd {
	assay_mutex m;
	assay_waitgroup wg;
	int64_t steps, until;
	int64_t inside, longest, n[MOST]; /* under m */
	atomic_int next;                  /* relaxed: numbers */
};

static void lock_often(void *arg)
{
	struct crowd *c = arg;
	int me = atomic_fetch_add_explicit(&c->next, 1, memory_order_relaxed);
	int64_t asked = clock_ns(), got = asked;

	while (got < c->until) {
		rt.sync.mutex_lock(&c->m, ASSAY_FOREVER);
		got = clock_ns();
		c->inside++;
		c->n[me]++;
		if (got - asked > c->longest)
			c->longest = got - asked;
		compute(c->steps);
		rt.sync.mutex_unlock(&c->m);
		asked = clock_ns();
	}
	rt.sync.wg_add(&c->wg, -1);
}

static void mutex_shares(struct bench_state *s)
{
	int64_t k = bench_range(s, 0), total = 0;
	struct crowd *c = zeroed(1, sizeof(*c));

	c->steps = compute_steps(1);
	rt.sync.wg_add(&c->wg, k);
	bench_begin(s);
	c->until = clock_ns() + unless_tiny(200, 5) * MS;
	for (int64_t i = 0; i < k; i++)
		spawn(lock_often, c);
	rt.sync.wg_wait(&c->wg, ASSAY_FOREVER);
	bench_end(s);
	for (int64_t i = 0; i < k; i++)
		total += c->n[i];
	expect(s, "number of turns", total, c->inside);
	finish(s, total, k, 0);
	if (total > 0)
		bench_counter(s, "max_deviation", deviation(c->n, k),
			      BENCH_PLAIN);
	else
		bench_error(s, "nobody got the lock");
	bench_counter(s, "max_wait_ns", (double)c->longest, BENCH_PLAIN);
	free(c);
}

#define SLICE(name, us)                                                        \
	{                                                                      \
		"fair/" #name "/slice_us:" #us, name,                          \
			NEEDS(NEED_GO, NEED(time, sleep)), .once = true        \
	}

const struct workload fair_workloads[] = {
	{"fair/select/cases:4", select_shares,
	 NEEDS(NEED_CHAN, NEED(chan, select)), .once = true},
	SLICE(first_run, 0),
	SLICE(first_run, 100),
	SLICE(timer_late, 0),
	SLICE(timer_late, 100),
	{"fair/longest_wait/goroutines:100", longest_wait, NEEDS(NEED_GO),
	 .once = true},
	{"fair/mutex/goroutines:8", mutex_shares,
	 NEEDS(NEED_GO, NEED(sync, mutex_lock), NEED(sync, mutex_unlock)),
	 .once = true},
	{0},
};
