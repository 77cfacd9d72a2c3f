/*
 * after.c - what panics and goexits that are over leave behind: nothing
 * (PA-022); and what deferred calls defer meanwhile (PA-023).
 */
#include "kit/kit.h"

#define NEEDS_DEFER                                                            \
	NEEDS(NEED(core, panic), NEED(core, try_), NEED(core, defer),          \
	      NEED(core, recover), NEED(core, goexit))

/* What happened, a letter each; one goroutine at a time writes. */
static char story[64];

static void tell(void *letter)
{
	size_t n = strlen(story);

	REQUIRE_CMP(n + 1, <, sizeof(story));
	story[n] = *(const char *)letter;
}

static void defer(assay_fn fn, const void *arg)
{
	REQUIRE_EQ(rt->core->defer(fn, (void *)(uintptr_t)arg), ASSAY_OK);
}

static void raise_it(void *text)
{
	raise_text(text);
}

static void recover_text(void *text)
{
	struct assay_panic p;

	REQUIRE(rt->core->recover(&p));
	CHECK_STR(p.text, (const char *)text);
	CHECK(!rt->core->recover(&p));
}

static void recover_nothing(void *letter)
{
	struct assay_panic p;

	CHECK(!rt->core->recover(&p));
	tell(letter);
}

/* ---- PA-022 --------------------------------------------------------------------- */

static void recover_and_raise(void *arg)
{
	recover_text(arg);
	raise_text("second");
}

/* The second is raised while the first is being recovered. */
static void replace_and_recover(void *arg)
{
	(void)arg;
	defer(recover_text, "second");
	defer(recover_and_raise, "first");
	raise_text("first");
}

static void nest(void *arg)
{
	(void)arg;
	defer(recover_text, "outer");
	defer(replace_and_recover, NULL);
	raise_text("outer");
}

static void defer_and_return(void *arg)
{
	(void)arg;
	memset(story, 0, sizeof(story));
	defer(recover_nothing, "a");
	defer(recover_nothing, "b");
}

static void as_if_fresh(void)
{
	struct assay_panic p = {0};

	CHECK(!rt->core->recover(&p));
	CHECK_EQ(rt->core->try_(raise_it, (void *)(uintptr_t) "plain", &p),
		 ASSAY_PANICKED);
	CHECK_STR(p.text, "plain");
	CHECK_EQ(rt->core->try_(defer_and_return, NULL, NULL), ASSAY_OK);
	CHECK_STR(story, "ba");
}

static void send_end(void *ended)
{
	send_signal(ended);
}

/* Its own function recovers, in the way of replace_and_recover(). */
static void recover_at_the_end(void *ended)
{
	defer(send_end, ended);
	defer(recover_text, "second");
	defer(recover_and_raise, "first");
	raise_text("first");
}

static void leave_at_the_end(void *ended)
{
	defer(send_end, ended);
	CHECK_EQ(rt->core->try_(replace_and_recover, NULL, NULL), ASSAY_OK);
	as_if_fresh();
	rt->core->goexit();
}

CASE(PA_022, "panics that were recovered leave nothing behind", NEEDS_DEFER)
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(1000); i > 0; i--) {
		CHECK_EQ(rt->core->try_(replace_and_recover, NULL, NULL),
			 ASSAY_OK);
		as_if_fresh();
		CHECK_EQ(rt->core->try_(nest, NULL, NULL), ASSAY_OK);
		as_if_fresh();
		go(i % 2 ? recover_at_the_end : leave_at_the_end, ended);
		wait_for(ended);
	}
}

CASE_OF(PA_022, report, "a panic after them is reported alone",
	ENDS(.status = 2, .first = "panic: last",
	     .match = {"^panic: last\n\ngoroutine 1 \\[running\\]:"},
	     .lacks = {"first", "second"}),
	NEEDS_DEFER)
{
	CHECK_EQ(rt->core->try_(replace_and_recover, NULL, NULL), ASSAY_OK);
	CHECK_EQ(rt->core->try_(nest, NULL, NULL), ASSAY_OK);
	raise_text("last");
}

/* ---- PA-023 --------------------------------------------------------------------- */

static void defer_two(void *arg)
{
	defer(tell, "d");
	defer(tell, "c");
	tell(arg);
}

static void defer_deeper(void *arg)
{
	defer(defer_two, "b");
	tell(arg);
}

static void leave(void *ended)
{
	defer(send_end, ended);
	defer(tell, "e");
	defer(defer_deeper, "a");
	rt->core->goexit();
	tell("!");
}

CASE(PA_023, "what is deferred during goexit runs before what was earlier",
     NEEDS_DEFER)
{
	assay_chan *ended = chan_signal(0);

	for (int i = 0; i < 3; i++) {
		memset(story, 0, sizeof(story));
		go(leave, ended);
		wait_for(ended);
		CHECK_STR(story, "abcde");
	}
}

static void leave_inside(void *arg)
{
	(void)arg;
	defer(tell, "e");
	defer(defer_deeper, "a");
	rt->core->goexit();
}

static void leave_a_try(void *ended)
{
	defer(send_end, ended);
	defer(tell, "g");
	defer(defer_two, "f");
	(void)rt->core->try_(leave_inside, NULL, NULL);
	tell("!");
}

CASE_OF(PA_023, tried, "also when the goexit leaves a try on its way",
	NEEDS_DEFER)
{
	assay_chan *ended = chan_signal(0);

	go(leave_a_try, ended);
	wait_for(ended);
	CHECK_STR(story, "abcdefcdg");
}

static void panic_deferring(void *arg)
{
	(void)arg;
	defer(tell, "e");
	defer(defer_deeper, "a");
	raise_text("x");
}

CASE_OF(PA_023, panic, "the same during a panic", NEEDS_DEFER)
{
	struct assay_panic p = {0};

	CHECK_EQ(rt->core->try_(panic_deferring, NULL, &p), ASSAY_PANICKED);
	CHECK_STR(p.text, "x");
	CHECK_STR(story, "abcde");
}

static void return_deferring(void *arg)
{
	(void)arg;
	defer(tell, "e");
	defer(defer_deeper, "a");
}

CASE_OF(PA_023, normal, "and when a function returns", NEEDS_DEFER)
{
	CHECK_EQ(rt->core->try_(return_deferring, NULL, NULL), ASSAY_OK);
	CHECK_STR(story, "abcde");
}

static void recover_then_defer(void *text)
{
	recover_text(text);
	defer(defer_two, "b");
	tell("a");
}

static void recover_deferring(void *arg)
{
	(void)arg;
	defer(tell, "e");
	defer(recover_then_defer, "x");
	raise_text("x");
}

CASE_OF(PA_023, recovered, "and after a recovery", NEEDS_DEFER)
{
	CHECK_EQ(rt->core->try_(recover_deferring, NULL, NULL), ASSAY_OK);
	CHECK_STR(story, "abcde");
}
