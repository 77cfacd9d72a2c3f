/*
 * virtual.c - virtual time: goro_config.virtual_time.
 *
 * The run is what Go's testing/synctest calls a bubble.  Time stands still
 * while any goroutine runs, can run, or is in a blocking call.  When all are
 * parked it jumps to the first timer.  It starts at the same instant in each
 * run.  The end is that of a bubble, too: when main has returned time stops for
 * good, the other goroutines run until they have ended, and then the run is
 * over.  If some stay blocked, that is a deadlock of its own kind.
 *
 * The deadlock report finds out that all are parked: the last M that goes to
 * sleep (deadlock.h, stopm.c) moves the clock.  In virtual time no M ever
 * sleeps until a timer is due (goro__poll_idle).
 *
 * The outside has its own time.  So virtual time stands still also while a
 * goroutine waits for a descriptor: an M sleeps in the poller then.  Deadlines
 * of descriptors are on the machine's clock, as far from now as they were when
 * they were set; their timers are in goro__real_p.
 *
 * A goroutine that waits for a mutex counts as parked.  In Go it does not: the
 * owner might be outside the bubble.  Here there is no outside.
 */
#include "sched/clock.h"
#include "base/text.h"
#include "sched/types.h"

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
