/* attempt.c - see attempt.h. */
#include <stdio.h>

#include "attempt.h"

/* The last comparison that was false, with its place; "" if none was. */
static char said[400];

bool attempt_is(bool ok, int64_t a, int64_t b, const char *file, int line,
		const char *text)
{
	if (!ok)
		snprintf(said, sizeof(said),
			 "%s:%d: %s (%" PRId64 ", %" PRId64 ")", file, line,
			 text, a, b);
	return ok;
}

static const char *last_said(void)
{
	return said[0] == '\0' ? "its result is false" : said;
}

void check_some_unit(bool (*attempt)(int64_t unit), int64_t unit,
		     const char *what, const char *file, int line)
{
	static const int factors[] = {1, 3, 7, 20, 50};
	enum { N = sizeof(factors) / sizeof(factors[0]) };
	bool ok = false;

	said[0] = '\0';
	for (size_t i = 0; i < N && !ok; i++)
		ok = attempt(unit * factors[i]);
	check_ok(ok, file, line,
		 "%s failed with units from %" PRId64 " to %" PRId64
		 " ns; at last %s",
		 what, unit, unit * factors[N - 1], last_said());
}

bool parking_is_known(void)
{
	return rt->inspect != NULL && rt->inspect->num_waiting != NULL;
}

void check_holds(bool (*attempt)(void), const char *what, const char *file,
		 int line)
{
	bool ok = false;

	said[0] = '\0';
	for (int n = parking_is_known() ? 1 : 10; n > 0 && !ok; n--)
		ok = attempt();
	check_ok(ok, file, line, "%s failed; at last %s", what, last_said());
}
