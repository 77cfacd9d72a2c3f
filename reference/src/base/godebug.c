/*
 * godebug.c - the environment's GODEBUG: name=number, separated by commas.
 */
#include "base/godebug.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_name(const char *at, const char *name, size_t n)
{
	return strncmp(at, name, n) == 0 && at[n] == '=';
}

/* Sets *value to the number at text, unless the word is no number. */
static void number(const char *text, int64_t *value)
{
	char *end;
	long long v = strtoll(text, &end, 10);

	if (end > text && (*end == ',' || *end == '\0'))
		*value = v;
}

/* The last word with that name counts, as in Go. */
int64_t goro__godebug(const char *name)
{
	const char *at = secure_getenv("GODEBUG");
	size_t n = strlen(name);
	int64_t value = 0;

	while (at && *at) {
		if (is_name(at, name, n))
			number(at + n + 1, &value);
		at = strchr(at, ',');
		if (at)
			at++;
	}
	return value;
}
