/*
 * outfile.h - a report file that is written whole or not at all.  It replaces
 * an older file only at the end.
 */
#ifndef ASSAY_OUTFILE_H
#define ASSAY_OUTFILE_H

#include "util.h"

struct outfile {
	const char *path; /* that was asked for */
	char *file;       /* where its links lead; NULL for a special one */
	FILE *special;    /* a standard stream, or not a regular file */
};

/*
 * True if two paths are one file, or both standard output, and more than
 * /dev/null.  The file need not exist yet, only its directory.
 */
bool outfile_same(const char *a, const char *b);

/*
 * Opens a report; "-" is standard output, and so is a path to the file that
 * standard output goes to.  Both die if it cannot be written.
 */
struct outfile outfile_open(const char *path);
void outfile_commit(struct outfile *o, const char *data, size_t len);

#endif
