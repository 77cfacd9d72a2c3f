/*
 * net.h - the net library inside: addresses, errors, and the two kinds of
 * connection.
 *
 * The library is a user of the runtime and outside of its marks; it rests on
 * fd.h, channels and timers.  What the kernel has to say comes from calls.h.
 */
#ifndef GORO_NET_INSIDE_H
#define GORO_NET_INSIDE_H

#include <goro_net.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "sched/die.h"

/* ---- error.c -------------------------------------------------------------- */

/* An error on its way up: Go's text for it without operation and addresses. */
struct neterr {
	int status;
	int error; /* errno of the system call, or 0 */
	char text[200];
};

/* Sets both, returns the status. */
__attribute__((format(printf, 3, 4))) int
goro__neterr(struct neterr *e, int status, const char *fmt, ...);
/* A system call that failed, NULL: some: "connect: connection refused". */
int goro__neterr_errno(struct neterr *e, const char *call, int error);
/* What a function of fd.h has returned, in a system call of that name. */
int goro__neterr_fd(struct neterr *e, const char *call, int fd_status);

/*
 * The last step: keeps "op network from->to: text" for goro_net_error().
 * from and to may be "".  Returns e's status.
 */
int goro__net_fail(const struct neterr *e, const char *op, const char *network,
		   const char *from, const char *to);
/* Keeps a text as it is. */
int goro__net_fail_bare(int status, const char *text);
/* GORO_EINVAL, GORO_ENOTSUP. */
int goro__net_invalid(void);
int goro__net_unsupported(void);
int goro__net_unknown(const char *op, const char *network);

/* ---- addr.c --------------------------------------------------------------- */

/* A row of the table of networks. */
struct network {
	const char *name;
	int family; /* AF_UNSPEC: both IPs */
	int type;   /* SOCK_STREAM ... */
};

/* NULL: unknown. */
const struct network *goro__network(const char *name);

struct netaddr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} u;
	socklen_t len; /* 0: no address, whose text is "" */
	bool bare;     /* no host was given; its text has none either */
};

/* IPv4 addresses in IPv6 form count, and are printed, as IPv4. */
bool goro__netaddr_is_ipv4(const struct netaddr *a);
/* 0.0.0.0, :: or no host. */
bool goro__netaddr_is_wildcard(const struct netaddr *a);
/* The text, cut to n; its whole length. */
int goro__netaddr_print(const struct netaddr *a, char *buf, size_t n);
/* The text, of GORO_ADDR_MAX bytes, of an address that an error is about. */
void goro__net_name(const struct network *net, const char *address,
		    const struct netaddr *a, char *text);
/* The same address for a socket of that family; false: there is none. */
bool goro__netaddr_as(const struct netaddr *a, int family, struct netaddr *out);
void goro__netaddr_ipv4(struct netaddr *a, struct in_addr ip, unsigned port);
void goro__netaddr_ipv6(struct netaddr *a, const struct in6_addr *ip,
			unsigned port, unsigned scope);
/* False: too long. */
bool goro__netaddr_unix(struct netaddr *a, const char *name);
/* A literal address; false: it may be a name. */
bool goro__netaddr_literal(struct netaddr *a, const char *host, unsigned port);

/* "host:port" taken apart. */
struct hostport {
	char host[256];
	const char *service; /* in the address; NULL: port is a number */
	unsigned port;
};

int goro__split_hostport(const char *address, struct hostport *h,
			 struct neterr *e);

/* ---- resolve.c ------------------------------------------------------------ */

enum { NETADDRS_MAX = 16 };

struct netaddrs {
	struct netaddr at[NETADDRS_MAX];
	size_t n;
};

/* Until when to try. */
struct until {
	int64_t deadline;
	goro_chan *cancel; /* ready: give up; NULL: never */
};

/* Whether that is over: GORO_OK, GORO_TIMEOUT, GORO_NET_CANCELED. */
int goro__net_until(const struct until *p, struct neterr *e);

/*
 * The addresses behind an address, at least one, in the order to try them.
 * Blocks, if there is a name to look up.
 */
int goro__net_resolve(const struct network *net, const char *address,
		      const struct until *p, struct netaddrs *out,
		      struct neterr *e);
/* The first IPv4 address, else the first. */
const struct netaddr *goro__net_prefer_ipv4(const struct netaddrs *as);

/* ---- connections ---------------------------------------------------------- */

/*
 * What a kind of connection does; NULL: it has no such call.  Each sets the
 * goroutine's error text when it fails.  n, got, done are never NULL.
 */
struct conn_ops {
	int (*read)(goro_conn *c, void *buf, size_t n, size_t *got);
	int (*write)(goro_conn *c, const void *buf, size_t n, size_t *done);
	/* NULL: by writes.  What went out is taken off the parts. */
	int (*writev)(goro_conn *c, struct iovec *parts, size_t n,
		      size_t *done);
	int (*read_from)(goro_conn *c, void *buf, size_t n, size_t *got,
			 struct netaddr *from);
	int (*write_to)(goro_conn *c, const void *buf, size_t n,
			const char *to);
	/* modes: fd_modes */
	int (*deadline)(goro_conn *c, unsigned modes, int64_t deadline);
	int (*shutdown)(goro_conn *c, int how);
	int (*addr)(goro_conn *c, bool remote, char *buf, size_t n);
	int (*close)(goro_conn *c);
	void (*free)(goro_conn *c);
};

/* The first field of each kind. */
struct goro_conn {
	const struct conn_ops *ops;
	_Atomic(uint32_t) live; /* NET_LIVE until it is freed */
};

/* Whether a call can be made on it: it is one, and has not been freed. */
bool goro__conn_valid(goro_conn *c);

/* ---- freed ---------------------------------------------------------------- */

/*
 * What is freed loses its mark, so that a use is told while the memory has not
 * become another one.  relaxed: a program that frees what others use is wrong
 * already.
 */
enum { NET_LIVE = 0x6c697665 };

static inline void net_made(_Atomic(uint32_t) *live)
{
	atomic_init(live, NET_LIVE);
}

static inline void net_in_use(_Atomic(uint32_t) *live, const char *or_else)
{
	if (atomic_load_explicit(live, memory_order_relaxed) != NET_LIVE)
		goro__fatal(or_else);
}

static inline void net_freed(_Atomic(uint32_t) *live, const char *or_else)
{
	if (atomic_exchange_explicit(live, 0, memory_order_relaxed) != NET_LIVE)
		goro__fatal(or_else);
}

#endif
