/*
 * sock.h - connections and listeners that are descriptors.
 */
#ifndef GORO_NET_SOCK_H
#define GORO_NET_SOCK_H

#include <stdatomic.h>

#include "io/fd.h"
#include "net.h"

/* A socket, pipe or file.  Only fd changes after it was made. */
struct sock {
	struct goro_conn conn;
	struct fd fd;
	const struct network *net; /* NULL: a file */
	const char *file;          /* a file's name in errors */
	struct netaddr local, remote;
};

struct goro_listener {
	_Atomic(uint32_t) live; /* NET_LIVE until it is freed */
	struct fd fd;
	const struct network *net;
	struct netaddr addr;
	/* a unix socket's file; see goro_unlink_on_close */
	atomic_bool unlinked, keeps_file;
	/* for its TCP connections; set before others have it */
	bool no_keepalive;
	struct goro_keepalive keepalive;
};

/* ---- sock.c --------------------------------------------------------------- */

/*
 * Makes a connection of sysfd, without addresses.  On an error the caller keeps
 * sysfd.
 */
int goro__sock_new(int sysfd, const struct network *net, struct sock **out,
		   struct neterr *e);
/* Returns c if it is a descriptor, else NULL. */
struct sock *goro__sock_of(goro_conn *c);
/*
 * Keeps the text of an error.  op is Go's name, call that of the system call,
 * and fd_status, not GORO_OK, the result of a function of fd.h.
 */
int goro__sock_fail(const struct sock *s, const char *op, const char *call,
		    int fd_status);
/* Returns the network of a socket; NULL if it is none, or of an unknown one. */
const struct network *goro__network_of(int sysfd);
/* Asks the kernel for s's addresses, before other goroutines have s. */
void goro__sock_ask(struct sock *s);
/* Closes and frees s, which no other goroutine has. */
void goro__sock_drop(struct sock *s);

/* ---- socket.c: system calls with Go's options and errors ------------------ */

/* Returns the flags of fd.h for a socket of this network. */
unsigned goro__socket_flags(const struct network *net);
/* Makes a socket of that family.  Returns -1 and sets *e on an error. */
int goro__socket_open(const struct network *net, int family, struct neterr *e);
/* Binds a socket to a local address, and listens if it is a stream. */
int goro__socket_listen(int sysfd, const struct network *net,
			const struct netaddr *a, struct neterr *e);
/* Returns the family for a socket that listens there. */
int goro__socket_listen_family(const struct network *net,
			       const struct netaddr *a);
/* Sets the options of a TCP connection: no delay, and keep-alive. */
void goro__socket_tcp_options(int sysfd, const struct goro_keepalive *k);
/* Sets keep-alive; k == NULL: none.  Returns 0 or -errno. */
int goro__socket_keepalive(int sysfd, const struct goro_keepalive *k);

/* ---- connect.c ------------------------------------------------------------ */

/* Addresses that are tried one after the other, and the result. */
struct attempts {
	const struct network *net;
	const struct goro_keepalive *keepalive; /* of TCP; NULL: none */
	struct netaddrs as;
	struct sock *made;           /* on GORO_OK; else: */
	struct neterr error;         /* that tells most ... */
	const struct netaddr *about; /* ... of this address */
};

int goro__try_in_turn(struct attempts *a, const struct until *p);

/* ---- race.c --------------------------------------------------------------- */

/*
 * As goro__try_in_turn(), but tries the addresses of the first one's family and
 * the others at the same time, the others `delay` later, or once the first
 * family has failed.
 */
int goro__race(struct attempts *a, int64_t delay, const struct until *p);

#endif
