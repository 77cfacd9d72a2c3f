/*
 * procfs.h - what /proc says of the process and its threads.
 */
#ifndef GORO_PROCFS_H
#define GORO_PROCFS_H

#include <stddef.h>

#define PROC_PATH 48

/* What a thread does, in a letter of /proc: 'R', 'S', 'Z' ...; 0: it is gone. */
char goro__thread_state(int tid);

/*
 * Writes the path of a file about the process, as "maps": /proc/self/maps.  When
 * the first thread has ended before the others that file is empty; then it is
 * the one of the calling thread.
 */
void goro__proc_path(char path[PROC_PATH], const char *file);

/* Writes the name of the program's file to to[n]; "": it cannot be told. */
void goro__proc_exe(char *to, size_t n);

#endif
