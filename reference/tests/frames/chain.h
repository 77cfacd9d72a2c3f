/*
 * chain.h - goroutines that know their own stacks.  Each prints
 *
 *	want ID INNERMOST ... OUTERMOST
 *
 * before it comes to its end; ~NAME is a function that is inlined, and NAME*N
 * stands N times.  Then it parks, computes, or is in a call.  check.py compares
 * that with a dump.  All functions of the stacks begin with ch_.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include <goro.h>

#define OWN __attribute__((noinline)) /* has a frame of its own */
#define INLINED __attribute__((always_inline)) inline
/* What comes after a call keeps it from being the last thing done. */
#define AFTER_CALL() __asm__ volatile("" ::: "memory")

#ifdef __cplusplus
extern "C" {
#endif

/* Prints what the calling goroutine wants, and that it is there. */
void want(const char *names);
/* Waits for ever.  A macro: the caller's frame is the last of the program. */
#define PARK()                                                                 \
	do {                                                                   \
		goro_recv(never, NULL);                                        \
		AFTER_CALL();                                                  \
	} while (0)
extern goro_chan *never;

/* Starts a goroutine that will call want(). */
void start(goro_fn fn);
/* Starts those in C++, if there is a compiler for them. */
void start_cxx(void);

#ifdef __cplusplus
}
#endif

#endif
