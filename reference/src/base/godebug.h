/*
 * godebug.h - options of the environment's GODEBUG.
 */
#ifndef GORO_GODEBUG_H
#define GORO_GODEBUG_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the number that GODEBUG gives for name; 0 if it does not name it. */
int64_t goro__godebug(const char *name);

#endif
