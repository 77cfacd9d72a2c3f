/*
 * listen.c - listeners, and sockets for datagrams.
 */
#include <stdlib.h>

#include "calls.h"
#include "sock.h"
#include "sched/outside.h"

/* ---- open ----------------------------------------------------------------- */

/* Makes a socket that is bound to the address, and listens if it can. */
static int open_at(const struct network *net, const struct netaddr *a, int *fd,
		   struct neterr *e)
{
	struct netaddr own;
	int family = goro__socket_listen_family(net, a);

	if (!goro__netaddr_as(a, family, &own))
		return goro__neterr(e, GORO_NET_ADDR, "invalid address family");
	*fd = goro__socket_open(net, family, e);
	if (*fd < 0)
		return e->status;
	if (goro__socket_listen(*fd, net, &own, e) == GORO_OK)
		return GORO_OK;
	goro__call_close(*fd);
	return e->status;
}

static int unexpected(const char *network, const char *address)
{
	struct neterr e;

	goro__neterr(&e, GORO_ENOTSUP,
		     "address %.120s: unexpected address "
		     "type",
		     address);
	return goro__net_fail(&e, "listen", network, "", address);
}

/*
 * Makes a bound socket for `network`, which must be one of datagrams exactly if
 * packet is set.  text, of GORO_ADDR_MAX bytes, becomes the address for errors.
 */
static int open_socket(const char *network, const char *address, bool packet,
		       const struct network **net, int *fd, char *text)
{
	const struct until until = {.deadline = GORO_FOREVER};
	const struct netaddr *a;
	struct netaddrs as;
	struct neterr e;

	*net = goro__network(network);
	if (!*net)
		return goro__net_unknown("listen", network);
	if (goro__net_resolve(*net, address, &until, &as, &e) != GORO_OK)
		return goro__net_fail(&e, "listen", network, "", "");
	if (packet != ((*net)->type == SOCK_DGRAM))
		return unexpected(network, address);
	a = goro__net_prefer_ipv4(&as);
	goro__net_name(*net, address, a, text);
	if (open_at(*net, a, fd, &e) != GORO_OK)
		return goro__net_fail(&e, "listen", network, "", text);
	return GORO_OK;
}

static int listener_new(int sysfd, const struct network *net,
			goro_listener **out, struct neterr *e)
{
	goro_listener *l = calloc(1, sizeof(*l));
	int status;

	if (!l)
		return goro__neterr(e, GORO_ENOMEM, "out of memory");
	status = goro__fd_init(&l->fd, sysfd, FD_SOCKET);
	if (status != GORO_OK) {
		free(l);
		return goro__neterr_fd(e, "epoll_ctl", status);
	}
	l->net = net;
	net_made(&l->live);
	atomic_init(&l->unlinked, false);
	atomic_init(&l->keeps_file, false);
	goro__call_sockname(sysfd, &l->addr);
	*out = l;
	return GORO_OK;
}

int goro_listen(const char *network, const char *address, goro_listener **out)
{
	AS_GOROUTINE();
	const struct network *net;
	char text[GORO_ADDR_MAX];
	struct neterr e;
	int status, fd;

	if (!network || !address || !out)
		return goro__net_invalid();
	status = open_socket(network, address, false, &net, &fd, text);
	if (status != GORO_OK)
		return status;
	status = listener_new(fd, net, out, &e);
	if (status == GORO_OK)
		return status;
	goro__call_close(fd);
	return goro__net_fail(&e, "listen", network, "", text);
}

int goro_listen_keepalive(const char *network, const char *address,
			  const struct goro_keepalive *k, goro_listener **out)
{
	AS_GOROUTINE();
	int status = goro_listen(network, address, out);

	if (status != GORO_OK)
		return status;
	(*out)->no_keepalive = !k;
	if (k)
		(*out)->keepalive = *k;
	return GORO_OK;
}

int goro_listener_from_fd(int fd, goro_listener **out)
{
	AS_GOROUTINE();
	const struct network *net;
	struct neterr e;
	int status;

	if (fd < 0 || !out)
		return goro__net_invalid();
	net = goro__network_of(fd);
	if (!net || net->type == SOCK_DGRAM ||
	    goro__call_getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1)
		return goro__net_unsupported();
	status = goro__call_nonblock(fd);
	if (status < 0) {
		goro__neterr_errno(&e, "fcntl", -status);
		return goro__net_fail_bare(e.status, e.text);
	}
	if (listener_new(fd, net, out, &e) != GORO_OK)
		return goro__net_fail_bare(e.status, e.text);
	/* relaxed: no other goroutine has it yet */
	atomic_store_explicit(&(*out)->keeps_file, true, memory_order_relaxed);
	return GORO_OK;
}

int goro_packet_listen(const char *network, const char *address,
		       goro_conn **out)
{
	AS_GOROUTINE();
	const struct network *net;
	char text[GORO_ADDR_MAX];
	struct neterr e;
	struct sock *s;
	int status, fd;

	if (!network || !address || !out)
		return goro__net_invalid();
	status = open_socket(network, address, true, &net, &fd, text);
	if (status != GORO_OK)
		return status;
	status = goro__sock_new(fd, net, &s, &e);
	if (status == GORO_OK) {
		goro__sock_ask(s);
		*out = &s->conn;
		return status;
	}
	goro__call_close(fd);
	return goro__net_fail(&e, "listen", network, "", text);
}

/* ---- in use --------------------------------------------------------------- */

static bool valid(goro_listener *l)
{
	if (l)
		net_in_use(&l->live, "use of freed listener");
	return l != NULL;
}

static int fail(const goro_listener *l, const char *op, const struct neterr *e)
{
	char addr[GORO_ADDR_MAX];

	goro__netaddr_print(&l->addr, addr, sizeof(addr));
	return goro__net_fail(e, op, l->net->name, "", addr);
}

static int fail_fd(const goro_listener *l, const char *op, const char *call,
		   int fd_status)
{
	struct neterr e;

	goro__neterr_fd(&e, call, fd_status);
	return fail(l, op, &e);
}

static const struct goro_keepalive *tcp_keepalive(const goro_listener *l)
{
	return l->no_keepalive ? NULL : &l->keepalive;
}

int goro_accept(goro_listener *l, goro_conn **out)
{
	AS_GOROUTINE();
	struct netaddr peer = {.len = sizeof(peer.u)};
	struct neterr e;
	struct sock *s;
	int status, fd;

	if (!valid(l) || !out)
		return goro__net_invalid();
	status = goro__fd_accept(&l->fd, &fd, &peer.u.sa, &peer.len);
	if (status != GORO_OK)
		return fail_fd(l, "accept", "accept4", status);
	if (goro__sock_new(fd, l->net, &s, &e) != GORO_OK) {
		goro__call_close(fd);
		return fail(l, "accept", &e);
	}
	if (l->net->family != AF_UNIX)
		goro__socket_tcp_options(fd, tcp_keepalive(l));
	goro__call_sockname(fd, &s->local);
	s->remote = peer;
	*out = &s->conn;
	return GORO_OK;
}

int goro_listener_addr(goro_listener *l, char *buf, size_t n)
{
	AS_GOROUTINE();

	if (!valid(l) || !buf || n == 0)
		return goro__net_invalid();
	goro__netaddr_print(&l->addr, buf, n);
	return GORO_OK;
}

int goro_listener_deadline(goro_listener *l, int64_t deadline)
{
	AS_GOROUTINE();
	int status;

	if (!valid(l))
		return goro__net_invalid();
	status = goro__fd_set_deadline(&l->fd, FD_MODE_BOTH, deadline);
	if (status == GORO_OK)
		return status;
	return goro__net_fail_bare(status, goro_status_text(status));
}

/* Removes the file, before the close: then others may make a new one. */
static void unlink_once(goro_listener *l)
{
	char path[GORO_ADDR_MAX];

	/* relaxed: a flag that carries no data */
	if (l->net->family != AF_UNIX ||
	    atomic_load_explicit(&l->keeps_file, memory_order_relaxed))
		return;
	goro__netaddr_print(&l->addr, path, sizeof(path));
	/* relaxed: it only decides which call is the first */
	if (path[0] != '@' &&
	    !atomic_exchange_explicit(&l->unlinked, true, memory_order_relaxed))
		goro__call_unlink(path);
}

int goro_unlink_on_close(goro_listener *l, bool on)
{
	AS_GOROUTINE();

	if (!valid(l))
		return goro__net_invalid();
	if (l->net->family != AF_UNIX)
		return goro__net_unsupported();
	/* relaxed: a flag that carries no data */
	atomic_store_explicit(&l->keeps_file, !on, memory_order_relaxed);
	return GORO_OK;
}

int goro_listener_close(goro_listener *l)
{
	AS_GOROUTINE();
	int status;

	if (!valid(l))
		return goro__net_invalid();
	unlink_once(l);
	status = goro__fd_close(&l->fd);
	return status == GORO_OK ? status
				 : fail_fd(l, "close", "close", status);
}

void goro_listener_free(goro_listener *l)
{
	AS_GOROUTINE();

	if (!l)
		return;
	net_freed(&l->live, "free of freed listener");
	unlink_once(l);
	goro__fd_close(&l->fd);
	free(l);
}
