/*
 * outfile.h - a report file that is there whole or not at all: written under
 * a name of its own beside the target, renamed at the end.
 */
#ifndef ASSAY_OUTFILE_H
#define ASSAY_OUTFILE_H

#include "util.h"

struct outfile {
	FILE *f;
	const char *path;
	char *temporary; /* NULL: the target is no regular file */
};

/* Dies if it cannot be written. */
struct outfile outfile_open(const char *path);
void outfile_commit(struct outfile *o);
void outfile_drop(struct outfile *o);

#endif
