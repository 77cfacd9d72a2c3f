/*
 * copy.c - copies from one connection to another, in the kernel if possible.
 */
#include <errno.h>
#include <stdlib.h>

#include "calls.h"
#include "io/move.h"
#include "sock.h"
#include "sched/outside.h"

enum { PIECE = 1 << 15, CHUNK = 1 << 16 };

/* A copy that is under way.  A negative most is no bound. */
struct copy {
	goro_conn *to, *from;
	int64_t most, done;
};

static size_t piece(const struct copy *c, size_t most)
{
	int64_t left = c->most - c->done;

	return c->most < 0 || left > (int64_t)most ? most : (size_t)left;
}

static bool is_over(const struct copy *c)
{
	return c->most >= 0 && c->done >= c->most;
}

/* ---- by reads and writes -------------------------------------------------- */

static int by_bytes(struct copy *c)
{
	char *buf = malloc(PIECE);
	size_t got, put;
	int status = GORO_OK;

	if (!buf)
		return goro__net_fail_bare(GORO_ENOMEM, "out of memory");
	while (!is_over(c)) {
		status =
			c->from->ops->read(c->from, buf, piece(c, PIECE), &got);
		if (status != GORO_OK)
			break;
		put = 0;
		status = c->to->ops->write(c->to, buf, got, &put);
		c->done += (int64_t)put;
		if (status != GORO_OK)
			break;
	}
	free(buf);
	return status;
}

/* ---- from a file ---------------------------------------------------------- */

/* True if the kernel cannot copy from this file, and nothing was copied yet. */
static bool cannot(const struct copy *c, int status)
{
	return c->done == 0 &&
	       (status == FD_ERRNO(EINVAL) || status == FD_ERRNO(ENOSYS) ||
		status == FD_ERRNO(EOPNOTSUPP) || status == FD_ERRNO(EPERM));
}

/* Sends a file.  The caller holds from, whose reads do not park. */
static int send_file(struct copy *c, struct sock *to, struct sock *from)
{
	int status = GORO_OK;
	ssize_t n;

	while (!is_over(c)) {
		struct move m = {from->fd.sysfd, piece(c, CHUNK)};

		status = goro__fd_io(&to->fd, FD_WRITE, goro__move_from_file,
				     &m, &n);
		if (cannot(c, status))
			return by_bytes(c);
		if (status != GORO_OK)
			return goro__sock_fail(to, "write", "sendfile", status);
		if (n == 0)
			return goro__sock_fail(from, "read", NULL, GORO_EOF);
		c->done += n;
	}
	return status;
}

/* ---- between sockets ------------------------------------------------------ */

/* Moves the n bytes that are in the pipe to `to`. */
static int pump(struct copy *c, struct sock *to, int pipe, size_t n)
{
	ssize_t out;
	int status;

	for (; n > 0; n -= (size_t)out) {
		struct move m = {pipe, n};

		status = goro__fd_io(&to->fd, FD_WRITE, goro__move_from_pipe,
				     &m, &out);
		if (status != GORO_OK)
			return goro__sock_fail(to, "write", "splice", status);
		c->done += out;
	}
	return GORO_OK;
}

static int splice(struct copy *c, struct sock *to, struct sock *from,
		  const int pipe[2])
{
	int status = GORO_OK;
	ssize_t n;

	while (status == GORO_OK && !is_over(c)) {
		struct move m = {pipe[1], piece(c, CHUNK)};

		status = goro__fd_io(&from->fd, FD_READ, goro__move_to_pipe, &m,
				     &n);
		if (cannot(c, status))
			return by_bytes(c);
		if (status != GORO_OK)
			return goro__sock_fail(from, "read", "splice", status);
		if (n == 0)
			return goro__sock_fail(from, "read", NULL, GORO_EOF);
		status = pump(c, to, pipe[0], (size_t)n);
	}
	return status;
}

static int by_splice(struct copy *c, struct sock *to, struct sock *from)
{
	int pipe[2], status;

	if (goro__call_pipe(pipe) < 0)
		return by_bytes(c);
	status = splice(c, to, from, pipe);
	goro__call_close(pipe[0]);
	goro__call_close(pipe[1]);
	return status;
}

/* ---- which ---------------------------------------------------------------- */

static bool is_stream(const struct sock *s)
{
	return s->net && s->net->type == SOCK_STREAM;
}

static int copy(struct copy *c)
{
	struct sock *to = goro__sock_of(c->to), *from = goro__sock_of(c->from);
	int status;

	if (!to || !from || !(to->fd.flags & FD_TCP))
		return by_bytes(c);
	if (is_stream(from))
		return by_splice(c, to, from);
	if (from->fd.pd || !goro__fd_hold(&from->fd))
		return by_bytes(c);
	status = send_file(c, to, from);
	goro__fd_release(&from->fd);
	return status;
}

int goro_conn_copy(goro_conn *to, goro_conn *from, int64_t most, int64_t *done)
{
	AS_GOROUTINE();
	struct copy c = {.to = to, .from = from, .most = most};
	int status;

	if (done)
		*done = 0;
	if (!goro__conn_valid(to) || !goro__conn_valid(from))
		return goro__net_invalid();
	status = copy(&c);
	if (done)
		*done = c.done;
	return status == GORO_EOF && most < 0 ? GORO_OK : status;
}
