/*
 * mutex.h - what cond.c needs of a mutex.
 */
#ifndef GORO_MUTEX_H
#define GORO_MUTEX_H

#include <goro.h>

/*
 * Unlocks m, without the yield of goro_mutex_unlock().  True if m was handed to
 * a waiter, which should run before the caller goes on.
 */
bool goro__mutex_release(goro_mutex *m);

#endif
