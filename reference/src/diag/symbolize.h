/*
 * symbolize.h - the second program that puts source files and lines into the
 * last dump of a process.
 */
#ifndef GORO_SYMBOLIZE_H
#define GORO_SYMBOLIZE_H

/*
 * Returns a file to write the dump to; 0 if it is to go to stderr as it is.
 * The process is dying, and this thread is on no goroutine's stack.
 */
int goro__symbolize_begin(void);
/* Writes the file to stderr, by goro-symbolize or, if that fails, as it is. */
void goro__symbolize_end(int fd);

#endif
