/*
 * tm.h - timed cases.  A lower bound of time always holds; an upper one may
 * be broken by a busy machine, so it is tried with longer and longer units.
 */
#ifndef ASSAY_CASES_TM_H
#define ASSAY_CASES_TM_H

#include "kit/attempt.h"
#include "kit/kit.h"

/* The timers of Go 1.22, from runtimes that have both kinds: then ask_async. */
#define ASYNC_ON_REQUEST .env = {"GODEBUG=asynctimerchan=1"}

static inline void ask_async(void)
{
	if ((rt->traits & ASSAY_TRAIT_SYNC_TIMERS) != 0)
		skip("no timers of Go 1.22 on request");
}

/* The int64_t that a timer's channel gives. */
static inline int64_t recv_time(assay_chan *c)
{
	int64_t t = 0;

	REQUIRE(recv(c, &t));
	return t;
}

static inline int64_t recv_timer(assay_timer *t)
{
	return recv_time(rt->time->timer_chan(t));
}

#endif
