/*
 * calls.h - the system calls of the net library.
 *
 * Each returns the kernel's result, or -errno.  They are functions of their own
 * because a goroutine that blocks may change its thread, and so errno's
 * address.  They use syscall(), as base/sys.h does, so that ThreadSanitizer
 * knows descriptors by fdmutex.h alone.  None blocks.
 */
#ifndef GORO_NET_CALLS_H
#define GORO_NET_CALLS_H

#include "net.h"

/* Makes a socket that is non-blocking and close-on-exec. */
int goro__call_socket(int family, int type);
int goro__call_bind(int fd, const struct netaddr *a);
int goro__call_listen(int fd, int backlog);
/* Connects.  -EINPROGRESS: the connect has begun. */
int goro__call_connect(int fd, const struct netaddr *a);
int goro__call_setsockopt(int fd, int level, int option, int value);
/* Returns the value, which is not negative, or -errno. */
int goro__call_getsockopt(int fd, int level, int option);
int goro__call_sockname(int fd, struct netaddr *a);
int goro__call_peername(int fd, struct netaddr *a);
int goro__call_pipe(int fds[2]);
int goro__call_close(int fd);
int goro__call_nonblock(int fd);
void goro__call_unlink(const char *path);

/* These, for goro__fd_io() and goro__fd_control(), return -1 and set errno. */
struct message {
	void *buf;
	size_t n;
	struct netaddr *addr;
};

ssize_t goro__call_recvfrom(int fd, void *message);
ssize_t goro__call_sendto(int fd, void *message);
ssize_t goro__call_shutdown(int fd, void *how); /* int */

/* Room for bytes and descriptors; fds_n becomes the number that came. */
struct rights {
	void *buf;
	size_t n;
	int *fds;
	size_t fds_n;
};

ssize_t goro__call_recvmsg(int fd, void *rights);

#endif
