/*
 * leaks.c - reports of goroutines that can never run again (leaksearch.c).
 */
#include "diag/leaks.h"

#include <goro_debug.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/dump.h"
#include "diag/leaked.h"
#include "diag/leaksearch.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "wait/owners.h"

enum { STATUS = 23 }; /* LeakSanitizer's */

int64_t goro_find_leaks(void)
{
	FROM_OUTSIDE_GIVES(goro_find_leaks());
	return goro__find_leaks();
}

size_t goro__dump_leaked(char *buf, size_t n)
{
	char none;

	return goro__dump_those(n ? buf : &none, n, goro__leaked,
				goro__owners_circles);
}

size_t goro_leaks(char *buf, size_t n)
{
	FROM_OUTSIDE_GIVES(goro_leaks(buf, n));
	if (n > 0)
		buf[0] = '\0';
	if (goro__find_leaks() < 0)
		return 0;
	return goro__dump_leaked(buf, n);
}

/* ---- at the end ------------------------------------------------------------ */

static bool asked; /* and not answered yet */
static bool leaked;

bool goro__leaks_init(void)
{
	const char *text = secure_getenv("GORO_LEAKCHECK");

	asked = text && strcmp(text, "1") == 0;
	return asked;
}

static void report(int64_t n)
{
	print_str("==");
	print_int(getpid());
	print_str("==ERROR: goro: detected goroutine leaks\n");
	goro__dump_those(NULL, 0, goro__leaked, goro__owners_circles);
	print_str("\nSUMMARY: goro: ");
	print_int(n);
	print_str(n == 1 ? " goroutine leaked.\n" : " goroutines leaked.\n");
}

void goro__leaks_at_end(void)
{
	int64_t n;

	if (!asked)
		return;
	asked = false;
	n = goro__find_leaks();
	leaked = n > 0;
	if (n > 0)
		report(n);
	else if (n < 0)
		print_str("goro: no search for leaks: a thread cannot be "
			  "stopped, or there is no memory\n");
}

/* What the program still has to write is written. */
static __attribute__((destructor)) void at_exit(void)
{
	if (goro__running() && !goro__outside())
		goro__leaks_at_end();
	if (!leaked)
		return;
	fflush(NULL);
	_exit(STATUS);
}
