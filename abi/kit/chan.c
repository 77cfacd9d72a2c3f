/*
 * chan.c - a channel is a ring of values and two queues of waiters.  Receivers
 * wait only while the ring is empty, senders only while it is full.  Who finds
 * a waiter serves it, value and all.
 */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

#define BYTES_MAX (INT64_C(1) << 47) /* the address space */

/* ---- values ---------------------------------------------------------------- */

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

/* ---- operations that do not wait -------------------------------------------- */

int kit_try_send(struct assay_chan *c, const void *v)
{
	struct kit_waiter *w = c->receivers.first;

	if (c->closed)
		return ASSAY_SEND_CLOSED;
	if (w) {
		copy(c, w->slot, v);
		kit_complete(w, ASSAY_OK);
		return ASSAY_OK;
	}
	if (c->len == c->cap)
		return ASSAY_AGAIN;
	put(c, v);
	return ASSAY_OK;
}

int kit_try_recv(struct assay_chan *c, void *out)
{
	struct kit_waiter *w = c->senders.first;

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
		kit_complete(w, ASSAY_OK);
	return ASSAY_OK;
}

static int chan_close(assay_chan *c)
{
	struct kit_waiter *w;

	if (!c)
		return ASSAY_CLOSE_NIL;
	if (c->closed)
		return ASSAY_CLOSE_CLOSED;
	c->closed = true;
	while ((w = c->receivers.first) != NULL) {
		clear(c, w->slot);
		kit_complete(w, ASSAY_CLOSED);
	}
	while ((w = c->senders.first) != NULL)
		kit_complete(w, ASSAY_SEND_CLOSED);
	return ASSAY_OK;
}

/* ---- the table ------------------------------------------------------------- */

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
	c->elem = elem;
	c->cap = cap;
	if (status)
		*status = ASSAY_OK;
	return c;
}

static void chan_free(assay_chan *c)
{
	free(c);
}

static int chan_send(assay_chan *c, const void *v, int64_t deadline)
{
	struct assay_case one = {.c = c, .dir = ASSAY_SEND, .send = v};
	size_t chosen;

	return kit_select(&one, 1, deadline, &chosen,
			  c ? "chan send" : "chan send (nil chan)");
}

static int chan_recv(assay_chan *c, void *out, int64_t deadline)
{
	struct assay_case one = {.c = c, .dir = ASSAY_RECV, .recv = out};
	size_t chosen;

	return kit_select(&one, 1, deadline, &chosen,
			  c ? "chan receive" : "chan receive (nil chan)");
}

static int64_t chan_len(assay_chan *c)
{
	return c && !c->timer ? c->len : 0;
}

static int64_t chan_cap(assay_chan *c)
{
	return c && !c->timer ? c->cap : 0;
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	return kit_select(cases, n, deadline, chosen,
			  n ? "select" : "select (no cases)");
}

const struct assay_chan_ops kit_chan = {sizeof(kit_chan),
					ASSAY_CHAN_FN(ASSAY_ENTRY)};
