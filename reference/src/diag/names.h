/*
 * names.h - names of functions for dumps.  Takes no lock, allocates nothing,
 * calls nothing of the dynamic linker: a goroutine may be stopped in the middle
 * of those, and a signal handler may print the dump.
 */
#ifndef GORO_NAMES_H
#define GORO_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/print.h"

enum { NAMES_KEPT = 16, NAME_MAX_KEPT = 88, PATH_KEPT = 256 };

/* The mapped file that was looked at last, and names found lately. */
struct names {
	int fd; /* -1: none, or it cannot be read */
	uintptr_t lo, hi;
	uint64_t offset; /* of lo in the file */
	char path[PATH_KEPT];
	struct {
		uintptr_t pc;
		char text[NAME_MAX_KEPT];
	} kept[NAMES_KEPT];
};

void goro__names_open(struct names *n);
void goro__names_close(struct names *n);

/*
 * Prints the function that pc is in, else "FILE+0xADDRESS", which addr2line
 * understands, else pc.
 */
void goro__out_name(struct out *o, struct names *n, uintptr_t pc);

#endif
