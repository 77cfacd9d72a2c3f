/*
 * divide.h - the rest of memory: areas of malloc, and roots.
 */
#ifndef GORO_DIVIDE_H
#define GORO_DIVIDE_H

#include "diag/search.h"

/* Divides what is not apart.  False: memory cannot be listed. */
bool goro__divide(struct search *s);

#endif
