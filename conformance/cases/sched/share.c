/*
 * How work is shared between the P, seen from outside: how much a thief
 * takes (SC-022), that it looks at everyone (SC-027), what it brings (SC-008).
 */
#include "kit/sync_kit.h"

#define ON_P .traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PROC_LIMIT

static atomic_int stop, finished, spinning;

static bool stopped(void)
{
	/* relaxed: a flag that carries no data */
	return steered(&stop) != 0;
}

static void spin(void *arg)
{
	(void)arg;
	mark(&spinning);
	while (!stopped())
		;
	mark(&finished);
}

/* ---- half of a queue ---------------------------------------------------- */

/*
 * The main goroutine fills its own queue while a spinner holds the only other
 * P.  When the spinner ends, that P steals; what it took spins in turn, so
 * nothing moves any more until time slices end, after some 10 ms.
 */
enum { FILL = 8 };

static atomic_int let_go;

static void hold_other_p(void *arg)
{
	(void)arg;
	mark(&spinning);
	while (steered(&let_go) == 0)
		;
	mark(&finished);
}

struct queues {
	int64_t before, after, thief; /* goroutines in the queues */
};

static int64_t longest_queue(void)
{
	int64_t a = rt->inspect->runq_len(0), b = rt->inspect->runq_len(1);

	return a > b ? a : b;
}

static struct queues steal_once(void)
{
	int here = count(&spinning);
	int64_t end;
	struct queues q;

	steer(&let_go, 0);
	steer(&stop, 0);
	go(hold_other_p, NULL);
	while (count(&spinning) == here)
		;
	go_many(FILL, spin, NULL);
	q.before = longest_queue();
	steer(&let_go, 1);
	end = in(8 * MS);
	/* the first of those stolen runs */
	while (count(&spinning) == here + 1 && now() < end)
		;
	q.after = longest_queue();
	q.thief = rt->inspect->runq_len(0) + rt->inspect->runq_len(1) - q.after;
	steer(&stop, 1);
	REQUIRE(becomes(&finished, here + FILL + 1));
	return q;
}

/* A runnext may be counted beside the ring, but is not stolen from. */
static bool took_half(struct queues q)
{
	return q.before == FILL && q.after == FILL / 2 &&
	       q.thief == FILL / 2 - 1;
}

CASE(SC_022, "a thief takes half of the queue", .procs = {2}, ON_P,
     .flags = CASE_ALONE | CASE_NOT_SANITIZED, NEEDS(NEED(inspect, runq_len)))
{
	struct queues q = {0};
	int tries = 0;

	/* a busy machine may take a thread away in the middle */
	while (tries++ < 100 && !took_half(q)) {
		q = steal_once();
		sleep_ns(1 * MS);
	}
	CHECK_MSG(took_half(q),
		  "of %" PRId64 " in the queue %" PRId64 " were left, %" PRId64
		  " in the thief's",
		  q.before, q.after, q.thief);
	note("at try %d", tries - 1);
}

/* ---- everyone is looked at ---------------------------------------------- */

/*
 * Goroutines that never give way hold all P but one, each with a child in its
 * queue.  With preemption off only a thief can run those, on the P that is
 * left; it must look at every other.
 */
static atomic_int children;

static void be_born(void *arg)
{
	(void)arg;
	mark(&children);
}

static void have_child_and_spin(void *arg)
{
	mark(&spinning);
	while (steered(&spinning) < *(const int *)arg)
		;
	go(be_born, NULL);
	while (!stopped())
		;
	mark(&finished);
}

static void one_p_is_left(int procs)
{
	int n = procs - 1;

	steer(&spinning, 0);
	steer(&children, 0);
	steer(&finished, 0);
	steer(&stop, 0);
	for (int i = 0; i < n; i++)
		go_copy(have_child_and_spin, &n, sizeof(n));
	CHECK_MSG(becomes(&children, n), "with %d P only %d children ran",
		  procs, count(&children));
	steer(&stop, 1);
	REQUIRE(becomes(&finished, n));
}

CASE(SC_027, "a thief looks at every other P", .procs = {2}, ON_P,
     .timeout_ms = 30000, .env = {"GODEBUG=asyncpreemptoff=1"},
     NEEDS(NEED(inspect, gomaxprocs)))
{
	static const int procs[] = {2, 3, 4, 5, 8};

	for (size_t i = 0; i < sizeof(procs) / sizeof(procs[0]); i++) {
		(void)rt->inspect->gomaxprocs(procs[i]);
		one_p_is_left(procs[i]);
	}
}

/* ---- what more P bring -------------------------------------------------- */

enum { SIDE = 96, ROWS_EACH = 8 };

static double a[SIDE][SIDE], b[SIDE][SIDE], product[SIDE][SIDE];

static void multiply_rows(void *arg)
{
	assay_chan **c = arg;
	int first;

	while (recv(c[0], &first)) {
		for (int i = first; i < first + ROWS_EACH; i++) {
			for (int k = 0; k < SIDE; k++) {
				double sum = 0;

				for (int j = 0; j < SIDE; j++)
					sum += a[i][j] * b[j][k];
				product[i][k] = sum;
			}
		}
	}
	send_signal(c[1]);
}

static void multiply(int64_t times)
{
	for (int64_t i = 0; i < times; i++) {
		assay_chan *c[2] = {chan_int(SIDE / ROWS_EACH), chan_signal(0)};

		go_many(4, multiply_rows, c);
		for (int row = 0; row < SIDE; row += ROWS_EACH)
			send_int(c[0], row);
		close_chan(c[0]);
		join(c[1], 4);
	}
}

static void pass_on(void *arg)
{
	assay_chan **c = arg;
	int v;

	while (recv(c[0], &v))
		send_int(c[1], v + 1);
	close_chan(c[1]);
}

/* Each step waits for the one before: nothing to do for a second P. */
static void chain(int64_t times)
{
	assay_chan *c[3] = {chan_int(0), chan_int(0), chan_int(0)};

	go(pass_on, &c[0]);
	go(pass_on, &c[1]);
	for (int64_t i = 0; i < times; i++) {
		send_int(c[0], 1);
		CHECK_EQ(recv_int(c[2]), 3);
	}
	close_chan(c[0]);
	REQUIRE(!recv(c[2], NULL));
}

static int64_t time_of(void (*work)(int64_t), int64_t times, int32_t procs)
{
	int64_t begin;

	(void)rt->inspect->gomaxprocs(procs);
	begin = now();
	work(times);
	return now() - begin;
}

CASE(SC_008, "CPU-bound work gains by more P, a chain of steps does not",
     .procs = {2}, ON_P, .flags = CASE_ALONE | CASE_PERF,
     NEEDS(NEED(inspect, gomaxprocs), NEED(inspect, num_cpu)))
{
	int32_t cpus = rt->inspect->num_cpu(), n = cpus < 4 ? cpus : 4;
	int64_t many = rounds(100), one, all;

	for (int i = 0; i < SIDE * SIDE; i++) {
		a[i / SIDE][i % SIDE] = i % 7;
		b[i / SIDE][i % SIDE] = i % 11;
	}
	one = time_of(multiply, many, 1);
	all = time_of(multiply, many, n);
	note("matrices: %.2f times as fast with %d P",
	     (double)one / (double)all, n);
	CHECK_EQ((int64_t)product[SIDE - 1][SIDE - 1], 1439);
	one = time_of(chain, many * 100, 1);
	all = time_of(chain, many * 100, n);
	note("a chain: %.2f times as fast with %d P", (double)one / (double)all,
	     n);
}

/* ---- after two have talked ---------------------------------------------- */

enum { BURST = 40, TRIES = 16 };

static atomic_int running, most_running, worked, answered;

static void work(void *arg)
{
	/* relaxed: numbers that carry no data */
	int n = atomic_fetch_add_explicit(&running, 1, memory_order_relaxed);
	int64_t until = in(3 * MS);

	if (n > 0)
		atomic_store_explicit(&most_running, n + 1,
				      memory_order_relaxed);
	while (now() < until)
		;
	atomic_fetch_sub_explicit(&running, 1, memory_order_relaxed);
	if (mark(&worked) % BURST == 0)
		send_signal(*(assay_chan **)arg);
}

static void answer(void *arg)
{
	assay_chan **c = arg;
	int v;

	while (recv(c[0], &v))
		send_int(c[1], v);
	mark(&answered);
}

/* Two that wake each other in turn need no third. */
static void talk(assay_chan **c)
{
	int64_t until = in(100 * MS);

	while (now() < until) {
		send_int(c[0], 1);
		CHECK_EQ(recv_int(c[1]), 1);
	}
}

/* True if no two of the burst ever ran at once. */
static bool one_by_one(int tries)
{
	assay_chan *c[3] = {chan_int(0), chan_int(0), chan_signal(0)};

	go(answer, c);
	talk(c);
	atomic_store_explicit(&most_running, 1, memory_order_relaxed);
	go_many(BURST, work, &c[2]);
	REQUIRE(recv(c[2], NULL));
	close_chan(c[0]);
	REQUIRE(becomes(&answered, tries + 1));
	return atomic_load_explicit(&most_running, memory_order_relaxed) == 1;
}

CASE(SC_038, "a burst after long talk of two runs in parallel", .procs = {4},
     ON_P, .timeout_ms = 60000, .flags = CASE_ALONE)
{
	int alone = 0;

	for (int i = 0; i < TRIES; i++)
		alone += one_by_one(i);
	CHECK_LE(alone, 1);
}
