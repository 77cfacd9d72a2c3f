/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"

static void exits(void *arg)
{
	(void)arg;
	rt->core->goexit();
}

static void panics_and_exits(void *arg)
{
	(void)arg;
	rt->core->defer(exits, NULL);
	raise_text("x");
}

static atomic_int went_on, ended_once;
static void note_end(void *arg)
{
	(void)arg;
	mark(&ended_once);
}

static void tries(void *arg)
{
	(void)arg;
	rt->core->defer(note_end, NULL);
	rt->core->try_(panics_and_exits, NULL,
		       &(struct assay_panic){.kind = 0});
	mark(&went_on);
}

CASE_OF(PA_009, try_goexit, "a goexit in place of a panic is not caught either",
	NEEDS(NEED(core, try_), NEED(core, defer), NEED(core, goexit)))
{
	go(tries, NULL);
	CHECK(becomes(&ended_once, 1));
	CHECK_EQ(count(&went_on), 0);
}

static void again(void *arg)
{
	struct assay_panic p;

	rt->core->recover(&p);
	p = (struct assay_panic){.kind = ASSAY_PANIC_INT,
				 .value = *(int64_t *)arg};
	due();
	rt->core->panic(&p);
}

#define RAISED_ENDS(v, how)                                                    \
	ENDS(.status = 2, .match = {"^panic: " v how "\n"}),                   \
		NEEDS(NEED(core, defer), NEED(core, recover),                  \
		      NEED(core, panic))
static void raise_anew(int64_t value)
{
	static int64_t v;
	struct assay_panic p = {.kind = ASSAY_PANIC_INT, .value = value};

	v = value;
	rt->core->defer(again, &v);
	rt->core->panic(&p);
}

CASE_TABLE(PA_016, raise_anew_, (int64_t v),
	   ROW(byte, (255), "a number of one byte is the same again",
	       RAISED_ENDS("255", " \\[recovered, repanicked\\]")),
	   ROW(larger, (256), "a larger one is another",
	       RAISED_ENDS("256", " \\[recovered\\]\n\tpanic: 256")),
	   ROW(below_0, (-1), "so is one below zero",
	       RAISED_ENDS("-1", " \\[recovered\\]\n\tpanic: -1")))
{
	raise_anew(v);
}
