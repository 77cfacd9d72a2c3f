/*
 * godebug.c - the environment's GODEBUG: name=number, separated by commas.
 */
#include "godebug.h"

#include <stdlib.h>
#include <string.h>

static bool is_name(const char *at, const char *name, size_t n)
{
	return strncmp(at, name, n) == 0 && at[n] == '=';
}

/* The last word with that name counts, as in Go. */
int64_t goro__godebug(const char *name)
{
	const char *at = getenv("GODEBUG");
	size_t n = strlen(name);
	int64_t value = 0;

	while (at && *at) {
		if (is_name(at, name, n))
			value = strtoll(at + n + 1, NULL, 10);
		at = strchr(at, ',');
		if (at)
			at++;
	}
	return value;
}
