/*
 * pipe.c - a connection in memory, made of channels.
 *
 * A write offers its bytes on a channel.  The read that receives the offer
 * copies what it has room for, straight from the writer's memory, and answers
 * how much that was.  The writer waits for the answer and offers the rest.
 * Each end has a channel that is closed with the end, and one for each
 * direction that is closed when the deadline passes.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ref.h"
#include "io/fd.h"
#include "net.h"
#include "sched/outside.h"

/* ---- deadlines ------------------------------------------------------------ */

/* passed is closed once.  Held by the deadline, its timer, and calls. */
struct expiry {
	struct ref holders;
	goro_chan *passed;
};

struct deadline {
	goro_mutex lock; /* guards the rest */
	struct expiry *expiry;
	goro_timer *timer; /* NULL: not set */
};

static struct expiry *expiry_new(void)
{
	struct expiry *x = malloc(sizeof(*x));

	if (!x)
		return NULL;
	ref_init(&x->holders, 1);
	x->passed = goro_chan_make(0, 0, NULL);
	if (x->passed)
		return x;
	free(x);
	return NULL;
}

static struct expiry *hold(struct expiry *x)
{
	ref_get(&x->holders);
	return x;
}

static void let_go(struct expiry *x)
{
	if (!x || !ref_put(&x->holders))
		return;
	goro_chan_free(x->passed);
	free(x);
}

static struct expiry *hold_current(struct deadline *d)
{
	struct expiry *x;

	goro_mutex_lock(&d->lock);
	x = hold(d->expiry);
	goro_mutex_unlock(&d->lock);
	return x;
}

static bool is_closed(goro_chan *c)
{
	return goro_chan_recv(c, NULL, GORO_POLL) == GORO_CLOSED;
}

/* Runs when the timer fires, in a goroutine of its own. */
static void expire(void *arg)
{
	struct expiry *x = arg;

	goro_close(x->passed);
	let_go(x);
}

/* Frees the timer, after its goroutine has done with the channel. */
static void stop_timer(struct deadline *d)
{
	if (!d->timer)
		return;
	if (goro_timer_stop(d->timer))
		let_go(d->expiry);
	else
		goro_recv(d->expiry->passed, NULL);
	goro_timer_free(d->timer);
	d->timer = NULL;
}

/* Makes d->expiry one that has not passed.  False without memory. */
static bool renew(struct deadline *d)
{
	struct expiry *x;

	if (!is_closed(d->expiry->passed))
		return true;
	x = expiry_new();
	if (!x)
		return false;
	let_go(d->expiry);
	d->expiry = x;
	return true;
}

static bool set_locked(struct deadline *d, int64_t when)
{
	int64_t now = goro_now();

	stop_timer(d);
	if (when <= now) {
		if (!is_closed(d->expiry->passed))
			goro_close(d->expiry->passed);
		return true;
	}
	if (!renew(d))
		return false;
	if (when == GORO_FOREVER)
		return true;
	d->timer = goro_after_func(when - now, expire, hold(d->expiry));
	if (!d->timer)
		let_go(d->expiry);
	return d->timer != NULL;
}

static bool deadline_set(struct deadline *d, int64_t when)
{
	bool ok;

	goro_mutex_lock(&d->lock);
	ok = set_locked(d, when);
	goro_mutex_unlock(&d->lock);
	return ok;
}

static void deadline_free(struct deadline *d)
{
	if (d->expiry)
		stop_timer(d);
	let_go(d->expiry);
}

/* ---- the pipe ------------------------------------------------------------- */

struct offer {
	const void *bytes;
	size_t n;
};

/* Shared by both ends.  End i reads from offers[i] and closes closed[i]. */
struct pipe {
	struct ref ends; /* not yet freed */
	goro_chan *offers[2];
	goro_chan *answers[2]; /* size_t */
	goro_chan *closed[2];
};

struct end {
	struct goro_conn conn;
	struct pipe *pipe;
	int side;
	atomic_bool closing;
	goro_mutex write_lock;       /* the bytes of a write stay together */
	struct deadline deadline[2]; /* by fd_mode */
};

static struct end *of(goro_conn *c)
{
	return (struct end *)c;
}

static int fail(const char *op, int status)
{
	struct neterr e;

	if (status == GORO_EOF)
		return goro__net_fail_bare(status, "EOF");
	if (status == GORO_NET_PIPE_CLOSED)
		return goro__net_fail_bare(status,
					   "io: read/write on closed pipe");
	goro__neterr(&e, status, "i/o timeout");
	return goro__net_fail(&e, op, "pipe", "", "");
}

/* Returns the status of a call of this mode when the other end is closed. */
static int at_other_close(enum fd_mode mode)
{
	return mode == FD_READ ? GORO_EOF : GORO_NET_PIPE_CLOSED;
}

/* Returns the status that ends a call of this mode at once, or GORO_OK. */
static int look(struct end *e, enum fd_mode mode)
{
	struct expiry *x;
	bool late;

	if (is_closed(e->pipe->closed[e->side]))
		return GORO_NET_PIPE_CLOSED;
	if (is_closed(e->pipe->closed[!e->side]))
		return at_other_close(mode);
	x = hold_current(&e->deadline[mode]);
	late = is_closed(x->passed);
	let_go(x);
	return late ? GORO_TIMEOUT : GORO_OK;
}

/* Waits for such a status, or for the case `what`: GORO_OK. */
static int wait_for(struct end *e, enum fd_mode mode, struct goro_case what)
{
	const int status[] = {GORO_OK, GORO_NET_PIPE_CLOSED,
			      at_other_close(mode), GORO_TIMEOUT};
	struct expiry *x = hold_current(&e->deadline[mode]);
	const struct goro_case cases[] = {
		what,
		{.c = e->pipe->closed[e->side], .dir = GORO_RECV},
		{.c = e->pipe->closed[!e->side], .dir = GORO_RECV},
		{.c = x->passed, .dir = GORO_RECV},
	};
	size_t chosen = goro_select(cases, 4, NULL);

	let_go(x);
	return status[chosen];
}

static int take(struct end *e, void *buf, size_t n, size_t *got)
{
	struct offer offer;
	const struct goro_case offered = {.c = e->pipe->offers[e->side],
					  .dir = GORO_RECV,
					  .recv = &offer};
	int status = look(e, FD_READ);

	if (status == GORO_OK)
		status = wait_for(e, FD_READ, offered);
	if (status != GORO_OK)
		return status;
	*got = offer.n < n ? offer.n : n;
	if (*got > 0)
		memcpy(buf, offer.bytes, *got);
	goro_send(e->pipe->answers[e->side], got);
	return GORO_OK;
}

/* A read of 0 bytes returns at once.  In Go it waits for a write. */
static int pipe_read(goro_conn *c, void *buf, size_t n, size_t *got)
{
	int status = n > 0 ? take(of(c), buf, n, got) : GORO_OK;

	return status == GORO_OK ? status : fail("read", status);
}

/* Writes n bytes.  A write of 0 bytes waits for a read too. */
static int give(struct end *e, const char *bytes, size_t n, size_t *done)
{
	struct offer offer;
	const struct goro_case offering = {.c = e->pipe->offers[!e->side],
					   .dir = GORO_SEND,
					   .send = &offer};
	size_t taken;
	int status;

	do {
		offer = (struct offer){bytes + *done, n - *done};
		status = wait_for(e, FD_WRITE, offering);
		if (status != GORO_OK)
			return status;
		goro_recv(e->pipe->answers[!e->side], &taken);
		*done += taken;
	} while (*done < n);
	return GORO_OK;
}

static int pipe_write(goro_conn *c, const void *buf, size_t n, size_t *done)
{
	struct end *e = of(c);
	int status = look(e, FD_WRITE);

	if (status == GORO_OK) {
		goro_mutex_lock(&e->write_lock);
		status = give(e, buf, n, done);
		goro_mutex_unlock(&e->write_lock);
	}
	return status == GORO_OK ? status : fail("write", status);
}

static int pipe_deadline(goro_conn *c, unsigned modes, int64_t when)
{
	struct end *e = of(c);

	if (is_closed(e->pipe->closed[0]) || is_closed(e->pipe->closed[1]))
		return fail("set", GORO_NET_PIPE_CLOSED);
	if (((modes & FD_MODE_READ) &&
	     !deadline_set(&e->deadline[FD_READ], when)) ||
	    ((modes & FD_MODE_WRITE) &&
	     !deadline_set(&e->deadline[FD_WRITE], when)))
		return goro__net_fail_bare(GORO_ENOMEM, "out of memory");
	return GORO_OK;
}

static int pipe_addr(goro_conn *c, bool remote, char *buf, size_t n)
{
	(void)c, (void)remote;
	snprintf(buf, n, "pipe");
	return GORO_OK;
}

static int pipe_close(goro_conn *c)
{
	struct end *e = of(c);

	/* relaxed: it only decides which call is the first */
	if (!atomic_exchange_explicit(&e->closing, true, memory_order_relaxed))
		goro_close(e->pipe->closed[e->side]);
	return GORO_OK;
}

/* ---- made and freed ------------------------------------------------------- */

static void pipe_free(struct pipe *p)
{
	for (int i = 0; i < 2; i++) {
		goro_chan_free(p->offers[i]);
		goro_chan_free(p->answers[i]);
		goro_chan_free(p->closed[i]);
	}
	free(p);
}

static void end_free(goro_conn *c)
{
	struct end *e = of(c);

	pipe_close(c);
	deadline_free(&e->deadline[FD_READ]);
	deadline_free(&e->deadline[FD_WRITE]);
	if (ref_put(&e->pipe->ends))
		pipe_free(e->pipe);
	free(e);
}

static const struct conn_ops ops = {
	.read = pipe_read,
	.write = pipe_write,
	.deadline = pipe_deadline,
	.addr = pipe_addr,
	.close = pipe_close,
	.free = end_free,
};

static struct pipe *pipe_new(void)
{
	struct pipe *p = calloc(1, sizeof(*p));
	bool ok = p != NULL;

	for (int i = 0; ok && i < 2; i++) {
		p->offers[i] = goro_chan_make(sizeof(struct offer), 0, NULL);
		p->answers[i] = goro_chan_make(sizeof(size_t), 0, NULL);
		p->closed[i] = goro_chan_make(0, 0, NULL);
		ok = p->offers[i] && p->answers[i] && p->closed[i];
	}
	if (ok) {
		ref_init(&p->ends, 2);
		return p;
	}
	if (p)
		pipe_free(p);
	return NULL;
}

static struct end *end_new(struct pipe *p, int side)
{
	struct end *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->conn.ops = &ops;
	net_made(&e->conn.live);
	e->pipe = p;
	e->side = side;
	e->deadline[FD_READ].expiry = expiry_new();
	e->deadline[FD_WRITE].expiry = expiry_new();
	if (e->deadline[FD_READ].expiry && e->deadline[FD_WRITE].expiry)
		return e;
	let_go(e->deadline[FD_READ].expiry);
	let_go(e->deadline[FD_WRITE].expiry);
	free(e);
	return NULL;
}

int goro_mem_pipe(goro_conn *out[2])
{
	AS_GOROUTINE();
	struct pipe *p;
	struct end *a;

	if (!out)
		return goro__net_invalid();
	p = pipe_new();
	a = p ? end_new(p, 0) : NULL;
	if (a) {
		struct end *b = end_new(p, 1);

		if (b) {
			out[0] = &a->conn;
			out[1] = &b->conn;
			return GORO_OK;
		}
		/* Drops one of two references: p is freed below. */
		end_free(&a->conn);
	}
	if (p)
		pipe_free(p);
	return goro__net_fail_bare(GORO_ENOMEM, "out of memory");
}
