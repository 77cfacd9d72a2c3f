/*
 * chan.c - a channel: a ring of values and two queues of waiters under one
 * mutex.  At most one of the queues has waiters: receivers wait only while the
 * ring is empty, senders only while it is full.  A goroutine that finds a
 * waiter serves it directly, value and all, and wakes it.
 */
#include <stdlib.h>
#include <string.h>

#include "pt.h"

#define BYTES_MAX (INT64_C(1) << 47) /* the address space */

/* ---- the other side's waiters ---- */

/*
 * Returns the first waiter that nobody has served yet.  A select that was
 * served on another channel may still be in the queue; it is taken out here.
 */
static struct waiter *first_of(struct queue *q)
{
	struct waiter *w = q->first;

	while (w &&
	       atomic_load_explicit(&w->g->claimed, memory_order_acquire)) {
		pt_remove(w);
		w = q->first;
	}
	return w;
}

/*
 * Takes out the first unserved waiter and claims it: the caller must serve it.
 */
static struct waiter *claim_from(struct queue *q)
{
	for (;;) {
		struct waiter *w = first_of(q);

		if (!w || pt_claim(w->g)) {
			if (w)
				pt_remove(w);
			return w;
		}
	}
}

static void finish(struct waiter *w, int status)
{
	w->g->status = status;
	w->g->chosen = w->index;
	pt_wake(w->g);
}

/* ---- values ---- */

static void copy(const struct assay_chan *c, void *to, const void *from)
{
	if (to && c->elem)
		memcpy(to, from, c->elem);
}

static void clear(const struct assay_chan *c, void *to)
{
	if (to && c->elem)
		memset(to, 0, c->elem);
}

static char *place(struct assay_chan *c, int64_t i)
{
	return c->buffer + (size_t)(i % c->cap) * c->elem;
}

static void put(struct assay_chan *c, const void *v)
{
	copy(c, place(c, c->head + c->len), v);
	c->len++;
}

static void take(struct assay_chan *c, void *out)
{
	copy(c, out, place(c, c->head));
	c->head = (c->head + 1) % c->cap;
	c->len--;
}

/* ---- the operations, for the holder of the lock ---- */

bool pt_chan_ready(struct assay_chan *c, int dir)
{
	if (c->closed)
		return true;
	if (dir == ASSAY_SEND)
		return c->len < c->cap || first_of(&c->receivers);
	return c->len > 0 || first_of(&c->senders);
}

int pt_chan_send(struct assay_chan *c, const void *v)
{
	struct waiter *w;

	if (c->closed)
		return ASSAY_SEND_CLOSED;
	w = claim_from(&c->receivers);
	if (w) {
		copy(c, w->slot, v);
		finish(w, ASSAY_OK);
		return ASSAY_OK;
	}
	if (c->len == c->cap)
		return ASSAY_AGAIN;
	put(c, v);
	return ASSAY_OK;
}

int pt_chan_recv(struct assay_chan *c, void *out)
{
	struct waiter *w = claim_from(&c->senders);

	if (c->len > 0) {
		take(c, out);
		if (w)
			put(c, w->slot);
	} else if (w) {
		copy(c, out, w->slot);
	} else if (c->closed) {
		clear(c, out);
		return ASSAY_CLOSED;
	} else {
		return ASSAY_AGAIN;
	}
	if (w)
		finish(w, ASSAY_OK);
	return ASSAY_OK;
}

static int close_locked(struct assay_chan *c)
{
	struct waiter *w;

	if (c->closed)
		return ASSAY_CLOSE_CLOSED;
	c->closed = true;
	while ((w = claim_from(&c->receivers)) != NULL) {
		clear(c, w->slot);
		finish(w, ASSAY_CLOSED);
	}
	while ((w = claim_from(&c->senders)) != NULL)
		finish(w, ASSAY_SEND_CLOSED);
	return ASSAY_OK;
}

/* ---- the table ---- */

static assay_chan *fail(int *status, int why)
{
	if (status)
		*status = why;
	return NULL;
}

static assay_chan *chan_make(size_t elem, int64_t cap, int *status)
{
	struct assay_chan *c;

	if (cap < 0 || elem > BYTES_MAX ||
	    (elem && cap > BYTES_MAX / (int64_t)elem))
		return fail(status, ASSAY_CHAN_SIZE);
	c = calloc(1, sizeof(*c) + elem * (size_t)cap);
	if (!c)
		return fail(status, ASSAY_ENOMEM);
	pthread_mutex_init(&c->lock, NULL);
	c->elem = elem;
	c->cap = cap;
	if (status)
		*status = ASSAY_OK;
	return c;
}

void pt_chan_pin(struct assay_chan *c)
{
	c->pins++;
}

void pt_chan_unpin(struct assay_chan *c)
{
	bool last = --c->pins == 0 && c->freed;

	pthread_mutex_unlock(&c->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/*
 * Frees the channel under its lock: the goroutine that served the last
 * operation may still hold it.
 */
static void chan_free(assay_chan *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->freed = true;
	pt_chan_pin(c);
	pt_chan_unpin(c);
}

static int chan_send(assay_chan *c, const void *v, int64_t deadline)
{
	struct assay_case one = {.c = c, .dir = ASSAY_SEND, .send = v};
	size_t chosen;

	return pt_select(&one, 1, deadline, &chosen,
			 c ? "chan send" : "chan send (nil chan)");
}

static int chan_recv(assay_chan *c, void *out, int64_t deadline)
{
	struct assay_case one = {.c = c, .dir = ASSAY_RECV, .recv = out};
	size_t chosen;

	return pt_select(&one, 1, deadline, &chosen,
			 c ? "chan receive" : "chan receive (nil chan)");
}

static int chan_close(assay_chan *c)
{
	int status;

	if (!c)
		return ASSAY_CLOSE_NIL;
	pthread_mutex_lock(&c->lock);
	status = close_locked(c);
	pthread_mutex_unlock(&c->lock);
	return status;
}

static int64_t chan_len(assay_chan *c)
{
	int64_t n;

	if (!c || c->timer)
		return 0;
	pthread_mutex_lock(&c->lock);
	n = c->len;
	pthread_mutex_unlock(&c->lock);
	return n;
}

static int64_t chan_cap(assay_chan *c)
{
	return c && !c->timer ? c->cap : 0;
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	return pt_select(cases, n, deadline, chosen,
			 n ? "select" : "select (no cases)");
}

const struct assay_chan_ops pt_chan = {sizeof(pt_chan),
				       ASSAY_CHAN_FN(ASSAY_ENTRY)};
