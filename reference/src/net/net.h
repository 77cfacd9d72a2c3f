/*
 * net.h - the parts of the net library: addresses, errors, and the two kinds of
 * connection.
 *
 * The library uses the runtime as a program does, with fd.h, channels and
 * timers; preemption may stop its code.  calls.h has its system calls.
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

/* An error on its way up, with Go's text without operation and addresses. */
struct neterr {
	int status;
	int error; /* errno of the system call, or 0 */
	char text[200];
};

/* Sets the status and the text.  Returns the status. */
__attribute__((format(printf, 3, 4))) int
goro__neterr(struct neterr *e, int status, const char *fmt, ...);
/* Does so for a system call (may be NULL): "connect: connection refused". */
int goro__neterr_errno(struct neterr *e, const char *call, int error);
/* Does so for the result of a function of fd.h that makes the call. */
int goro__neterr_fd(struct neterr *e, const char *call, int fd_status);

/*
 * Keeps "op network from->to: text" for goro_net_error().  from and to may be
 * "".  Returns e's status.
 */
int goro__net_fail(const struct neterr *e, const char *op, const char *network,
		   const char *from, const char *to);
/* Keeps a text as it is.  Returns status. */
int goro__net_fail_bare(int status, const char *text);
/* Keep the text of GORO_EINVAL or GORO_ENOTSUP, and return that. */
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

/* Returns NULL if the name is unknown. */
const struct network *goro__network(const char *name);

struct netaddr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} u;
	socklen_t len; /* 0: no address, whose text is "" */
	bool bare;     /* no host was given, and its text has none */
};

/* True for IPv4, also in IPv6 form, which is printed as IPv4 too. */
bool goro__netaddr_is_ipv4(const struct netaddr *a);
/* True for 0.0.0.0, :: and no host. */
bool goro__netaddr_is_wildcard(const struct netaddr *a);
/* Writes the text, cut to n.  Returns its whole length. */
int goro__netaddr_print(const struct netaddr *a, char *buf, size_t n);
/* Writes the text, of GORO_ADDR_MAX bytes, of an address for an error. */
void goro__net_name(const struct network *net, const char *address,
		    const struct netaddr *a, char *text);
/* Converts a to another family.  False if there is no such address. */
bool goro__netaddr_as(const struct netaddr *a, int family, struct netaddr *out);
void goro__netaddr_ipv4(struct netaddr *a, struct in_addr ip, unsigned port);
void goro__netaddr_ipv6(struct netaddr *a, const struct in6_addr *ip,
			unsigned port, unsigned scope);
/* False if the name is too long. */
bool goro__netaddr_unix(struct netaddr *a, const char *name);
/* Reads a literal address.  False if host is none: it may be a name. */
bool goro__netaddr_literal(struct netaddr *a, const char *host, unsigned port);

/* The parts of "host:port". */
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

/* The time at which to give up. */
struct until {
	int64_t deadline;
	goro_chan *cancel; /* ready: give up; NULL: never */
};

/* Returns GORO_OK, or GORO_TIMEOUT or GORO_NET_CANCELED if *p is over. */
int goro__net_until(const struct until *p, struct neterr *e);

/*
 * Finds the addresses that an address stands for, at least one, in the order to
 * try them.  Blocks if there is a name to look up.
 */
int goro__net_resolve(const struct network *net, const char *address,
		      const struct until *p, struct netaddrs *out,
		      struct neterr *e);
/* Returns the first IPv4 address, else the first. */
const struct netaddr *goro__net_prefer_ipv4(const struct netaddrs *as);

/* ---- connections ---------------------------------------------------------- */

/*
 * The calls of a kind of connection; NULL: it has no such call.  Each sets the
 * goroutine's error text when it fails.  got and done are never NULL.
 */
struct conn_ops {
	int (*read)(goro_conn *c, void *buf, size_t n, size_t *got);
	int (*write)(goro_conn *c, const void *buf, size_t n, size_t *done);
	/* Takes the bytes that went out off the parts.  NULL: by writes. */
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

/* True if c is not NULL.  Dies if c was freed. */
bool goro__conn_valid(goro_conn *c);

/* ---- freed ---------------------------------------------------------------- */

/*
 * A free clears the mark NET_LIVE, so that a later use is reported until the
 * memory is reused.  relaxed: a race of the two is the program's fault already.
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
