/*
 * deadlock.c - see deadlock.h.
 */
#include "sched/deadlock.h"

#include "base/text.h"

/* True if the sleeper's timer was stopped, or nothing waits for the network. */
static bool sleeps_for_nothing(const struct deadlock_view *v)
{
	return v->sleeper && !v->network &&
	       (v->timer == INT64_MAX || v->virtual);
}

enum deadlock goro__deadlock(const struct deadlock_view *v)
{
	if (v->awake > 0)
		return v->awake == 1 && sleeps_for_nothing(v)
			       ? DEADLOCK_WAKE_SLEEPER
			       : DEADLOCK_SLEEP;
	if (v->never || v->work)
		return DEADLOCK_SLEEP;
	if (v->main_ended)
		return v->blocked ? DEADLOCK_DEAD : DEADLOCK_END_RUN;
	if (v->timer != INT64_MAX)
		return v->virtual ? DEADLOCK_JUMP : DEADLOCK_SLEEP;
	return v->outside > 0 ? DEADLOCK_SLEEP : DEADLOCK_DEAD;
}
