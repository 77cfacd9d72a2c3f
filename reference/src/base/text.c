/*
 * text.c - which code is the runtime's: the bounds of all its files.
 */
#include "base/text.h"

#include <stddef.h>

#include "base/text_bounds.h"

static uintptr_t at(const int32_t *offset)
{
	return (uintptr_t)offset + (uintptr_t)(intptr_t)*offset;
}

bool goro__in_runtime(uintptr_t pc)
{
	for (const struct bounds *b = __start_goro_text; b < __stop_goro_text;
	     b++)
		if (pc >= at(&b->begin) && pc < at(&b->end))
			return true;
	return false;
}

/* False if a file has no code, or two share it: they were compiled as one. */
bool goro__text_known(void)
{
	const struct bounds *last = NULL;

	for (const struct bounds *b = __start_goro_text; b < __stop_goro_text;
	     b += 3) {
		if (at(&b->begin) >= at(&b->end))
			return false;
		if (last && at(&last->begin) == at(&b->begin))
			return false;
		last = b;
	}
	return last != NULL;
}
