/*
 * The threading models compared (SC-036, SC-037): what each says of itself
 * must show in the threads that goroutines run on.
 */

#include "kit/kit.h"

enum { GOROUTINES = 16 };

static int64_t threads[GOROUTINES];
static atomic_int finished;
static atomic_int open;

static void note_thread(void *arg)
{
	threads[*(const int *)arg] = thread_id();
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
	REQUIRE(becomes(&open, 1));
}

/* Threads of goroutines that are all alive at the same time. */
static int threads_used(void)
{
	int distinct = 0;

	for (int i = 0; i < GOROUTINES; i++)
		go_copy(note_thread, &i, sizeof(i));
	REQUIRE(becomes(&finished, GOROUTINES));
	for (int i = 0; i < GOROUTINES; i++) {
		int k = 0;

		while (k < i && threads[k] != threads[i])
			k++;
		distinct += k == i;
	}
	mark(&open);
	return distinct;
}

CASE(SC_036, "the threading model is the one the runtime names",
     .procs = {1, 2})
{
	int n = threads_used();

	note("model %s: %d goroutines on %d threads", rt->model, GOROUTINES, n);
	if (strcmp(rt->model, "1:1") == 0) {
		CHECK_EQ(n, GOROUTINES);
	} else if (strcmp(rt->model, "N:1") == 0) {
		CHECK_EQ(n, 1);
		CHECK_EQ((rt->traits & ASSAY_TRAIT_PARALLEL), 0);
	} else {
		CHECK_STR(rt->model, "N:M");
		CHECK_LE(n, case_procs() + 2);
	}
}

static void sleep_outside(void *arg)
{
	(void)arg;
	kernel_sleep(50 * MS);
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

/* Whether main runs while another goroutine is in a system call. */
static bool runs_beside(void)
{
	int before = atomic_load_explicit(&finished, memory_order_acquire);
	bool beside;

	go(sleep_outside, NULL);
	yield();
	yield();
	beside =
		atomic_load_explicit(&finished, memory_order_acquire) == before;
	CHECK(becomes(&finished, before + 1));
	return beside;
}

/* The runtime is not told of the call.  A busy machine may spoil a try. */
CASE(SC_037, "a blocking call stalls all on N:1 and only itself on 1:1")
{
	bool beside = false;

	if (strcmp(rt->model, "N:M") == 0)
		skip("model N:M");
	for (int i = 0; i < 5 && !beside; i++)
		beside = runs_beside();
	CHECK_EQ(beside, strcmp(rt->model, "1:1") == 0);
}
