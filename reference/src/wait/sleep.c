/*
 * sleep.c - see sleep.h.
 */
#include "wait/sleep.h"

#include "base/sys.h"
#include "base/text.h"
#include "sched/bubble.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "sched/preempt.h"
#include "sched/timer.h"

int goro__block_until(int64_t deadline, enum wait_reason why)
{
	if (deadline == GORO_POLL)
		return GORO_AGAIN;
	if (deadline == GORO_FOREVER)
		for (;;)
			goro__park(NULL, why);
	goro__sleep_until(deadline, why);
	return GORO_TIMEOUT;
}

/* Outside of a goroutine the thread sleeps, by the machine's clock. */
void goro_sleep(int64_t ns)
{
	if (goro__outside()) {
		goro__touches(NULL, NULL);
		FROM_EXPLORED(goro_sleep(ns));
		if (ns > 0)
			sys_nanosleep(ns);
		return;
	}
	if (ns <= 0)
		goro_checkpoint();
	else
		goro__sleep_until(goro__when(goro__my_now(), ns), WAIT_SLEEP);
}

int64_t goro_now(void)
{
	int64_t now = goro__my_now();

	goro__stop_if_asked();
	return now;
}
