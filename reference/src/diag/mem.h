/*
 * mem.h - a look at memory that may not be there.  Unwind tables may be wrong,
 * and a stack may be overwritten: what they lead to is asked for first.
 */
#ifndef GORO_MEM_H
#define GORO_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem {
	uintptr_t lo, hi; /* is there: of a stack */
	uintptr_t page;   /* was there when it was asked for; 0: none yet */
};

/* True if n bytes can be read there. */
bool goro__mem_has(struct mem *m, uintptr_t at, size_t n);
/* Copies n bytes from there.  False if they cannot be read. */
bool goro__mem_copy(struct mem *m, uintptr_t at, void *to, size_t n);
/* Reads a word of 8, 4, 2 or 1 bytes.  False if it cannot be read. */
bool goro__mem_read(struct mem *m, uintptr_t at, size_t n, uint64_t *to);

#endif
