/*
 * mutex.h - a mutex inside.
 */
#ifndef GORO_MUTEX_H
#define GORO_MUTEX_H

#include <goro.h>

/*
 * goro_mutex_unlock() without its last step.  True: the mutex was handed to a
 * waiter, which is to run before the caller goes on.
 */
bool goro__mutex_release(goro_mutex *m);

#endif
