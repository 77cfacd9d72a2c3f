/*
 * socket.c - sockets with the options that Go gives them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "calls.h"
#include "sock.h"

unsigned goro__socket_flags(const struct network *net)
{
	if (net->type == SOCK_DGRAM)
		return FD_SOCKET;
	if (net->type == SOCK_STREAM && net->family != AF_UNIX)
		return FD_SOCKET | FD_STREAM | FD_TCP;
	return FD_SOCKET | FD_STREAM;
}

int goro__socket_open(const struct network *net, int family, struct neterr *e)
{
	int fd = goro__call_socket(family, net->type);

	if (fd < 0) {
		goro__neterr_errno(e, "socket", -fd);
		return -1;
	}
	if (family == AF_INET6)
		goro__call_setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
				      net->family == AF_INET6);
	if (net->type == SOCK_DGRAM && family != AF_UNIX)
		goro__call_setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1);
	return fd;
}

/* Sets an option, unless value is negative. */
static int set_positive(int sysfd, int option, int64_t value)
{
	if (value < 0)
		return 0;
	return goro__call_setsockopt(sysfd, IPPROTO_TCP, option,
				     value > INT_MAX ? INT_MAX : (int)value);
}

static int64_t seconds(int64_t ns)
{
	return ns == 0 ? 15 : ns < 0 ? -1 : (ns - 1) / GORO_SECOND + 1;
}

int goro__socket_keepalive(int sysfd, const struct goro_keepalive *k)
{
	int status = goro__call_setsockopt(sysfd, SOL_SOCKET, SO_KEEPALIVE,
					   k != NULL);

	if (k && status == 0)
		status = set_positive(sysfd, TCP_KEEPIDLE, seconds(k->idle));
	if (k && status == 0)
		status = set_positive(sysfd, TCP_KEEPINTVL,
				      seconds(k->interval));
	if (k && status == 0)
		status = set_positive(sysfd, TCP_KEEPCNT,
				      k->count == 0 ? 9 : k->count);
	return status;
}

void goro__socket_tcp_options(int sysfd, const struct goro_keepalive *k)
{
	goro__call_setsockopt(sysfd, IPPROTO_TCP, TCP_NODELAY, 1);
	goro__socket_keepalive(sysfd, k);
}

/* ---- listening ------------------------------------------------------------ */

static int read_somaxconn(void)
{
	char text[16];
	int fd = open("/proc/sys/net/core/somaxconn", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int backlog;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return SOMAXCONN;
	text[n] = '\0';
	backlog = atoi(text);
	return backlog > 0 ? backlog : SOMAXCONN;
}

/* Reads it once.  Several goroutines may do so at once, and find the same. */
static int backlog(void)
{
	static atomic_int known;
	/* relaxed: nothing but the number itself */
	int n = atomic_load_explicit(&known, memory_order_relaxed);

	if (n == 0) {
		n = read_somaxconn();
		atomic_store_explicit(&known, n, memory_order_relaxed);
	}
	return n;
}

int goro__socket_listen(int sysfd, const struct network *net,
			const struct netaddr *a, struct neterr *e)
{
	bool stream = net->type != SOCK_DGRAM;
	int status;

	if (stream)
		goro__call_setsockopt(sysfd, SOL_SOCKET, SO_REUSEADDR, 1);
	status = goro__call_bind(sysfd, a);
	if (status < 0)
		return goro__neterr_errno(e, "bind", -status);
	status = stream ? goro__call_listen(sysfd, backlog()) : 0;
	if (status < 0)
		return goro__neterr_errno(e, "listen", -status);
	return GORO_OK;
}

/* True if an IPv6 socket can have IPv4 addresses too. */
static bool try_dual(void)
{
	struct netaddr v4, a;
	int fd = goro__call_socket(AF_INET6, SOCK_STREAM);
	bool can;

	if (fd < 0)
		return false;
	goro__call_setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	goro__netaddr_literal(&v4, "127.0.0.1", 0);
	can = goro__netaddr_as(&v4, AF_INET6, &a) &&
	      goro__call_bind(fd, &a) == 0;
	goro__call_close(fd);
	return can;
}

static bool dual(void)
{
	enum { UNKNOWN, NO, YES };
	static atomic_int known;
	/* relaxed: nothing but the number itself */
	int n = atomic_load_explicit(&known, memory_order_relaxed);

	if (n == UNKNOWN) {
		n = try_dual() ? YES : NO;
		atomic_store_explicit(&known, n, memory_order_relaxed);
	}
	return n == YES;
}

int goro__socket_listen_family(const struct network *net,
			       const struct netaddr *a)
{
	if (net->family != AF_UNSPEC)
		return net->family;
	if (goro__netaddr_is_wildcard(a) && dual())
		return AF_INET6;
	return a->u.sa.sa_family;
}
