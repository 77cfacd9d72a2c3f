/* chan.c - libdill's channels, which have no buffer, and its choose. */
#include <limits.h>
#include <string.h>

#include "dill.h"

struct assay_chan {
	int ends[2]; /* sends go into the first, and come out of the second */
	size_t elem;
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

	if (cap < 0 || elem > (size_t)1 << 47)
		return fail(status, ASSAY_CHAN_SIZE);
	if (cap > 0)
		return fail(status, ASSAY_ENOTSUP);
	c = malloc(sizeof(*c) + elem);
	if (!c)
		return fail(status, ASSAY_ENOMEM);
	c->elem = elem;
	if (dill_chmake(c->ends) != 0) {
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
	dill_hclose(c->ends[0]);
	dill_hclose(c->ends[1]);
	free(c);
}

/* The status of an operation that ended with this errno. */
static int status_of(int error, int64_t deadline, int dir)
{
	switch (error) {
	case 0:
		return ASSAY_OK;
	case EPIPE:
		return dir == ASSAY_SEND ? ASSAY_SEND_CLOSED : ASSAY_CLOSED;
	case ETIMEDOUT:
		return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_TIMEOUT;
	case ENOMEM:
		return ASSAY_ENOMEM;
	default:
		return ASSAY_EINVAL;
	}
}

static int chan_send(assay_chan *c, const void *v, int64_t deadline)
{
	int code;

	if (!c)
		return kit_never("chan send (nil chan)", deadline);
	if (c->elem && !v)
		return ASSAY_EINVAL;
	code = KIT_CALL(
		dill_chsend(c->ends[0], v, c->elem, dl_deadline(deadline)));
	return status_of(code == 0 ? 0 : errno, deadline, ASSAY_SEND);
}

/* Who lets the receiver go may free the channel at once. */
static int chan_recv(assay_chan *c, void *out, int64_t deadline)
{
	size_t elem;
	int code;

	if (!c)
		return kit_never("chan receive (nil chan)", deadline);
	elem = c->elem;
	code = KIT_CALL(dill_chrecv(c->ends[1], out ? out : c->dropped, elem,
				    dl_deadline(deadline)));
	code = status_of(code == 0 ? 0 : errno, deadline, ASSAY_RECV);
	if (code == ASSAY_CLOSED && out && elem)
		memset(out, 0, elem);
	return code;
}

static int chan_close(assay_chan *c)
{
	if (!c)
		return ASSAY_CLOSE_NIL;
	return dill_chdone(c->ends[0]) == 0 ? ASSAY_OK : ASSAY_CLOSE_CLOSED;
}

static int64_t chan_len(assay_chan *c)
{
	(void)c;
	return 0;
}

#define chan_cap chan_len

/* ---- select ----------------------------------------------------------------- */

/* What choose takes: clauses, without those of nil channels. */
struct choice {
	struct dill_chclause *clauses;
	size_t *cases; /* which case each belongs to */
	int n;
};

static void add(struct choice *ch, const struct assay_case *k)
{
	void *value = k->recv ? k->recv : k->c->dropped;
	bool sends = k->dir == ASSAY_SEND;

	ch->clauses[ch->n++] = (struct dill_chclause){
		.op = sends ? DILL_CHSEND : DILL_CHRECV,
		.ch = k->c->ends[sends ? 0 : 1],
		.val = sends ? (void *)(uintptr_t)k->send : value,
		.len = k->c->elem,
	};
}

static int collect(struct choice *ch, const struct assay_case *cases, size_t n)
{
	if (n && !cases)
		return ASSAY_EINVAL;
	for (size_t i = 0; i < n; i++) {
		const struct assay_case *k = &cases[i];

		if (k->dir != ASSAY_SEND && k->dir != ASSAY_RECV)
			return ASSAY_EINVAL;
		if (!k->c)
			continue;
		if (k->dir == ASSAY_SEND && k->c->elem && !k->send)
			return ASSAY_EINVAL;
		ch->cases[ch->n] = i;
		add(ch, k);
	}
	return ASSAY_OK;
}

static int choose(const struct choice *ch, const struct assay_case *cases,
		  int64_t deadline, size_t *chosen)
{
	const struct assay_case *k;
	int i, status;

	if (!ch->n)
		return kit_never("select", deadline);
	i = KIT_CALL(dill_choose(ch->clauses, ch->n, dl_deadline(deadline)));
	if (i < 0)
		return status_of(errno, deadline, ASSAY_RECV);
	*chosen = ch->cases[i];
	k = &cases[*chosen];
	status = status_of(errno, deadline, k->dir);
	if (status == ASSAY_CLOSED && k->recv && ch->clauses[i].len)
		memset(k->recv, 0, ch->clauses[i].len);
	return status;
}

static int chan_select(const struct assay_case *cases, size_t n,
		       int64_t deadline, size_t *chosen)
{
	struct choice ch = {
		.clauses = calloc(n + 1, sizeof(*ch.clauses)),
		.cases = calloc(n + 1, sizeof(*ch.cases)),
	};
	int status = ASSAY_ENOMEM;

	if (n && !chosen)
		status = ASSAY_EINVAL;
	else if (ch.clauses && ch.cases && n <= INT_MAX)
		status = collect(&ch, cases, n);
	if (status == ASSAY_OK)
		status = choose(&ch, cases, deadline, chosen);
	free(ch.clauses);
	free(ch.cases);
	return status;
}

const struct assay_chan_ops dl_chan = {sizeof(dl_chan),
				       ASSAY_CHAN_FN(ASSAY_ENTRY)};
