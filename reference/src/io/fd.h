/*
 * fd.h - descriptors that goroutines read, write and close at the same time.
 * Sockets, pipes and files are built on them.
 *
 * A call that would block parks its goroutine until the poller finds the
 * descriptor ready (netpoll.h), its deadline passes or it is closed.
 * A file that cannot be polled (a regular one) blocks a thread instead, as
 * goro_blocking() does, and has no deadlines.
 *
 * All calls but init and wait_write may be made by any goroutines at once.
 * Reads exclude each other, and so do writes.  Each returns one int:
 *
 *	GORO_OK               done
 *	GORO_EOF              read: nothing more will come
 *	GORO_TIMEOUT          the deadline of this mode has passed
 *	GORO_NET_CLOSED       closed before or during the call
 *	GORO_NET_NO_DEADLINE  set_deadline: the file cannot be polled
 *	GORO_ENOMEM           init: no memory
 *	FD_ERRNO(e)           the system call failed with errno e
 *
 * goro__fd_status() turns each of them into a status of goro.h.
 */
#ifndef GORO_FD_H
#define GORO_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "io/fdmutex.h"

/* These lie below all statuses of goro.h. */
#define FD_ERRNO(e) (-1000 - (e))
#define FD_IS_ERRNO(status) ((status) < -1000)
#define FD_ERRNO_OF(status) (-1000 - (status))

/* The kind of a file: a bitwise or of these. */
enum fd_flags {
	FD_SOCKET = 1, /* written with send(), which raises no SIGPIPE */
	/*
	 * A stream: a read of 0 bytes is the end, and a write goes on until all
	 * bytes are written.  If not set, one call is one message of any size.
	 */
	FD_STREAM = 2,
	/* If not pollable, it blocks threads; without this, init fails. */
	FD_FILE = 4,
	/*
	 * A TCP connection.  A read that returns less than was asked for has
	 * emptied it, so the next read waits without a try.
	 */
	FD_TCP = 8
};

struct polldesc;

/*
 * Lives in the memory of its user, who may free it after close has returned
 * and all other calls have, too.  flags and pd do not change after init.
 */
struct fd {
	struct fdmutex mu;
	int sysfd;
	unsigned flags;
	struct polldesc *pd; /* NULL: not pollable */
	/* FD_TCP: the last read emptied it; guarded by the lock of FD_READ */
	bool drained;
	struct g *closer; /* waits for the last reference; mu.lock */
	bool gone;        /* the descriptor is closed; mu.lock */
};

/*
 * Sets all of *f and takes over sysfd.  sysfd should be O_CLOEXEC and must be
 * O_NONBLOCK; with FD_FILE init sets that itself if the file is pollable.
 *
 * On an error the caller keeps sysfd and closes it.  FD_ERRNO(ENOSPC): this
 * user watches too many.  FD_ERRNO(EPERM): not pollable.  FD_ERRNO(EMFILE),
 * (ENFILE): no descriptor for the poller itself, which later calls open.
 * GORO_ENOMEM.
 */
int goro__fd_init(struct fd *f, int sysfd, unsigned flags);

/*
 * Reads at most n bytes, at least 1 unless n is 0.  *got is always set.
 * Blocks.  n == 0 does not block and does not look at the deadline.
 */
int goro__fd_read(struct fd *f, void *buf, size_t n, size_t *got);

/*
 * Writes all n bytes, or returns an error.  *put is always set: on an error too
 * some bytes may have been written.  Blocks.
 */
int goro__fd_write(struct fd *f, const void *buf, size_t n, size_t *put);

/*
 * The same of several parts, from which it takes off what was written.  A part
 * is at most 2^30 bytes long.
 */
int goro__fd_writev(struct fd *f, struct iovec *parts, size_t n, size_t *put);

/*
 * Makes one system call (recvfrom, sendmsg ...) under the lock of mode.  Waits
 * for mode and repeats it after EAGAIN; repeats it after EINTR.  call returns
 * what the system call does, with errno set if that is -1; it must not block
 * and may not call goro.  *result (may be NULL) is its result.  Blocks.
 */
typedef ssize_t (*fd_call)(int sysfd, void *arg);
int goro__fd_io(struct fd *f, enum fd_mode mode, fd_call call, void *arg,
		ssize_t *result);

/*
 * Accepts the next connection of a listener.  *sysfd is O_NONBLOCK and
 * O_CLOEXEC and belongs to the caller.  addr and len are those of accept(2) and
 * may be NULL.  Skips connections that died in the queue.  Blocks.
 */
int goro__fd_accept(struct fd *f, int *sysfd, struct sockaddr *addr,
		    socklen_t *len);

/*
 * Waits until a connect() that gave EINPROGRESS has ended, or the deadline for
 * writing passes.  Only for the goroutine that made f, before others have it.
 * It may return early: look at SO_ERROR, and at getpeername() if that is 0,
 * and wait again.  Call connect() before init: the poller reports a socket
 * without it as ready.  Blocks.
 */
int goro__fd_wait_write(struct fd *f);

/*
 * Takes a reference, which keeps sysfd open.  False if f is closed.  The close
 * of a pollable f waits for the release of the reference.
 */
bool goro__fd_hold(struct fd *f);
void goro__fd_release(struct fd *f);

/*
 * Makes one system call (shutdown, setsockopt, getsockname ...) with a
 * reference, so that sysfd cannot be another file.  call is as in goro__fd_io()
 * and must not block.  Repeats it after EINTR.
 */
int goro__fd_control(struct fd *f, fd_call call, void *arg, ssize_t *result);

/*
 * Makes calls of these modes fail with GORO_TIMEOUT from the time `when` of
 * goro_now() on, also those that wait now.  If `when` has passed they fail at
 * once, even if there is data.  GORO_FOREVER: no deadline.
 */
enum fd_modes { FD_MODE_READ = 1, FD_MODE_WRITE = 2, FD_MODE_BOTH = 3 };
int goro__fd_set_deadline(struct fd *f, enum fd_modes modes, int64_t when);

/*
 * Ends all calls that wait, with GORO_NET_CLOSED, and closes the descriptor
 * once the last of them has returned.  If f is pollable, waits for that, which
 * is short.  Returns GORO_NET_CLOSED if f was closed before, else the status of
 * close(2); on an error too the descriptor is closed.
 */
int goro__fd_close(struct fd *f);

/* Turns FD_ERRNO(ECONNRESET) into GORO_NET_RESET ...; keeps other statuses. */
int goro__fd_status(int status);

#endif
