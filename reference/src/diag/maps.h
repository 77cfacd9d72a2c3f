/*
 * maps.h - what the kernel says of the process's memory, /proc/self/maps.
 */
#ifndef GORO_MAPS_H
#define GORO_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAPS_PATH = 256 };

struct mapping {
	uintptr_t lo, hi;
	uint64_t offset; /* of lo in the file */
	bool readable, writable;
	char path[MAPS_PATH]; /* "" if it is too long; "[vdso]" */
};

struct maps {
	int fd;
	size_t at, n;
	char buf[512];
};

/* False if the kernel does not tell. */
bool goro__maps_open(struct maps *m);
/* Reads the next mapping, in ascending order.  False if there is none left. */
bool goro__maps_next(struct maps *m, struct mapping *to);
void goro__maps_close(struct maps *m);

#endif
