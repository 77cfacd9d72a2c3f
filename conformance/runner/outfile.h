/*
 * outfile.h - a report file that is written whole or not at all.  It replaces
 * an older file only at the end.
 */
#ifndef ASSAY_OUTFILE_H
#define ASSAY_OUTFILE_H

#include "util.h"

struct outfile {
	const char *path;
	FILE *special; /* for "-" and files that are not regular; else NULL */
};

/* Opens a report; "-" is standard output.  Both die if it cannot be written. */
struct outfile outfile_open(const char *path);
void outfile_commit(struct outfile *o, const char *data, size_t len);

#endif
