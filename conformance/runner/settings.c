/*
 * settings.c - see settings.h.  The Makefile defines ASSAY_SAN_NAME for each
 * configuration: "none", "asan" or "tsan".
 */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

struct settings settings;

static const struct {
	const char *name;
	double time_scale;
	const char *test_scale;
} slow[] = {
	{"none", 1, "1"},     {"explored", 1, "0.02"},  {"asan", 10, "0.2"},
	{"tsan", 10, "0.05"}, {"valgrind", 10, "0.02"},
};

/*
 * The sanitizers call these before main(), in the runner and in the children
 * that load a shared object.  The user's own settings override them.  Leaks are
 * not looked for: bodies leave goroutines and channels behind on purpose, and
 * so does a runner that dies.  The race detector's search for lock cycles is
 * off: it stops at 64 locks held.  Its sleep at exit is off: it would count as
 * the program's.
 */
#define ASKED __attribute__((visibility("default")))

ASKED const char *__asan_default_options(void);
ASKED const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

const char *__tsan_default_options(void)
{
	return "atexit_sleep_ms=0:detect_deadlocks=0";
}

static double own_scale(double scale)
{
	const char *text = getenv("ASSAY_TIME_SCALE");
	char *end;
	double own;

	if (text == NULL || *text == '\0')
		return scale;
	own = strtod(text, &end);
	if (*end != '\0' || !(own >= 0.01 && own <= 10000))
		die("ASSAY_TIME_SCALE: '%s' is not a factor", text);
	return own;
}

void settings_init(void)
{
	const char *name = options.valgrind      ? "valgrind"
			   : options.explore > 0 ? "explored"
						 : ASSAY_SAN_NAME;
	size_t n = 0, i = 0;

	while (i + 1 < sizeof(slow) / sizeof(slow[0]) &&
	       strcmp(slow[i].name, name) != 0)
		i++;
	settings.sanitized = i > 0;
	settings.time_scale =
		options.timeout_scale * own_scale(slow[i].time_scale);
	if (getenv("ASSAY_TEST_SCALE") == NULL)
		settings.env[n++] =
			text_of("ASSAY_TEST_SCALE=%s", slow[i].test_scale);
	settings.env[n] = NULL;
}
