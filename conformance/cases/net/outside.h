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
/* The same for datagrams: what comes there is refused by the kernel. */
void nobody_for_datagrams(char *address, size_t n);

/*
 * An address where connecting takes for ever: its queue is full, and what
 * comes is dropped.  Skips the case if no queue gets full here.
 */
void full_address(char *address, size_t n);

/* The TCP socket of this process whose two addresses are these; or -1. */
int tcp_descriptor(const char *local, const char *remote);

/* Options of a TCP socket; times are in seconds. */
enum tcp_option {
	TCP_OPTION_NO_DELAY,
	TCP_OPTION_KEEP_ALIVE,
	TCP_OPTION_IDLE,
	TCP_OPTION_INTERVAL,
	TCP_OPTION_COUNT
};
int tcp_option(int fd, enum tcp_option option);

/*
 * Gives the calling thread a network of its own in which connections start
 * from ports of [first, last] only.  Skips the case where that is not allowed.
 */
void own_network(int first, int last);

/* Two sockets for datagrams, of no name, which are each other's peer. */
void datagram_pair(int ends[2]);
/* A blocking socket that listens at that path. */
int listen_path_fd(const char *path);
/* Sends a byte and n descriptors, at most 8, over a unix socket. */
void send_descriptors(int fd, const int *fds, size_t n);

/*
 * How the port of an IP of this machine answers who connects: never, as its
 * queue is full, by a refusal, or at once.  Port 0 takes a free one.  Gives
 * the port, or -1: another has it.
 */
enum answer { SILENT, REFUSING, ANSWERING };
int answer_at(const char *ip, int port, enum answer how);

/* Closes with a reset, so that the peer sees no end of the stream. */
void reset_fd(int fd);

/* Two connected stream sockets that do not block. */
void socket_pair(int fds[2]);

/* Runs fn(arg) on a thread that is none of the runtime's. */
void outside(void *(*fn)(void *), void *arg);

/* How many descriptors this process may have, raised as far as it goes. */
int64_t descriptor_limit(void);

/* Descriptors that are open now, less what libc reads; those of epoll. */
int64_t descriptors(void);
int64_t pollers(void);

#endif
