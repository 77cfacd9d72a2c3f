/*
 * move.h - system calls that move bytes from one descriptor to another, for
 * goro__fd_io(): -1 and errno.  None raises SIGPIPE.
 */
#ifndef GORO_MOVE_H
#define GORO_MOVE_H

#include <stddef.h>
#include <sys/types.h>

/* The other descriptor, and how many bytes at most. */
struct move {
	int other;
	size_t most;
};

/* fd is a socket, and takes from a file that is no socket. */
ssize_t goro__move_from_file(int fd, void *move);
/* fd is a socket, and fills or empties a pipe. */
ssize_t goro__move_to_pipe(int fd, void *move);
ssize_t goro__move_from_pipe(int fd, void *move);

#endif
