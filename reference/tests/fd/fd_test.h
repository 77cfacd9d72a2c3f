/*
 * fd_test.h - what the tests of descriptors share.
 */
#ifndef GORO_FD_TEST_H
#define GORO_FD_TEST_H

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../programs/prog.h"
#include "io/fd.h"

enum { SOCKET = FD_SOCKET | FD_STREAM };

/* Two ends of a stream. */
static inline void fd_pair(struct fd f[2])
{
	int sv[2];
	int status = socketpair(
		AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sv);

	CHECK(status == 0);
	for (int i = 0; i < 2; i++)
		CHECK(goro__fd_init(&f[i], sv[i], SOCKET) == GORO_OK);
}

static inline void fd_close_pair(struct fd f[2])
{
	for (int i = 0; i < 2; i++)
		CHECK(goro__fd_close(&f[i]) == GORO_OK);
}

/* All n bytes or the status that came instead. */
static inline int fd_read_all(struct fd *f, void *buf, size_t n)
{
	size_t done = 0, got;
	int status = GORO_OK;

	while (done < n && status == GORO_OK) {
		status = goro__fd_read(f, (char *)buf + done, n - done, &got);
		done += got;
	}
	return status;
}

static inline int fd_write_all(struct fd *f, const void *buf, size_t n)
{
	size_t put;
	int status = goro__fd_write(f, buf, n, &put);

	CHECK(status != GORO_OK || put == n);
	return status;
}

#endif
