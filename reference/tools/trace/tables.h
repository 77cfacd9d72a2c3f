/*
 * tables.h - one generation of a trace, taken apart: its strings, stacks, clock
 * and batches.
 */
#ifndef GORO_TRACE_TABLES_H
#define GORO_TRACE_TABLES_H

#include <setjmp.h>
#include <stdio.h>

#include "read.h"

/* Bytes that are being read. */
struct in {
	const uint8_t *at, *end;
};

/* A table by number; the numbers are small. */
struct table {
	size_t n;
	void **entry;
};

struct batch {
	struct in in;
	uint64_t time; /* in units */
};

/* What one thread wrote, in the order of the file. */
struct thread {
	int64_t id;
	size_t n, next; /* batches; the one being read */
	struct batch *batch;
};

struct generation {
	uint64_t number;
	double unit; /* ns */
	int has_clock;
	uint64_t clock[4]; /* time in units, mono, sec, nsec */
	struct table strings, stacks;
	size_t n;
	struct thread *thread;
	size_t batches;
};

enum { MOST_BYTES = 65536 };

/* What a batch begins with. */
struct head {
	uint64_t gen, thread, time, n;
};

/* Errors end the reading by longjmp. */
struct reader {
	jmp_buf broken;
	char *error;
	FILE *file;
	int version;
	struct head head; /* of the batch that is read, and its bytes */
	uint8_t bytes[MOST_BYTES];
	int held; /* that batch is of the next generation */
	struct generation gen;
	void **memory; /* freed with the generation */
	size_t pieces, room;
};

void tr_fail(struct reader *r, const char *what, uint64_t number)
	__attribute__((noreturn));
void *tr_alloc(struct reader *r, size_t n);
uint64_t tr_long_number(struct reader *r, struct in *in);
/* Reads the header. */
void tr_header(struct reader *r);
/* Reads a generation.  False: there is none; *cut: it has no end. */
int tr_generation(struct reader *r, int *cut);
void tr_forget(struct reader *r);
/* NULL for number 0; fails if there is no such entry. */
void *tr_entry(struct reader *r, const struct table *t, uint64_t number,
	       const char *what);

/* Reads a number; most have one byte. */
static inline uint64_t tr_number(struct reader *r, struct in *in)
{
	if (in->at < in->end && *in->at < 128)
		return *in->at++;
	return tr_long_number(r, in);
}

#endif
