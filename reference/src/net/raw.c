/*
 * raw.c - the descriptor of a connection: its options, its number, and calls
 * of the program on it.
 */
#include <errno.h>

#include "calls.h"
#include "sock.h"
#include "sched/outside.h"

/* Returns c's sock.  If c has none, NULL with *status set. */
static struct sock *sock_of(goro_conn *c, int *status)
{
	struct sock *s = goro__conn_valid(c) ? goro__sock_of(c) : NULL;

	*status = s   ? GORO_OK
		  : c ? goro__net_unsupported()
		      : goro__net_invalid();
	return s;
}

/* ---- calls of the program's own ------------------------------------------- */

struct raw {
	bool (*fn)(void *arg, int fd);
	void *arg;
};

/* ThreadSanitizer would report the use of the thread's errno as a race. */
__attribute__((no_sanitize_thread)) static ssize_t raw_call(int fd, void *arg)
{
	const struct raw *r = arg;

	if (r->fn(r->arg, fd))
		return 0;
	errno = EAGAIN;
	return -1;
}

static int raw(goro_conn *c, enum fd_mode mode, const char *op,
	       bool (*fn)(void *arg, int fd), void *arg)
{
	struct raw r = {.fn = fn, .arg = arg};
	int status;
	struct sock *s = sock_of(c, &status);

	if (!s)
		return status;
	if (!fn)
		return goro__net_invalid();
	status = goro__fd_io(&s->fd, mode, raw_call, &r, NULL);
	return status == GORO_OK ? status
				 : goro__sock_fail(s, op, NULL, status);
}

int goro_conn_raw_read(goro_conn *c, bool (*fn)(void *arg, int fd), void *arg)
{
	AS_GOROUTINE();

	return raw(c, FD_READ, "raw-read", fn, arg);
}

int goro_conn_raw_write(goro_conn *c, bool (*fn)(void *arg, int fd), void *arg)
{
	AS_GOROUTINE();

	return raw(c, FD_WRITE, "raw-write", fn, arg);
}

static ssize_t number_call(int fd, void *arg)
{
	(void)arg;
	return fd;
}

int goro_conn_fd(goro_conn *c, int *fd)
{
	AS_GOROUTINE();
	int status;
	struct sock *s = sock_of(c, &status);
	ssize_t number;

	if (!s)
		return status;
	if (!fd)
		return goro__net_invalid();
	status = goro__fd_control(&s->fd, number_call, NULL, &number);
	if (status != GORO_OK)
		return goro__sock_fail(s, "raw-control", NULL, status);
	*fd = (int)number;
	return GORO_OK;
}

/* ---- options -------------------------------------------------------------- */

__attribute__((no_sanitize_thread)) static ssize_t keepalive_call(int fd,
								  void *k)
{
	int status = goro__socket_keepalive(fd, k);

	if (status == 0)
		return 0;
	errno = -status;
	return -1;
}

int goro_conn_keepalive(goro_conn *c, const struct goro_keepalive *k)
{
	AS_GOROUTINE();
	struct goro_keepalive own;
	int status;
	struct sock *s = sock_of(c, &status);

	if (!s)
		return status;
	if (!(s->fd.flags & FD_TCP))
		return goro__net_unsupported();
	if (k)
		own = *k;
	status =
		goro__fd_control(&s->fd, keepalive_call, k ? &own : NULL, NULL);
	return status == GORO_OK
		       ? status
		       : goro__sock_fail(s, "set", "setsockopt", status);
}

/* ---- descriptors ---------------------------------------------------------- */

int goro_conn_read_msg(goro_conn *c, void *buf, size_t n, size_t *got, int *fds,
		       size_t fds_n, size_t *fds_got)
{
	AS_GOROUTINE();
	struct rights r = {.buf = buf, .n = n, .fds = fds, .fds_n = fds_n};
	ssize_t result;
	size_t ignored;
	int status;
	struct sock *s = sock_of(c, &status);

	got = got ? got : &ignored;
	fds_got = fds_got ? fds_got : &ignored;
	*got = *fds_got = 0;
	if (!s)
		return status;
	if ((!buf && n > 0) || n > PTRDIFF_MAX || (!fds && fds_n > 0))
		return goro__net_invalid();
	if (!s->net || s->net->family != AF_UNIX)
		return goro__net_unsupported();
	status = goro__fd_io(&s->fd, FD_READ, goro__call_recvmsg, &r, &result);
	if (status == GORO_OK && result == 0 && n > 0 && r.fds_n == 0 &&
	    (s->fd.flags & FD_STREAM))
		status = GORO_EOF;
	if (status != GORO_OK)
		return goro__sock_fail(s, "read", "recvmsg", status);
	*fds_got = r.fds_n;
	*got = (size_t)result;
	return GORO_OK;
}
