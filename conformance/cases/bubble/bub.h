/*
 * bub.h - bubbles: goroutines with a clock of their own.
 *
 * Of the 42 tests of Go's internal/synctest 35 have a case here.  The other
 * seven are about what C has not: garbage collection (TestMallocs, TestWeak,
 * TestReflectFuncOf), iterators (TestIteratorPush, TestIteratorPull) and where
 * Go keeps a package's variable (TestWaitGroupLinkerAllocated,
 * TestWaitGroupHeapAllocated).
 */
#ifndef ASSAY_CASES_BUB_H
#define ASSAY_CASES_BUB_H

#include "kit/kit.h"
#include "time/tm.h"

#define NEED_BUBBLE NEED(bubble, run), NEED(bubble, wait)
#define HOUR (3600 * SEC)

/* A process that dies of a misuse, with that text. */
#define DIES(text)                                                             \
	ENDS(.status = 2, .match = {"fatal error: " text "\n"}, .max_ms = 4000)

/* Runs fn(arg) in a new bubble, whose goroutines all come to their end. */
static inline void in_bubble(assay_fn fn, void *arg)
{
	REQUIRE_EQ(rt->bubble->run(fn, arg, 0), ASSAY_OK);
}

static inline void bubble_wait(void)
{
	REQUIRE_EQ(rt->bubble->wait(), ASSAY_OK);
}

/* Receives from c, or until it is closed. */
static inline void receive(void *c)
{
	(void)recv(c, NULL);
}

/* Lets nobody go on, ever. */
static inline void block_for_ever(void *unused)
{
	(void)unused;
	(void)rt->chan->recv(NULL, NULL, ASSAY_FOREVER);
}

#endif
