/*
 * net.c - the network group: each entry checks what C must not get wrong and
 * goes on to the exported Go function of the same name.
 */
#include "_cgo_export.h"

static int dial(const char *network, const char *address, int64_t deadline,
		assay_conn **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetDial((char *)network, (char *)address, deadline,
			 (uintptr_t *)out);
}

static int listen_(const char *network, const char *address,
		   assay_listener **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetListen((char *)network, (char *)address, (uintptr_t *)out);
}

static int accept_(assay_listener *l, assay_conn **out)
{
	if (!l || !out)
		return ASSAY_EINVAL;
	return goNetAccept((uintptr_t)l, (uintptr_t *)out);
}

static int listener_addr(assay_listener *l, char *buf, size_t n)
{
	if (!l || !buf || n == 0)
		return ASSAY_EINVAL;
	return goNetListenerAddr((uintptr_t)l, buf, n);
}

static int listener_deadline(assay_listener *l, int64_t deadline)
{
	return l ? goNetListenerDeadline((uintptr_t)l, deadline) : ASSAY_EINVAL;
}

static int listener_close(assay_listener *l)
{
	return l ? goNetListenerClose((uintptr_t)l) : ASSAY_EINVAL;
}

static void listener_free(assay_listener *l)
{
	if (l)
		goNetFree((uintptr_t)l);
}

static bool bytes_ok(const void *buf, size_t n)
{
	return n <= PTRDIFF_MAX && (buf || n == 0);
}

static int read_(assay_conn *c, void *buf, size_t n, size_t *got)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n))
		return ASSAY_EINVAL;
	return goNetRead((uintptr_t)c, buf, n, got ? got : &ignored);
}

static int write_(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n))
		return ASSAY_EINVAL;
	return goNetWrite((uintptr_t)c, (void *)buf, n, done ? done : &ignored);
}

static int read_deadline(assay_conn *c, int64_t deadline)
{
	return c ? goNetReadDeadline((uintptr_t)c, deadline) : ASSAY_EINVAL;
}

static int write_deadline(assay_conn *c, int64_t deadline)
{
	return c ? goNetWriteDeadline((uintptr_t)c, deadline) : ASSAY_EINVAL;
}

static int shutdown_(assay_conn *c, int how)
{
	const int both = ASSAY_SHUT_READ | ASSAY_SHUT_WRITE;

	if (!c || how == 0 || (how & ~both) != 0)
		return ASSAY_EINVAL;
	return goNetShutdown((uintptr_t)c, how);
}

static int local_addr(assay_conn *c, char *buf, size_t n)
{
	if (!c || !buf || n == 0)
		return ASSAY_EINVAL;
	return goNetLocalAddr((uintptr_t)c, buf, n);
}

static int remote_addr(assay_conn *c, char *buf, size_t n)
{
	if (!c || !buf || n == 0)
		return ASSAY_EINVAL;
	return goNetRemoteAddr((uintptr_t)c, buf, n);
}

static int close_(assay_conn *c)
{
	return c ? goNetClose((uintptr_t)c) : ASSAY_EINVAL;
}

static void free_(assay_conn *c)
{
	if (c)
		goNetFree((uintptr_t)c);
}

static int packet_listen(const char *network, const char *address,
			 assay_conn **out)
{
	if (!network || !address || !out)
		return ASSAY_EINVAL;
	return goNetPacketListen((char *)network, (char *)address,
				 (uintptr_t *)out);
}

static int read_from(assay_conn *c, void *buf, size_t n, size_t *got,
		     char *from, size_t from_n)
{
	size_t ignored;

	if (!c || !bytes_ok(buf, n))
		return ASSAY_EINVAL;
	return goNetReadFrom((uintptr_t)c, buf, n, got ? got : &ignored, from,
			     from_n);
}

static int write_to(assay_conn *c, const void *buf, size_t n, const char *to)
{
	if (!c || !bytes_ok(buf, n) || !to)
		return ASSAY_EINVAL;
	return goNetWriteTo((uintptr_t)c, (void *)buf, n, (char *)to);
}

static int os_pipe(assay_conn *out[2])
{
	return out ? goNetOsPipe((uintptr_t *)out) : ASSAY_EINVAL;
}

static int mem_pipe(assay_conn *out[2])
{
	return out ? goNetMemPipe((uintptr_t *)out) : ASSAY_EINVAL;
}

static int from_fd(int fd, assay_conn **out)
{
	if (fd < 0 || !out)
		return ASSAY_EINVAL;
	return goNetFromFd(fd, (uintptr_t *)out);
}

static const char *error(void)
{
	return assay_go_text(GO_TEXT_NET);
}

const struct assay_net_ops assay_go_net = {
	.size = sizeof(assay_go_net),
	.dial = dial,
	.listen = listen_,
	.accept = accept_,
	.listener_addr = listener_addr,
	.listener_deadline = listener_deadline,
	.listener_close = listener_close,
	.listener_free = listener_free,
	.read = read_,
	.write = write_,
	.read_deadline = read_deadline,
	.write_deadline = write_deadline,
	.shutdown = shutdown_,
	.local_addr = local_addr,
	.remote_addr = remote_addr,
	.close = close_,
	.free = free_,
	.packet_listen = packet_listen,
	.read_from = read_from,
	.write_to = write_to,
	.os_pipe = os_pipe,
	.mem_pipe = mem_pipe,
	.from_fd = from_fd,
	.error = error,
};
