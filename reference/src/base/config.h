/*
 * config.h - structs that a program fills in.  Each begins with its size, so
 * that one of an older header, which is shorter, can be told.
 */
#ifndef GORO_CONFIG_H
#define GORO_CONFIG_H

#include <stdbool.h>
#include <string.h>

/*
 * Copies the program's struct to the first bytes of `to`, which holds n bytes of
 * defaults.  NULL: nothing is copied.  False if the struct has no size.
 */
static inline bool config_copy(void *to, size_t n, const void *from)
{
	size_t size = 0;

	if (!from)
		return true;
	memcpy(&size, from, sizeof(size));
	if (size < sizeof(size))
		return false;
	memcpy(to, from, size < n ? size : n);
	return true;
}

#endif
