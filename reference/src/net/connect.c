/*
 * connect.c - connecting: to one address, and to several in turn.
 */
#include <errno.h>
#include <string.h>

#include "calls.h"
#include "sock.h"
#include "sched/outside.h"

/* ---- one connect ---------------------------------------------------------- */

/*
 * Ends the wait of a dial when the cancel channel is ready, by a deadline for
 * writing in the past.  Lives on the dial's stack: the dial waits for its end.
 */
struct watcher {
	struct fd *fd;
	goro_chan *cancel;
	goro_chan *done;  /* closed by the dial */
	goro_chan *ended; /* closed by the watcher */
	bool canceled;    /* valid once ended is closed */
};

static void stop_wait(struct fd *fd)
{
	AS_GOROUTINE(); /* if the run is explored it calls as the program does */

	goro__fd_set_deadline(fd, FD_MODE_WRITE, 1);
}

static void watch(void *arg)
{
	struct watcher *w = arg;
	const struct goro_case cases[] = {{.c = w->done, .dir = GORO_RECV},
					  {.c = w->cancel, .dir = GORO_RECV}};

	if (goro_select(cases, 2, NULL) == 1) {
		w->canceled = true;
		stop_wait(w->fd);
	}
	goro_close(w->ended);
}

static bool watch_begin(struct watcher *w)
{
	if (!w->cancel)
		return true;
	w->done = goro_chan_make(0, 0, NULL);
	w->ended = goro_chan_make(0, 0, NULL);
	if (!w->done || !w->ended) {
		goro_chan_free(w->done);
		goro_chan_free(w->ended);
		return false;
	}
	goro_go(watch, w);
	return true;
}

/* True if the dial was cancelled; the write deadline is in the past then. */
static bool watch_end(struct watcher *w)
{
	if (!w->cancel)
		return false;
	goro_close(w->done);
	goro_recv(w->ended, NULL);
	goro_chan_free(w->done);
	goro_chan_free(w->ended);
	return w->canceled;
}

/* Waits for the connect.  Returns GORO_OK or another status of fd.h. */
static int await(struct sock *s)
{
	struct netaddr peer;
	int status, error;

	for (;;) {
		status = goro__fd_wait_write(&s->fd);
		if (status != GORO_OK)
			return status;
		error = goro__call_getsockopt(s->fd.sysfd, SOL_SOCKET,
					      SO_ERROR);
		if (error == EISCONN)
			return GORO_OK;
		if (error != 0 && error != EINPROGRESS && error != EALREADY &&
		    error != EINTR)
			return FD_ERRNO(error < 0 ? -error : error);
		/* A spurious wake-up has no peer yet: wait again then. */
		if (error == 0 && goro__call_peername(s->fd.sysfd, &peer) == 0)
			return GORO_OK;
	}
}

static int wait_until_done(struct sock *s, const struct until *p,
			   struct neterr *e)
{
	struct watcher w = {.fd = &s->fd, .cancel = p->cancel};
	int status;

	goro__fd_set_deadline(&s->fd, FD_MODE_WRITE, p->deadline);
	if (!watch_begin(&w))
		return goro__neterr(e, GORO_ENOMEM, "out of memory");
	status = await(s);
	if (watch_end(&w))
		return goro__neterr(e, GORO_NET_CANCELED,
				    "operation was canceled");
	if (status != GORO_OK)
		return goro__neterr_fd(e, "connect", status);
	goro__fd_set_deadline(&s->fd, FD_MODE_WRITE, GORO_FOREVER);
	return GORO_OK;
}

static int connect_once(const struct network *net, const struct netaddr *a,
			const struct until *p, struct sock **out,
			struct neterr *e)
{
	int fd = goro__socket_open(net, a->u.sa.sa_family, e), status;

	if (fd < 0)
		return e->status;
	status = goro__call_connect(fd, a);
	if (status < 0 && status != -EINPROGRESS && status != -EALREADY &&
	    status != -EINTR) {
		goro__neterr_errno(e, "connect", -status);
		goto fail;
	}
	if (goro__sock_new(fd, net, out, e) != GORO_OK)
		goto fail;
	if (status == 0 || wait_until_done(*out, p, e) == GORO_OK) {
		goro__sock_ask(*out);
		return GORO_OK;
	}
	goro__sock_drop(*out);
	return e->status;

fail:
	goro__call_close(fd);
	return e->status;
}

/* ---- the odd ways of TCP -------------------------------------------------- */

/*
 * True if s is connected to itself.  TCP does that if the kernel chooses the
 * port that s connects to as its own.
 */
static bool is_self(const struct sock *s)
{
	char local[GORO_ADDR_MAX], remote[GORO_ADDR_MAX];

	goro__netaddr_print(&s->local, local, sizeof(local));
	goro__netaddr_print(&s->remote, remote, sizeof(remote));
	return s->remote.len == 0 || strcmp(local, remote) == 0;
}

static int connect_tcp(const struct network *net, const struct netaddr *a,
		       const struct until *p, struct sock **out,
		       struct neterr *e)
{
	/* As in Go.  The result of the last try counts. */
	enum { TRIES = 3 };
	int status;

	for (int i = 1;; i++) {
		status = connect_once(net, a, p, out, e);
		if (status == GORO_OK && i < TRIES && is_self(*out))
			goro__sock_drop(*out);
		else if (i == TRIES || status != GORO_NET_OTHER ||
			 e->error != EADDRNOTAVAIL)
			break;
	}
	return status;
}

static bool is_tcp(const struct network *net)
{
	return net->type == SOCK_STREAM && net->family != AF_UNIX;
}

static int connect_to(struct attempts *a, const struct netaddr *to,
		      const struct until *p, struct neterr *e)
{
	int status;

	if (!is_tcp(a->net))
		return connect_once(a->net, to, p, &a->made, e);
	status = connect_tcp(a->net, to, p, &a->made, e);
	if (status == GORO_OK)
		goro__socket_tcp_options(a->made->fd.sysfd, a->keepalive);
	return status;
}

/* ---- all addresses -------------------------------------------------------- */

/*
 * Returns when to give up on the first of n addresses.  Each has an equal share
 * of the time, but at least two seconds if so much is left.
 */
static int64_t share(int64_t deadline, size_t n)
{
	const int64_t least = 2 * GORO_SECOND;
	int64_t now = goro_now(), part;

	if (deadline == GORO_FOREVER || n == 1 || deadline < now + least)
		return deadline;
	part = (deadline - now) / (int64_t)n;
	return now + (part < least ? least : part);
}

/*
 * Reports the error of the first address, which tells most; but if there is no
 * time left for an address, that.
 */
int goro__try_in_turn(struct attempts *a, const struct until *p)
{
	struct until part = *p;
	struct neterr e;

	for (size_t i = 0; i < a->as.n; i++) {
		if (goro__net_until(p, &e) != GORO_OK) {
			a->error = e;
			a->about = &a->as.at[i];
			return e.status;
		}
		part.deadline = share(p->deadline, a->as.n - i);
		if (connect_to(a, &a->as.at[i], &part, &e) == GORO_OK)
			return GORO_OK;
		if (i == 0) {
			a->error = e;
			a->about = &a->as.at[0];
		}
	}
	return a->error.status;
}
