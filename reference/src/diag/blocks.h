/*
 * blocks.h - the blocks that malloc has given out, found without its help.
 *
 * glibc writes a size in front of each block, and its areas are known by their
 * places: [heap], arenas at multiples of 64 MiB, large blocks in mappings of
 * their own.  An area counts only if its sizes lead exactly to its end; anything
 * else, as the memory of another malloc, is none, and the caller takes all of it
 * for in use.  Rejected: a malloc of our own in front of libc's, which would
 * have to be there from the program's start.
 */
#ifndef GORO_BLOCKS_H
#define GORO_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block {
	uintptr_t lo, hi; /* even; bit 0 of hi: the caller's mark */
};

/* Blocks in the order of addresses. */
struct blocks {
	struct block *v;
	uint32_t n, cap;
};

/*
 * A part of memory that malloc has divided up.  Between begin and lo, and between
 * hi and end, is what only malloc uses.
 */
struct area {
	uintptr_t begin, lo;
	uintptr_t hi, end;
	uintptr_t top; /* the last chunk, which is no block; 0: none */
};

/* True if the mapping from lo to hi is the heap of the main arena. */
bool goro__area_main(struct area *a, uintptr_t lo, uintptr_t hi);
/* True if at, a multiple of ARENA_ALIGN in a mapping up to hi, is an arena. */
bool goro__area_arena(struct area *a, uintptr_t at, uintptr_t hi);
/* True if a mapping up to hi has, at the start of a page, one large block. */
bool goro__area_large(struct area *a, uintptr_t at, uintptr_t hi);
#define ARENA_ALIGN ((uintptr_t)64 << 20)

/*
 * True if at, in a mapping up to hi, is where malloc keeps the state of the main
 * arena, whose top is given.  It has pointers to chunks that look like pointers
 * to the ends of the blocks before.
 */
bool goro__is_main_arena(uintptr_t at, uintptr_t hi, uintptr_t top);
#define ARENA_STATE ((size_t)2200) /* bytes of it, in glibc 2.27 and later */

/* Adds the blocks of a; with v NULL counts them.  False without room. */
bool goro__blocks_add(struct blocks *b, const struct area *a);
/* Returns the block that at points into, or NULL. */
struct block *goro__block_at(const struct blocks *b, uintptr_t at);

#endif
