/*
 * What is left when main has returned: nothing waits for it (GO-025), nothing
 * of it runs any more (GO-026); and the numbers of goroutines (GO-027).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kit/kit.h"

static atomic_int called;

static void long_call(void *arg)
{
	(void)arg;
	mark(&called);
	kernel_sleep(10 * SEC);
}

static void call_for_long(void *arg)
{
	if (arg != NULL)
		rt->blocking->lock_thread();
	rt->blocking->call(long_call, NULL);
}

CASE(GO_025, "main's return waits for no blocking call",
     ENDS(.status = 0, .silent = true, .max_ms = 4000),
     NEEDS(NEED(blocking, call), NEED(blocking, lock_thread)))
{
	go(call_for_long, NULL);
	go(call_for_long, NULL);
	go(call_for_long, &called);
	CHECK(becomes(&called, 3));
}

/* ---- GO-026 ------------------------------------------------------------- */

/* In memory that is gone after run(): who still runs then, crashes. */
struct leftovers {
	atomic_int turns, woken, fired;
	assay_chan *never;
};

static atomic_int since_the_end;

static void count_on(void *arg)
{
	struct leftovers *l = arg;

	for (;;) {
		mark(&since_the_end);
		mark(&l->turns);
	}
}

static void wake_often(void *arg)
{
	struct leftovers *l = arg;

	for (;;) {
		sleep_ns(1 * MS);
		mark(&since_the_end);
		mark(&l->woken);
	}
}

static void fire(void *arg)
{
	struct leftovers *l = arg;

	mark(&since_the_end);
	mark(&l->fired);
}

static void wait_in_vain(void *arg)
{
	struct leftovers *l = arg;

	recv(l->never, NULL);
	mark(&since_the_end);
	mark(&l->fired);
}

static void leave_them(void *arg)
{
	struct leftovers *l = arg;

	l->never = chan_signal(0);
	go(wait_in_vain, l);
	go(wake_often, l);
	rt->time->after_func(20 * MS, fire, l);
	CHECK(becomes(&l->woken, 2));
	go(count_on, l);
	CHECK(becomes(&l->turns, 1));
}

CASE(GO_026, "nothing runs any more after run() has returned",
     .traits = ASSAY_TRAIT_PREEMPTIVE, .flags = CASE_OUTSIDE,
     NEEDS(NEED(time, after_func)))
{
	struct leftovers *l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int seen;

	REQUIRE(l != MAP_FAILED);
	CHECK_EQ(run_main(leave_them, l), ASSAY_OK);
	munmap(l, sizeof(*l));
	seen = count(&since_the_end);
	kernel_sleep(60 * MS);
	CHECK_EQ(count(&since_the_end), seen);
}

static FILE *shared;

static void write_on(void *arg)
{
	static const char text[4096] = {[0 ... 4094] = 'x'};

	for (;;) {
		fputs(text, shared);
		mark(arg);
		for (int64_t i = 0; i < 100000; i++)
			__asm__ volatile("");
	}
}

static void leave_writers(void *turns)
{
	go_many(8, write_on, turns);
	CHECK(becomes(turns, 100));
}

/* Often one of them was stopped in the middle of fputs(). */
CASE_OF(GO_026, library, "nor has it kept a lock of the C library",
	.traits = ASSAY_TRAIT_PREEMPTIVE, .flags = CASE_OUTSIDE)
{
	static atomic_int turns;
	int seen;

	shared = fopen("/dev/null", "w");
	REQUIRE(shared != NULL);
	CHECK_EQ(run_main(leave_writers, &turns), ASSAY_OK);
	seen = count(&turns);
	for (int i = 0; i < 100; i++)
		CHECK(fputs("after", shared) >= 0);
	kernel_sleep(60 * MS);
	CHECK_EQ(count(&turns), seen);
	CHECK_EQ(fclose(shared), 0);
}

/* ---- GO-027 ------------------------------------------------------------- */

enum { TOLD = 10000 };

static int64_t numbers[TOLD];
static atomic_int told;

static void tell(void *done)
{
	int i = atomic_fetch_add_explicit(&told, 1, memory_order_relaxed);

	numbers[i] = rt->inspect->goid();
	send_signal(done);
}

CASE(GO_027, "the number of a goroutine is never used again",
     NEEDS(NEED(inspect, goid)))
{
	assay_chan *done = chan_signal(0);
	int n = (int)rounds(TOLD), at_once = n / 20;

	for (int i = 0; i < n - at_once; i++) {
		go(tell, done);
		wait_for(done);
	}
	for (int i = 0; i < at_once; i++)
		go(tell, done);
	join(done, at_once);
	numbers[0] = rt->inspect->goid();
	qsort(numbers, (size_t)n, sizeof(numbers[0]), by_size);
	for (int i = 1; i < n; i++)
		REQUIRE_CMP(numbers[i - 1], <, numbers[i]);
}
