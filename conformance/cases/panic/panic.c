/*
 * A panic that nobody catches ends the process: what it prints, from which
 * goroutine, and that one report is all there is.
 */
#include <stdio.h>

#include "kit/kit.h"

/* A regex: the whole start of the report of an uncaught panic. */
#define REPORT(text, goroutine)                                                \
	"^panic: " text "\n\ngoroutine " goroutine " \\[running\\]:"
#define NUMBER "[1-9][0-9]*"
#define NOT_MAIN "([2-9]|[1-9][0-9]+)"

/* The process dies by that panic and reports nothing else. */
#define PANICS(text, goroutine, ...)                                           \
	ENDS(.status = 2, .first = "panic: " text,                             \
	     .match = {REPORT(text, goroutine)},                               \
	     .lacks = {"\npanic:", "fatal error"}, __VA_ARGS__)

#define NEEDS_PANIC NEEDS(NEED(core, panic))

static void boom(void *arg)
{
	(void)arg;
	raise_text("boom");
}

CASE(PA_001, "an uncaught panic of any goroutine ends the process",
     PANICS("boom", NOT_MAIN, .out = "", .max_ms = 5000),
     NEEDS(NEED(core, panic)))
{
	go(boom, NULL);
	sleep_ns(60 * SEC);
	say("main went on\n");
}

CASE_OF(PA_001, blocked, "also while main is blocked",
	PANICS("boom", NOT_MAIN, .out = ""), NEEDS_PANIC)
{
	go(boom, NULL);
	recv_int(chan_int(0));
	say("main went on\n");
}

static void boom_later(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++)
		yield();
	raise_text("boom");
}

CASE_OF(PA_001, busy, "also while main and others run",
	PANICS("boom", NOT_MAIN, .out = ""), NEEDS_PANIC)
{
	go(boom_later, NULL);
	for (;;)
		yield();
}

static void yield_ten(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++)
		yield();
}

static void boom_slowly(void *c)
{
	REQUIRE_EQ(rt->core->defer(yield_ten, NULL), ASSAY_OK);
	send_int(c, 1);
	raise_text("boom");
}

/* Its deferred calls are under way, or it is not even raised. */
CASE_OF(PA_001, returning, "main that returns meanwhile does not hide it",
	.procs = {1}, PANICS("boom", NOT_MAIN, .out = ""),
	NEEDS(NEED(core, panic), NEED(core, defer), NEED(core, try_)),
	.not_traits = ASSAY_TRAIT_CHILD_FIRST, .flags = CASE_REAL_TIME)
{
	assay_chan *c = chan_int(0);

	go(boom_slowly, c);
	recv_int(c);
	yield_ten(NULL);
}

CASE(PA_002, "the panicking main goroutine is number 1",
     PANICS("test", "1", .out = ""),
     NEEDS(NEED(core, panic), NEED(inspect, dump)))
{
	raise_text("test");
}

static void nothing(void *arg)
{
	(void)arg;
}

/* Headers of goroutines in a dump. */
static int headers(const char *text)
{
	int n = 0;

	for (const char *p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		n += strncmp(p, "goroutine ", 10) == 0;
	}
	return n;
}

CASE(PA_003, "a dump hides the runtime's own goroutines",
     NEEDS(NEED(time, after_func), NEED(inspect, dump)))
{
	static char text[1 << 16];
	size_t n;

	rt->time->after_func(3600 * SEC, nothing, NULL);
	sleep_ns(2 * MS);
	n = rt->inspect->dump(text, sizeof(text));
	CHECK_GT(n, 0);
	text[n < sizeof(text) ? n : sizeof(text) - 1] = '\0';
	CHECK_EQ(headers(text), 1);
	CHECK_MSG(strncmp(text, "goroutine 1 [running", 20) == 0,
		  "the dump starts \"%.40s\"", text);
}

CASE_OF(PA_003, panic, "so does the report of a panic",
	.env = {"GOTRACEBACK=all"},
	ENDS(.status = 2, .first = "panic: test",
	     .match = {REPORT("test", "1")},
	     .lacks = {"goroutine 2 ", "goroutine 3 "}),
	NEEDS(NEED(time, after_func), NEED(core, panic), NEED(inspect, dump)))
{
	rt->time->after_func(3600 * SEC, nothing, NULL);
	raise_text("test");
}

CASE_OF(PA_004, string, "a string is printed as it is",
	PANICS("two words: 100%s", "1"),
	NEEDS(NEED(core, panic), NEED(core, try_)))
{
	raise_text("two words: 100%s");
}

CASE_TABLE(PA_004, raise_value, (int kind, int64_t value, const char *text),
	   ROW(integer, (ASSAY_PANIC_INT, 42, "42"),
	       "an integer is printed in decimal", PANICS("42", "1"),
	       NEEDS(NEED(core, panic), NEED(core, try_))),
	   ROW(negative, (ASSAY_PANIC_INT, -7, "-7"), "a negative one too",
	       ENDS(.status = 2, .first = "panic: -7",
		    .match = {REPORT("-7", "1")}),
	       NEEDS(NEED(core, panic), NEED(core, try_))),
	   ROW(error, (ASSAY_PANIC_ERROR, 0, "no such thing"),
	       "an error is printed by its text", PANICS("no such thing", "1"),
	       NEEDS(NEED(core, panic), NEED(core, try_))))
{
	struct assay_panic p = {.kind = kind, .value = value};

	snprintf(p.text, sizeof(p.text), "%s", text);
	due();
	rt->core->panic(&p);
	check_stop();
}

CASE(PA_024, "the lines after the first are indented",
     ENDS(.status = 2, .match = {"^panic: one\n\ttwo\n\tthree\n\n"
				 "goroutine 1 \\[running\\]:"}),
     NEEDS(NEED(core, panic), NEED(core, try_)))
{
	raise_text("one\ntwo\nthree");
}

static void catch_and_raise(void *arg)
{
	struct assay_panic p;

	(void)arg;
	if (rt->core->recover(&p))
		rt->core->panic(&p);
}

static void raise_x(void *arg)
{
	(void)arg;
	REQUIRE_EQ(rt->core->defer(catch_and_raise, NULL), ASSAY_OK);
	raise_text("x");
}

CASE(PA_006, "a panic raised again says that it was recovered",
     ENDS(.status = 2,
	  .match = {"^panic: x \\[recovered(, repanicked\\]|\\]\n\tpanic: x)\n"
		    "\n*goroutine 1 \\[running\\]:"}),
     NEEDS(NEED(core, panic), NEED(core, try_), NEED(core, defer),
	   NEED(core, recover)))
{
	raise_x(NULL);
}

static void start_boom(void *arg)
{
	go(boom, NULL);
	recv_int(arg);
}

CASE(PA_007, "a panic cannot be caught from another goroutine",
     PANICS("boom", NOT_MAIN, .out = ""),
     NEEDS(NEED(core, panic), NEED(core, try_)))
{
	rt->core->try_(start_boom, chan_int(0), NULL);
	say("caught\n");
}

/* As a deferred call it runs while the panic is under way. */
static void yield_and_write(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++)
		yield();
	sleep_ns(1 * MS);
	say("deferred\n");
}

static void yield_forever(void *arg)
{
	(void)arg;
	for (;;)
		yield();
}

CASE(PA_011, "yielding and writing during a panic does not hang",
     PANICS("boom", "1", .out = "deferred\n"),
     NEEDS(NEED(core, panic), NEED(core, defer), NEED(core, try_)))
{
	go(yield_forever, NULL);
	REQUIRE_EQ(rt->core->defer(yield_and_write, NULL), ASSAY_OK);
	raise_text("boom");
}

/*
 * PA-012: reports are not mixed, and the process ends.  Go may print another
 * goroutine's report, whole, after the first.
 */
#define PANICS_AT_ONCE                                                         \
	ENDS(.status = 2, .first = "panic: race", .out = "",                   \
	     .match = {REPORT("race", NUMBER)}, .lacks = {"fatal error"})

/* Counts the goroutines that are about to panic. */
static atomic_int ready;

static void race(void *arg)
{
	(void)arg;
	/* relaxed: only a starting gun */
	atomic_fetch_add_explicit(&ready, 1, memory_order_relaxed);
	while (atomic_load_explicit(&ready, memory_order_relaxed) < 2)
		yield();
	raise_text("race");
}

CASE_TABLE(PA_012, start_racers, (int n),
	   ROW1((2), "two goroutines panicking at once: a whole report",
		.procs = {2, 4, 8}, PANICS_AT_ONCE, NEEDS_PANIC),
	   ROW(eight, (8), "eight goroutines panicking at once: a whole report",
	       .procs = {2, 4, 8}, PANICS_AT_ONCE, NEEDS_PANIC))
{
	go_many(n, race, NULL);
	recv_int(chan_int(0));
}
