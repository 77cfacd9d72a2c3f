/*
 * capture.h - keeps the beginning and the end of what a child writes.  It
 * counts and drops the bytes between them.
 */
#ifndef ASSAY_CAPTURE_H
#define ASSAY_CAPTURE_H

#include "util.h"

#define CAPTURE_HEAD ((size_t)128 << 10)
#define CAPTURE_TAIL ((size_t)128 << 10)

struct capture {
	char *data; /* head, then tail; capture_end() adds a NUL after len bytes */
	size_t len;
	size_t room;
	size_t dropped; /* bytes dropped after the head */
};

/* Reads what is there.  False at the end of the file or on an error. */
bool capture_read(struct capture *c, int fd);

/*
 * Adds a NUL, and a line between head and tail that counts the dropped bytes.
 */
void capture_end(struct capture *c);

void capture_free(struct capture *c);

#endif
