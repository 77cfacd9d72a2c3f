/*
 * allocs.h - counts calls of malloc and its kin by any shared object and by the
 * executable itself.
 */
#ifndef ASSAY_ALLOCS_H
#define ASSAY_ALLOCS_H

#include <stdint.h>

/*
 * Begins to count; to be called once.  Skips the case if calls cannot be
 * redirected.
 */
void allocs_begin(void);
/* Returns the number of calls since then, by all threads. */
int64_t allocs(void);

#endif
