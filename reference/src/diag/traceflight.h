/*
 * traceflight.h - the flight recorder: the last seconds of a trace, in memory.
 */
#ifndef GORO_TRACEFLIGHT_H
#define GORO_TRACEFLIGHT_H

#include <stdint.h>

/* Returns the oldest generation that it keeps; UINT32_MAX: it is off. */
uint32_t goro__traceflight_needs(void);

#endif
