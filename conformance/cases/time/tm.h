/*
 * tm.h - timed cases.  A lower bound of time always holds; an upper one may
 * be broken by a busy machine, so it is tried with longer and longer units.
 */
#ifndef ASSAY_CASES_TM_H
#define ASSAY_CASES_TM_H

#include "kit/kit.h"

/*
 * Runs attempt(unit) until it is true, with 1, 3, 7, 20 and 50 times the unit; the
 * attempt makes no CHECK of an upper bound.  False if it never was.
 */
static inline bool in_some_unit(bool (*attempt)(int64_t unit), int64_t unit)
{
	static const int factors[] = {1, 3, 7, 20, 50};

	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
		if (attempt(unit * factors[i]))
			return true;
	return false;
}

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
