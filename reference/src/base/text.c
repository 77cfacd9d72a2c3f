/*
 * text.c - which code is the runtime's: the bounds of all its files.
 */
#include "base/text.h"

#include <stddef.h>

/* Each relative to its own address. */
struct bounds {
	int32_t begin, end;
};

/* Made by the linker; three for each file, its .text first. */
extern const struct bounds __start_goro_text[]
	__attribute__((visibility("hidden")));
extern const struct bounds __stop_goro_text[]
	__attribute__((visibility("hidden")));

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
