/*
 * sock.c - the operations of a connection that is a descriptor.
 */
#include "sock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "sched/outside.h"

static struct sock *of(goro_conn *c)
{
	return (struct sock *)c;
}

/* ---- errors --------------------------------------------------------------- */

/* Keeps "read |0: i/o timeout"; a closed file has another text. */
static int fail_file(const struct sock *s, const char *op, int fd_status)
{
	struct neterr e;

	if (fd_status == GORO_NET_CLOSED)
		goro__neterr(&e, fd_status, "file already closed");
	else
		goro__neterr_fd(&e, NULL, fd_status);
	return goro__net_fail(&e, op, s->file, "", "");
}

static int fail_between(const struct sock *s, const struct neterr *e,
			const char *op, const struct netaddr *to)
{
	char local[GORO_ADDR_MAX], remote[GORO_ADDR_MAX];

	goro__netaddr_print(&s->local, local, sizeof(local));
	goro__netaddr_print(to, remote, sizeof(remote));
	return goro__net_fail(e, op, s->net->name, local, remote);
}

int goro__sock_fail(const struct sock *s, const char *op, const char *call,
		    int fd_status)
{
	struct neterr e;

	if (fd_status == GORO_EOF)
		return goro__net_fail_bare(GORO_EOF, "EOF");
	if (!s->net)
		return fail_file(s, op, fd_status);
	goro__neterr_fd(&e, call, fd_status);
	return fail_between(s, &e, op, &s->remote);
}

/* ---- reading and writing -------------------------------------------------- */

static int sock_read(goro_conn *c, void *buf, size_t n, size_t *got)
{
	int status = goro__fd_read(&of(c)->fd, buf, n, got);

	return status == GORO_OK
		       ? status
		       : goro__sock_fail(of(c), "read", "read", status);
}

static int sock_write(goro_conn *c, const void *buf, size_t n, size_t *done)
{
	int status = goro__fd_write(&of(c)->fd, buf, n, done);

	if (status == GORO_OK)
		return status;
	return goro__sock_fail(of(c), "write", "write", status);
}

static int sock_writev(goro_conn *c, struct iovec *parts, size_t n,
		       size_t *done)
{
	int status = goro__fd_writev(&of(c)->fd, parts, n, done);

	if (status == GORO_OK)
		return status;
	/* Of a file Go makes writes. */
	return goro__sock_fail(of(c), of(c)->net ? "writev" : "write", "writev",
			       status);
}

static bool is_packet(const struct sock *s)
{
	return s->net && s->net->type == SOCK_DGRAM;
}

static int sock_read_from(goro_conn *c, void *buf, size_t n, size_t *got,
			  struct netaddr *from)
{
	struct message m = {.buf = buf, .n = n, .addr = from};
	ssize_t result = 0;
	int status;

	if (!is_packet(of(c)))
		return goro__net_unsupported();
	status = goro__fd_io(&of(c)->fd, FD_READ, goro__call_recvfrom, &m,
			     &result);
	if (status != GORO_OK)
		return goro__sock_fail(of(c), "read", "recvfrom", status);
	*got = (size_t)result;
	return GORO_OK;
}

static int no_ipv4(const struct sock *s, const struct netaddr *to)
{
	char text[GORO_ADDR_MAX], ip[GORO_ADDR_MAX];
	struct neterr e;

	/* the ip of "[ip]:port" */
	goro__netaddr_print(to, text, sizeof(text));
	sscanf(text, "[%127[^]]", ip);
	goro__neterr(&e, GORO_NET_ADDR, "address %s: non-IPv4 address", ip);
	return fail_between(s, &e, "write", to);
}

static int send_to(struct sock *s, const void *buf, size_t n,
		   const struct netaddr *to)
{
	struct netaddr a;
	struct message m = {.buf = (void *)(uintptr_t)buf, .n = n, .addr = &a};
	struct neterr e;
	int status;

	if (s->remote.len > 0) {
		goro__neterr(&e, GORO_NET_OTHER,
			     "use of WriteTo with "
			     "pre-connected connection");
		return fail_between(s, &e, "write", to);
	}
	if (!goro__netaddr_as(to, s->local.u.sa.sa_family, &a))
		return no_ipv4(s, to);
	status = goro__fd_io(&s->fd, FD_WRITE, goro__call_sendto, &m, NULL);
	if (status == GORO_OK)
		return status;
	goro__neterr_fd(&e, "sendto", status);
	return fail_between(s, &e, "write", to);
}

static int sock_write_to(goro_conn *c, const void *buf, size_t n,
			 const char *to)
{
	const struct until until = {.deadline = GORO_FOREVER};
	struct netaddrs as;
	struct neterr e;

	if (!is_packet(of(c)))
		return goro__net_unsupported();
	if (goro__net_resolve(of(c)->net, to, &until, &as, &e) != GORO_OK)
		return goro__net_fail_bare(e.status, e.text);
	return send_to(of(c), buf, n, goro__net_prefer_ipv4(&as));
}

/* ---- the rest ------------------------------------------------------------- */

static int sock_deadline(goro_conn *c, unsigned modes, int64_t deadline)
{
	struct sock *s = of(c);
	int status = goro__fd_set_deadline(&s->fd, modes, deadline);
	char local[GORO_ADDR_MAX];
	struct neterr e;

	if (status == GORO_OK)
		return status;
	goro__neterr_fd(&e, NULL, status);
	if (!s->net)
		return goro__net_fail_bare(
			status, status == GORO_NET_CLOSED ? "use of closed file"
							  : e.text);
	goro__netaddr_print(&s->local, local, sizeof(local));
	return goro__net_fail(&e, "set", s->net->name, "", local);
}

static int sock_shutdown(goro_conn *c, int how)
{
	struct sock *s = of(c);
	int status;

	if (!s->net ||
	    (s->net->family != AF_UNIX && s->net->type != SOCK_STREAM))
		return goro__net_unsupported();
	how = how == GORO_SHUT_READ    ? SHUT_RD
	      : how == GORO_SHUT_WRITE ? SHUT_WR
				       : SHUT_RDWR;
	status = goro__fd_control(&s->fd, goro__call_shutdown, &how, NULL);
	return status == GORO_OK
		       ? status
		       : goro__sock_fail(s, "close", "shutdown", status);
}

static int sock_addr(goro_conn *c, bool remote, char *buf, size_t n)
{
	const struct sock *s = of(c);
	const struct netaddr *a = remote ? &s->remote : &s->local;

	if (a->len == 0)
		return goro__net_unsupported();
	goro__netaddr_print(a, buf, n);
	return GORO_OK;
}

static int sock_close(goro_conn *c)
{
	int status = goro__fd_close(&of(c)->fd);

	if (status == GORO_OK)
		return status;
	return goro__sock_fail(of(c), "close", "close", status);
}

static void sock_free(goro_conn *c)
{
	goro__sock_drop(of(c));
}

static const struct conn_ops ops = {
	.read = sock_read,
	.write = sock_write,
	.writev = sock_writev,
	.read_from = sock_read_from,
	.write_to = sock_write_to,
	.deadline = sock_deadline,
	.shutdown = sock_shutdown,
	.addr = sock_addr,
	.close = sock_close,
	.free = sock_free,
};

struct sock *goro__sock_of(goro_conn *c)
{
	return c->ops == &ops ? of(c) : NULL;
}

void goro__sock_drop(struct sock *s)
{
	goro__fd_close(&s->fd);
	free(s);
}

/* ---- made ----------------------------------------------------------------- */

/* file is NULL, or the name of a file. */
static int sock_new(int sysfd, const struct network *net, const char *file,
		    unsigned flags, struct sock **out, struct neterr *e)
{
	struct sock *s = calloc(1, sizeof(*s));
	int status;

	if (!s)
		return goro__neterr(e, GORO_ENOMEM, "out of memory");
	status = goro__fd_init(&s->fd, sysfd, flags);
	if (status != GORO_OK) {
		free(s);
		return goro__neterr_fd(e, "epoll_ctl", status);
	}
	s->conn.ops = &ops;
	net_made(&s->conn.live);
	s->net = net;
	s->file = file;
	*out = s;
	return GORO_OK;
}

/*
 * Leaves the length 0 for no address.  A nameless unix socket has an address.
 */
void goro__sock_ask(struct sock *s)
{
	goro__call_sockname(s->fd.sysfd, &s->local);
	goro__call_peername(s->fd.sysfd, &s->remote);
}

int goro__sock_new(int sysfd, const struct network *net, struct sock **out,
		   struct neterr *e)
{
	return sock_new(sysfd, net, NULL, goro__socket_flags(net), out, e);
}

static int file_new(int sysfd, const char *name, unsigned flags,
		    const struct network *net, goro_conn **out)
{
	struct neterr e;
	struct sock *s;

	if (sock_new(sysfd, net, name, flags | FD_FILE, &s, &e) != GORO_OK)
		return goro__net_fail_bare(e.status, e.text);
	if (net)
		goro__sock_ask(s);
	*out = &s->conn;
	return GORO_OK;
}

int goro_os_pipe(goro_conn *out[2])
{
	AS_GOROUTINE();
	struct neterr e;
	goro_conn *ends[2] = {NULL, NULL};
	int fds[2], status;

	if (!out)
		return GORO_EINVAL;
	status = goro__call_pipe(fds);
	if (status < 0) {
		goro__neterr_errno(&e, "pipe2", -status);
		return goro__net_fail_bare(e.status, e.text);
	}
	status = file_new(fds[0], "|0", FD_STREAM, NULL, &ends[0]);
	if (status != GORO_OK) {
		goro__call_close(fds[0]);
		goto fail;
	}
	status = file_new(fds[1], "|1", FD_STREAM, NULL, &ends[1]);
	if (status != GORO_OK) {
		goro_conn_free(ends[0]);
		goto fail;
	}
	out[0] = ends[0];
	out[1] = ends[1];
	return GORO_OK;

fail:
	goro__call_close(fds[1]);
	return status;
}

const struct network *goro__network_of(int sysfd)
{
	int type = goro__call_getsockopt(sysfd, SOL_SOCKET, SO_TYPE);
	int family = goro__call_getsockopt(sysfd, SOL_SOCKET, SO_DOMAIN);

	if (family == AF_UNIX)
		return goro__network(type == SOCK_STREAM  ? "unix"
				     : type == SOCK_DGRAM ? "unixgram"
							  : "unixpacket");
	if (family != AF_INET && family != AF_INET6)
		return NULL;
	return type == SOCK_STREAM  ? goro__network("tcp")
	       : type == SOCK_DGRAM ? goro__network("udp")
				    : NULL;
}

int goro_conn_from_fd(int fd, goro_conn **out)
{
	AS_GOROUTINE();
	const struct network *net;

	if (fd < 0 || !out)
		return GORO_EINVAL;
	net = goro__network_of(fd);
	return file_new(fd, "fd", net ? goro__socket_flags(net) : FD_STREAM,
			net, out);
}
