/*
 * sock.h - connections and listeners that are descriptors.
 */
#ifndef GORO_NET_SOCK_H
#define GORO_NET_SOCK_H

#include <stdatomic.h>

#include "io/fd.h"
#include "net.h"

/* Sockets, pipes and files.  Nothing but fd changes after it was made. */
struct sock {
	struct goro_conn conn;
	struct fd fd;
	const struct network *net; /* NULL: a file */
	const char *file;          /* then, its name in errors */
	struct netaddr local, remote;
};

struct goro_listener {
	_Atomic(uint32_t) live; /* NET_LIVE until it is freed */
	struct fd fd;
	const struct network *net;
	struct netaddr addr;
	atomic_bool unlinked; /* a unix socket's file: by the first close */
};

/* ---- sock.c --------------------------------------------------------------- */

/*
 * Makes a connection of sysfd, without addresses.  On an error sysfd stays
 * open and the caller's.
 */
int goro__sock_new(int sysfd, const struct network *net, struct sock **out,
		   struct neterr *e);
/* Asks the kernel for the addresses, before others have it. */
void goro__sock_ask(struct sock *s);
/* Closes and frees it: nobody has it yet. */
void goro__sock_drop(struct sock *s);

/* ---- socket.c: system calls with Go's options and errors ------------------ */

/* The flags of fd.h for a socket of this network. */
unsigned goro__socket_flags(const struct network *net);
/* A descriptor of that family, or -1 and *e. */
int goro__socket_open(const struct network *net, int family, struct neterr *e);
/* Binds it to an address of its own machine, and listens on a stream. */
int goro__socket_listen(int sysfd, const struct network *net,
			const struct netaddr *a, struct neterr *e);
/* The family of a socket that listens there; *both: on IPv6 and IPv4. */
int goro__socket_listen_family(const struct network *net,
			       const struct netaddr *a);
/* What every TCP connection gets: no delay, keep-alive. */
void goro__socket_tcp_options(int sysfd);

#endif
