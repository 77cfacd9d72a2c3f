/*
 * leaks.h - leaks of goroutines at the end of a run.
 */
#ifndef GORO_LEAKS_H
#define GORO_LEAKS_H

/* Looks whether the environment has GORO_LEAKCHECK=1. */
void goro__leaks_init(void);
/*
 * If so, searches, when main has returned: reports leaks on stderr, and lets the
 * process end with LeakSanitizer's status.
 */
void goro__leaks_at_end(void);

#endif
