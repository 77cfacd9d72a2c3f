/* EMB-001: errno, which C has and Go has not. */
#include <errno.h>

#include "kit/work.h"

#define NOINLINE __attribute__((noinline))

/* Its address is another one on another thread: it must not be kept. */
static NOINLINE void set_errno(int e)
{
	errno = e;
}

static NOINLINE int get_errno(void)
{
	return errno;
}

enum { SETTERS = 4, ROUNDS = 5 };

static void keep_errno(void *arg)
{
	int own = *(const int *)arg;

	for (int i = 0; i < ROUNDS; i++) {
		set_errno(own + i);
		spin_for(15 * MS);
		CHECK_EQ(get_errno(), own + i);
		yield();
	}
	finish();
}

static void spin_errno(void *arg)
{
	(void)arg;
	while (!stopped())
		set_errno(EBADF);
}

/* With as many more that compute, each is stopped in each round. */
CASE(EMB_001, "errno is the same after a preemption", .procs = {1, 4},
     .traits = ASSAY_TRAIT_PREEMPTIVE, .timeout_ms = 20000)
{
	for (int i = 0; i < SETTERS; i++) {
		int own = 1000 + i * 100;

		go_copy(keep_errno, &own, sizeof(own));
	}
	go(spin_errno, NULL);
	go(spin_errno, NULL);
	CHECK(becomes(&finished, SETTERS));
	stop_all();
}

static void fail_with(void *arg)
{
	set_errno(*(const int *)arg);
}

CASE_OF(EMB_001, call, "errno of a blocking call is there after it",
	NEEDS(NEED(blocking, call)))
{
	for (int i = 1; i < 100; i++) {
		rt->blocking->call(fail_with, &i);
		REQUIRE_EQ(get_errno(), i);
	}
}
