/*
 * text_bounds.h - the bounds that text.h has written down, for those that read
 * them; unlike that header it marks nobody's code.
 */
#ifndef GORO_TEXT_BOUNDS_H
#define GORO_TEXT_BOUNDS_H

#include <stdint.h>

/* Each relative to its own address. */
struct bounds {
	int32_t begin, end;
};

/* Made by the linker; three for each file, its .text first. */
extern const struct bounds __start_goro_text[]
	__attribute__((visibility("hidden")));
extern const struct bounds __stop_goro_text[]
	__attribute__((visibility("hidden")));

#endif
