/*
 * rules.c - see rules.h.  The rules are those of Go's reader.
 */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

struct g {
	int64_t id;
	int known;
	enum tr_g status;
	uint64_t gen, seq;
	size_t depth, room; /* regions */
	struct region {
		uint64_t task;
		char name[64];
	} * region;
};

struct p {
	int known;
	enum tr_p status;
	uint64_t gen, seq;
};

enum { MOST_PS = 1 << 20, MOST_MS = 1 << 16 };

/* ---- what is known -------------------------------------------------------------- */

static struct g *slot(struct known *k, int64_t id)
{
	size_t i = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 20;

	for (;; i++) {
		struct g *g = &k->g[i & (k->gs - 1)];

		if (g->id == id || g->id == 0)
			return g;
	}
}

static void *must(struct known *k, void *p)
{
	if (!p)
		tr_fail(k->r, "out of memory", 0);
	return p;
}

/* Moves all that are known to another table; the others are forgotten. */
static void move_gs(struct known *k)
{
	struct g *old = k->g;
	size_t olds = k->gs, known = 0, n = 1024;

	for (size_t i = 0; i < olds; i++)
		known += old[i].known != 0;
	while (n < known * 4)
		n *= 2;
	k->g = must(k, calloc(n, sizeof(*k->g)));
	k->gs = n;
	k->ng = known;
	for (size_t i = 0; i < olds; i++)
		if (old[i].known)
			*slot(k, old[i].id) = old[i];
		else
			free(old[i].region);
	free(old);
}

static struct g *g_of(struct known *k, int64_t id)
{
	struct g *g = slot(k, id);

	if (g->id == id)
		return g;
	if (k->ng * 2 >= k->gs) {
		move_gs(k);
		g = slot(k, id);
	}
	g->id = id;
	k->ng++;
	return g;
}

static struct p *p_of(struct known *k, uint64_t id)
{
	if (id >= MOST_PS)
		tr_fail(k->r, "a bad P", id);
	if (id >= k->ps) {
		size_t n = id * 2 + 8;

		k->p = must(k, realloc(k->p, n * sizeof(*k->p)));
		memset(k->p + k->ps, 0, (n - k->ps) * sizeof(*k->p));
		k->ps = n;
	}
	return &k->p[id];
}

void tr_known_init(struct known *k, struct reader *r)
{
	*k = (struct known){.r = r, .first = 1};
	move_gs(k);
	k->m = must(k, calloc(MOST_MS, sizeof(*k->m)));
}

void tr_known_free(struct known *k)
{
	for (size_t i = 0; i < k->gs; i++)
		free(k->g[i].region);
	free(k->g);
	free(k->p);
	free(k->m);
}

void tr_forget_ended(struct known *k)
{
	size_t ms = k->ms;

	move_gs(k);
	k->ms = 0;
	for (size_t i = 0; i < ms; i++)
		if (k->m[i].p >= 0 || k->m[i].g >= 0)
			k->m[k->ms++] = k->m[i];
}

static struct m *find_m(struct known *k, int64_t id)
{
	for (size_t i = 0; i < k->ms; i++)
		if (k->m[i].id == id)
			return &k->m[i];
	return NULL;
}

static struct m *new_m(struct known *k, int64_t id)
{
	if (k->ms == MOST_MS)
		tr_fail(k->r, "too many threads", k->ms);
	k->m[k->ms] = (struct m){id, -1, -1};
	return &k->m[k->ms++];
}

struct m *tr_m(struct known *k, int64_t id)
{
	struct m *m = find_m(k, id);

	return m ? m : new_m(k, id);
}

static int succeeds(struct known *k, uint64_t gen, uint64_t seq, uint64_t next)
{
	return gen == k->r->gen.number && next == seq + 1;
}

/* ---- rules ------------------------------------------------------------------------ */

/* Refuses the trace unless ok. */
static void need(struct known *k, int ok, const char *what, int64_t id)
{
	if (!ok)
		tr_fail(k->r, what, (uint64_t)id);
}

static struct g *running(struct known *k, struct m *m, const char *what)
{
	struct g *g;

	need(k, m->g >= 0 && m->p >= 0, what, m->id);
	g = g_of(k, m->g);
	need(k, g->known && g->status == TR_G_RUNNING, what, m->g);
	return g;
}

static int go_status(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(k, (int64_t)e->arg[0]);
	enum tr_g status = (enum tr_g)e->arg[2];
	int64_t in = (int64_t)e->arg[1];
	struct m *other;

	need(k, status >= TR_G_RUNNABLE && status <= TR_G_WAITING,
	     "a status that is none of goroutine", g->id);
	need(k, g->known ? g->status == status : k->first,
	     "another status than the one known of goroutine", g->id);
	g->known = 1;
	g->status = status;
	g->gen = k->r->gen.number;
	g->seq = 0;
	if (status == TR_G_RUNNING)
		m->g = g->id;
	if (status != TR_G_CALL)
		return 1;
	other = find_m(k, in);
	if (!other)
		other = new_m(k, in);
	else
		need(k, k->first || other->g == g->id,
		     "in a call of another thread: goroutine", g->id);
	other->g = g->id;
	return 1;
}

static int p_status(struct known *k, struct m *m, const struct tr_event *e)
{
	struct p *p = p_of(k, e->arg[0]);
	enum tr_p status = (enum tr_p)e->arg[1];

	need(k, status >= TR_P_RUNNING && status <= TR_P_CALL_LOST,
	     "a status that is none of P", (int64_t)e->arg[0]);
	need(k,
	     !p->known || p->status == status ||
		     (status == TR_P_CALL_LOST && p->status == TR_P_CALL),
	     "another status than the one known of P", (int64_t)e->arg[0]);
	if (!p->known)
		p->status = status;
	p->known = 1;
	p->gen = k->r->gen.number;
	p->seq = 0;
	if (status == TR_P_RUNNING || status == TR_P_CALL)
		m->p = (int64_t)e->arg[0];
	return 1;
}

static int p_start(struct known *k, struct m *m, const struct tr_event *e)
{
	struct p *p = p_of(k, e->arg[0]);

	if (!p->known || p->status != TR_P_IDLE || m->p >= 0 ||
	    !succeeds(k, p->gen, p->seq, e->arg[1]))
		return 0;
	p->status = TR_P_RUNNING;
	p->seq++;
	m->p = (int64_t)e->arg[0];
	return 1;
}

static int p_stop(struct known *k, struct m *m)
{
	struct p *p;

	need(k, m->p >= 0, "no P to stop on thread", m->id);
	p = p_of(k, (uint64_t)m->p);
	p->status = TR_P_IDLE;
	m->p = -1;
	return 1;
}

static int p_steal(struct known *k, struct m *m, const struct tr_event *e)
{
	struct p *p = p_of(k, e->arg[0]);
	struct m *from = find_m(k, (int64_t)e->arg[2]);
	int lost = p->status == TR_P_CALL_LOST;

	if (!p->known || (p->status != TR_P_CALL && !lost) ||
	    !succeeds(k, p->gen, p->seq, e->arg[1]))
		return 0;
	p->status = TR_P_IDLE;
	p->seq++;
	if (lost)
		return 1;
	need(k, from && from->p == (int64_t)e->arg[0],
	     "a P is stolen from a thread that has it not", m->id);
	from->p = -1;
	return 1;
}

static int go_create(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(k, (int64_t)e->arg[0]);

	need(k, m->p >= 0, "a goroutine is made without a P", g->id);
	need(k, !g->known, "made twice: goroutine", g->id);
	g->known = 1;
	g->depth = 0;
	g->status = e->kind == TR_GO_CREATE ? TR_G_RUNNABLE : TR_G_WAITING;
	g->gen = k->r->gen.number;
	g->seq = 0;
	return 1;
}

static int go_start(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(k, (int64_t)e->arg[0]);

	if (!g->known || g->status != TR_G_RUNNABLE ||
	    !succeeds(k, g->gen, g->seq, e->arg[1]))
		return 0;
	need(k, m->p >= 0 && m->g < 0, "cannot start, by its thread: goroutine",
	     g->id);
	g->status = TR_G_RUNNING;
	g->seq++;
	m->g = g->id;
	return 1;
}

static int go_unblock(struct known *k, const struct tr_event *e)
{
	struct g *g = g_of(k, (int64_t)e->arg[0]);

	if (!g->known || g->status != TR_G_WAITING ||
	    !succeeds(k, g->gen, g->seq, e->arg[1]))
		return 0;
	g->status = TR_G_RUNNABLE;
	g->seq++;
	return 1;
}

static int go_leaves(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = running(k, m, "no goroutine runs that could stop");

	if (e->kind == TR_GO_STOP)
		g->status = TR_G_RUNNABLE;
	else if (e->kind == TR_GO_BLOCK)
		g->status = TR_G_WAITING;
	else
		g->known = 0;
	m->g = -1;
	return 1;
}

static int go_switch(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *next = g_of(k, (int64_t)e->arg[0]);
	struct g *g = running(k, m, "no goroutine runs that could switch");

	if (!next->known || next->status != TR_G_WAITING ||
	    !succeeds(k, next->gen, next->seq, e->arg[1]))
		return 0;
	g = g_of(k, m->g);
	if (e->kind == TR_GO_SWITCH)
		g->status = TR_G_WAITING;
	else
		g->known = 0;
	next->status = TR_G_RUNNING;
	next->seq++;
	m->g = next->id;
	return 1;
}

static int call(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = running(k, m, "no goroutine runs that could call");
	struct p *p = p_of(k, (uint64_t)m->p);

	need(k, succeeds(k, p->gen, p->seq, e->arg[0]),
	     "a call has another number than that of its P", m->p);
	g->status = TR_G_CALL;
	p->status = TR_P_CALL;
	p->seq++;
	return 1;
}

static struct g *calling(struct known *k, struct m *m)
{
	struct g *g;

	need(k, m->g >= 0, "no goroutine is in a call on thread", m->id);
	g = g_of(k, m->g);
	need(k, g->known && g->status == TR_G_CALL,
	     "no call that could end, of goroutine", m->g);
	return g;
}

static int call_end(struct known *k, struct m *m)
{
	struct g *g = calling(k, m);
	struct p *p;

	need(k, m->p >= 0, "a call ends, but its P is gone: goroutine", m->g);
	p = p_of(k, (uint64_t)m->p);
	need(k, p->status == TR_P_CALL, "not in a call: P", m->p);
	g->status = TR_G_RUNNING;
	p->status = TR_P_RUNNING;
	return 1;
}

static int call_end_blocked(struct known *k, struct m *m)
{
	if (m->p >= 0 && p_of(k, (uint64_t)m->p)->status == TR_P_CALL)
		return 0;
	calling(k, m)->status = TR_G_RUNNABLE;
	m->g = -1;
	return 1;
}

static int create_call(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(k, (int64_t)e->arg[0]);

	need(k, m->g < 0 && !g->known, "made twice: goroutine", g->id);
	g->known = 1;
	g->depth = 0;
	g->status = TR_G_CALL;
	g->gen = k->r->gen.number;
	g->seq = 0;
	m->g = g->id;
	return 1;
}

static int end_call(struct known *k, struct m *m)
{
	calling(k, m)->known = 0;
	m->g = -1;
	if (m->p >= 0) {
		p_of(k, (uint64_t)m->p)->status = TR_P_CALL_LOST;
		m->p = -1;
	}
	return 1;
}

static int region(struct known *k, struct m *m, const struct tr_event *e)
{
	struct g *g = running(k, m, "a region without a goroutine");
	struct region *r;

	if (e->kind == TR_REGION) {
		if (g->depth == g->room) {
			g->room = g->room * 2 + 4;
			g->region = must(
				k, realloc(g->region, g->room * sizeof(*r)));
		}
		r = &g->region[g->depth++];
		r->task = e->arg[0];
		strncpy(r->name, e->text[0], sizeof(r->name) - 1);
		r->name[sizeof(r->name) - 1] = '\0';
		return 1;
	}
	if (g->depth == 0) /* it began before the trace */
		return 1;
	r = &g->region[--g->depth];
	need(k,
	     r->task == e->arg[0] &&
		     strncmp(r->name, e->text[0], sizeof(r->name) - 1) == 0,
	     "another region ends than the last that began: goroutine", m->g);
	return 1;
}

int tr_advance(struct known *k, struct m *m, const struct tr_event *e)
{
	switch (e->kind) {
	case TR_P_STATUS:
		return p_status(k, m, e);
	case TR_P_START:
		return p_start(k, m, e);
	case TR_P_STOP:
		return p_stop(k, m);
	case TR_P_STEAL:
		return p_steal(k, m, e);
	case TR_GO_STATUS:
	case TR_GO_STATUS_STACK:
		return go_status(k, m, e);
	case TR_GO_CREATE:
	case TR_GO_CREATE_BLOCKED:
		return go_create(k, m, e);
	case TR_GO_CREATE_CALL:
		return create_call(k, m, e);
	case TR_GO_END_CALL:
		return end_call(k, m);
	case TR_GO_START:
		return go_start(k, m, e);
	case TR_GO_UNBLOCK:
		return go_unblock(k, e);
	case TR_GO_STOP:
	case TR_GO_BLOCK:
	case TR_GO_END:
		return go_leaves(k, m, e);
	case TR_GO_SWITCH:
	case TR_GO_SWITCH_END:
		return go_switch(k, m, e);
	case TR_CALL:
		return call(k, m, e);
	case TR_CALL_END:
		return call_end(k, m);
	case TR_CALL_END_BLOCKED:
		return call_end_blocked(k, m);
	case TR_REGION:
	case TR_REGION_END:
		return region(k, m, e);
	case TR_TASK:
	case TR_TASK_END:
	case TR_LOG:
	case TR_STW:
	case TR_PROCS:
		running(k, m, "nobody runs that could say something");
		return 1;
	default:
		return 1;
	}
}
