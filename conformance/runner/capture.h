/*
 * capture.h - what a child writes: the beginning and the end are kept, what is
 * between them beyond a bound is counted and dropped.
 */
#ifndef ASSAY_CAPTURE_H
#define ASSAY_CAPTURE_H

#include "util.h"

#define CAPTURE_HEAD ((size_t)128 << 10)
#define CAPTURE_TAIL ((size_t)128 << 10)

struct capture {
	char *data; /* head, then tail; NUL after len bytes once ended */
	size_t len;
	size_t room;
	size_t dropped; /* bytes left out after the head */
};

/* Reads what is there; false at the end of the file or on an error. */
bool capture_read(struct capture *c, int fd);

/* Ends it with a NUL; what was dropped gets a line between head and tail. */
void capture_end(struct capture *c);

void capture_free(struct capture *c);

#endif
