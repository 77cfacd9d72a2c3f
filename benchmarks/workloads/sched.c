/* sched.c - how work spreads over the Ps: a long list of tasks, and bursts. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "compute.h"
#include "workload.h"

/* ---- balance ------------------------------------------------------------- */

enum { MOST_THREADS = 1024, SHARES = 8 };

/* A thread gets its number with its first task. */
static int thread_number(void)
{
	static _Thread_local int number = -1;
	static atomic_int next;

	if (number < 0)
		number = atomic_fetch_add_explicit(&next, 1,
						   memory_order_relaxed);
	return number;
}

struct task {
	int64_t steps, start, end;
	assay_waitgroup *wg;
	int thread;
};

static void do_task(void *arg)
{
	struct task *t = arg;

	t->start = clock_ns();
	compute(t->steps);
	t->thread = thread_number();
	t->end = clock_ns();
	rt.sync.wg_add(t->wg, -1);
}

static int by_value_down(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* The part of the tasks that each thread did, greatest first. */
static void report_shares(struct bench_state *s, const struct task *t,
			  int64_t n)
{
	int64_t done[MOST_THREADS] = {0};
	int threads = 0;
	char name[16];

	for (int64_t i = 0; i < n; i++)
		done[t[i].thread % MOST_THREADS]++;
	qsort(done, MOST_THREADS, sizeof(*done), by_value_down);
	while (threads < MOST_THREADS && done[threads] > 0)
		threads++;
	bench_counter(s, "threads", threads, BENCH_PLAIN);
	for (int i = 0; i < SHARES && i < threads; i++) {
		snprintf(name, sizeof(name), "share_%d", i);
		bench_counter(s, name, (double)done[i] / (double)n,
			      BENCH_PLAIN);
	}
}

static void write_tasks(const struct task *t, int64_t n, int64_t start)
{
	FILE *f = details_open(".tsv");

	for (int64_t i = 0; f && i < n; i++)
		fprintf(f, "%d\t%.3f\t%.3f\n", t[i].thread,
			(double)(t[i].start - start) / 1e3,
			(double)(t[i].end - start) / 1e3);
	if (f)
		fclose(f);
}

/* The time of one task that nothing disturbs, in nanoseconds. */
static int64_t alone(int64_t steps)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 20; i++) {
		int64_t start = clock_ns(), took;

		compute(steps);
		took = clock_ns() - start;
		best = took < best ? took : best;
	}
	return best;
}

static int64_t last_end(const struct task *t, int64_t n)
{
	int64_t end = 0;

	for (int64_t i = 0; i < n; i++)
		end = t[i].end > end ? t[i].end : end;
	return end;
}

static void balance(struct bench_state *s)
{
	int64_t n = size_of(s, 0, 50), start, made = 0;
	int64_t steps = compute_steps((double)bench_range(s, 1));
	int64_t each = alone(steps);
	struct task *t = zeroed((size_t)n, sizeof(*t));
	assay_waitgroup wg = {0};
	double ideal = (double)(each * n) / (double)ways();

	rt.sync.wg_add(&wg, n);
	bench_begin(s);
	start = clock_ns();
	for (int64_t i = 0; i < n; i++) {
		t[i] = (struct task){.steps = steps, .wg = &wg};
		spawn(do_task, &t[i]);
	}
	rt.sync.wg_wait(&wg, ASSAY_FOREVER);
	bench_end(s);
	for (int64_t i = 0; i < n; i++)
		made += t[i].end > t[i].start;
	expect(s, "number of tasks done", made, n);
	finish(s, n, n, 0);
	bench_counter(s, "task_us", (double)each / 1e3, BENCH_PLAIN);
	bench_counter(s, "makespan_ratio",
		      (double)(last_end(t, n) - start) / ideal, BENCH_PLAIN);
	report_shares(s, t, n);
	write_tasks(t, n, start);
	free(t);
}

/* ---- bursts -------------------------------------------------------------- */

struct burst {
	assay_waitgroup wg;
	int64_t steps;
	atomic_llong done; /* relaxed: read after the join */
};

static void small_task(void *arg)
{
	struct burst *b = arg;

	compute(b->steps);
	atomic_fetch_add_explicit(&b->done, 1, memory_order_relaxed);
	rt.sync.wg_add(&b->wg, -1);
}

static void bursts(struct bench_state *s)
{
	int64_t n = size_of(s, 0, 50), rounds;
	struct burst b = {.steps = compute_steps(1)};

	rounds = bench_begin(s);
	for (int64_t i = 0; i < rounds; i++) {
		bench_pause(s);
		rt.time.sleep(2000000);
		bench_resume(s);
		rt.sync.wg_add(&b.wg, n);
		for (int64_t k = 0; k < n; k++)
			spawn(small_task, &b);
		rt.sync.wg_wait(&b.wg, ASSAY_FOREVER);
	}
	bench_end(s);
	expect(s, "number of goroutines", atomic_load(&b.done), n * rounds);
	finish(s, n * rounds, n * rounds, 0);
}

const struct workload sched_workloads[] = {
	{"sched/balance/tasks:10000/us:50", balance, NEEDS(NEED_GO),
	 .goroutines = 10000, .bytes_each = 8192, .once = true},
	{"sched/burst/n:1000", bursts, NEEDS(NEED_GO, NEED(time, sleep))},
	{0},
};
