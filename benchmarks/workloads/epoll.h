/*
 * epoll.h - TCP echo over 127.0.0.1 by plain epoll loops, one thread each: the
 * server, and the load.  Messages are of BYTES, at most EPOLL_MOST_BYTES.
 *
 * The functions return -1 and print one line to stderr on an error.
 */
#ifndef ASSAY_EPOLL_H
#define ASSAY_EPOLL_H

#include <stdint.h>

enum { EPOLL_MOST_BYTES = 4096, EPOLL_MOST_CONNS = 10000 };

/* A listener on a free port, which it writes to *port. */
int epoll_listen(int *port);

/*
 * Accepts conns connections from the listener and echoes until all are closed.
 * Returns the number of bytes echoed.
 */
int64_t epoll_serve(int listener, int conns);

/*
 * Opens conns connections to the port and keeps one message in flight on each
 * until so many requests were answered; checks every byte.  0 when done.
 */
int epoll_load(int port, int conns, int bytes, int64_t requests);

#endif
