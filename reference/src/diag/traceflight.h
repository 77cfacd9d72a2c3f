/*
 * traceflight.h - the flight recorder: the last seconds of a trace, in memory.
 *
 * It keeps whole generations.  Whoever asks for a snapshot writes them, and the
 * beginning of the one that goes on.
 */
#ifndef GORO_TRACEFLIGHT_H
#define GORO_TRACEFLIGHT_H

#include <stdint.h>

/* GORO_FLIGHT: records a whole run.  Before anything runs. */
void goro__traceflight_boot(void);
/* The process dies: writes the file of GORO_FLIGHT. */
void goro__traceflight_die(void);
/* The same if a signal has asked for it.  For the thread that writes traces. */
void goro__traceflight_asked(void);
/* Returns the oldest generation that it keeps; UINT32_MAX: it is off. */
uint32_t goro__traceflight_needs(void);

#endif
