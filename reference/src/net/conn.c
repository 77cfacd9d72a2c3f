/*
 * conn.c - the calls on connections of every kind.
 */
#include "io/fd.h"
#include "net.h"
#include "sched/outside.h"

bool goro__conn_valid(goro_conn *c)
{
	if (c)
		net_in_use(&c->live, "use of freed connection");
	return c != NULL;
}

/* Checks the arguments that all kinds have. */
static bool bytes_ok(goro_conn *c, const void *buf, size_t n)
{
	return goro__conn_valid(c) && (buf || n == 0) && n <= PTRDIFF_MAX;
}

int goro_conn_read(goro_conn *c, void *buf, size_t n, size_t *got)
{
	AS_GOROUTINE();
	size_t ignored;

	got = got ? got : &ignored;
	*got = 0;
	if (!bytes_ok(c, buf, n))
		return goro__net_invalid();
	return c->ops->read(c, buf, n, got);
}

int goro_conn_write(goro_conn *c, const void *buf, size_t n, size_t *done)
{
	AS_GOROUTINE();
	size_t ignored;

	done = done ? done : &ignored;
	*done = 0;
	if (!bytes_ok(c, buf, n))
		return goro__net_invalid();
	return c->ops->write(c, buf, n, done);
}

static int writev_by_writes(goro_conn *c, struct iovec *parts, size_t n,
			    size_t *done)
{
	int status = GORO_OK;
	size_t put;

	for (; n > 0 && status == GORO_OK; parts++, n--) {
		put = 0;
		status =
			c->ops->write(c, parts->iov_base, parts->iov_len, &put);
		parts->iov_base = (char *)parts->iov_base + put;
		parts->iov_len -= put;
		*done += put;
	}
	return status;
}

static bool parts_ok(goro_conn *c, const struct goro_bytes *parts, size_t n)
{
	size_t all = 0;

	if (!goro__conn_valid(c) || (!parts && n > 0))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!bytes_ok(c, parts[i].at, parts[i].n) ||
		    parts[i].n > PTRDIFF_MAX - all)
			return false;
		all += parts[i].n;
	}
	return true;
}

int goro_conn_writev(goro_conn *c, struct goro_bytes *parts, size_t n,
		     size_t *done)
{
	AS_GOROUTINE();
	struct iovec *same = (struct iovec *)(void *)parts;
	size_t ignored;

	/* goro_bytes has the layout of iovec, except that one is const */
	_Static_assert(sizeof(*parts) == sizeof(*same) &&
			       offsetof(struct goro_bytes, n) ==
				       offsetof(struct iovec, iov_len),
		       "layout");
	done = done ? done : &ignored;
	*done = 0;
	if (!parts_ok(c, parts, n))
		return goro__net_invalid();
	return c->ops->writev ? c->ops->writev(c, same, n, done)
			      : writev_by_writes(c, same, n, done);
}

int goro_conn_read_from(goro_conn *c, void *buf, size_t n, size_t *got,
			char *from, size_t from_n)
{
	AS_GOROUTINE();
	struct netaddr addr;
	size_t ignored;
	int status;

	got = got ? got : &ignored;
	*got = 0;
	if (!bytes_ok(c, buf, n) || (!from && from_n > 0))
		return goro__net_invalid();
	if (!c->ops->read_from)
		return goro__net_unsupported();
	status = c->ops->read_from(c, buf, n, got, &addr);
	if (status == GORO_OK && from_n > 0)
		goro__netaddr_print(&addr, from, from_n);
	return status;
}

int goro_conn_write_to(goro_conn *c, const void *buf, size_t n, const char *to)
{
	AS_GOROUTINE();

	if (!bytes_ok(c, buf, n) || !to)
		return goro__net_invalid();
	if (!c->ops->write_to)
		return goro__net_unsupported();
	return c->ops->write_to(c, buf, n, to);
}

static int set_deadline(goro_conn *c, unsigned modes, int64_t deadline)
{
	return goro__conn_valid(c) ? c->ops->deadline(c, modes, deadline)
				   : goro__net_invalid();
}

int goro_conn_read_deadline(goro_conn *c, int64_t deadline)
{
	AS_GOROUTINE();

	return set_deadline(c, FD_MODE_READ, deadline);
}

int goro_conn_write_deadline(goro_conn *c, int64_t deadline)
{
	AS_GOROUTINE();

	return set_deadline(c, FD_MODE_WRITE, deadline);
}

int goro_conn_deadline(goro_conn *c, int64_t deadline)
{
	AS_GOROUTINE();

	return set_deadline(c, FD_MODE_BOTH, deadline);
}

int goro_conn_shutdown(goro_conn *c, int how)
{
	AS_GOROUTINE();

	if (!goro__conn_valid(c) || how == 0 ||
	    (how & ~(GORO_SHUT_READ | GORO_SHUT_WRITE)))
		return goro__net_invalid();
	if (!c->ops->shutdown)
		return goro__net_unsupported();
	return c->ops->shutdown(c, how);
}

static int addr(goro_conn *c, bool remote, char *buf, size_t n)
{
	if (!goro__conn_valid(c) || !buf || n == 0)
		return goro__net_invalid();
	return c->ops->addr(c, remote, buf, n);
}

int goro_conn_local_addr(goro_conn *c, char *buf, size_t n)
{
	AS_GOROUTINE();

	return addr(c, false, buf, n);
}

int goro_conn_remote_addr(goro_conn *c, char *buf, size_t n)
{
	AS_GOROUTINE();

	return addr(c, true, buf, n);
}

int goro_conn_close(goro_conn *c)
{
	AS_GOROUTINE();

	return goro__conn_valid(c) ? c->ops->close(c) : goro__net_invalid();
}

void goro_conn_free(goro_conn *c)
{
	AS_GOROUTINE();

	if (!c)
		return;
	net_freed(&c->live, "free of freed connection");
	c->ops->free(c);
}
