/*
 * fd.h - descriptors that goroutines read, write and close at the same time:
 * what sockets, pipes and files are built on.
 *
 * A call that would block parks its goroutine until the poller finds the
 * descriptor ready (netpoll.h), its deadline passes or somebody closes it.
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
 * goro__fd_status() makes a status of goro.h of any of them.
 */
#ifndef GORO_FD_H
#define GORO_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "io/fdmutex.h"

/* Further from 0 than any status. */
#define FD_ERRNO(e) (-1000 - (e))
#define FD_IS_ERRNO(status) ((status) < -1000)
#define FD_ERRNO_OF(status) (-1000 - (status))

/* What kind of file it is: an or of these. */
enum fd_flags {
	FD_SOCKET = 1, /* written with send(), which raises no SIGPIPE */
	/*
	 * A stream: a read of 0 bytes is the end, a write goes on until all
	 * bytes are written.  Not set: one call is one message, of any size.
	 */
	FD_STREAM = 2,
	/*
	 * It may turn out not to be pollable, and then blocks threads.  Not
	 * set: init gives that as an error.
	 */
	FD_FILE = 4,
	/*
	 * A TCP connection.  A read that gave less than was asked for has
	 * emptied it, so that the next one need not try before it waits.
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
 * Takes over sysfd, which must be O_NONBLOCK (with FD_FILE: in any mode; init
 * sets it if the file is pollable) and should be O_CLOEXEC.  *f is all of its
 * own making: nothing needs to be set before.
 *
 * On an error sysfd stays with the caller, who closes it: FD_ERRNO(ENOSPC) too
 * many are watched by this user, FD_ERRNO(EPERM) not pollable; at the first
 * use FD_ERRNO(EMFILE), (ENFILE) no descriptor for the poller itself, which
 * later calls try again.  GORO_ENOMEM.
 */
int goro__fd_init(struct fd *f, int sysfd, unsigned flags);

/*
 * Reads at most n bytes, at least 1 unless n is 0.  *got is always set.
 * Blocks.  n == 0 does not block and does not look at the deadline.
 */
int goro__fd_read(struct fd *f, void *buf, size_t n, size_t *got);

/*
 * Writes all n bytes, or fewer and says why.  *put is always set: on an error,
 * too, some may have been written.  Blocks.
 */
int goro__fd_write(struct fd *f, const void *buf, size_t n, size_t *put);

/*
 * The same of several parts, from which it takes off what was written.  A part
 * is at most 2^30 bytes long.
 */
int goro__fd_writev(struct fd *f, struct iovec *parts, size_t n, size_t *put);

/*
 * One system call under the lock of mode, repeated until it neither would
 * block (EAGAIN: waits for mode) nor was interrupted: recvfrom, sendmsg ...
 * call returns what the system call does, with its errno if that is -1; it
 * must not block and may not call goro.  *result (may be NULL) is its result.
 * Blocks.
 */
typedef ssize_t (*fd_call)(int sysfd, void *arg);
int goro__fd_io(struct fd *f, enum fd_mode mode, fd_call call, void *arg,
		ssize_t *result);

/*
 * The next connection of a listener: *sysfd, which is O_NONBLOCK and
 * O_CLOEXEC and the caller's.  addr and len as in accept(2); may be NULL.
 * Connections that died in the queue are passed over.  Blocks.
 */
int goro__fd_accept(struct fd *f, int *sysfd, struct sockaddr *addr,
		    socklen_t *len);

/*
 * Waits until a connect() that gave EINPROGRESS has come to its end, or the
 * deadline for writing passes; for the one who made f, before others have it.
 * It may return early: look at SO_ERROR, and at getpeername() if that is 0,
 * and wait again.  Call connect() before init: a socket that has not been
 * connected counts as ready.  Blocks.
 */
int goro__fd_wait_write(struct fd *f);

/*
 * A reference, with which sysfd stays what it is; false: closed.  A close of
 * what is pollable waits for its release.
 */
bool goro__fd_hold(struct fd *f);
void goro__fd_release(struct fd *f);

/*
 * One system call with a reference, so that it cannot meet another file:
 * shutdown, setsockopt, getsockname ...  call as in goro__fd_io; it must not
 * block.  An interrupted one is repeated.
 */
int goro__fd_control(struct fd *f, fd_call call, void *arg, ssize_t *result);

/*
 * Calls of mode fail with GORO_TIMEOUT from when on, a time of goro_now(),
 * those that wait now among them.  A time that has passed: at once, even if
 * there is data.  GORO_FOREVER: no deadline.
 */
enum fd_modes { FD_MODE_READ = 1, FD_MODE_WRITE = 2, FD_MODE_BOTH = 3 };
int goro__fd_set_deadline(struct fd *f, enum fd_modes modes, int64_t when);

/*
 * Ends all calls that wait, with GORO_NET_CLOSED, and closes the descriptor
 * once the last of them has returned.  If it is pollable the call waits for
 * that, which is short.  A second close is GORO_NET_CLOSED; else the status of
 * close(2), after which the descriptor is closed all the same.
 */
int goro__fd_close(struct fd *f);

/* GORO_NET_RESET for FD_ERRNO(ECONNRESET) and so on; others as they are. */
int goro__fd_status(int status);

#endif
