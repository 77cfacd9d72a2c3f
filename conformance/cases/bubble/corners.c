/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"

static atomic_int slept;
static void select_nils(void *arg)
{
	struct assay_case cases[2] = {case_recv(NULL, NULL),
				      case_recv(NULL, NULL)};

	select_cases(cases, 2, NULL);
	(void)arg;
}

static void sleep_beside(void *arg)
{
	(void)arg;
	go(select_nils, NULL);
	sleep_ns(3600 * SEC);
	mark(&slept);
}

CASE_OF(BUB_021, nils, "a select of nil channels alone lets the clock go on",
	.timeout_ms = 3000,
	NEEDS(NEED(bubble, run), NEED(bubble, wait), NEED(chan, select)))
{
	CHECK_EQ(rt->bubble->run(sleep_beside, NULL, 0), ASSAY_BUBBLE_LEFT);
	CHECK_EQ(count(&slept), 1);
}
