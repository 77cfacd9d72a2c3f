/*
 * stopper.c - see stopper.h.
 */
#include "wait/stopper.h"

#include "base/nopreempt.h"
#include "base/text.h"

goro_mutex goro__stopper;

void goro__stop_all(void)
{
	goro_mutex_lock(&goro__stopper);
	goro__stop_world();
	preempt_disable();
}

void goro__start_all(void)
{
	preempt_enable();
	goro__start_world();
	goro_mutex_unlock(&goro__stopper);
}
