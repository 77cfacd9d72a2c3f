/*
 * virtual.c - virtual time: goro_config.virtual_time.
 *
 * The run is what Go's testing/synctest calls a bubble.  Time stands still
 * while any goroutine runs, can run, or is in a blocking call; when all others
 * are parked it jumps to the first timer.  It starts at the same instant in
 * each run.  The end is that of a bubble too: main returns, time stops for
 * good, the others run until they have ended, and only then the run is over;
 * if one is left that is blocked, that is a deadlock of its own kind.
 *
 * "All are parked" is what the deadlock report asks: the last M that goes to
 * sleep finds out (deadlock.h, stopm.c), and moves the clock.  In virtual time
 * no M ever sleeps until a timer is due (goro__poll_idle).
 *
 * The outside goes by its own time.  So time stands still also while a
 * goroutine waits for a descriptor: an M sleeps in the poller then.  And the
 * deadlines of descriptors are on the machine's clock, as far from now as they
 * were when they were set; their timers are in goro__real_p.
 *
 * A goroutine that waits for a mutex counts as parked, as it does not in Go:
 * there its owner might be outside the bubble, here there is no outside.
 */
#include "sched/clock.h"
#include "base/text.h"
#include "sched/types.h"

/* 2000-01-01 00:00 UTC, if it were a date: as in Go. */
#define FIRST_INSTANT INT64_C(946684800000000000)

_Atomic(int64_t) goro__virtual_now;

struct p goro__real_p = {.timers = {.next = INT64_MAX}};

void goro__virtual_start(void)
{
	store_relaxed(&goro__virtual_now, FIRST_INSTANT);
}

void goro__virtual_jump(int64_t when)
{
	if (when > load_relaxed(&goro__virtual_now))
		store_relaxed(&goro__virtual_now, when);
}

/* ---- the clock of waits: goro__seconds --------------------------------------- */

_Atomic(uint32_t) goro__seconds;

/* Stores only on change: every CPU reads this line. */
void goro__set_seconds(int64_t now)
{
	uint32_t s = (uint32_t)(now / 1000000000);

	if (load_relaxed(&goro__seconds) != s)
		store_relaxed(&goro__seconds, s);
}
