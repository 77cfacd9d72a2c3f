/*
 * names.h - names of functions for dumps.  Takes no lock, allocates nothing but
 * pages of its own, calls nothing of the dynamic linker: a goroutine may be
 * stopped in the middle of those, and a signal handler may print the dump.
 */
#ifndef GORO_NAMES_H
#define GORO_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* What is known of an address. */
struct place {
	const char *name; /* of its function; NULL: unknown */
	uint64_t offset;  /* from where the function begins */
	const char *path; /* of the file that is mapped there; NULL: none */
	uint64_t at;      /* in that file, as addr2line counts */
};

/* Files and names that were looked up; one dump's. */
struct names {
	struct names_memory *memory; /* NULL: there is none, and no names */
};

void goro__names_open(struct names *n);
void goro__names_close(struct names *n);
/* Finds pc.  What *to points to is good up to the next call. */
void goro__names_find(struct names *n, uintptr_t pc, struct place *to);

#endif
