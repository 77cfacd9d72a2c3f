/*
 * deadlock.c - finds out whether any goroutine can ever run again.
 *
 * The check runs when a goroutine is about to sleep without a deadline, when
 * one has ended, and when a timer has fired.  If all goroutines are parked at
 * one moment, only a timer can change that.  The timers are locked, so the
 * answer stays true.
 */
#include "pt.h"

static bool all_asleep(void)
{
	struct census c = pt_census();

	return c.live == c.parked && c.timed == 0 &&
	       (c.live > 0 || pt_main_gone());
}

void pt_check_deadlock(void)
{
	if (pt_embedded() || pt_finished() || !all_asleep())
		return;
	pt_timers_lock();
	if (!all_asleep() || pt_timers_may_wake()) {
		pt_timers_unlock();
		return;
	}
	if (pt_census().live == 0)
		pt_fatal("no goroutines (main called runtime.Goexit) - "
			 "deadlock!",
			 true);
	pt_fatal("all goroutines are asleep - deadlock!", true);
}
