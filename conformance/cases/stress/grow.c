/* grow.c - see grow.h. */
#define _GNU_SOURCE
#include "stress/grow.h"

#include <malloc.h>

#include "kit/kit.h"

/* Pages for each call; and less than the smallest piece that malloc gives. */
enum { WINDOWS = 60, RESIDENT = 40, GIVEN = 16 };

struct size {
	int64_t resident, given;
};

static int64_t given_out(void)
{
	struct mallinfo2 m = mallinfo2();

	return (int64_t)(m.uordblks + m.hblkhd);
}

static void window(const struct growth *g)
{
	for (int64_t i = 0; i < g->n; i++)
		g->op(g->arg);
}

/* By how much a window makes the process larger. */
static struct size growth(const struct growth *g)
{
	struct size was = {resident_bytes(), given_out()};

	window(g);
	return (struct size){resident_bytes() - was.resident,
			     given_out() - was.given};
}

static bool quiet(const struct growth *g, struct size by)
{
	return by.resident < RESIDENT * g->n && by.given < GIVEN * g->n;
}

void check_no_growth(const struct growth *g)
{
	struct size by = {INT64_MAX, INT64_MAX};
	int tries = 0;

	window(g);
	while (!quiet(g, by) && tries++ < WINDOWS)
		by = growth(g);
	note("%s: %" PRId64 " bytes resident, %" PRId64 " given out by %" PRId64
	     " calls, window %d",
	     g->name, by.resident, by.given, g->n, tries);
	CHECK_MSG(quiet(g, by),
		  "%s: each of %d windows of %" PRId64 " calls takes memory: "
		  "%" PRId64 " bytes resident, %" PRId64 " given out",
		  g->name, WINDOWS, g->n, by.resident, by.given);
}
