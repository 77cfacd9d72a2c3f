/*
 * forked.h - the child of a process that has a run.
 */
#ifndef GORO_FORKED_H
#define GORO_FORKED_H

#include <stdbool.h>

/* Declares that the calling process has the run. */
void goro__forked_init(void);
/* True in a child of it: what is the process's own is its parent's. */
bool goro__forked(void);

#endif
