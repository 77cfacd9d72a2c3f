/*
 * deadlock.c - whether any goroutine can ever run again.
 *
 * Called when a goroutine is about to sleep without a deadline, has ended,
 * or a timer has fired.  If at one moment all are parked, only a timer can
 * change that, and the timers are locked; so what we see then stays so.
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
