/*
 * net.c - the net group of goro's adapter.
 */
#include <assay.h>
#include <goro_net.h>

#define SAME(a, b) _Static_assert((int)(a) == (int)(b), #a " is not " #b)
SAME(ASSAY_EOF, GORO_EOF);
SAME(ASSAY_NET_CLOSED, GORO_NET_CLOSED);
SAME(ASSAY_NET_REFUSED, GORO_NET_REFUSED);
SAME(ASSAY_NET_RESET, GORO_NET_RESET);
SAME(ASSAY_NET_PIPE, GORO_NET_PIPE);
SAME(ASSAY_NET_ADDR, GORO_NET_ADDR);
SAME(ASSAY_NET_NO_DEADLINE, GORO_NET_NO_DEADLINE);
SAME(ASSAY_NET_CANCELED, GORO_NET_CANCELED);
SAME(ASSAY_NET_PIPE_CLOSED, GORO_NET_PIPE_CLOSED);
SAME(ASSAY_NET_MFILE, GORO_NET_MFILE);
SAME(ASSAY_NET_OTHER, GORO_NET_OTHER);
SAME(ASSAY_SHUT_READ, GORO_SHUT_READ);
SAME(ASSAY_SHUT_WRITE, GORO_SHUT_WRITE);

#define CONN(c) ((goro_conn *)(void *)(c))
#define CONNS(c) ((goro_conn **)(void *)(c))
#define LISTENER(l) ((goro_listener *)(void *)(l))

static int dial(const char *network, const char *address, int64_t deadline,
		assay_conn **out)
{
	return goro_dial(network, address, deadline, CONNS(out));
}

static int listen(const char *network, const char *address,
		  assay_listener **out)
{
	return goro_listen(network, address, (goro_listener **)(void *)out);
}

static int accept(assay_listener *l, assay_conn **out)
{
	return goro_accept(LISTENER(l), CONNS(out));
}

static int listener_addr(assay_listener *l, char *buf, size_t n)
{
	return goro_listener_addr(LISTENER(l), buf, n);
}

static int listener_deadline(assay_listener *l, int64_t deadline)
{
	return goro_listener_deadline(LISTENER(l), deadline);
}

static int listener_close(assay_listener *l)
{
	return goro_listener_close(LISTENER(l));
}

static void listener_free(assay_listener *l)
{
	goro_listener_free(LISTENER(l));
}

static int conn_read(assay_conn *c, void *buf, size_t n, size_t *got)
{
	return goro_conn_read(CONN(c), buf, n, got);
}

static int conn_write(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	return goro_conn_write(CONN(c), buf, n, done);
}

static int read_deadline(assay_conn *c, int64_t deadline)
{
	return goro_conn_read_deadline(CONN(c), deadline);
}

static int write_deadline(assay_conn *c, int64_t deadline)
{
	return goro_conn_write_deadline(CONN(c), deadline);
}

static int conn_shutdown(assay_conn *c, int how)
{
	return goro_conn_shutdown(CONN(c), how);
}

static int local_addr(assay_conn *c, char *buf, size_t n)
{
	return goro_conn_local_addr(CONN(c), buf, n);
}

static int remote_addr(assay_conn *c, char *buf, size_t n)
{
	return goro_conn_remote_addr(CONN(c), buf, n);
}

static int conn_close(assay_conn *c)
{
	return goro_conn_close(CONN(c));
}

static void conn_free(assay_conn *c)
{
	goro_conn_free(CONN(c));
}

static int packet_listen(const char *network, const char *address,
			 assay_conn **out)
{
	return goro_packet_listen(network, address, CONNS(out));
}

static int read_from(assay_conn *c, void *buf, size_t n, size_t *got,
		     char *from, size_t from_n)
{
	return goro_conn_read_from(CONN(c), buf, n, got, from, from_n);
}

static int write_to(assay_conn *c, const void *buf, size_t n, const char *to)
{
	return goro_conn_write_to(CONN(c), buf, n, to);
}

static int os_pipe(assay_conn *out[2])
{
	return goro_os_pipe(CONNS(out));
}

static int mem_pipe(assay_conn *out[2])
{
	return goro_mem_pipe(CONNS(out));
}

static int from_fd(int fd, assay_conn **out)
{
	return goro_conn_from_fd(fd, CONNS(out));
}

extern const struct assay_net_ops goro_adapter_net;
const struct assay_net_ops goro_adapter_net = {
	.size = sizeof(goro_adapter_net),
	.dial = dial,
	.listen = listen,
	.accept = accept,
	.listener_addr = listener_addr,
	.listener_deadline = listener_deadline,
	.listener_close = listener_close,
	.listener_free = listener_free,
	.read = conn_read,
	.write = conn_write,
	.read_deadline = read_deadline,
	.write_deadline = write_deadline,
	.shutdown = conn_shutdown,
	.local_addr = local_addr,
	.remote_addr = remote_addr,
	.close = conn_close,
	.free = conn_free,
	.packet_listen = packet_listen,
	.read_from = read_from,
	.write_to = write_to,
	.os_pipe = os_pipe,
	.mem_pipe = mem_pipe,
	.from_fd = from_fd,
	.error = goro_net_error,
};
