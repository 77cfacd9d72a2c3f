/*
 * explored.c - see runner.h.
 *
 * Under a decided schedule there is one goroutine at a time, no preemption, and
 * the clock is virtual.  So a case is left out that says of itself that it is
 * about something else.
 */
#include "runner.h"

#include <string.h>

/*
 * Tables that ask the world outside, which no schedule decides, and who changes
 * the number of procs, which is 1.
 */
static const char *const outside[] = {"net->", "blocking->",
				      "inspect->gomaxprocs"};

static const char *asks_outside(const struct need *n)
{
	for (; n != NULL && n->name != NULL; n++)
		for (size_t i = 0; i < sizeof(outside) / sizeof(char *); i++)
			if (strncmp(n->name, outside[i], strlen(outside[i])) ==
			    0)
				return text_of("not explored: it needs %s",
					       n->name);
	return NULL;
}

static const char *by_flags(uint32_t flags)
{
	if ((flags & CASE_OUTSIDE) != 0)
		return "not explored: it starts the runtime itself";
	if ((flags & CASE_DEFAULT_PROCS) != 0)
		return "not explored: it is about the number of procs";
	if ((flags & (CASE_PERF | CASE_ALONE)) != 0)
		return "not explored: it measures";
	if ((flags & CASE_REAL_TIME) != 0)
		return "not explored: it needs time that goes on by itself";
	if ((flags & CASE_NOT_SANITIZED) != 0)
		return "not explored: too heavy";
	return NULL;
}

/* Virtual time of its own ends by panics of its own. */
static const char *by_end(const struct outcome *end, bool virtual)
{
	if (virtual && end->declared)
		return "not explored: it ends as virtual time does";
	if (end->hangs || end->min_ms > 0)
		return "not explored: its end is a matter of time";
	return NULL;
}

static const char *by_traits(uint32_t traits)
{
	if ((traits & ASSAY_TRAIT_PARALLEL) != 0)
		return "not explored: it needs several goroutines at once";
	if ((traits & ASSAY_TRAIT_PREEMPTIVE) != 0)
		return "not explored: it needs preemption";
	if ((traits & ASSAY_TRAIT_GODEBUG) != 0)
		return "not explored: it needs time that goes on by itself";
	return NULL;
}

const char *explored_not(const struct runtime *r, const struct entry *e)
{
	const struct testcase *tc = e->tc;
	const char *why;

	if ((r->traits & ASSAY_TRAIT_EXPLORES) == 0)
		return "needs the trait 'explores'";
	if (strings_have(&r->twins, e->id))
		return "not explored: the host answers it by itself";
	why = by_flags(tc->flags);
	if (why == NULL)
		why = by_end(&tc->ends, (tc->flags & CASE_VIRTUAL_TIME) != 0);
	if (why == NULL)
		why = by_traits(tc->traits);
	return why != NULL ? why : asks_outside(tc->needs);
}
