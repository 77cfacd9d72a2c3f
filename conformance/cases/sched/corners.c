/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"

CASE_OF(SC_001, hundred, "there may be more Ps than CPUs, a hundred",
	NEEDS(NEED(inspect, gomaxprocs)))
{
	int old = rt->inspect->gomaxprocs(100);

	CHECK_EQ(old, case_procs());
	CHECK_EQ(rt->inspect->gomaxprocs(0), 100);
	CHECK_EQ(rt->inspect->gomaxprocs(-1), 100);
	CHECK_EQ(rt->inspect->gomaxprocs(old), 100);
	CHECK_EQ(rt->inspect->gomaxprocs(0), old);
}
