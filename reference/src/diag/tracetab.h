/*
 * tracetab.h - the tables of a generation: strings and stacks by number.
 *
 * Equal ones get one number.  The lock is the last in the order.  All memory
 * is the tables' own and lives as long as they do.
 */
#ifndef GORO_TRACETAB_H
#define GORO_TRACETAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/lock.h"

/* A reader refuses longer strings, and stacks of more frames. */
enum { TRACE_STRING_MAX = 1024, TRACE_FRAMES_MAX = 128 };

enum trace_table { TRACE_STRING_TABLE, TRACE_STACK_TABLE, TRACE_TABLES };

struct trace_entry {
	struct trace_entry *chain; /* of those with the same hash */
	struct trace_entry *next;  /* in the order of the numbers */
	uint64_t hash;
	uint32_t number, len; /* len in bytes */
	uint8_t data[] __attribute__((aligned(8)));
};

enum { TRACE_BUCKETS = 1024 };

struct trace_tables {
	struct lock lock;
	struct trace_entry *first[TRACE_TABLES], *last[TRACE_TABLES];
	uint32_t numbers[TRACE_TABLES]; /* given so far */
	struct trace_entry *bucket[TRACE_TABLES][TRACE_BUCKETS];
	struct trace_chunk *chunks;
	size_t used; /* of the first chunk */
};

/* Returns tables without entries whose first string gets `first`; or NULL. */
struct trace_tables *goro__tracetab_new(uint32_t first_string);
void goro__tracetab_free(struct trace_tables *t);
/* Returns the number of the n bytes at data; 0 without memory. */
uint64_t goro__tracetab_put(struct trace_tables *t, enum trace_table which,
			    const void *data, size_t n);
/* The same for a string, of which it takes what a reader takes. */
uint64_t goro__tracetab_string(struct trace_tables *t, const char *s);
/* Returns the newest entry, NULL if there is none. */
struct trace_entry *goro__tracetab_last(struct trace_tables *t,
					enum trace_table which);

#endif
