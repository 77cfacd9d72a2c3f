/*
 * pprof.h - writes a profile in the form of pprof: a message of protobuf,
 * described by profile.proto of github.com/google/pprof.  It is not compressed.
 *
 *	pprof_begin, one or two pprof_values, then pprof_sample for each stack,
 *	and pprof_end
 *
 * Functions have their names in it, so that pprof needs no program file.  For
 * goroutines only: it reads files and takes time.
 */
#ifndef GORO_PPROF_H
#define GORO_PPROF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/names.h"

struct pprof;

/* A label of a sample; text, or a number if that is NULL. */
struct pprof_label {
	const char *key, *text;
	int64_t number;
};

/* NULL: no memory. */
struct pprof *goro__pprof_begin(void);
/* Each sample has one more value: "contentions", in "count". */
void goro__pprof_values(struct pprof *p, const char *type, const char *unit);
/* What one of the samples stands for. */
void goro__pprof_period(struct pprof *p, const char *type, const char *unit,
			int64_t period);
void goro__pprof_time(struct pprof *p, int64_t from_unix_ns, int64_t ns);
/* pcs from the innermost on, each inside of its instruction. */
void goro__pprof_sample(struct pprof *p, const uintptr_t *pcs, uint32_t depth,
			const int64_t *values, uint32_t n,
			const struct pprof_label *labels, uint32_t nlabels);
/*
 * Writes n bytes to fd.  Other goroutines run meanwhile: one of them may read.
 * False: fd takes no more.
 */
bool goro__write_all(int fd, const void *from, size_t n);
/* Writes all to fd and frees p.  False: no memory, or fd takes no more. */
bool goro__pprof_end(struct pprof *p, int fd);

enum { NAME_ROOM = 512 };

/*
 * Writes the name of the function at pc, cut to fit; if that is unknown
 * "FILE+0xADDRESS", which addr2line understands, or pc.
 */
void goro__function_name(struct names *names, uintptr_t pc,
			 char name[NAME_ROOM], uint64_t *offset);

#endif
