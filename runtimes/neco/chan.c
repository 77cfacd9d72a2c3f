/* chan.c - neco's channels and its select, which has no sends. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "nc.h"

struct assay_chan {
	neco_chan *c;
	size_t elem;
	int64_t cap;
	char dropped[]; /* the value that nobody wants */
};

static assay_chan *fail(int *status, int why)
{
	if (status)
		*status = why;
	return NULL;
}

static assay_chan *chan_make(size_t elem, int64_t cap, int *status)
{
	struct assay_chan *c;

	if (cap < 0 || cap > INT_MAX || elem > INT_MAX ||
	    (elem && cap > (INT64_C(1) << 47) / (int64_t)elem))
		return fail(status, ASSAY_CHAN_SIZE);
	c = malloc(sizeof(*c) + elem);
	if (!c)
		return fail(status, ASSAY_ENOMEM);
	*c = (struct assay_chan){.elem = elem, .cap = cap};
	if (neco_chan_make(&c->c, elem, (size_t)cap) != NECO_OK) {
		free(c);
		return fail(status, ASSAY_ENOMEM);
	}
	if (status)
		*status = ASSAY_OK;
	return c;
}

static void chan_free(assay_chan *c)
{
	if (!c)
		return;
	neco_chan_release(c->c);
	free(c);
}

/* A deadline of ASSAY_POLL is one that has passed. */
static int64_t neco_deadline(int64_t deadline)
{
	return deadline == ASSAY_POLL ? 1 : deadline;
}

static int chan_send(assay_chan *c, const void *v, int64_t deadline)
{
	int status;

	if (!c)
		return kit_never("chan send (nil chan)", deadline);
	if (c->elem && !v)
		return ASSAY_EINVAL;
	status =
		nc_status(KIT_CALL(neco_chan_send_dl(c->c, (void *)(uintptr_t)v,
						     neco_deadline(deadline))),
			  deadline);
	return status == ASSAY_CLOSED ? ASSAY_SEND_CLOSED : status;
}

/* Who lets the receiver go may free the channel at once. */
static int chan_recv(assay_chan *c, void *out, int64_t deadline)
{
	void *to = out;
	size_t elem;
	int status;

	if (!c)
		return kit_never("chan receive (nil chan)", deadline);
	elem = c->elem;
	if (!out)
		to = c->dropped;
	if (deadline == ASSAY_POLL)
		status = KIT_CALL(neco_chan_tryrecv(c->c, to));
	else
		status = KIT_CALL(neco_chan_recv_dl(c->c, to, deadline));
	status = nc_status(status, deadline);
	if (status == ASSAY_CLOSED && out && elem)
		memset(out, 0, elem);
	return status;
}

static int chan_close(assay_chan *c)
{
	if (!c)
		return ASSAY_CLOSE_NIL;
	return KIT_CALL(neco_chan_close(c->c)) == NECO_OK ? ASSAY_OK
							  : ASSAY_CLOSE_CLOSED;
}

#define chan_len NULL /* neco does not tell */

static int64_t chan_cap(assay_chan *c)
{
	return c ? c->cap : 0;
}

/* ---- select ----------------------------------------------------------------- */

/*
 * What neco's select takes: channels, without the nil ones.  They are retained,
 * since who lets the goroutine go may free them at once.
 */
struct choice {
	neco_chan **channels;
	size_t *cases; /* which case each belongs to */
	size_t *sizes;
	int n;
};

static int collect(struct choice *ch, const struct assay_case *cases, size_t n)
{
	if (n && !cases)
		return ASSAY_EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (cases[i].dir == ASSAY_SEND)
			return ASSAY_ENOTSUP;
		if (cases[i].dir != ASSAY_RECV)
			return ASSAY_EINVAL;
		if (!cases[i].c)
			continue;
		neco_chan_retain(cases[i].c->c);
		ch->channels[ch->n] = cases[i].c->c;
		ch->sizes[ch->n] = cases[i].c->elem;
		ch->cases[ch->n++] = i;
	}
	return ASSAY_OK;
}

/* Takes what neco's select has received from the i-th of its channels. */
static int receive(const struct choice *ch, int i, void *out)
{
	size_t size = ch->sizes[i];
	void *to = out ? out : malloc(size + 1);
	int status;

	if (!to)
		return ASSAY_ENOMEM;
	status = nc_status(neco_chan_case(ch->channels[i], to), ASSAY_POLL);
	if (status == ASSAY_CLOSED && size)
		memset(to, 0, size);
	if (!out)
		free(to);
	return status;
}

static int choose(const struct choice *ch, const struct assay_case *cases,
		  int64_t deadline, size_t *chosen)
{
	int i;

	if (!ch->n)
		return kit_never("select", deadline);
	if (deadline == ASSAY_POLL)
		i = KIT_CALL(neco_chan_tryselectv(ch->n, ch->channels));
	else
		i = KIT_CALL(
			neco_chan_selectv_dl(ch->n, ch->channels, deadline));
	if (i < 0)
		return nc_status(i, deadline);
	*chosen = ch->cases[i];
	return receive(ch, i, cases[*chosen].recv);
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	struct choice ch = {
		.channels = calloc(n + 1, sizeof(*ch.channels)),
		.cases = calloc(n + 1, sizeof(*ch.cases)),
		.sizes = calloc(n + 1, sizeof(*ch.sizes)),
	};
	int status = ASSAY_ENOMEM;

	if (n && !chosen)
		status = ASSAY_EINVAL;
	else if (ch.channels && ch.cases && ch.sizes && n <= INT_MAX)
		status = collect(&ch, cases, n);
	if (status == ASSAY_OK)
		status = choose(&ch, cases, deadline, chosen);
	while (ch.n)
		neco_chan_release(ch.channels[--ch.n]);
	free(ch.channels);
	free(ch.cases);
	free(ch.sizes);
	return status;
}

const struct assay_chan_ops nc_chan = {sizeof(nc_chan),
				       ASSAY_CHAN_FN(ASSAY_ENTRY)};
