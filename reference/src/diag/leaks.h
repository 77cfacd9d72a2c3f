/*
 * leaks.h - reports of goroutines that can never run again.
 */
#ifndef GORO_LEAKS_H
#define GORO_LEAKS_H

#include <stdbool.h>
#include <stddef.h>

/* As goro_leaks() of those that the last search has found. */
size_t goro__dump_leaked(char *buf, size_t n);

/* Returns whether the environment has GORO_LEAKCHECK=1. */
bool goro__leaks_init(void);
/*
 * If so, searches, when main has returned: reports leaks on stderr, and lets the
 * process end with LeakSanitizer's status.
 */
void goro__leaks_at_end(void);

#endif
