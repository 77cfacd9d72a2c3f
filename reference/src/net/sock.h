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
	/* a unix socket's file: by the first close; see goro_unlink_on_close */
	atomic_bool unlinked, keeps_file;
	/* of its TCP connections; does not change once others have it */
	bool no_keepalive;
	struct goro_keepalive keepalive;
};

/* ---- sock.c --------------------------------------------------------------- */

/*
 * Makes a connection of sysfd, without addresses.  On an error sysfd stays
 * open and the caller's.
 */
int goro__sock_new(int sysfd, const struct network *net, struct sock **out,
		   struct neterr *e);
/* The connection if it is a descriptor, else NULL. */
struct sock *goro__sock_of(goro_conn *c);
/*
 * Keeps the text of an error: op is Go's name, call that of the system call;
 * fd_status, which is not GORO_OK, what a function of fd.h has returned.
 */
int goro__sock_fail(const struct sock *s, const char *op, const char *call,
		    int fd_status);
/* The network of a socket; NULL: it is none, or of none that is known here. */
const struct network *goro__network_of(int sysfd);
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
/* What every TCP connection gets: no delay, and keep-alive. */
void goro__socket_tcp_options(int sysfd, const struct goro_keepalive *k);
/* Keep-alive alone; k == NULL: none.  0 or -errno. */
int goro__socket_keepalive(int sysfd, const struct goro_keepalive *k);

/* ---- connect.c ------------------------------------------------------------ */

/* Addresses that are tried one after the other, and what has come of it. */
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
 * The same, but addresses of the other family than the first one's are tried
 * beside, from `delay` on or once the first family has failed.
 */
int goro__race(struct attempts *a, int64_t delay, const struct until *p);

#endif
