/* release.c - see release.h. */
#include "release.h"

#include <stdlib.h>
#include <string.h>

enum { MINORS = 1000 };

/*
 * Reads one to three digits and moves *text past them; -1 for any other number
 * of digits.
 */
static int part(const char **text)
{
	size_t n = strspn(*text, "0123456789");
	int value = atoi(*text);

	if (n == 0 || n > 3)
		return -1;
	*text += n;
	return value;
}

bool release_read(const char *text, bool tail, int *out)
{
	int major, minor;

	*out = 0;
	if (*text == '\0')
		return true;
	major = part(&text);
	if (major < 1 || *text++ != '.')
		return false;
	minor = part(&text);
	if (minor < 0 || !(*text == '\0' || (tail && *text == '.')))
		return false;
	*out = major * MINORS + minor;
	return true;
}
