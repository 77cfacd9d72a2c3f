/*
 * latency.c - requests at fixed times, whatever became of those before: an
 * open loop.  A latency counts from the time the request was due, so a stall
 * is charged to every request it held up.
 */
#include <stdlib.h>

#include "compute.h"
#include "percentiles.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

enum { WORKERS = 4, QUEUE = 1024, WORK_US = 5 };

struct load {
	assay_waitgroup wg;
	assay_chan *queue; /* of request numbers; NULL: a goroutine each */
	int64_t n, steps, start;
	double period;    /* ns */
	int64_t *latency; /* written by whoever does the request */
	int64_t late;     /* requests issued over 1 ms after they were due */
};

struct request {
	struct load *load;
	int64_t number;
};

static int64_t due(const struct load *l, int64_t i)
{
	return l->start + (int64_t)((double)i * l->period);
}

static void serve(struct load *l, int64_t i)
{
	compute(l->steps);
	l->latency[i] = clock_ns() - due(l, i);
}

static void worker(void *arg)
{
	struct load *l = arg;
	int64_t i;

	while (rt.chan.recv(l->queue, &i, ASSAY_FOREVER) == ASSAY_OK)
		serve(l, i);
	rt.sync.wg_add(&l->wg, -1);
}

static void one_request(void *arg)
{
	struct request *r = arg;

	serve(r->load, r->number);
	rt.sync.wg_add(&r->load->wg, -1);
}

static void issue(struct load *l, int64_t i)
{
	struct request r = {l, i};

	if (l->queue) {
		rt.chan.send(l->queue, &i, ASSAY_FOREVER);
		return;
	}
	rt.sync.wg_add(&l->wg, 1);
	if (rt.core.go(one_request, &r, sizeof(r)) != ASSAY_OK)
		die("go: out of memory");
}

/* Sleeps until a request is due; is late with it rather than leave it out. */
static void issue_all(struct load *l)
{
	for (int64_t i = 0; i < l->n; i++) {
		int64_t early = due(l, i) - clock_ns();

		if (early > 0)
			rt.time.sleep(early);
		l->late += early < -MS;
		issue(l, i);
	}
}

static double seconds(void)
{
	if (settings.tiny)
		return 0.02;
	return settings.min_time > 1 ? settings.min_time : 1;
}

static void report(struct bench_state *s, struct load *l, int64_t goroutines)
{
	int64_t served = 0;

	for (int64_t i = 0; i < l->n; i++)
		served += l->latency[i] > 0;
	expect(s, "number of requests served", served, l->n);
	finish(s, l->n, goroutines, l->queue ? l->n : 0);
	bench_counter(s, "late_starts", (double)l->late / (double)l->n,
		      BENCH_PLAIN);
	report_percentiles(s, l->latency, l->n);
}

static void run(struct bench_state *s, bool workers)
{
	double rate = (double)bench_range(s, 0);
	struct load l = {.n = (int64_t)(rate * seconds()),
			 .period = (double)SECOND / rate,
			 .steps = compute_steps(WORK_US)};

	l.latency = zeroed((size_t)l.n, sizeof(*l.latency));
	if (workers) {
		l.queue = chan_of(sizeof(int64_t), QUEUE);
		rt.sync.wg_add(&l.wg, WORKERS);
		for (int i = 0; i < WORKERS; i++)
			spawn(worker, &l);
	}
	bench_begin(s);
	l.start = clock_ns() + MS;
	issue_all(&l);
	if (workers)
		rt.chan.close(l.queue);
	rt.sync.wg_wait(&l.wg, ASSAY_FOREVER);
	bench_end(s);
	report(s, &l, workers ? WORKERS : l.n);
	if (workers)
		rt.chan.free(l.queue);
	free(l.latency);
}

static void handed_to_workers(struct bench_state *s)
{
	run(s, true);
}

static void goroutine_each(struct bench_state *s)
{
	run(s, false);
}

#define NEED_LOAD NEED_GO, NEED_CHAN, NEED(time, sleep)

const struct workload latency_workloads[] = {
	{"latency/open/rate:1000", handed_to_workers, NEEDS(NEED_LOAD),
	 .once = true},
	{"latency/open/rate:20000", handed_to_workers, NEEDS(NEED_LOAD),
	 .once = true},
	{"latency/open_spawn/rate:20000", goroutine_each, NEEDS(NEED_LOAD),
	 .once = true},
	{0},
};
