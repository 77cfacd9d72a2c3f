/*
 * overflow.h - the handlers of a stack's overflow, and of SIGQUIT.
 */
#ifndef GORO_OVERFLOW_H
#define GORO_OVERFLOW_H

void goro__overflow_init(void);

#endif
