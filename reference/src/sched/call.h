/*
 * call.h - how libraries above the primitives call a function of the program,
 * which may defer, panic or leave by goexit: as Go calls one.
 */
#ifndef GORO_CALL_H
#define GORO_CALL_H

#include <goro.h>
#include <stdbool.h>

/*
 * Calls fn(arg).  What fn defers runs at its end; a panic of fn that nobody
 * recovers, or a goexit, goes on to the caller's frame.  after (NULL: nothing)
 * is called with x when fn has ended, however it did, as if it had been
 * deferred before.
 */
void goro__call(goro_fn fn, void *arg, goro_fn after, void *x);

/* True in a deferred call made by a panic that was not recovered yet. */
bool goro__in_panic(void);

#endif
