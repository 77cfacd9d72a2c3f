/*
 * fd.c - descriptors: tries a system call, parks if it would block, and tries
 * again when woken.
 *
 * errno is read in functions that are never inlined: a goroutine may go on on
 * another thread after a park, so a compiler must not keep errno's address.
 */
#include "io/fd.h"

#include "io/netpoll.h"
#include "sched/goroutine.h"
#include "base/sys.h"
#include "base/text.h"

#define NOINLINE __attribute__((noinline))
#define MOST ((size_t)1 << 30) /* in one call; whole pages */

/* For the race detector, as in Go: each write comes before each later read. */
static const char io_edge;

/* ---- open and close -------------------------------------------------------- */

static NOINLINE int make_nonblocking(int sysfd)
{
	return sys_nonblock(sysfd) < 0 ? errno : 0;
}

static int begin_to_poll(struct fd *f)
{
	int e = goro__netpoll_open(f->sysfd, &f->pd);

	if (e == EPERM && (f->flags & FD_FILE))
		return 0;
	if (e || !(f->flags & FD_FILE))
		return e;
	e = make_nonblocking(f->sysfd);
	if (!e)
		return 0;
	goro__netpoll_evict(f->pd);
	goro__netpoll_close(f->pd);
	return e;
}

int goro__fd_init(struct fd *f, int sysfd, unsigned flags)
{
	int e;

	*f = (struct fd){.sysfd = sysfd, .flags = flags};
	e = begin_to_poll(f);
	if (e == ENOMEM)
		return GORO_ENOMEM;
	return e ? FD_ERRNO(e) : GORO_OK;
}

static NOINLINE int close_now(int sysfd)
{
	/* It is closed even if it was interrupted. */
	return sys_close(sysfd) < 0 && errno != EINTR ? FD_ERRNO(errno)
						      : GORO_OK;
}

/* Closes f, whose last reference is gone.  The closer may free f once woken. */
static int destroy(struct fd *f)
{
	struct g *closer;
	int status;

	if (f->pd)
		goro__netpoll_close(f->pd);
	status = close_now(f->sysfd);
	plock(&f->mu.lock);
	f->gone = true;
	closer = f->closer;
	punlock(&f->mu.lock);
	if (closer)
		goro__ready(closer);
	return status;
}

static void wait_until_gone(struct fd *f)
{
	plock(&f->mu.lock);
	if (f->gone) {
		punlock(&f->mu.lock);
		return;
	}
	f->closer = goro__self();
	goro__park(&f->mu.lock, WAIT_SEMACQUIRE);
}

int goro__fd_close(struct fd *f)
{
	bool pollable = f->pd != NULL;

	if (!goro__fdmutex_close(&f->mu))
		return GORO_NET_CLOSED;
	if (pollable)
		goro__netpoll_evict(f->pd);
	if (goro__fdmutex_decref(&f->mu))
		return destroy(f);
	if (pollable)
		wait_until_gone(f);
	return GORO_OK;
}

static void unlock_fd(struct fd *f, enum fd_mode mode)
{
	if (unlikely(goro__fdmutex_unlock(&f->mu, mode)))
		destroy(f);
	goro_checkpoint(); /* a preemption in the runtime had to wait for this */
}

/* ---- one try --------------------------------------------------------------- */

struct attempt {
	fd_call call;
	void *arg;
	int sysfd;
	ssize_t result; /* or -errno */
};

/* Makes the call, and repeats it while it is interrupted. */
static NOINLINE void try_it(struct attempt *t)
{
	do {
		preempt_disable();
		t->result = t->call(t->sysfd, t->arg);
		preempt_enable();
		if (t->result < 0)
			t->result = -errno;
	} while (t->result == -EINTR);
}

static void try_on_g0(void *arg)
{
	try_it(arg);
}

/* Makes the call.  On a file that cannot be polled it may block a thread. */
static ssize_t try_once(const struct fd *f, fd_call call, void *arg)
{
	struct attempt t = {.call = call, .arg = arg, .sysfd = f->sysfd};

	if (likely(f->pd != NULL))
		try_it(&t);
	else
		goro_blocking(try_on_g0, &t);
	return t.result;
}

/*
 * Makes the call until it does not give EAGAIN.  The lock of mode is held.
 * Sets *result to the call's result, or to -errno.
 */
static int try_until_ready(struct fd *f, enum fd_mode mode, fd_call call,
			   void *arg, ssize_t *result)
{
	int status;

	do {
		*result = try_once(f, call, arg);
		if (likely(*result >= 0))
			return GORO_OK;
		if (*result != -EAGAIN || !f->pd)
			return FD_ERRNO((int)-*result);
		status = goro__netpoll_wait(f->pd, mode);
	} while (status == GORO_OK);
	return status;
}

static int prepare(struct fd *f, enum fd_mode mode)
{
	return likely(f->pd != NULL) ? goro__netpoll_prepare(f->pd, mode)
				     : GORO_OK;
}

int goro__fd_io(struct fd *f, enum fd_mode mode, fd_call call, void *arg,
		ssize_t *result)
{
	ssize_t unused;
	int status;

	if (!result)
		result = &unused;
	*result = -1;
	if (!goro__fdmutex_lock(&f->mu, mode))
		return GORO_NET_CLOSED;
	if (mode == FD_WRITE)
		san_release(&io_edge);
	else
		f->drained = false; /* call may leave data behind */
	status = prepare(f, mode);
	if (status == GORO_OK)
		status = try_until_ready(f, mode, call, arg, result);
	if (mode == FD_READ)
		san_acquire(&io_edge);
	unlock_fd(f, mode);
	return status;
}

bool goro__fd_hold(struct fd *f)
{
	return goro__fdmutex_incref(&f->mu);
}

void goro__fd_release(struct fd *f)
{
	if (goro__fdmutex_decref(&f->mu))
		destroy(f);
}

int goro__fd_control(struct fd *f, fd_call call, void *arg, ssize_t *result)
{
	struct attempt t = {.call = call, .arg = arg, .sysfd = f->sysfd};

	if (result)
		*result = -1;
	if (!goro__fdmutex_incref(&f->mu))
		return GORO_NET_CLOSED;
	try_it(&t);
	goro__fd_release(f);
	if (t.result < 0)
		return FD_ERRNO((int)-t.result);
	if (result)
		*result = t.result;
	return GORO_OK;
}

/* ---- read ------------------------------------------------------------------ */

struct bytes {
	char *at;
	size_t n;
};

static size_t at_most(const struct fd *f, size_t n)
{
	return (f->flags & FD_STREAM) && n > MOST ? MOST : n;
}

static ssize_t read_call(int sysfd, void *arg)
{
	struct bytes *b = arg;

	return sys_read(sysfd, b->at, b->n);
}

/*
 * Waits before the read if the last one has emptied f: a try would fail.  The
 * poller reports later data, unless they came with the peer's end (netpoll.h:
 * hup).  The word must keep such a report, so prepare() is not called.
 */
static int wait_if_drained(struct fd *f)
{
	if (!f->drained || load_seq(&f->pd->hup))
		return goro__netpoll_prepare(f->pd, FD_READ);
	f->drained = false;
	return goro__netpoll_wait(f->pd, FD_READ);
}

static int read_locked(struct fd *f, struct bytes *b, size_t *got)
{
	int status =
		f->flags & FD_TCP ? wait_if_drained(f) : prepare(f, FD_READ);
	ssize_t n;

	if (status == GORO_OK)
		status = try_until_ready(f, FD_READ, read_call, b, &n);
	if (status != GORO_OK)
		return status;
	*got = (size_t)n;
	f->drained = *got<b->n && * got> 0;
	return *got == 0 && (f->flags & FD_STREAM) ? GORO_EOF : GORO_OK;
}

int goro__fd_read(struct fd *f, void *buf, size_t n, size_t *got)
{
	struct bytes b = {.at = buf, .n = at_most(f, n)};
	int status = GORO_OK;

	*got = 0;
	if (!goro__fdmutex_lock(&f->mu, FD_READ))
		return GORO_NET_CLOSED;
	if (likely(n > 0))
		status = read_locked(f, &b, got);
	san_acquire(&io_edge);
	unlock_fd(f, FD_READ);
	san_write(buf, *got);
	return status;
}

/* ---- write ----------------------------------------------------------------- */

static ssize_t write_call(int sysfd, void *arg)
{
	struct bytes *b = arg;

	return sys_write(sysfd, b->at, b->n);
}

static ssize_t send_call(int sysfd, void *arg)
{
	struct bytes *b = arg;

	return sys_send(sysfd, b->at, b->n);
}

static int write_locked(struct fd *f, char *buf, size_t n, size_t *put)
{
	fd_call call = f->flags & FD_SOCKET ? send_call : write_call;
	int status = prepare(f, FD_WRITE);

	while (status == GORO_OK) {
		struct bytes b = {.at = buf + *put, .n = at_most(f, n - *put)};
		ssize_t done;

		status = try_until_ready(f, FD_WRITE, call, &b, &done);
		if (status != GORO_OK)
			break;
		*put += (size_t)done;
		if (*put == n || !(f->flags & FD_STREAM))
			break;
		if (done == 0)
			return FD_ERRNO(EIO);
	}
	return status;
}

/*
 * Ends a program whose output has no reader any more, unless it catches or
 * ignores the signal.
 */
static void tell_of_broken_output(const struct fd *f)
{
	if (f->sysfd == STDOUT_FILENO || f->sysfd == STDERR_FILENO)
		kill(getpid(), SIGPIPE);
}

int goro__fd_write(struct fd *f, const void *buf, size_t n, size_t *put)
{
	int status;

	*put = 0;
	if (!goro__fdmutex_lock(&f->mu, FD_WRITE))
		return GORO_NET_CLOSED;
	san_read(buf, n);
	san_release(&io_edge);
	status = write_locked(f, (char *)(uintptr_t)buf, n, put);
	if (unlikely(status == FD_ERRNO(EPIPE)))
		tell_of_broken_output(f);
	unlock_fd(f, FD_WRITE);
	return status;
}

/* ---- vectored write -------------------------------------------------------- */

struct parts {
	struct iovec *at;
	size_t n;
};

static ssize_t writev_call(int sysfd, void *arg)
{
	struct parts *p = arg;

	return sys_put(&(struct sys_put){SYS_writev,
					 {sysfd, (long)p->at, (long)p->n}});
}

static ssize_t sendv_call(int sysfd, void *arg)
{
	struct parts *p = arg;
	struct msghdr m = {.msg_iov = p->at, .msg_iovlen = p->n};

	return sys_io(SYS_sendmsg, sysfd, &m, MSG_NOSIGNAL, 0);
}

/* Returns the next parts for one call.  Skips those that are empty. */
static struct parts next_parts(struct iovec **at, size_t *n, bool stream)
{
	enum { IN_ONE_CALL = 1024 };
	struct parts p = {.n = 0};
	size_t bytes = 0;

	while (*n > 0 && (*at)->iov_len == 0)
		++*at, --*n;
	p.at = *at;
	while (p.n < *n && p.n < IN_ONE_CALL && (!stream || bytes < MOST))
		bytes += p.at[p.n++].iov_len;
	return p;
}

/* Takes done bytes off the parts. */
static void take_off(struct iovec *at, size_t done)
{
	for (; done > 0; at++) {
		size_t n = at->iov_len < done ? at->iov_len : done;

		at->iov_base = (char *)at->iov_base + n;
		at->iov_len -= n;
		done -= n;
	}
}

static int writev_locked(struct fd *f, struct iovec *at, size_t n, size_t *put)
{
	fd_call call = f->flags & FD_SOCKET ? sendv_call : writev_call;
	bool stream = f->flags & FD_STREAM;
	struct parts p = next_parts(&at, &n, stream);
	int status = prepare(f, FD_WRITE);
	ssize_t done;

	while (status == GORO_OK && p.n > 0) {
		status = try_until_ready(f, FD_WRITE, call, &p, &done);
		if (status != GORO_OK)
			break;
		take_off(p.at, (size_t)done);
		*put += (size_t)done;
		if (!stream)
			break;
		if (done == 0)
			return FD_ERRNO(EIO);
		p = next_parts(&at, &n, stream);
	}
	return status;
}

int goro__fd_writev(struct fd *f, struct iovec *parts, size_t n, size_t *put)
{
	int status;

	*put = 0;
	if (!goro__fdmutex_lock(&f->mu, FD_WRITE))
		return GORO_NET_CLOSED;
	for (size_t i = 0; i < n; i++)
		san_read(parts[i].iov_base, parts[i].iov_len);
	san_release(&io_edge);
	status = writev_locked(f, parts, n, put);
	unlock_fd(f, FD_WRITE);
	return status;
}

/* ---- accept, connect, deadlines -------------------------------------------- */

struct peer {
	struct sockaddr *addr;
	socklen_t *len, room;
};

/* Accepts a connection, and skips those that died in the queue. */
static ssize_t accept_call(int sysfd, void *arg)
{
	struct peer *p = arg;
	int fd;

	do {
		if (p->len)
			*p->len = p->room;
		fd = sys_accept(sysfd, p->addr, p->len);
	} while (fd < 0 && errno == ECONNABORTED);
	return fd;
}

int goro__fd_accept(struct fd *f, int *sysfd, struct sockaddr *addr,
		    socklen_t *len)
{
	struct peer p = {.addr = addr, .len = len, .room = len ? *len : 0};
	ssize_t fd;
	int status = goro__fd_io(f, FD_READ, accept_call, &p, &fd);

	*sysfd = (int)fd;
	return status;
}

int goro__fd_wait_write(struct fd *f)
{
	return goro__netpoll_wait(f->pd, FD_WRITE);
}

int goro__fd_set_deadline(struct fd *f, enum fd_modes modes, int64_t when)
{
	bool pollable = f->pd != NULL;

	if (!goro__fdmutex_incref(&f->mu))
		return GORO_NET_CLOSED;
	if (pollable)
		goro__netpoll_deadline(f->pd, modes, when);
	if (goro__fdmutex_decref(&f->mu))
		destroy(f);
	return pollable ? GORO_OK : GORO_NET_NO_DEADLINE;
}

/* clang-format off */
int goro__fd_status(int status)
{
	if (!FD_IS_ERRNO(status))
		return status;
	switch (FD_ERRNO_OF(status)) {
	case ECONNREFUSED: return GORO_NET_REFUSED;
	case ECONNRESET: return GORO_NET_RESET;
	case EPIPE: return GORO_NET_PIPE;
	case EMFILE:
	case ENFILE: return GORO_NET_MFILE;
	case ETIMEDOUT: return GORO_TIMEOUT;
	case ENOMEM: return GORO_ENOMEM;
	default: return GORO_NET_OTHER;
	}
}
/* clang-format on */
