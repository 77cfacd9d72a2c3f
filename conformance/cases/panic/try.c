/*
 * Deferred calls, caught panics and goexit: what runs, in which order, and
 * what is left of the goroutine.
 */
#include "kit/kit.h"

/* What happened, a letter each; one goroutine at a time writes. */
static char story[64];

static void tell(void *arg)
{
	size_t n = strlen(story);

	REQUIRE_CMP(n + 1, <, sizeof(story));
	story[n] = *(const char *)arg;
}

static void defer(assay_fn fn, const void *arg)
{
	REQUIRE_EQ(rt->core->defer(fn, (void *)(uintptr_t)arg), ASSAY_OK);
}

static void inner(void *arg)
{
	(void)arg;
	defer(tell, "c");
	defer(tell, "d");
	raise_text("inner");
}

static void outer(void *arg)
{
	struct assay_panic p = {0};

	(void)arg;
	defer(tell, "a");
	defer(tell, "b");
	CHECK_EQ(rt->core->try_(inner, NULL, &p), ASSAY_PANICKED);
	CHECK_STR(p.text, "inner");
	tell("-");
	raise_text("outer");
}

#define NEEDS_TRY                                                              \
	NEEDS(NEED(core, try_), NEED(core, panic), NEED(core, defer),          \
	      NEED(core, recover))

CASE(PA_005, "a caught panic runs the deferred calls, last in, first out",
     .flags = CASE_VALGRIND, NEEDS_TRY)
{
	struct assay_panic p = {0};

	CHECK_EQ(rt->core->try_(outer, NULL, &p), ASSAY_PANICKED);
	CHECK_EQ(p.kind, ASSAY_PANIC_STRING);
	CHECK_STR(p.text, "outer");
	CHECK_STR(story, "dc-ba");
}

static void send_token(void *c)
{
	send_int(c, 7);
}

CASE_OF(PA_005, alive, "the goroutine that caught a panic works on", NEEDS_TRY)
{
	assay_chan *c = chan_int(0);

	for (int i = 0; i < 100; i++) {
		memset(story, 0, sizeof(story));
		CHECK_EQ(rt->core->try_(inner, NULL, NULL), ASSAY_PANICKED);
		go(send_token, c);
		CHECK_EQ(recv_int(c), 7);
	}
}

static void catch_text(void *out)
{
	struct assay_panic *p = out;
	struct assay_panic second;

	CHECK(rt->core->recover(p));
	CHECK(!rt->core->recover(&second));
	tell("r");
}

static struct assay_panic caught;

static void raise_and_recover(void *arg)
{
	(void)arg;
	defer(tell, "a");
	defer(catch_text, &caught);
	defer(tell, "b");
	raise_text("stopped");
}

CASE_OF(PA_005, recover, "recover stops the panic, once", NEEDS_TRY)
{
	CHECK_EQ(rt->core->try_(raise_and_recover, NULL, NULL), ASSAY_OK);
	CHECK_STR(caught.text, "stopped");
	CHECK_EQ(caught.kind, ASSAY_PANIC_STRING);
	CHECK_STR(story, "bra");
}

static void recovers_nothing(void *arg)
{
	struct assay_panic p;

	CHECK(!rt->core->recover(&p));
	tell(arg);
}

static void return_normally(void *arg)
{
	(void)arg;
	defer(recovers_nothing, "a");
	defer(recovers_nothing, "b");
}

CASE_OF(PA_005, normal, "a normal return runs them too, recover sees nothing",
	NEEDS_TRY)
{
	struct assay_panic p;

	CHECK_EQ(rt->core->try_(return_normally, NULL, &p), ASSAY_OK);
	CHECK_STR(story, "ba");
}

static void raise_again(void *arg)
{
	(void)arg;
	raise_text("second");
}

static void replace(void *arg)
{
	(void)arg;
	defer(tell, "a");
	defer(raise_again, NULL);
	raise_text("first");
}

CASE_OF(PA_005, replaced, "a panic in a deferred call takes the other's place",
	NEEDS_TRY)
{
	struct assay_panic p = {0};

	CHECK_EQ(rt->core->try_(replace, NULL, &p), ASSAY_PANICKED);
	CHECK_STR(p.text, "second");
	CHECK_STR(story, "a");
}

static void catch_any(void *arg)
{
	struct assay_panic p;

	(void)arg;
	CHECK(rt->core->recover(&p));
}

static void catch_and_raise_anew(void *arg)
{
	catch_any(NULL);
	raise_again(arg);
}

static void recover_the_second(void *arg)
{
	(void)arg;
	defer(catch_any, NULL);
	defer(catch_and_raise_anew, NULL);
	raise_text("first");
}

CASE_OF(PA_005, anew, "who recovers the second panic has ended both", NEEDS_TRY)
{
	struct assay_panic p = {0};

	CHECK_EQ(rt->core->try_(recover_the_second, NULL, &p), ASSAY_OK);
	CHECK_EQ(rt->core->try_(raise_again, NULL, &p), ASSAY_PANICKED);
	CHECK_STR(p.text, "second");
}

static void defer_a_recover(void *arg)
{
	(void)arg;
	defer(recovers_nothing, "i");
}

static void try_a_recover(void *arg)
{
	(void)arg;
	CHECK_EQ(rt->core->try_(defer_a_recover, NULL, NULL), ASSAY_OK);
	CHECK_EQ(
		rt->core->try_(recovers_nothing, (void *)(uintptr_t) "j", NULL),
		ASSAY_OK);
}

static void raise_first(void *tidy)
{
	assay_fn fn;

	memcpy(&fn, tidy, sizeof(fn));
	defer(tell, "a");
	defer(fn, NULL);
	raise_text("first");
}

/* The first panic is what comes out, whatever fn does in a deferred call. */
static void goes_on(assay_fn fn)
{
	struct assay_panic p = {0};

	CHECK_EQ(rt->core->try_(raise_first, &fn, &p), ASSAY_PANICKED);
	CHECK_STR(p.text, "first");
}

CASE_OF(PA_005, try_inside, "a try in a deferred call cannot stop the panic",
	NEEDS_TRY)
{
	goes_on(try_a_recover);
	CHECK_STR(story, "ija");
}

CASE_OF(PA_005, defer_inside, "nor can what a deferred call defers", NEEDS_TRY)
{
	goes_on(defer_a_recover);
	CHECK_STR(story, "ia");
}

static void raise_and_catch(void *arg)
{
	(void)arg;
	defer(catch_any, NULL);
	raise_text("second");
}

CASE_OF(PA_005, own, "a deferred call recovers its own panic, not the other",
	NEEDS_TRY)
{
	goes_on(raise_and_catch);
	CHECK_STR(story, "a");
}

static void catch_then_defer(void *arg)
{
	(void)arg;
	catch_any(NULL);
	defer(recovers_nothing, "i");
}

static void recover_first(void *arg)
{
	(void)arg;
	defer(recovers_nothing, "a");
	defer(catch_then_defer, NULL);
	raise_text("first");
}

CASE_OF(PA_005, after, "after a recovery the rest has nothing to recover",
	NEEDS_TRY)
{
	CHECK_EQ(rt->core->try_(recover_first, NULL, NULL), ASSAY_OK);
	CHECK_STR(story, "ia");
}

static void raise_in_turn(void *arg)
{
	(void)arg;
	for (int64_t i = rounds(2000); i > 0; i--) {
		defer(catch_any, NULL);
		defer(raise_again, NULL);
	}
}

CASE_OF(PA_005, many, "thousands of panics, each recovered", NEEDS_TRY)
{
	CHECK_EQ(rt->core->try_(raise_in_turn, NULL, NULL), ASSAY_OK);
}

static void raise_the_status(void *arg)
{
	raise_status(*(const int *)arg);
}

/* The status that the runtime gives for one wrong use each. */
static int misuse(int i)
{
	assay_chan *closed = chan_int(1);
	int v = 1, status = ASSAY_OK;

	close_chan(closed);
	switch (i) {
	case 0:
		return rt->chan->send(closed, &v, ASSAY_FOREVER);
	case 1:
		return rt->chan->close(closed);
	case 2:
		return rt->chan->close(NULL);
	default:
		CHECK_PTR(rt->chan->make(sizeof(int), -1, &status), ==, NULL);
		return status;
	}
}

CASE(PA_013, "what the runtime panics with is a runtime error", NEEDS_TRY)
{
	static const char *const texts[] = {
		"send on closed channel", "close of closed channel",
		"close of nil channel", "makechan: size out of range"};

	for (int i = 0; i < 4; i++) {
		int status = misuse(i);
		struct assay_panic p = {0};

		CHECK(assay_status_is_panic(status));
		CHECK_EQ(rt->core->try_(raise_the_status, &status, &p),
			 ASSAY_PANICKED);
		CHECK_EQ(p.kind, ASSAY_PANIC_RUNTIME);
		CHECK_EQ(p.status, status);
		CHECK_STR(p.text, texts[i]);
	}
}

/* ---- goexit ------------------------------------------------------------- */

#define NEEDS_GOEXIT                                                           \
	NEEDS(NEED(core, goexit), NEED(core, defer), NEED(core, recover),      \
	      NEED(core, try_), NEED(core, panic))

static void leave_inside(void *arg)
{
	(void)arg;
	rt->core->goexit();
	tell("!");
}

static void leave(void *c)
{
	defer(send_token, c);
	defer(recovers_nothing, "a");
	defer(tell, "b");
	rt->core->try_(leave_inside, NULL, NULL);
	tell("?");
}

CASE(PA_008, "goexit runs the deferred calls and ends one goroutine only",
     NEEDS_GOEXIT)
{
	assay_chan *c = chan_int(0);

	go(leave, c);
	CHECK_EQ(recv_int(c), 7);
	CHECK_STR(story, "ba");
	go(send_token, c);
	CHECK_EQ(recv_int(c), 7);
}

static void leave_a_try(void *c)
{
	defer(send_token, c);
	rt->core->try_(leave_inside, NULL, NULL);
}

static void return_deferring(void *c)
{
	defer(send_token, c);
}

/* They are likely to run where one has just left a try by goexit. */
CASE_OF(PA_008, next, "goroutines after it defer and return as ever",
	NEEDS_GOEXIT)
{
	assay_chan *c = chan_int(0);

	for (int64_t i = rounds(20); i > 0; i--) {
		go(leave_a_try, c);
		CHECK_EQ(recv_int(c), 7);
		go(return_deferring, c);
		CHECK_EQ(recv_int(c), 7);
	}
}

static assay_chan *left;

static void tell_left(void *unused)
{
	(void)unused;
	send_token(left);
}

static void leave_the_inner(void *unused)
{
	defer(tell_left, unused);
	rt->core->try_(leave_inside, NULL, NULL);
}

static void leave_both(void *unused)
{
	rt->core->try_(leave_the_inner, unused, NULL);
}

CASE_OF(PA_008, nested, "it runs what was deferred between two tries, too",
	NEEDS_GOEXIT)
{
	left = chan_int(0);
	go(leave_both, NULL);
	CHECK_EQ(recv_int(left), 7);
}

#define NO_GOROUTINES                                                          \
	"fatal error: no goroutines (main called runtime.Goexit) - deadlock!"

static void do_goexit(void *arg)
{
	(void)arg;
	rt->core->goexit();
}

static void goexit_in_panic(void *arg)
{
	(void)arg;
	defer(do_goexit, NULL);
	raise_text("hello");
}

CASE_OF(PA_009, goexit_in_panic, "goexit in a deferred call ends the panic",
	ENDS(.status = 2, .first = NO_GOROUTINES, .lacks = {"hello"}),
	NEEDS_GOEXIT)
{
	go(goexit_in_panic, NULL);
	rt->core->goexit();
}

static void hello(void *arg)
{
	(void)arg;
	raise_text("hello");
}

CASE_OF(PA_009, panic_after_goexit, "a panic after goexit is a panic",
	ENDS(.status = 2, .match = {"^panic: hello"}), NEEDS_GOEXIT)
{
	defer(hello, NULL);
	rt->core->goexit();
}

static void recovered_inside(void *arg)
{
	(void)arg;
	CHECK_EQ(rt->core->try_(hello, NULL, NULL), ASSAY_PANICKED);
}

CASE_OF(PA_009, recovered_panic, "a recovered panic does not undo goexit",
	ENDS(.status = 2, .first = NO_GOROUTINES, .lacks = {"hello"}),
	NEEDS_GOEXIT)
{
	defer(recovered_inside, NULL);
	rt->core->goexit();
}

static void must_recover(void *arg)
{
	struct assay_panic p;

	(void)arg;
	if (!rt->core->recover(&p))
		raise_text("bad recover");
}

CASE_OF(PA_009, recover_before, "nor when an earlier deferred call recovers",
	ENDS(.status = 2, .first = NO_GOROUTINES, .lacks = {"bad", "hello"}),
	NEEDS_GOEXIT)
{
	defer(must_recover, NULL);
	defer(hello, NULL);
	rt->core->goexit();
}

static void hello_and_leave(void *arg)
{
	(void)arg;
	defer(hello, NULL);
	rt->core->goexit();
}

static void leave_by_panic(void *c)
{
	defer(send_token, c);
	defer(tell, "a");
	rt->core->try_(hello_and_leave, NULL, NULL);
	tell("?");
}

CASE_OF(PA_009, out_of_try, "a try that catches a panic does not stop a goexit",
	NEEDS_GOEXIT)
{
	assay_chan *c = chan_int(0);

	go(leave_by_panic, c);
	CHECK_EQ(recv_int(c), 7);
	CHECK_STR(story, "a");
}

static void goexit_twice(void *c)
{
	defer(send_token, c);
	defer(do_goexit, NULL);
	defer(tell, "a");
	defer(do_goexit, NULL);
	rt->core->goexit();
}

CASE_OF(PA_009, twice, "goexit in a deferred call of goexit: the rest is run",
	NEEDS_GOEXIT)
{
	assay_chan *c = chan_int(0);

	go(goexit_twice, c);
	CHECK_EQ(recv_int(c), 7);
	CHECK_STR(story, "a");
}

CASE_OF(PA_009, between, "a panic before a goexit is reported with the next",
	ENDS(.status = 2, .match = {"^panic: first\n\tpanic: hello\n\n"
				    "goroutine 1 \\[running\\]:"}),
	NEEDS_GOEXIT)
{
	defer(hello, NULL);
	defer(do_goexit, NULL);
	raise_text("first");
}

static void once_child(void *arg)
{
	rt->sync->once_do(arg, hello_and_leave, NULL);
}

CASE_OF(PA_009, once, "so is one of a function that a once calls",
	ENDS(.status = 2, .match = {"^panic: hello"}),
	NEEDS(NEED(core, goexit), NEED(core, defer), NEED(core, try_),
	      NEED(core, panic), NEED(sync, once_do)))
{
	static assay_once once;

	go(once_child, &once);
	recv_int(chan_int(0));
}

static void say_still(void *arg)
{
	(void)arg;
	say("still\n");
}

CASE_OF(PA_009, goexit_goes_on, "after the recovery the rest is still run",
	ENDS(.status = 2, .first = NO_GOROUTINES, .out = "still\n"),
	NEEDS_GOEXIT)
{
	defer(say_still, NULL);
	defer(must_recover, NULL);
	defer(hello, NULL);
	rt->core->goexit();
	say("returned\n");
}
