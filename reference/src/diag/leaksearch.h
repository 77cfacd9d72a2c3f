/*
 * leaksearch.h - the search for goroutines that can never run again.
 */
#ifndef GORO_LEAKSEARCH_H
#define GORO_LEAKSEARCH_H

#include <stdint.h>

/*
 * Finds and marks (leaked.h) all goroutines that can never run again.  Returns
 * how many they are.  GORO_ENOTSUP: a thread cannot be stopped, or memory not be
 * listed; GORO_ENOMEM.  The caller is a goroutine.  The world stops meanwhile.
 */
int64_t goro__find_leaks(void);

#endif
