/*
 * Run queues and stealing: however goroutines are started, spread and stolen,
 * each runs exactly once, and no wake-up is lost on the way.
 */
#include "kit/sync_kit.h"

enum { IDS = 16384 };

static atomic_uchar runs[IDS];
static atomic_int done;

static void run_once(void *arg)
{
	/* relaxed: read after the release-acquire pair on `done` */
	atomic_fetch_add_explicit((atomic_uchar *)arg, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&done, 1, memory_order_release);
}

/* All of the first n ids ran `times` times. */
static void check_runs(int n, int times)
{
	int wrong = 0;

	for (int i = 0; i < n; i++)
		wrong += atomic_load_explicit(&runs[i], memory_order_relaxed) !=
			 times;
	CHECK_MSG(wrong == 0, "%d of %d goroutines did not run exactly once",
		  wrong, n);
}

static void start_without_yielding(int n)
{
	for (int i = 0; i < n; i++)
		go(run_once, &runs[i]);
}

CASE(SC_021, "a thousand goroutines started without a yield all run once",
     .flags = CASE_VALGRIND)
{
	int n = (int)goroutines(1000);

	start_without_yielding(n);
	REQUIRE(becomes(&done, n));
	check_runs(n, 1);
}

/* A ring of 256 and a runnext: what is near the edges. */
CASE_OF(SC_021, edges, "also at the edges of a queue of 256")
{
	static const int sizes[] = {1,   2,   127, 128, 129, 255,
				    256, 257, 258, 385, 512, 513};
	int all = 0, times = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (goroutines(sizes[i]) < sizes[i])
			break;
		start_without_yielding(sizes[i]);
		all += sizes[i];
		times++;
		REQUIRE(becomes(&done, all));
	}
	CHECK_EQ(atomic_load_explicit(&runs[0], memory_order_relaxed), times);
	CHECK_EQ(atomic_load_explicit(&done, memory_order_relaxed), all);
}

/*
 * SC-024: parents start their children while others steal from them; some of
 * the children are parents themselves.
 */
struct span {
	int first, n;
};

static void start_span(void *arg)
{
	struct span s = *(const struct span *)arg;

	while (s.n > 8) {
		struct span half = {s.first + s.n / 2, s.n - s.n / 2};

		go_copy(start_span, &half, sizeof(half));
		s.n /= 2;
	}
	for (int i = 0; i < s.n; i++)
		go(run_once, &runs[s.first + i]);
}

CASE(SC_024, "nobody is lost or run twice while stealing", .procs = {2, 4, 8})
{
	struct span all = {0, (int)goroutines(8192)};
	int times = (int)rounds(4);

	for (int i = 1; i <= times; i++) {
		go_copy(start_span, &all, sizeof(all));
		REQUIRE(becomes(&done, i * all.n));
	}
	check_runs(all.n, times);
}

static void yield_and_run(void *arg)
{
	yield();
	yield();
	run_once(arg);
}

static void start_yielders(void *arg)
{
	const struct span *s = arg;

	for (int i = 0; i < s->n; i++) {
		go(yield_and_run, &runs[s->first + i]);
		if (i % 16 == 0)
			yield();
	}
}

CASE_OF(SC_024, yielding, "nor when they pass through the global queue",
	.procs = {1, 2, 4, 8})
{
	int each = (int)goroutines(2000) / 4;

	for (int i = 0; i < 4; i++) {
		struct span s = {i * each, each};

		go_copy(start_yielders, &s, sizeof(s));
	}
	REQUIRE(becomes(&done, 4 * each));
	check_runs(4 * each, 1);
}

/* SC-023: the thread that each ran on. */
enum { WORKERS = 64 };

static int64_t threads[WORKERS];

static void note_thread(void *arg)
{
	int64_t end = in(200000);

	while (now() < end)
		;
	threads[*(const int *)arg] = thread_id();
	atomic_fetch_add_explicit(&done, 1, memory_order_release);
}

static int distinct_threads(void)
{
	int distinct = 0;

	for (int i = 0; i < WORKERS; i++) {
		int k = 0;

		while (k < i && threads[k] != threads[i])
			k++;
		distinct += k == i;
	}
	return distinct;
}

CASE(SC_023, "what one starts is spread over the P", .procs = {2, 4},
     .traits = ASSAY_TRAIT_PARALLEL)
{
	int want = case_procs() < 3 ? case_procs() : 3, best = 0;

	for (int t = 1; t <= 20 && best < want; t++) {
		int n;

		for (int i = 0; i < WORKERS; i++)
			go_copy(note_thread, &i, sizeof(i));
		REQUIRE(becomes(&done, t * WORKERS));
		n = distinct_threads();
		best = n > best ? n : best;
	}
	CHECK_GE(best, want);
	note("%d goroutines of 0.2 ms ran on %d threads", WORKERS, best);
}

/*
 * Nothing but a thief takes them from one who computes for less than a slice
 * of time.  One attempt has to succeed: a thief may get no CPU in time.
 */
static bool run_beside_me(int n, int *ended)
{
	int64_t end;

	yield(); /* a new slice begins */
	end = in(5 * MS);
	*ended += n;
	for (int i = 0; i < n; i++)
		go(run_once, &runs[i]);
	while (count(&done) < *ended && now() < end)
		;
	return now() < end;
}

CASE_OF(SC_023, computing, "what one starts is run while it computes",
	.procs = {2, 4}, .traits = ASSAY_TRAIT_PARALLEL)
{
	static const int sizes[] = {1, 2, 3, 8};
	int ended = 0, attempts;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (attempts = 1; !run_beside_me(sizes[i], &ended);
		     attempts++) {
			REQUIRE_CMP(attempts, <, 200);
			REQUIRE(becomes(&done, ended));
		}
		note("%d at the attempt %d", sizes[i], attempts);
	}
}

/*
 * SC-026: the delays make the hand-off meet the other side now running, now
 * looking for work for the last time, now asleep.
 */
static void dawdle(int64_t n)
{
	for (volatile int64_t i = 0; i < n; i++)
		;
}

static void hand_back(void *arg)
{
	assay_chan **pair = arg;
	int v;

	while (recv(pair[0], &v)) {
		dawdle(rnd_below(400));
		send_int(pair[1], v);
	}
	close_chan(pair[1]);
}

CASE_TABLE(SC_026, hand_over, (int64_t cap),
	   ROW1((0), "no wake-up is lost in hand-offs", .procs = {1, 2, 4, 8},
		.timeout_ms = 60000),
	   ROW(buffered, (1), "nor through buffered channels",
	       .procs = {2, 4, 8}, .timeout_ms = 60000))
{
	static assay_chan *pair[2];
	int n = (int)rounds(8000);

	pair[0] = chan_int(cap);
	pair[1] = chan_int(cap);
	go(hand_back, pair);
	for (int i = 0; i < n; i++) {
		send_int(pair[0], i);
		dawdle(rnd_below(400));
		REQUIRE_EQ(recv_int(pair[1]), i);
	}
	close_chan(pair[0]);
	CHECK(!recv(pair[1], NULL));
}

/* Several pairs: somebody looks for work while another parks. */
static void ping(void *arg)
{
	assay_chan *c = arg;

	for (int i = (int)rounds(1000); i > 0; i--) {
		send_int(c, i);
		dawdle(rnd_below(200));
	}
	close_chan(c);
}

static void pong(void *arg)
{
	int v;

	while (recv(arg, &v))
		dawdle(rnd_below(200));
	atomic_fetch_add_explicit(&done, 1, memory_order_release);
}

CASE_OF(SC_026, pairs, "nor among several pairs", .procs = {2, 4, 8},
	.timeout_ms = 60000)
{
	for (int i = 0; i < 4; i++) {
		assay_chan *c = chan_int(i);

		go(ping, c);
		go(pong, c);
	}
	CHECK(becomes(&done, 4));
}

/* ---- fork and join ------------------------------------------------------ */

struct fib {
	int n;
	assay_chan *out;
};

static int fib_by_tasks(int n);

static void fib_task(void *arg)
{
	const struct fib *f = arg;

	send_int(f->out, fib_by_tasks(f->n));
}

/* The child is the task to be stolen; the parent goes on with the rest. */
static int fib_by_tasks(int n)
{
	struct fib child = {n - 1, NULL};
	int rest;

	if (n < 2)
		return n;
	child.out = chan_int(1);
	go_copy(fib_task, &child, sizeof(child));
	rest = fib_by_tasks(n - 2);
	rest += recv_int(child.out);
	return rest;
}

/*
 * The continuation is the task to be stolen: the parent runs its child at
 * once and leaves the rest of itself, to be joined at the end, to a thief.
 */
static void fib_rest(void *arg);

static int fib_by_continuations(int n)
{
	struct fib rest = {n - 2, NULL};
	int child;

	if (n < 2)
		return n;
	rest.out = chan_int(1);
	go_copy(fib_rest, &rest, sizeof(rest));
	child = fib_by_continuations(n - 1);
	child += recv_int(rest.out);
	return child;
}

static void fib_rest(void *arg)
{
	const struct fib *f = arg;

	send_int(f->out, fib_by_continuations(f->n));
}

CASE(SC_035, "fork and join computes fib right by task stealing",
     .flags = CASE_VALGRIND)
{
	CHECK_EQ(fib_by_tasks(rounds(100) < 100 ? 8 : 12),
		 rounds(100) < 100 ? 21 : 144);
}

CASE_OF(SC_035, continuation, "and by continuation stealing")
{
	CHECK_EQ(fib_by_continuations(rounds(100) < 100 ? 8 : 12),
		 rounds(100) < 100 ? 21 : 144);
}
