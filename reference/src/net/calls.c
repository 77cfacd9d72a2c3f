/*
 * calls.c - see calls.h.
 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Returns status, or -errno.  All goroutines of a thread use its errno, which
 * ThreadSanitizer would report as a race.
 */
__attribute__((no_sanitize_thread)) static int result(long status)
{
	return status < 0 ? -errno : (int)status;
}

int goro__call_socket(int family, int type)
{
	return result(syscall(SYS_socket, family,
			      type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int goro__call_bind(int fd, const struct netaddr *a)
{
	return result(syscall(SYS_bind, fd, &a->u, a->len));
}

int goro__call_listen(int fd, int backlog)
{
	return result(syscall(SYS_listen, fd, backlog));
}

int goro__call_connect(int fd, const struct netaddr *a)
{
	return result(syscall(SYS_connect, fd, &a->u, a->len));
}

int goro__call_setsockopt(int fd, int level, int option, int value)
{
	return result(syscall(SYS_setsockopt, fd, level, option, &value,
			      sizeof(value)));
}

int goro__call_getsockopt(int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);
	int status = result(
		syscall(SYS_getsockopt, fd, level, option, &value, &len));

	return status < 0 ? status : value;
}

static int name(long number, int fd, struct netaddr *a)
{
	socklen_t len = sizeof(a->u);
	int status;

	*a = (struct netaddr){.len = 0};
	status = result(syscall(number, fd, &a->u, &len));
	if (status == 0)
		a->len = len;
	return status;
}

int goro__call_sockname(int fd, struct netaddr *a)
{
	return name(SYS_getsockname, fd, a);
}

int goro__call_peername(int fd, struct netaddr *a)
{
	return name(SYS_getpeername, fd, a);
}

int goro__call_pipe(int fds[2])
{
	return result(syscall(SYS_pipe2, fds, O_NONBLOCK | O_CLOEXEC));
}

int goro__call_close(int fd)
{
	return result(syscall(SYS_close, fd));
}

int goro__call_nonblock(int fd)
{
	int flags = result(syscall(SYS_fcntl, fd, F_GETFL));

	return flags < 0 ? flags
			 : result(syscall(SYS_fcntl, fd, F_SETFL,
					  flags | O_NONBLOCK));
}

void goro__call_unlink(const char *path)
{
	syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

ssize_t goro__call_recvfrom(int fd, void *message)
{
	struct message *m = message;
	socklen_t len = sizeof(m->addr->u);
	ssize_t n;

	*m->addr = (struct netaddr){.len = 0};
	n = syscall(SYS_recvfrom, fd, m->buf, m->n, 0, &m->addr->u, &len);
	if (n >= 0)
		m->addr->len = len;
	return n;
}

ssize_t goro__call_sendto(int fd, void *message)
{
	struct message *m = message;

	return syscall(SYS_sendto, fd, m->buf, m->n, MSG_NOSIGNAL, &m->addr->u,
		       m->addr->len);
}

ssize_t goro__call_shutdown(int fd, void *how)
{
	return syscall(SYS_shutdown, fd, *(int *)how);
}

/* ---- descriptors with bytes ----------------------------------------------- */

/* The kernel's limit of descriptors in one message. */
enum { MOST_RIGHTS = 253 };

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(MOST_RIGHTS * sizeof(int))];
};

/* Takes the descriptors of c, and closes those that do not fit. */
static void take_rights(const struct cmsghdr *c, struct rights *r, size_t *n)
{
	size_t came = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fd;

	for (size_t i = 0; i < came; i++) {
		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if (*n < r->fds_n)
			r->fds[(*n)++] = fd;
		else
			goro__call_close(fd);
	}
}

ssize_t goro__call_recvmsg(int fd, void *rights)
{
	struct rights *r = rights;
	struct iovec part = {.iov_base = r->buf, .iov_len = r->n};
	union control control;
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	ssize_t got = syscall(SYS_recvmsg, fd, &m, MSG_CMSG_CLOEXEC);
	size_t n = 0;

	if (got < 0)
		return got;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			take_rights(c, r, &n);
	r->fds_n = n;
	return got;
}
