/* EMB-002: rounding and the flags of floating-point exceptions. */
#include <fenv.h>

#include "kit/work.h"

#define NOINLINE __attribute__((noinline))

/* What the processor makes of it, at this moment. */
static NOINLINE double third(void)
{
	volatile double one = 1, three = 3;

	return one / three;
}

static NOINLINE long double long_third(void)
{
	volatile long double one = 1, three = 3;

	return one / three;
}

struct rounding {
	int mode;
	double third;
	long double long_third;
};

static struct rounding ways[2]; /* upward, downward */
static struct rounding usual;

static struct rounding rounding_of(int mode)
{
	struct rounding r;

	fesetround(mode);
	r = (struct rounding){mode, third(), long_third()};
	fesetround(FE_TONEAREST);
	return r;
}

static void check_rounding(const struct rounding *r)
{
	CHECK_EQ(fegetround(), r->mode);
	CHECK(third() == r->third);
	CHECK(long_third() == r->long_third);
}

/* A look after each way in which a goroutine may leave its thread. */
static void round_this_way(void *arg)
{
	const struct rounding *r = *(struct rounding *const *)arg;

	fesetround(r->mode);
	for (int i = 0; i < 5; i++) {
		yield();
		check_rounding(r);
		sleep_ns(MS / 2);
		check_rounding(r);
		spin_for(12 * MS);
		check_rounding(r);
	}
	finish();
}

#define NEEDS_ROUNDING .procs = {1, 4}, .flags = CASE_NOT_SANITIZED

static void read_ways(void)
{
	usual = rounding_of(FE_TONEAREST);
	ways[0] = rounding_of(FE_UPWARD);
	ways[1] = rounding_of(FE_DOWNWARD);
	if (ways[0].third == ways[1].third)
		skip("no rounding modes here");
}

CASE(EMB_002, "rounding is the goroutine's, whatever happens between",
     NEEDS_ROUNDING)
{
	read_ways();
	for (int i = 0; i < 4; i++) {
		const struct rounding *r = &ways[i % 2];

		go_copy(round_this_way, &r, sizeof(r));
	}
	while (atomic_load_explicit(&finished, memory_order_acquire) < 4) {
		check_rounding(&usual);
		yield();
	}
	check_rounding(&usual);
}

static void fresh(void *c)
{
	check_rounding(&usual);
	send_signal(c);
}

CASE_OF(EMB_002, fresh,
	"a new goroutine has that of the process, not its maker's",
	NEEDS_ROUNDING)
{
	assay_chan *c = chan_signal(0);

	read_ways();
	for (int i = 0; i < 2; i++) {
		fesetround(ways[i].mode);
		go(fresh, c);
		wait_for(c);
		check_rounding(&ways[i]);
	}
	fesetround(FE_TONEAREST);
}

/* ---- flags ---------------------------------------------------------------- */

static atomic_int turn;

static void raise_flag(void *c)
{
	feclearexcept(FE_ALL_EXCEPT);
	feraiseexcept(FE_DIVBYZERO);
	wait_for(c);
	CHECK_EQ(fetestexcept(FE_DIVBYZERO | FE_INVALID), FE_DIVBYZERO);
	atomic_store_explicit(&turn, 1, memory_order_release);
}

CASE_OF(EMB_002, flags, "so are the flags that exceptions raise", .procs = {1})
{
	assay_chan *c = chan_signal(0);

	feclearexcept(FE_ALL_EXCEPT);
	go(raise_flag, c);
	settle(1);
	CHECK_EQ(fetestexcept(FE_DIVBYZERO), 0);
	feraiseexcept(FE_INVALID);
	send_signal(c);
	while (atomic_load_explicit(&turn, memory_order_acquire) == 0)
		yield();
	CHECK_EQ(fetestexcept(FE_DIVBYZERO | FE_INVALID), FE_INVALID);
}
