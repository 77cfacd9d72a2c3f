/*
 * chain.c - what is printed of panics that came upon each other: a line for
 * each that is not over, in the order in which they were raised (PA-015,
 * PA-016, PA-018, PA-019); and panics while their texts are made (PA-017, PA-011).
 */
#include "kit/kit.h"

/* The report is these lines, and nothing of another panic. */
#define CHAIN(lines, ...)                                                      \
	ENDS(.status = 2,                                                      \
	     .match = {"^panic: " lines "\n\ngoroutine 1 \\[running\\]:"},     \
	     .lacks = {"]:\npanic:", "fatal error"}, __VA_ARGS__)

#define RECOVERED " \\[recovered\\]"
#define AGAIN " \\[recovered, repanicked\\]"

#define NEEDS_CHAIN                                                            \
	NEEDS(NEED(core, panic), NEED(core, try_), NEED(core, defer),          \
	      NEED(core, recover))

static void defer(assay_fn fn, const void *arg)
{
	REQUIRE_EQ(rt->core->defer(fn, (void *)(uintptr_t)arg), ASSAY_OK);
}

/* ---- what deferred calls do ------------------------------------------------- */

static void raise_it(void *text)
{
	raise_text(text);
}

static void must_recover(struct assay_panic *p)
{
	REQUIRE(rt->core->recover(p));
}

static void recover_it(void *arg)
{
	struct assay_panic p;

	(void)arg;
	must_recover(&p);
}

static void recover_and_say(void *arg)
{
	struct assay_panic p;

	(void)arg;
	must_recover(&p);
	say(p.text);
	say("\n");
}

static void recover_and_raise(void *text)
{
	recover_it(NULL);
	raise_text(text);
}

static void raise_again(void *arg)
{
	struct assay_panic p;

	(void)arg;
	must_recover(&p);
	rt->core->panic(&p);
}

/* ---- PA-015 --------------------------------------------------------------------- */

CASE(PA_015, "panics of deferred calls are printed as a chain",
     CHAIN("hello\n\tpanic: panic pt2\n\tpanic: panic pt1"), NEEDS_CHAIN)
{
	defer(raise_it, "panic pt1");
	defer(raise_it, "panic pt2");
	raise_text("hello");
}

CASE_OF(PA_015, recovered, "one that is recovered and not over says so",
	CHAIN("first" RECOVERED "\n\tpanic: second"), NEEDS_CHAIN)
{
	defer(recover_and_raise, "second");
	raise_text("first");
}

CASE_OF(PA_015, middle, "so does one in the middle",
	CHAIN("first\n\tpanic: second" RECOVERED "\n\tpanic: third"),
	NEEDS_CHAIN)
{
	defer(recover_and_raise, "third");
	defer(raise_it, "second");
	raise_text("first");
}

static void recover_and_raise_within(void *arg)
{
	(void)arg;
	defer(recover_and_raise, "third");
	raise_text("second");
}

CASE_OF(PA_015, within, "and one that a deferred call's own deferred call ends",
	CHAIN("first\n\tpanic: second" RECOVERED "\n\tpanic: third"),
	NEEDS_CHAIN)
{
	defer(recover_and_raise_within, NULL);
	raise_text("first");
}

CASE_OF(PA_015, over, "one that was recovered and is over is not printed",
	CHAIN("second"), NEEDS_CHAIN)
{
	defer(raise_it, "second");
	defer(recover_it, NULL);
	raise_text("first");
}

static void wrap(void *arg)
{
	(void)arg;
	defer(recover_and_say, NULL);
	defer(recover_and_raise, "wrap: bad");
	raise_text("bad");
}

CASE_OF(PA_015, wrapped, "nor one that took another's place and was recovered",
	CHAIN("again", .out = "wrap: bad\n"), NEEDS_CHAIN)
{
	REQUIRE_EQ(rt->core->try_(wrap, NULL, NULL), ASSAY_OK);
	raise_text("again");
}

static void panic_twice(void *arg)
{
	(void)arg;
	defer(recover_and_say, NULL);
	defer(raise_it, "second panic");
	defer(recover_and_say, NULL);
	raise_text("first panic");
}

CASE_OF(PA_015, both, "nor two that came one after the other",
	CHAIN("third panic", .out = "first panic\nsecond panic\n"), NEEDS_CHAIN)
{
	REQUIRE_EQ(rt->core->try_(panic_twice, NULL, NULL), ASSAY_OK);
	raise_text("third panic");
}

static void try_inside(void *arg)
{
	struct assay_panic p = {0};

	(void)arg;
	REQUIRE_EQ(rt->core->try_(raise_it, (void *)(uintptr_t) "tried", &p),
		   ASSAY_PANICKED);
	raise_text("second");
}

CASE_OF(PA_015, tried, "nor one that a try in a deferred call has caught",
	CHAIN("first\n\tpanic: second"), NEEDS_CHAIN)
{
	defer(try_inside, NULL);
	raise_text("first");
}

/* ---- PA-016 --------------------------------------------------------------------- */

CASE(PA_016, "a value that is raised again is marked once", CHAIN("x" AGAIN),
     NEEDS_CHAIN)
{
	defer(raise_again, NULL);
	raise_text("x");
}

CASE_OF(PA_016, twice, "also if it is raised three times",
	CHAIN("x" AGAIN "\n\tpanic: y"), NEEDS_CHAIN)
{
	defer(recover_and_raise, "y");
	defer(raise_again, NULL);
	raise_text("x");
}

CASE_OF(PA_016, middle, "also in the middle of a chain",
	CHAIN("inner" RECOVERED "\n\tpanic: middle" AGAIN "\n\tpanic: outer"),
	NEEDS_CHAIN)
{
	defer(raise_it, "outer");
	defer(raise_again, NULL);
	defer(recover_and_raise, "middle");
	raise_text("inner");
}

/* The value that PA-016/sandwich raises twice. */
static struct assay_panic outer;

static void catch_outer(void *arg)
{
	(void)arg;
	raise_text("outer");
}

static void recover_and_raise_outer(void *arg)
{
	(void)arg;
	recover_it(NULL);
	rt->core->panic(&outer);
}

CASE_OF(PA_016, sandwich, "but not if another lies between",
	CHAIN("outer" RECOVERED "\n\tpanic: inner" RECOVERED
	      "\n\tpanic: outer"),
	NEEDS_CHAIN)
{
	REQUIRE_EQ(rt->core->try_(catch_outer, NULL, &outer), ASSAY_PANICKED);
	defer(recover_and_raise_outer, NULL);
	defer(recover_and_raise, "inner");
	rt->core->panic(&outer);
}

CASE_OF(PA_016, alike, "nor is another value with the same text it",
	CHAIN("x" RECOVERED "\n\tpanic: x"), NEEDS_CHAIN)
{
	defer(recover_and_raise, "x");
	raise_text("x");
}

/* ---- PA-018, PA-019 ---------------------------------------------------------------- */

#define FORGED "a\ngoroutine 1 [running]:\nmain.main()"
#define INDENTED "a\n\tgoroutine 1 \\[running\\]:\n\tmain\\.main\\(\\)"

CASE(PA_018, "no line of a panic's text looks like one of the report",
     CHAIN(INDENTED), NEEDS_CHAIN)
{
	raise_text(FORGED);
}

CASE_OF(PA_018, error, "nor one of an error's", CHAIN(INDENTED), NEEDS_CHAIN)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_ERROR, .text = FORGED};

	due();
	rt->core->panic(&p);
	check_stop();
}

CASE_OF(PA_018, again, "nor of one that is raised again", CHAIN(INDENTED AGAIN),
	NEEDS_CHAIN)
{
	defer(raise_again, NULL);
	raise_text(FORGED);
}

CASE_OF(PA_018, chain, "nor of those in a chain",
	CHAIN(INDENTED RECOVERED "\n\tpanic: b\n\tc\n\tpanic: d\n\t"),
	NEEDS_CHAIN)
{
	defer(raise_it, "d\n");
	defer(recover_and_raise, "b\nc");
	raise_text(FORGED);
}

/* The value that PA-019 raises twice. */
static struct assay_panic message;

static void catch_message(void *arg)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_ERROR, .text = "message"};

	(void)arg;
	rt->core->panic(&p);
}

static void raise_message(void *arg)
{
	(void)arg;
	rt->core->panic(&message);
}

CASE(PA_019, "a value raised again, and not recovered, is printed once",
     ENDS(.status = 2, .first = "panic: message",
	  .match = {"^panic: message\n\ngoroutine 1 \\[running\\]:"},
	  .lacks = {"\tpanic: message", "\npanic: "}),
     NEEDS_CHAIN)
{
	REQUIRE_EQ(rt->core->try_(catch_message, NULL, &message),
		   ASSAY_PANICKED);
	defer(raise_message, NULL);
	raise_message(NULL);
}

/* ---- PA-017: texts that are made --------------------------------------------------- */

#define WHILE_PRINTING "panic while printing panic value: "

#define DIES_PRINTING(...)                                                     \
	ENDS(.status = 2, .out = "", .lacks = {"\npanic:", "unseen"},          \
	     __VA_ARGS__)

#define NEEDS_TEXT                                                             \
	NEEDS(NEED(core, panic), NEED(core, panic_text), NEED(core, try_),     \
	      NEED(core, defer), NEED(core, recover), NEED(core, goexit))

static _Noreturn void raise_asked(const char *(*text)(void *), void *arg)
{
	due();
	rt->core->panic_text(text, arg);
	check_stop();
}

static const char *text_panics(void *text)
{
	raise_text(text);
}

CASE(PA_017, "a panic while a panic's text is made is a fatal error",
     DIES_PRINTING(.first = "fatal error: " WHILE_PRINTING "important"),
     NEEDS_TEXT)
{
	raise_asked(text_panics, (void *)(uintptr_t) "important");
}

static const char *text_raises(void *value)
{
	rt->core->panic(value);
	return NULL;
}

CASE_OF(PA_017, integer, "of what is no text it tells the type",
	DIES_PRINTING(.first = "fatal error: " WHILE_PRINTING "type int"),
	NEEDS_TEXT)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_INT, .value = 42};

	raise_asked(text_raises, &p);
}

#define TELLS_A_TYPE                                                           \
	DIES_PRINTING(.match = {"^fatal error: " WHILE_PRINTING                \
				"type [^ \n]+\n"})

CASE_OF(PA_017, error, "of an error, too", TELLS_A_TYPE, NEEDS_TEXT)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_ERROR, .text = "unseen"};

	raise_asked(text_raises, &p);
}

static const char *text_asks(void *text)
{
	raise_asked(text_panics, text);
}

CASE_OF(PA_017, twice, "and of one whose text cannot be made, either",
	TELLS_A_TYPE, NEEDS_TEXT)
{
	raise_asked(text_asks, (void *)(uintptr_t) "unseen");
}

CASE_OF(PA_017, chain, "it ends the report of a chain before it begins",
	DIES_PRINTING(.first = "fatal error: " WHILE_PRINTING "important"),
	NEEDS_TEXT)
{
	defer(raise_it, "unseen");
	raise_asked(text_panics, (void *)(uintptr_t) "important");
}

static const char *text_leaves(void *arg)
{
	rt->core->goexit();
	return arg;
}

CASE_OF(PA_017, goexit, "a goexit there is one",
	ENDS(.status = 2, .out = "", .lacks = {"panic"},
	     .first = "fatal error: no goroutines (main called "
		      "runtime.Goexit) - deadlock!"),
	NEEDS_TEXT)
{
	raise_asked(text_leaves, NULL);
}

static const char *text_tries(void *arg)
{
	struct assay_panic p = {0};

	(void)rt->core->try_(raise_it, arg, &p);
	return strcmp(p.text, "inside") == 0 ? "as it should" : "no";
}

CASE_OF(PA_017, tries, "one that is caught there does not show",
	CHAIN("as it should"), NEEDS_TEXT)
{
	raise_asked(text_tries, (void *)(uintptr_t) "inside");
}

static const char *text_counts(void *n)
{
	++*(int *)n;
	return "made";
}

static void raise_counted(void *n)
{
	rt->core->panic_text(text_counts, n);
}

static void recover_counted(void *arg)
{
	struct assay_panic p = {0};

	(void)arg;
	must_recover(&p);
	CHECK_EQ(p.kind, ASSAY_PANIC_ERROR);
	CHECK_STR(p.text, "made");
}

static void raise_and_recover(void *n)
{
	defer(recover_counted, NULL);
	raise_counted(n);
}

CASE_OF(PA_017, asked, "the text is made for who asks", NEEDS_TEXT)
{
	struct assay_panic p = {0};
	int n = 0;

	CHECK_EQ(rt->core->try_(raise_counted, &n, &p), ASSAY_PANICKED);
	CHECK_EQ(p.kind, ASSAY_PANIC_ERROR);
	CHECK_STR(p.text, "made");
	CHECK_EQ(n, 1);
	CHECK_EQ(rt->core->try_(raise_and_recover, &n, NULL), ASSAY_OK);
	CHECK_EQ(n, 2);
	CHECK_EQ(rt->core->try_(raise_counted, &n, NULL), ASSAY_PANICKED);
}

static const char *text_is_long(void *arg)
{
	static char text[1000];

	(void)arg;
	memset(text, 'x', sizeof(text) - 1);
	return text;
}

static void raise_long(void *arg)
{
	if (arg != NULL)
		rt->core->panic_text(text_is_long, NULL);
	raise_text(text_is_long(NULL));
}

CASE_OF(PA_017, long, "a text is cut to fit, made or not", NEEDS_TEXT)
{
	for (int made = 0; made < 2; made++) {
		struct assay_panic p[2] = {{.kind = -1}, {.kind = -1}};
		void *arg = made ? p : NULL;

		CHECK_EQ(rt->core->try_(raise_long, arg, &p[0]),
			 ASSAY_PANICKED);
		CHECK_EQ(strnlen(p[0].text, sizeof(p[0].text)),
			 sizeof(p[0].text) - 1);
		CHECK_EQ(p[0].text[sizeof(p[0].text) - 2], 'x');
		CHECK_EQ(p[1].kind, -1);
	}
}

CASE_OF(PA_018, fatal, "nor one of a fatal error's",
	ENDS(.status = 2,
	     .match = {"^fatal error: " WHILE_PRINTING INDENTED "\n"}),
	NEEDS_TEXT)
{
	raise_asked(text_panics, (void *)(uintptr_t)FORGED);
}

static const char *text_yields(void *arg)
{
	for (int i = 0; i < 10; i++)
		yield();
	sleep_ns(MS);
	say("asked\n");
	return arg;
}

static void yield_forever(void *arg)
{
	(void)arg;
	for (;;)
		yield();
}

CASE_OF(PA_011, text, "nor does a text that yields, sleeps and writes",
	CHAIN("boom", .out = "asked\n"), NEEDS_TEXT)
{
	go(yield_forever, NULL);
	raise_asked(text_yields, (void *)(uintptr_t) "boom");
}
