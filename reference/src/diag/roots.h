/*
 * roots.h - what is alive from the start.
 */
#ifndef GORO_ROOTS_H
#define GORO_ROOTS_H

#include "diag/search.h"

/* Scans all of it. */
void goro__scan_roots(struct search *s);

#endif
