/* kit.c - runs one program and says who stays; see goker.h. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "../runner/caselist.h"
#include "kit/run.h"

enum { REPORT_SIZE = 8 << 20 };

/*
 * Looks that must show the same, a millisecond apart: longer than any program
 * sleeps or lets a timer run.  Not a time, which may pass while the machine runs
 * something else.
 */
enum { LOOKS = 50 };

void *fresh(size_t size)
{
	void *p = calloc(1, size);

	REQUIRE(p != NULL);
	return p;
}

/* The kit looks into the runtime only where it lets itself be looked into. */
static void skip_without_needs(const struct goker *g)
{
	for (const struct need *n = g->tc.needs; n->name != NULL; n++)
		if (strncmp(n->name, "inspect->", 9) != 0 &&
		    !tables_have(case_run.tables, n))
			skip("needs %s", n->name);
}

static bool can_count(void)
{
	return rt->inspect != NULL && rt->inspect->num_goroutine != NULL;
}

/* Returns how many there are beside main. */
static int64_t others(void)
{
	return can_count() ? rt->inspect->num_goroutine() - 1 : 0;
}

/* False if a goroutine runs, or is about to. */
static bool all_wait(int64_t n)
{
	return rt->inspect == NULL || rt->inspect->num_waiting == NULL ||
	       rt->inspect->num_waiting() >= n;
}

/*
 * Waits until, for a while, all have waited and none has come or gone, and there
 * are at most so many; or for 10 s.  Returns how many there are then.
 */
static int64_t come_to_rest(int64_t most)
{
	int64_t end = kernel_now() + upto(10 * SEC);
	int64_t n = others();
	int alike = 0;

	while ((alike < LOOKS || n > most) && kernel_now() < end) {
		int64_t seen;

		sleep_ns(MS);
		seen = others();
		alike = seen == n && all_wait(seen) ? alike + 1 : 0;
		n = seen;
	}
	return n;
}

static void say_report(const char *head, size_t (*report)(char *, size_t))
{
	char *text = malloc(REPORT_SIZE);

	REQUIRE(text != NULL);
	text[0] = '\0';
	report(text, REPORT_SIZE);
	text[REPORT_SIZE - 1] = '\0';
	say(head);
	say(text);
	say("\n");
	free(text);
}

static void say_who_stays(int64_t left)
{
	char line[40];

	snprintf(line, sizeof(line), "left %" PRId64 "\n", left);
	if (can_count())
		say(line);
	if (rt->inspect != NULL && rt->inspect->dump != NULL)
		say_report("dump:\n", rt->inspect->dump);
	if (rt->inspect != NULL && rt->inspect->leaks != NULL)
		say_report("leaks:\n", rt->inspect->leaks);
	say("over\n");
}

void goker_main(void)
{
	const struct goker *g = (const void *)case_run.tc;
	int64_t copies = rounds(g->copies > 0 ? g->copies : 1);
	int64_t left;

	skip_without_needs(g);
	if (getenv("GOKER_EXPLORED") != NULL) {
		g->program(NULL); /* goro-explore sees who stays */
		return;
	}
	if (getenv("GOKER_AS_MAIN") != NULL) {
		copies = 1;
		g->program(NULL);
	} else {
		go_many(copies, g->program, NULL);
	}
	left = come_to_rest(g->most * copies);
	say_who_stays(left);
	if (!can_count())
		return;
	CHECK_GE(left, g->least * copies);
	CHECK_LE(left, g->most * copies);
}
