/*
 * chan.c - libmill's channels and its choose.
 *
 * What libmill receives from a channel that is done is the value that chdone
 * was given.  So each value has a byte behind it that tells whether it is that.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "mill.h"

struct assay_chan {
	mill_chan c;
	size_t elem;
	int64_t cap;
	bool done; /* libmill ends the process at a send or at a second chdone */
};

static assay_chan *fail(int *status, int why)
{
	if (status)
		*status = why;
	return NULL;
}

static assay_chan *chan_make(size_t elem, int64_t cap, int *status)
{
	const int64_t most = INT64_C(1) << 47;
	struct assay_chan *c;

	if (cap < 0 || elem >= (size_t)most ||
	    cap >= most / (int64_t)(elem + 1))
		return fail(status, ASSAY_CHAN_SIZE);
	c = malloc(sizeof(*c));
	if (!c)
		return fail(status, ASSAY_ENOMEM);
	*c = (struct assay_chan){
		.c = mill_chmake_(elem + 1, (size_t)cap, "chan_make"),
		.elem = elem,
		.cap = cap,
	};
	if (!c->c) {
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
	mill_chclose(c->c);
	free(c);
}

static int chan_close(assay_chan *c)
{
	char *last;

	if (!c)
		return ASSAY_CLOSE_NIL;
	if (c->done)
		return ASSAY_CLOSE_CLOSED;
	last = calloc(1, c->elem + 1);
	if (!last)
		return ASSAY_ENOMEM;
	last[c->elem] = 1;
	c->done = true;
	mill_chdone_(c->c, last, c->elem + 1, "chan_close");
	free(last);
	return ASSAY_OK;
}

#define chan_len NULL /* libmill does not tell */

static int64_t chan_cap(assay_chan *c)
{
	return c ? c->cap : 0;
}

/* ---- select: send and receive are selects of one case ----------------------- */

static bool valid(const struct assay_case *cases, size_t n,
		  const size_t *chosen)
{
	if (n > INT_MAX || (n && (!cases || !chosen)))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct assay_case *k = &cases[i];

		if (k->dir != ASSAY_SEND && k->dir != ASSAY_RECV)
			return false;
		if (k->dir == ASSAY_SEND && k->c && k->c->elem && !k->send)
			return false;
	}
	return true;
}

/*
 * Where the clauses, the sizes of values and the values of sends are.  Who lets
 * the goroutine go may free the channel at once.
 */
struct room {
	mill_clause_ *clauses;
	size_t *sizes;
	char **values;
};

/* Adds a clause to the choose.  False without memory. */
static bool add(const struct room *r, const struct assay_case *k, int i)
{
	size_t size = k->c->elem + 1;

	r->sizes[i] = size;
	if (k->dir == ASSAY_RECV) {
		mill_choose_in_(&r->clauses[i], k->c->c, size, i);
		return true;
	}
	r->values[i] = calloc(1, size);
	if (!r->values[i])
		return false;
	if (k->c->elem)
		memcpy(r->values[i], k->send, k->c->elem);
	mill_choose_out_(&r->clauses[i], k->c->c, r->values[i], size, i);
	return true;
}

static int receive(void *to, size_t size)
{
	const char *value = mill_choose_val_(size);

	if (to && size > 1)
		memcpy(to, value, size - 1);
	return value[size - 1] ? ASSAY_CLOSED : ASSAY_OK;
}

static int choose(const struct room *r, const struct assay_case *cases,
		  size_t n, int64_t deadline, size_t *chosen)
{
	int found = 0, i;

	mill_choose_init_("select");
	for (size_t k = 0; k < n; k++) {
		if (!cases[k].c)
			continue;
		if (!add(r, &cases[k], (int)k))
			return ASSAY_ENOMEM;
		found++;
	}
	if (!found)
		return kit_never("select", deadline);
	if (deadline == ASSAY_POLL)
		mill_choose_otherwise_();
	else
		mill_choose_deadline_(ml_deadline(deadline));
	i = KIT_CALL(mill_choose_wait_());
	if (i < 0)
		return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_TIMEOUT;
	*chosen = (size_t)i;
	return cases[i].dir == ASSAY_RECV ? receive(cases[i].recv, r->sizes[i])
					  : ASSAY_OK;
}

/* A send on a channel that is done is ready, and is a panic. */
static bool sends_on_done(const struct assay_case *cases, size_t n,
			  size_t *chosen)
{
	for (size_t i = 0; i < n; i++) {
		if (cases[i].dir == ASSAY_RECV || !cases[i].c ||
		    !cases[i].c->done)
			continue;
		*chosen = i;
		return true;
	}
	return false;
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	struct room r;
	int status = ASSAY_ENOMEM;

	if (!valid(cases, n, chosen))
		return ASSAY_EINVAL;
	kit_leave(); /* first: it lets others run, who may close */
	if (sends_on_done(cases, n, chosen))
		return ASSAY_SEND_CLOSED;
	r.clauses = calloc(n + 1, sizeof(*r.clauses));
	r.sizes = calloc(n + 1, sizeof(*r.sizes));
	r.values = calloc(n + 1, sizeof(*r.values));
	if (r.clauses && r.sizes && r.values)
		status = choose(&r, cases, n, deadline, chosen);
	for (size_t i = 0; r.values && i < n; i++)
		free(r.values[i]);
	free(r.values);
	free(r.sizes);
	free(r.clauses);
	return status;
}

static int chan_send(assay_chan *c, const void *v, int64_t deadline)
{
	struct assay_case one = {.c = c, .dir = ASSAY_SEND, .send = v};
	size_t chosen;

	return chan_select(&one, 1, deadline, &chosen);
}

static int chan_recv(assay_chan *c, void *out, int64_t deadline)
{
	struct assay_case one = {.c = c, .dir = ASSAY_RECV, .recv = out};
	size_t chosen;

	return chan_select(&one, 1, deadline, &chosen);
}

const struct assay_chan_ops ml_chan = {sizeof(ml_chan),
				       ASSAY_CHAN_FN(ASSAY_ENTRY)};
