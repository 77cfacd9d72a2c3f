/*
 * user.c - see user.h.
 */
#include "sched/user.h"

#include <string.h>

#include "base/text.h"
#include "sched/hooks.h"

/* The M whose goroutine runs the program's code on this thread. */
static _Thread_local struct m *user __attribute__((tls_model("initial-exec")));

/* Never inlined: the thread may be another one at the next call. */
__attribute__((noinline)) struct m *goro__explored_m(void)
{
	return user;
}

void goro__user_forked(void)
{
	user = NULL;
}

/* Never inlined: a step may end on another thread. */
static __attribute__((noinline)) struct m *take_user(void)
{
	struct m *m = user;

	user = NULL;
	if (m)
		goro__tls_m = m;
	return m;
}

__attribute__((noinline)) void goro__user_goes_on(void)
{
	user = goro__m();
	goro__tls_m = NULL;
}

void goro__user_call(goro_fn fn, void *arg)
{
	uintptr_t pc;

	memcpy(&pc, &fn, sizeof(pc));
	if (goro__in_runtime(pc)) {
		fn(arg);
		return;
	}
	goro__user_goes_on();
	fn(arg);
	(void)take_user(); /* in the child of a fork() there is none */
}

bool goro__user_asks(void)
{
	return take_user() != NULL;
}

bool goro__user_calls(const char *call)
{
	struct m *m = take_user();

	if (!m)
		return false;
	goro__hooks.explore_step(m->curg, call);
	return true;
}
