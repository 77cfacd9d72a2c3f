/*
 * fault.h - what a program says to the twin of sys.h.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <stdbool.h>

/* What FAULT says; false: it makes no sense. */
bool fault_init(const char *spec);
/* The calls made so far, one line a kind. */
void fault_print(void);

#endif
