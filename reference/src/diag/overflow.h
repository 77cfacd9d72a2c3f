/*
 * overflow.h - the handler of a stack's overflow.
 */
#ifndef GORO_OVERFLOW_H
#define GORO_OVERFLOW_H

void goro__overflow_init(void);

#endif
