/*
 * procs.c - GOMAXPROCS.
 */
#include "base/nopreempt.h"
#include "sched/outside.h"
#include "sched/trace.h"
#include "wait/stopper.h"
#include "base/text.h"
#include "sched/user.h"

int goro_gomaxprocs(int n)
{
	int old = goro__procs();

	if (n <= 0 || n == old || explored())
		return old;
	goro__need_run(__func__);
	FROM_OUTSIDE_GIVES(goro_gomaxprocs(n));
	if (n > MAX_PROCS)
		n = MAX_PROCS;
	goro_mutex_lock(&goro__stopper);
	if (tracing())
		goro__trace_stw();
	goro__stop_world();
	preempt_disable();
	old = goro__procs();
	goro__procresize(n);
	preempt_enable();
	goro__start_world();
	if (tracing())
		goro__trace_stw_end();
	goro_mutex_unlock(&goro__stopper);
	return old;
}
