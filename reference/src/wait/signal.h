/*
 * signal.h - what the rest of the runtime asks of signal.c.
 */
#ifndef GORO_SIGCHAN_H
#define GORO_SIGCHAN_H

#include <stdbool.h>

/* Some channel is to get a signal: to wait for that is no deadlock. */
bool goro__signals_awaited(void);

#endif
