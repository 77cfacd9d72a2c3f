/*
 * forward.h - handlers that the program had before goro took the signal.
 */
#ifndef GORO_FORWARD_H
#define GORO_FORWARD_H

#include <signal.h>
#include <stdbool.h>

/* True if act is a function, and neither SIG_DFL nor SIG_IGN. */
bool goro__has_handler(const struct sigaction *act);

/*
 * Calls the handler of act from within goro's own, in which sig is blocked.  As
 * the kernel would have, blocks the signals that act blocks.  The return from
 * goro's handler restores the mask.  The caller sees to SA_RESETHAND.  A handler
 * that was installed after goro's may hand the signal back to goro's, which took
 * it for the one before: then this does nothing.
 */
void goro__forward(const struct sigaction *act, int sig, siginfo_t *info,
		   void *context);

#endif
