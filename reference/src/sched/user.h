/*
 * user.h - the program's code in a run that is explored: explore.h.
 *
 * It runs as if it were outside of goroutines: goro__m() is NULL, so that each
 * public call comes to goro__call_begin().
 */
#ifndef GORO_USER_H
#define GORO_USER_H

#include "sched/outside.h"
#include "sched/types.h"

static inline bool explored(void)
{
	return unlikely(mp() & MP_EXPLORED);
}

/* goro__call_begin() of a goroutine.  False if the caller is none. */
bool goro__user_calls(const char *call);
/* The same for a call that is no step, as nobody else notices it. */
bool goro__user_asks(void);
/* The end of either. */
void goro__user_goes_on(void);
/* Calls the program's fn as the program's code. */
void goro__user_call(goro_fn fn, void *arg);
/* In the child of a fork(): it is no goroutine any more. */
void goro__user_forked(void);

/* Calls a function of the program for a goroutine. */
static inline void call_user(goro_fn fn, void *arg)
{
	if (explored())
		goro__user_call(fn, arg);
	else
		fn(arg);
}

#endif
