/*
 * traceout.h - an execution trace as bytes in a file, in Go's format (1.26):
 * https://go.dev/src/internal/trace/tracev2.  All numbers are varints.
 *
 *	16 bytes of header, then for each generation in any order
 *	batches of events, one thread each
 *	a batch of the clock, of strings, of stacks
 *	the end of the generation, which a crash may cut off
 */
#ifndef GORO_TRACEOUT_H
#define GORO_TRACEOUT_H

#include "diag/tracetab.h"
#include "sched/tracebuf.h"

/* Function and file of a pc, by their numbers in the string table. */
struct trace_line {
	uintptr_t pc;
	uint64_t function, file;
};

enum { TRACE_LINES = 1024 };

struct trace_out {
	int fd;
	unsigned kind; /* of the file that fd is: S_IFREG ... */
	int error;     /* errno of the write that failed; all else is dropped */
	uint64_t base; /* the first generation of the file has number 1 */
	size_t staged; /* of stage */
	size_t batched;                       /* of batch */
	struct trace_line lines[TRACE_LINES]; /* of the generation */
	uint8_t stage[TRACE_BUF];
	uint8_t batch[TRACE_BUF];
};

/* Begins a file whose first generation is `first`.  Waits for no reader. */
void goro__trace_out_begin(struct trace_out *o, int fd, uint32_t first);
/* Writes the first n bytes of b's events. */
void goro__trace_out_events(struct trace_out *o, const struct trace_gen *gen,
			    const struct trace_buf *b, size_t n);
/* Writes what ends the generation. */
void goro__trace_out_end(struct trace_out *o, const struct trace_gen *gen);
/*
 * Writes what the cut has beyond full buffers, and the end: of a generation
 * that goes on.
 */
void goro__trace_out_cut(struct trace_out *o, const struct trace_cut *cut);
/* Writes what is left to write.  Returns 0, or errno of the first failure. */
int goro__trace_out_flush(struct trace_out *o);
/*
 * The run or the process ends: from now on a reader that does not take what is
 * staged within a second loses the rest (ETIMEDOUT).
 */
void goro__trace_out_hurry(void);
/* Returns how many bytes were written so far, of all traces. */
uint64_t goro__trace_out_taken(void);

#endif
