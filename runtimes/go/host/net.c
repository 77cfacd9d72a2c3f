/*
 * net.c - the network group: each entry checks what C must not get wrong and
 * goes on to the exported Go function of the same name.
 */
#include "_cgo_export.h"

static int net_dial(const char *network, const char *address, int64_t deadline,
		    assay_conn **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetDial((char *)network, (char *)address, deadline,
			 (uintptr_t *)out);
}

static int net_listen(const char *network, const char *address,
		      assay_listener **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetListen((char *)network, (char *)address, (uintptr_t *)out);
}

static int net_accept(assay_listener *l, assay_conn **out)
{
	if (!l || !out)
		return ASSAY_EINVAL;
	return goNetAccept((uintptr_t)l, (uintptr_t *)out);
}

static int net_listener_addr(assay_listener *l, char *buf, size_t n)
{
	if (!l || !buf || n == 0)
		return ASSAY_EINVAL;
	return goNetListenerAddr((uintptr_t)l, buf, n);
}

static int net_listener_deadline(assay_listener *l, int64_t deadline)
{
	return l ? goNetListenerDeadline((uintptr_t)l, deadline) : ASSAY_EINVAL;
}

static int net_listener_close(assay_listener *l)
{
	return l ? goNetListenerClose((uintptr_t)l) : ASSAY_EINVAL;
}

static void net_listener_free(assay_listener *l)
{
	if (l)
		goNetFree((uintptr_t)l);
}

static bool bytes_ok(const void *buf, size_t n)
{
	return n <= PTRDIFF_MAX && (buf || n == 0);
}

static int net_read(assay_conn *c, void *buf, size_t n, size_t *got)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n))
		return ASSAY_EINVAL;
	return goNetRead((uintptr_t)c, buf, n, got ? got : &ignored);
}

static int net_write(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n))
		return ASSAY_EINVAL;
	return goNetWrite((uintptr_t)c, (void *)buf, n, done ? done : &ignored);
}

static int net_read_deadline(assay_conn *c, int64_t deadline)
{
	return c ? goNetReadDeadline((uintptr_t)c, deadline) : ASSAY_EINVAL;
}

static int net_write_deadline(assay_conn *c, int64_t deadline)
{
	return c ? goNetWriteDeadline((uintptr_t)c, deadline) : ASSAY_EINVAL;
}

static int net_shutdown(assay_conn *c, int how)
{
	const int both = ASSAY_SHUT_READ | ASSAY_SHUT_WRITE;

	if (!c || how == 0 || (how & ~both) != 0)
		return ASSAY_EINVAL;
	return goNetShutdown((uintptr_t)c, how);
}

static int net_local_addr(assay_conn *c, char *buf, size_t n)
{
	if (!c || !buf || n == 0)
		return ASSAY_EINVAL;
	return goNetLocalAddr((uintptr_t)c, buf, n);
}

static int net_remote_addr(assay_conn *c, char *buf, size_t n)
{
	if (!c || !buf || n == 0)
		return ASSAY_EINVAL;
	return goNetRemoteAddr((uintptr_t)c, buf, n);
}

static int net_close(assay_conn *c)
{
	return c ? goNetClose((uintptr_t)c) : ASSAY_EINVAL;
}

static void net_free(assay_conn *c)
{
	if (c)
		goNetFree((uintptr_t)c);
}

static int net_packet_listen(const char *network, const char *address,
			     assay_conn **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetPacketListen((char *)network, (char *)address,
				 (uintptr_t *)out);
}

static int net_read_from(assay_conn *c, void *buf, size_t n, size_t *got,
			 char *from, size_t from_n)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n))
		return ASSAY_EINVAL;
	return goNetReadFrom((uintptr_t)c, buf, n, got ? got : &ignored, from,
			     from_n);
}

static int net_write_to(assay_conn *c, const void *buf, size_t n,
			const char *to)
{
	if (!c || !bytes_ok(buf, n) || !to)
		return ASSAY_EINVAL;
	return goNetWriteTo((uintptr_t)c, (void *)buf, n, (char *)to);
}

static int net_os_pipe(assay_conn *out[2])
{
	return out ? goNetOsPipe((uintptr_t *)out) : ASSAY_EINVAL;
}

static int net_mem_pipe(assay_conn *out[2])
{
	return out ? goNetMemPipe((uintptr_t *)out) : ASSAY_EINVAL;
}

static int net_from_fd(int fd, assay_conn **out)
{
	if (fd < 0 || !out)
		return ASSAY_EINVAL;
	return goNetFromFd(fd, (uintptr_t *)out);
}

static const char *net_error(void)
{
	return assay_go_text(GO_TEXT_NET);
}

static int net_listener_from_fd(int fd, assay_listener **out)
{
	if (fd < 0 || !out)
		return ASSAY_EINVAL;
	return goNetListenerFromFd(fd, (uintptr_t *)out);
}

static int net_unlink_on_close(assay_listener *l, bool on)
{
	return l ? goNetUnlinkOnClose((uintptr_t)l, on) : ASSAY_EINVAL;
}

static int net_read_msg(assay_conn *c, void *buf, size_t n, size_t *got,
			int *fds, size_t fds_n, size_t *fds_got)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n) || (!fds && fds_n > 0))
		return ASSAY_EINVAL;
	return goNetReadMsg((uintptr_t)c, buf, n, got ? got : &ignored, fds,
			    fds_n, fds_got ? fds_got : &ignored);
}

static int net_writev(assay_conn *c, struct assay_bytes *parts, size_t n,
		      size_t *done)
{
	size_t ignored;

	if (!c || (!parts && n > 0))
		return ASSAY_EINVAL;
	return goNetWritev((uintptr_t)c, parts, n, done ? done : &ignored);
}

static int net_copy(assay_conn *to, assay_conn *from, int64_t most,
		    int64_t *done)
{
	int64_t ignored;

	if (!to || !from)
		return ASSAY_EINVAL;
	return goNetCopy((uintptr_t)to, (uintptr_t)from, most,
			 done ? done : &ignored);
}

static int net_keepalive(assay_conn *c, const struct assay_keepalive *k)
{
	return c ? goNetKeepalive((uintptr_t)c, (struct assay_keepalive *)k)
		 : ASSAY_EINVAL;
}

static int net_dial_keepalive(const char *network, const char *address,
			      int64_t deadline, const struct assay_keepalive *k,
			      assay_conn **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetDialKeepalive((char *)network, (char *)address, deadline,
				  (struct assay_keepalive *)k,
				  (uintptr_t *)out);
}

static int net_listen_keepalive(const char *network, const char *address,
				const struct assay_keepalive *k,
				assay_listener **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetListenKeepalive((char *)network, (char *)address,
				    (struct assay_keepalive *)k,
				    (uintptr_t *)out);
}

bool assay_go_raw(raw_fn fn, void *arg, int fd)
{
	return fn(arg, fd);
}

static int net_raw_read(assay_conn *c, raw_fn fn, void *arg)
{
	return c && fn ? goNetRawRead((uintptr_t)c, fn, arg) : ASSAY_EINVAL;
}

static int net_raw_write(assay_conn *c, raw_fn fn, void *arg)
{
	return c && fn ? goNetRawWrite((uintptr_t)c, fn, arg) : ASSAY_EINVAL;
}

static int net_conn_fd(assay_conn *c, int *fd)
{
	return c && fd ? goNetConnFd((uintptr_t)c, fd) : ASSAY_EINVAL;
}

static int net_dial_any(const char *const *addresses, size_t n, int32_t port,
			int64_t delay, int64_t deadline, assay_conn **out)
{
	if (!addresses || n == 0 || !out)
		return ASSAY_EINVAL;
	return goNetDialAny((char **)addresses, n, port, delay, deadline,
			    (uintptr_t *)out);
}

/* Not constant: keep-alive depends on the version. */
struct assay_net_ops assay_go_net = {sizeof(assay_go_net),
				     ASSAY_NET_FN(ASSAY_ENTRY)};
