/*
 * outside.h - the other side of the network: sockets and threads of the
 * kernel's that no runtime knows of.  Apart from np.h because the names of
 * sys/socket.h are also those of channels.
 */
#ifndef ASSAY_CASES_NP_OUTSIDE_H
#define ASSAY_CASES_NP_OUTSIDE_H

#include "kit/case.h"

bool have_ipv6(void);
/* The name stands for 127.0.0.1 here: /etc/hosts. */
bool have_localhost(void);

/* Connects a blocking socket to "127.0.0.1:PORT" or the path of a socket. */
int connect_fd(const char *address);

/* A socket that listens on 127.0.0.1, and its address. */
int listen_fd(int backlog, char *address, size_t n);

/* A port of 127.0.0.1 on which nobody listens, and that path. */
void nobody_address(char *address, size_t n);
void stale_path(const char *path);

/*
 * An address where connecting takes for ever: its queue is full, and what
 * comes is dropped.  Skips the case if no queue gets full here.
 */
void full_address(char *address, size_t n);

/* Closes with a reset, so that the peer sees no end of the stream. */
void reset_fd(int fd);

/* Two connected stream sockets that do not block. */
void socket_pair(int fds[2]);

/* Runs fn(arg) on a thread that is none of the runtime's. */
void outside(void *(*fn)(void *), void *arg);

/* The kernel's sleep, for who is outside. */
void kernel_sleep(int64_t ns);

/* How many descriptors this process may have, raised as far as it goes. */
int64_t descriptor_limit(void);

/* Descriptors that are open now; those of an epoll instance. */
int64_t descriptors(void);
int64_t pollers(void);

#endif
