/*
 * program.c - random programs: drawn from a seed, printed for people.
 */
#include <stdarg.h>
#include <stdio.h>

#include "st.h"

/* ---- drawing ------------------------------------------------------------ */

struct drawer {
	struct st_program *p;
	uint64_t state;
	int value; /* the last one that was sent */
};

/* splitmix64: the same numbers on every machine */
static int below(struct drawer *d, int n)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (int)((z ^ (z >> 31)) % (uint64_t)n);
}

static bool has(const struct drawer *d, enum st_features feature)
{
	return (d->p->features & feature) != 0;
}

static int64_t some_time(struct drawer *d)
{
	return (below(d, 4) + 1) * INT64_C(50000);
}

/* Unbuffered ones are the hardest to get right, so half are. */
static void draw_chan(struct drawer *d, struct st_chan *c)
{
	int what = below(d, 12);

	*c = (struct st_chan){.kind = ST_PLAIN};
	if (what < 5)
		c->cap = 1 + below(d, ST_ROOM);
	else if (what == 5)
		c->kind = ST_NIL;
	else if (what < 8 && has(d, ST_TIMERS))
		*c = (struct st_chan){.kind = ST_TIMER, .ns = some_time(d)};
}

static void draw_chans(struct drawer *d)
{
	/* channel 0 is plain: who must wait for one can name it */
	d->p->nchans = 1 + below(d, ST_CHANS);
	d->p->chans[0] = (struct st_chan){.kind = ST_PLAIN,
					  .cap = below(d, ST_ROOM + 1)};
	for (int c = 1; c < d->p->nchans; c++)
		draw_chan(d, &d->p->chans[c]);
}

static int chan_of_kind(struct drawer *d, enum st_chan_kind kind)
{
	int start = below(d, d->p->nchans);

	for (int i = 0; i < d->p->nchans; i++) {
		int c = (start + i) % d->p->nchans;

		if (d->p->chans[c].kind == kind)
			return c;
	}
	return -1;
}

static struct st_arm draw_arm(struct drawer *d)
{
	struct st_arm arm = {.chan = below(d, d->p->nchans)};

	if (d->p->chans[arm.chan].kind == ST_TIMER || below(d, 2) == 0)
		arm.dir = ASSAY_RECV;
	else
		arm.v = ++d->value;
	return arm;
}

static enum st_wait draw_wait(struct drawer *d, struct st_op *op)
{
	int what = below(d, 8);

	if (what < 2)
		return ST_POLL;
	if (what > 2 || !has(d, ST_TIMERS))
		return ST_FOREVER;
	op->ns = some_time(d);
	return ST_TIMED;
}

/* Nobody can wake who waits on nil channels alone: such a one polls. */
static void no_endless_wait(const struct st_program *p, struct st_op *op)
{
	for (int i = 0; i < op->narms; i++)
		if (p->chans[op->arms[i].chan].kind != ST_NIL)
			return;
	if (op->wait == ST_FOREVER)
		op->wait = ST_POLL;
}

static struct st_op draw_communication(struct drawer *d, bool select)
{
	struct st_op op = {.kind = ST_SELECT};

	op.narms = select ? below(d, ST_ARMS + 1) : 1;
	op.wait = draw_wait(d, &op);
	for (int i = 0; i < op.narms; i++)
		op.arms[i] = draw_arm(d);
	if (!select)
		op.kind = op.arms[0].dir == ASSAY_SEND ? ST_SEND : ST_RECV;
	no_endless_wait(d->p, &op);
	return op;
}

static struct st_op draw_look(struct drawer *d)
{
	struct st_op op = {.kind = below(d, 4) == 0 ? ST_CAP : ST_LEN};
	int c = below(d, d->p->nchans);

	/* of a timer's channel, which is empty if its timers are Go 1.23's */
	if (d->p->chans[c].kind == ST_TIMER && !has(d, ST_TIMER_STOP))
		c = 0;
	op.target = c;
	return op;
}

static struct st_op draw_close(struct drawer *d)
{
	struct st_op op = {.kind = ST_CLOSE, .target = below(d, d->p->nchans)};

	if (d->p->chans[op.target].kind == ST_TIMER)
		op.target = 0;
	return op;
}

static struct st_op draw_timer_op(struct drawer *d)
{
	int c = chan_of_kind(d, ST_TIMER);

	if (c < 0 || !has(d, ST_TIMER_STOP))
		return (struct st_op){.kind = ST_SLEEP, .ns = some_time(d)};
	if (below(d, 2) == 0)
		return (struct st_op){.kind = ST_STOP, .target = c};
	return (struct st_op){
		.kind = ST_RESET, .target = c, .ns = some_time(d)};
}

static struct st_op draw_lock_op(struct drawer *d)
{
	static const enum st_kind kinds[] = {ST_LOCK,   ST_LOCK, ST_TRY_LOCK,
					     ST_UNLOCK, ST_DONE, ST_WAIT};
	struct st_op op = {.kind = kinds[below(d, 6)]};

	if (op.kind == ST_DONE && d->p->dones == ST_DONES)
		op.kind = ST_WAIT;
	d->p->dones += op.kind == ST_DONE;
	return op;
}

static struct st_op draw_op(struct drawer *d)
{
	int what = below(d, 100);

	if (what < 20 && has(d, ST_LOCKS))
		return draw_lock_op(d);
	if (what < 12 && has(d, ST_TIMERS))
		return draw_timer_op(d);
	if (what < 52)
		return draw_communication(d, false);
	if (what < 78)
		return draw_communication(d, true);
	if (what < 84)
		return draw_close(d);
	if (what < 92)
		return draw_look(d);
	return (struct st_op){.kind = ST_YIELD};
}

/* An actor may be started by an earlier one, at any of its operations. */
static void draw_start(struct drawer *d, int actor)
{
	int by = 1 + below(d, actor);
	struct st_program *p = d->p;

	if (by == actor || p->nops[by] == 0) {
		p->started[actor] = true;
		return;
	}
	int at = below(d, p->nops[by]);

	memmove(&p->ops[by][at + 1], &p->ops[by][at],
		(size_t)(p->nops[by] - at) * sizeof(p->ops[by][0]));
	p->ops[by][at] = (struct st_op){.kind = ST_GO, .target = actor};
	p->nops[by]++;
}

void st_draw(struct st_program *p, uint64_t seed, unsigned features)
{
	struct drawer d = {.p = p, .state = seed};
	int total;

	memset(p, 0, sizeof(*p));
	p->seed = seed;
	p->features = features;
	draw_chans(&d);
	p->nactors = 3 + below(&d, ST_ACTORS - 2);
	total = 4 + below(&d, ST_TOTAL - 3 - (p->nactors - 2));
	for (int i = 0; i < total; i++) {
		int a = 1 + below(&d, p->nactors - 1);

		p->ops[a][p->nops[a]++] = draw_op(&d);
	}
	for (int a = 1; a < p->nactors; a++)
		draw_start(&d, a);
}

/* ---- printing ----------------------------------------------------------- */

struct text {
	char *at, *end;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t,
						      const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->at, (size_t)(t->end - t->at), fmt, ap);
	va_end(ap);
	if (n > 0)
		t->at += n < t->end - t->at ? n : t->end - t->at - 1;
}

static void put_chans(struct text *t, const struct st_program *p)
{
	for (int c = 0; c < p->nchans; c++) {
		if (p->chans[c].kind == ST_NIL)
			put(t, "  c%d: nil\n", c);
		else if (p->chans[c].kind == ST_PLAIN)
			put(t, "  c%d: cap %d\n", c, p->chans[c].cap);
		else
			put(t, "  c%d: of a timer, %" PRId64 " us\n", c,
			    p->chans[c].ns / 1000);
	}
	if (p->dones > 0)
		put(t, "  wait group: %d\n", p->dones);
}

static void put_arm(struct text *t, const struct st_arm *arm)
{
	if (arm->dir == ASSAY_SEND)
		put(t, "c%d <- %d", arm->chan, arm->v);
	else
		put(t, "<-c%d", arm->chan);
}

static void put_communication(struct text *t, const struct st_op *op)
{
	if (op->kind == ST_SELECT)
		put(t, "select {");
	for (int i = 0; i < op->narms; i++) {
		put_arm(t, &op->arms[i]);
		if (op->kind == ST_SELECT)
			put(t, "; ");
	}
	if (op->kind == ST_SELECT)
		put(t, "}");
	if (op->wait == ST_POLL)
		put(t, " or default");
	if (op->wait == ST_TIMED)
		put(t, " within %" PRId64 " us", op->ns / 1000);
}

static void put_op(struct text *t, const struct st_op *op)
{
	static const char *const names[] = {[ST_CLOSE] = "close",
					    [ST_LEN] = "len",
					    [ST_CAP] = "cap",
					    [ST_STOP] = "stop",
					    [ST_RESET] = "reset",
					    [ST_LOCK] = "lock",
					    [ST_TRY_LOCK] = "try lock",
					    [ST_UNLOCK] = "unlock",
					    [ST_DONE] = "done",
					    [ST_WAIT] = "wait",
					    [ST_GO] = "go",
					    [ST_YIELD] = "yield",
					    [ST_SLEEP] = "sleep"};

	if (op->kind <= ST_SELECT) {
		put_communication(t, op);
		return;
	}
	put(t, "%s", names[op->kind]);
	if (op->kind <= ST_RESET)
		put(t, " c%d", op->target);
	if (op->kind == ST_GO)
		put(t, " actor %d", op->target);
	if (op->kind == ST_SLEEP || op->kind == ST_RESET)
		put(t, " %" PRId64 " us", op->ns / 1000);
}

static void put_program(struct text *t, const struct st_program *p)
{
	for (int a = 1; a < p->nactors; a++) {
		put(t, "  actor %d%s: ", a,
		    p->started[a] ? "" : " (started by another)");
		for (int i = 0; i < p->nops[a]; i++) {
			put(t, i > 0 ? ", " : "");
			put_op(t, &p->ops[a][i]);
		}
		put(t, "\n");
	}
}

static void put_record(struct text *t, int actor, const struct st_record *r)
{
	put(t, "  %4" PRId64 " .. ", r->begin);
	if (r->end == 0)
		put(t, "     actor %d: ", actor);
	else
		put(t, "%4" PRId64 " actor %d: ", r->end, actor);
	put_op(t, &r->op);
	if (r->end == 0) {
		put(t, ": never ends\n");
		return;
	}
	put(t, ": %s", assay_status_text(r->status));
	if (r->op.kind == ST_SELECT && r->chosen >= 0)
		put(t, ", case %d", r->chosen);
	put(t, ", %" PRId64 "\n", r->v);
}

/* The first record that begins after ticket `after`; *actor says whose. */
static const struct st_record *follows(const struct st_history *h,
				       int64_t after, int *actor)
{
	const struct st_record *first = NULL;

	for (int a = 0; a < h->program->nactors; a++) {
		for (int i = 0; i < h->n[a]; i++) {
			const struct st_record *r = &h->records[a][i];

			if (r->begin > after &&
			    (first == NULL || r->begin < first->begin)) {
				first = r;
				*actor = a;
			}
		}
	}
	return first;
}

void st_print(char *out, size_t n, const struct st_program *p,
	      const struct st_history *h)
{
	struct text t = {out, out + n};
	const struct st_record *r;
	int64_t after = 0;
	int actor = 0;

	put(&t, "program %" PRIu64 ":\n", p->seed);
	put_chans(&t, p);
	put_program(&t, p);
	if (h == NULL)
		return;
	put(&t, "what it did, by tickets of begin and end:\n");
	for (; (r = follows(h, after, &actor)) != NULL; after = r->begin)
		put_record(&t, actor, r);
}
