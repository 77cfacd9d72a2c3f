/*
 * outfile.h - a report file that is there whole or not at all: it replaces the
 * one before it at the end.
 */
#ifndef ASSAY_OUTFILE_H
#define ASSAY_OUTFILE_H

#include "util.h"

struct outfile {
	const char *path;
	FILE *special; /* "-" or no regular file; NULL: replaced at the end */
};

/* "-" is standard output.  Dies if it cannot be written. */
struct outfile outfile_open(const char *path);
void outfile_commit(struct outfile *o, const char *data, size_t len);

#endif
