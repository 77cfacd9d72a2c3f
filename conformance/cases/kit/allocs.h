/*
 * allocs.h - how often the program asks for memory: malloc and its kin, called
 * by any shared object and by the executable itself.
 */
#ifndef ASSAY_ALLOCS_H
#define ASSAY_ALLOCS_H

#include <stdint.h>

/* Begins to count, once; skips the case where calls cannot be redirected. */
void allocs_begin(void);
/* Calls since then, of all threads. */
int64_t allocs(void);

#endif
