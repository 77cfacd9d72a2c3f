/*
 * Start-up: what `go` does and does not do, and that the number of P changes
 * nothing in what a program computes.
 */
#include "kit/kit.h"

/*
 * BT-002: on one P the new goroutine only waits in a queue until its creator
 * gives way.  The system may take the thread away between the two lines, and
 * a preemptive runtime then the P, so some rounds may differ, not many.
 */
static atomic_int ran;

static void leave_mark(void *arg)
{
	(void)arg;
	/* relaxed: a flag that carries no data */
	atomic_fetch_add_explicit(&ran, 1, memory_order_relaxed);
}

CASE(BT_002, "go only queues; the scheduler runs it later", .procs = {1},
     .traits = ASSAY_TRAIT_PROC_LIMIT, .not_traits = ASSAY_TRAIT_CHILD_FIRST)
{
	int64_t n = rounds(200), unset = 0;

	for (int64_t i = 0; i < n; i++) {
		int before = atomic_load_explicit(&ran, memory_order_relaxed);

		go(leave_mark, NULL);
		unset += atomic_load_explicit(&ran, memory_order_relaxed) ==
			 before;
		while (atomic_load_explicit(&ran, memory_order_relaxed) ==
		       before)
			yield();
	}
	CHECK_EQ(atomic_load_explicit(&ran, memory_order_relaxed), n);
	CHECK_GT(unset, n * 8 / 10);
	note("not yet run right after go: %" PRId64 " of %" PRId64, unset, n);
}

/* BT-006: a program with much concurrency and one right answer. */
enum { STAGES = 4, ITEMS = 200, WORKERS = 5 };

struct stage {
	assay_chan *in, *out;
	int add;
};

static void add_stage(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (recv(s->in, &v))
		send_int(s->out, v * 3 + s->add);
	close_chan(s->out);
}

static void generate(void *c)
{
	for (int i = 0; i < ITEMS; i++)
		send_int(c, i);
	close_chan(c);
}

static uint64_t sums[WORKERS];

static void sum_up(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (recv(s->in, &v))
		sums[s->add] += (uint64_t)v * (uint64_t)v;
	send_signal(s->out);
}

static uint64_t run_pipeline(void)
{
	assay_chan *in = chan_int(0), *done = chan_signal(0);
	uint64_t total = 0;

	go(generate, in);
	for (int i = 0; i < STAGES; i++) {
		struct stage s = {in, chan_int(i), i};

		go_copy(add_stage, &s, sizeof(s));
		in = s.out;
	}
	for (int i = 0; i < WORKERS; i++) {
		struct stage s = {in, done, i};

		go_copy(sum_up, &s, sizeof(s));
	}
	for (int i = 0; i < WORKERS; i++)
		wait_for(done);
	for (int i = 0; i < WORKERS; i++)
		total += sums[i];
	return total;
}

static uint64_t expected(void)
{
	uint64_t total = 0;

	for (int i = 0; i < ITEMS; i++) {
		int v = i;

		for (int k = 0; k < STAGES; k++)
			v = v * 3 + k;
		total += (uint64_t)v * (uint64_t)v;
	}
	return total;
}

CASE(BT_006, "any number of P gives the same result", .procs = {1, 2, 4, 8},
     .flags = CASE_VALGRIND)
{
	CHECK_EQ(run_pipeline(), expected());
}

/*
 * BT-001: what can be seen of the order of the start: by the first line of
 * main there are the P, one goroutine and nothing else.
 */
static int64_t first_seen;

static void see_id(void *arg)
{
	first_seen = rt->inspect->goid();
	send_signal(arg);
}

CASE(BT_001, "main is the first goroutine, of a scheduler that is ready",
     NEEDS(NEED(inspect, goid), NEED(inspect, num_goroutine),
	   NEED(inspect, gomaxprocs)))
{
	assay_chan *seen = chan_signal(0);

	CHECK_EQ(rt->inspect->goid(), 1);
	CHECK_EQ(rt->inspect->num_goroutine(), 1);
	CHECK_EQ(rt->inspect->gomaxprocs(0), case_procs());
	go(see_id, seen);
	wait_for(seen);
	CHECK_GT(first_seen, 1);
}

CASE_OF(BT_001, nothing, "nothing has run before main", .procs = {1},
	NEEDS(NEED(inspect, stats)))
{
	struct assay_stats s = {.size = sizeof(s)};

	REQUIRE_EQ(rt->inspect->stats(&s), ASSAY_OK);
	CHECK_EQ(s.spawned, 1);
	CHECK_EQ(s.live, 1);
	CHECK_EQ(s.timers, 0);
	CHECK_EQ(s.steals, 0);
}
