/*
 * quit.h - SIGQUIT shows all goroutines and ends the process.
 */
#ifndef GORO_QUIT_H
#define GORO_QUIT_H

/* Sets the handler, unless the program has one or ignores the signal. */
void goro__quit_init(void);

#endif
