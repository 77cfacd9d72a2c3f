/*
 * order.c - plays the scheduler again.
 *
 * Each thread's events are in order.  Of all threads' next events the earliest
 * is tried first; one whose turn has not come waits: another thread must first
 * start, stop or unblock what it names.  The rules are those of Go's reader.
 */
#include <stdlib.h>
#include <string.h>

#include "tables.h"

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

/* A thread, over all generations. */
struct m {
	int64_t id, p, g; /* -1: none */
};

enum { MOST_PS = 1 << 20, MOST_MS = 1 << 16 };

struct order {
	struct reader *r;
	tr_sink sink;
	void *arg;
	int first;     /* the first generation is being read */
	int64_t time;  /* of the last event told */
	struct g *g;   /* open addressing, by id */
	size_t ng, gs; /* used, room */
	struct p *p;
	size_t ps;
	struct m *m; /* room for all */
	size_t ms;
};

/* The next event of a thread. */
struct next {
	struct thread *t;
	struct m *m;
	int64_t time; /* units; in the batch as read so far */
	int has, tried;
	struct tr_event e;
};

/* ---- what is known -------------------------------------------------------------- */

static struct g *slot(struct order *o, int64_t id)
{
	size_t i = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 20;

	for (;; i++) {
		struct g *g = &o->g[i & (o->gs - 1)];

		if (g->id == id || g->id == 0)
			return g;
	}
}

static void *must(struct order *o, void *p)
{
	if (!p)
		tr_fail(o->r, "out of memory", 0);
	return p;
}

static void grow_gs(struct order *o)
{
	struct g *old = o->g;
	size_t n = o->gs;

	o->gs = n ? n * 2 : 1024;
	o->g = must(o, calloc(o->gs, sizeof(*o->g)));
	for (size_t i = 0; i < n; i++)
		if (old[i].id)
			*slot(o, old[i].id) = old[i];
	free(old);
}

static struct g *g_of(struct order *o, int64_t id)
{
	struct g *g;

	if (o->gs == 0)
		grow_gs(o);
	g = slot(o, id);
	if (g->id == id)
		return g;
	if (o->ng * 2 >= o->gs) {
		grow_gs(o); /* what is known moves: only for a new one */
		g = slot(o, id);
	}
	g->id = id;
	o->ng++;
	return g;
}

static struct p *p_of(struct order *o, uint64_t id)
{
	if (id >= MOST_PS)
		tr_fail(o->r, "a bad P", id);
	if (id >= o->ps) {
		size_t n = id * 2 + 8;

		o->p = must(o, realloc(o->p, n * sizeof(*o->p)));
		memset(o->p + o->ps, 0, (n - o->ps) * sizeof(*o->p));
		o->ps = n;
	}
	return &o->p[id];
}

static struct m *m_of(struct order *o, int64_t id)
{
	for (size_t i = 0; i < o->ms; i++)
		if (o->m[i].id == id)
			return &o->m[i];
	return NULL;
}

static struct m *new_m(struct order *o, int64_t id)
{
	if (o->ms == MOST_MS)
		tr_fail(o->r, "too many threads", o->ms);
	o->m[o->ms] = (struct m){id, -1, -1};
	return &o->m[o->ms++];
}

static int succeeds(struct order *o, uint64_t gen, uint64_t seq, uint64_t next)
{
	return gen == o->r->gen.number && next == seq + 1;
}

/* ---- rules ------------------------------------------------------------------------ */

/* True if the numbers of the generation begin with this status. */
static void need(struct order *o, int ok, const char *what, int64_t id)
{
	if (!ok)
		tr_fail(o->r, what, (uint64_t)id);
}

static struct g *running(struct order *o, struct m *m, const char *what)
{
	struct g *g;

	need(o, m->g >= 0 && m->p >= 0, what, m->id);
	g = g_of(o, m->g);
	need(o, g->known && g->status == TR_G_RUNNING, what, m->g);
	return g;
}

static int go_status(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(o, (int64_t)e->arg[0]);
	enum tr_g status = (enum tr_g)e->arg[2];
	int64_t in = (int64_t)e->arg[1];
	struct m *other;

	need(o, status >= TR_G_RUNNABLE && status <= TR_G_WAITING,
	     "a status that is none of goroutine", g->id);
	need(o, g->known ? g->status == status : o->first,
	     "another status than the one known of goroutine", g->id);
	g->known = 1;
	g->status = status;
	g->gen = o->r->gen.number;
	g->seq = 0;
	if (status == TR_G_RUNNING)
		m->g = g->id;
	if (status != TR_G_CALL)
		return 1;
	other = m_of(o, in);
	if (!other)
		other = new_m(o, in);
	else
		need(o, o->first || other->g == g->id,
		     "in a call of another thread: goroutine", g->id);
	other->g = g->id;
	return 1;
}

static int p_status(struct order *o, struct m *m, const struct tr_event *e)
{
	struct p *p = p_of(o, e->arg[0]);
	enum tr_p status = (enum tr_p)e->arg[1];

	need(o, status >= TR_P_RUNNING && status <= TR_P_CALL_LOST,
	     "a status that is none of P", (int64_t)e->arg[0]);
	need(o,
	     !p->known || p->status == status ||
		     (status == TR_P_CALL_LOST && p->status == TR_P_CALL),
	     "another status than the one known of P", (int64_t)e->arg[0]);
	if (!p->known)
		p->status = status;
	p->known = 1;
	p->gen = o->r->gen.number;
	p->seq = 0;
	if (status == TR_P_RUNNING || status == TR_P_CALL)
		m->p = (int64_t)e->arg[0];
	return 1;
}

static int p_start(struct order *o, struct m *m, const struct tr_event *e)
{
	struct p *p = p_of(o, e->arg[0]);

	if (!p->known || p->status != TR_P_IDLE || m->p >= 0 ||
	    !succeeds(o, p->gen, p->seq, e->arg[1]))
		return 0;
	p->status = TR_P_RUNNING;
	p->seq++;
	m->p = (int64_t)e->arg[0];
	return 1;
}

static int p_stop(struct order *o, struct m *m)
{
	struct p *p;

	need(o, m->p >= 0, "no P to stop on thread", m->id);
	p = p_of(o, (uint64_t)m->p);
	p->status = TR_P_IDLE;
	m->p = -1;
	return 1;
}

static int p_steal(struct order *o, struct m *m, const struct tr_event *e)
{
	struct p *p = p_of(o, e->arg[0]);
	struct m *from = m_of(o, (int64_t)e->arg[2]);
	int lost = p->status == TR_P_CALL_LOST;

	if (!p->known || (p->status != TR_P_CALL && !lost) ||
	    !succeeds(o, p->gen, p->seq, e->arg[1]))
		return 0;
	p->status = TR_P_IDLE;
	p->seq++;
	if (lost)
		return 1;
	need(o, from && from->p == (int64_t)e->arg[0],
	     "a P is stolen from a thread that has it not", m->id);
	from->p = -1;
	return 1;
}

static int go_create(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(o, (int64_t)e->arg[0]);

	need(o, m->p >= 0, "a goroutine is made without a P", g->id);
	need(o, !g->known, "made twice: goroutine", g->id);
	g->known = 1;
	g->depth = 0;
	g->status = e->kind == TR_GO_CREATE ? TR_G_RUNNABLE : TR_G_WAITING;
	g->gen = o->r->gen.number;
	g->seq = 0;
	return 1;
}

static int go_start(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(o, (int64_t)e->arg[0]);

	if (!g->known || g->status != TR_G_RUNNABLE ||
	    !succeeds(o, g->gen, g->seq, e->arg[1]))
		return 0;
	need(o, m->p >= 0 && m->g < 0, "cannot start, by its thread: goroutine",
	     g->id);
	g->status = TR_G_RUNNING;
	g->seq++;
	m->g = g->id;
	return 1;
}

static int go_unblock(struct order *o, const struct tr_event *e)
{
	struct g *g = g_of(o, (int64_t)e->arg[0]);

	if (!g->known || g->status != TR_G_WAITING ||
	    !succeeds(o, g->gen, g->seq, e->arg[1]))
		return 0;
	g->status = TR_G_RUNNABLE;
	g->seq++;
	return 1;
}

static int go_leaves(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = running(o, m, "no goroutine runs that could stop");

	if (e->kind == TR_GO_STOP)
		g->status = TR_G_RUNNABLE;
	else if (e->kind == TR_GO_BLOCK)
		g->status = TR_G_WAITING;
	else
		g->known = 0;
	m->g = -1;
	return 1;
}

static int go_switch(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *next = g_of(o, (int64_t)e->arg[0]);
	struct g *g = running(o, m, "no goroutine runs that could switch");

	if (!next->known || next->status != TR_G_WAITING ||
	    !succeeds(o, next->gen, next->seq, e->arg[1]))
		return 0;
	g = g_of(o, m->g);
	if (e->kind == TR_GO_SWITCH)
		g->status = TR_G_WAITING;
	else
		g->known = 0;
	next->status = TR_G_RUNNING;
	next->seq++;
	m->g = next->id;
	return 1;
}

static int call(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = running(o, m, "no goroutine runs that could call");
	struct p *p = p_of(o, (uint64_t)m->p);

	need(o, succeeds(o, p->gen, p->seq, e->arg[0]),
	     "a call has another number than that of its P", m->p);
	g->status = TR_G_CALL;
	p->status = TR_P_CALL;
	p->seq++;
	return 1;
}

static struct g *calling(struct order *o, struct m *m)
{
	struct g *g;

	need(o, m->g >= 0, "no goroutine is in a call on thread", m->id);
	g = g_of(o, m->g);
	need(o, g->known && g->status == TR_G_CALL,
	     "no call that could end, of goroutine", m->g);
	return g;
}

static int call_end(struct order *o, struct m *m)
{
	struct g *g = calling(o, m);
	struct p *p;

	need(o, m->p >= 0, "a call ends, but its P is gone: goroutine", m->g);
	p = p_of(o, (uint64_t)m->p);
	need(o, p->status == TR_P_CALL, "not in a call: P", m->p);
	g->status = TR_G_RUNNING;
	p->status = TR_P_RUNNING;
	return 1;
}

static int call_end_blocked(struct order *o, struct m *m)
{
	if (m->p >= 0 && p_of(o, (uint64_t)m->p)->status == TR_P_CALL)
		return 0;
	calling(o, m)->status = TR_G_RUNNABLE;
	m->g = -1;
	return 1;
}

static int create_call(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = g_of(o, (int64_t)e->arg[0]);

	need(o, m->g < 0 && !g->known, "made twice: goroutine", g->id);
	g->known = 1;
	g->depth = 0;
	g->status = TR_G_CALL;
	g->gen = o->r->gen.number;
	g->seq = 0;
	m->g = g->id;
	return 1;
}

static int end_call(struct order *o, struct m *m)
{
	calling(o, m)->known = 0;
	m->g = -1;
	if (m->p >= 0) {
		p_of(o, (uint64_t)m->p)->status = TR_P_CALL_LOST;
		m->p = -1;
	}
	return 1;
}

static int region(struct order *o, struct m *m, const struct tr_event *e)
{
	struct g *g = running(o, m, "a region without a goroutine");
	struct region *r;

	if (e->kind == TR_REGION) {
		if (g->depth == g->room) {
			g->room = g->room * 2 + 4;
			g->region = must(
				o, realloc(g->region, g->room * sizeof(*r)));
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
	need(o,
	     r->task == e->arg[0] &&
		     strncmp(r->name, e->text[0], sizeof(r->name) - 1) == 0,
	     "another region ends than the last that began: goroutine", m->g);
	return 1;
}

/* True if it is e's turn; the state is the one after it then. */
static int advance(struct order *o, struct m *m, const struct tr_event *e)
{
	switch (e->kind) {
	case TR_P_STATUS:
		return p_status(o, m, e);
	case TR_P_START:
		return p_start(o, m, e);
	case TR_P_STOP:
		return p_stop(o, m);
	case TR_P_STEAL:
		return p_steal(o, m, e);
	case TR_GO_STATUS:
	case TR_GO_STATUS_STACK:
		return go_status(o, m, e);
	case TR_GO_CREATE:
	case TR_GO_CREATE_BLOCKED:
		return go_create(o, m, e);
	case TR_GO_CREATE_CALL:
		return create_call(o, m, e);
	case TR_GO_END_CALL:
		return end_call(o, m);
	case TR_GO_START:
		return go_start(o, m, e);
	case TR_GO_UNBLOCK:
		return go_unblock(o, e);
	case TR_GO_STOP:
	case TR_GO_BLOCK:
	case TR_GO_END:
		return go_leaves(o, m, e);
	case TR_GO_SWITCH:
	case TR_GO_SWITCH_END:
		return go_switch(o, m, e);
	case TR_CALL:
		return call(o, m, e);
	case TR_CALL_END:
		return call_end(o, m);
	case TR_CALL_END_BLOCKED:
		return call_end_blocked(o, m);
	case TR_REGION:
	case TR_REGION_END:
		return region(o, m, e);
	case TR_TASK:
	case TR_TASK_END:
	case TR_LOG:
	case TR_STW:
	case TR_PROCS:
		running(o, m, "nobody runs that could say something");
		return 1;
	default:
		return 1;
	}
}

/* ---- events out of bytes -------------------------------------------------------------- */

/* Of a kind: how many numbers, which are strings (bits), which is a stack. */
struct shape {
	int numbers, strings, stack;
};

/* 25 kinds are the collector's and the heap's: told by nobody, but read. */
static const struct shape shapes[] = {
	[9] = {2, 0, 2},  [10] = {2, 0, 0}, [11] = {0, 0, 0}, [12] = {3, 0, 0},
	[13] = {2, 0, 0}, [14] = {3, 0, 3}, [15] = {1, 0, 0}, [16] = {2, 0, 0},
	[17] = {0, 0, 0}, [18] = {0, 0, 0}, [19] = {2, 1, 2}, [20] = {2, 1, 2},
	[21] = {3, 0, 3}, [22] = {2, 0, 2}, [23] = {0, 0, 0}, [24] = {0, 0, 0},
	[25] = {3, 0, 0}, [26] = {2, 1, 2}, [27] = {0, 0, 0}, [28] = {1, 0, 0},
	[29] = {2, 0, 2}, [30] = {1, 0, 0}, [31] = {1, 0, 0}, [32] = {1, 0, 1},
	[33] = {2, 0, 0}, [34] = {1, 0, 0}, [35] = {1, 0, 1}, [36] = {0, 0, 0},
	[37] = {1, 0, 0}, [38] = {1, 0, 0}, [39] = {1, 1, 0}, [40] = {4, 4, 4},
	[41] = {2, 0, 2}, [42] = {3, 2, 3}, [43] = {3, 2, 3}, [44] = {4, 6, 4},
	[45] = {2, 0, 0}, [46] = {2, 0, 0}, [47] = {3, 0, 3}, [48] = {4, 0, 4},
};

static void text_of(struct order *o, struct tr_event *e, int strings)
{
	int n = 0;

	for (int i = 0; i < 5; i++)
		if (strings >> i & 1) {
			const char *s = tr_entry(
				o->r, &o->r->gen.strings, e->arg[i],
				"an event names a string that is not there");

			e->text[n++] = s ? s : "";
		}
}

static void parse(struct order *o, struct next *n, struct in *in)
{
	struct reader *r = o->r;
	struct tr_event *e = &n->e;
	struct shape s;
	int kind = *in->at++;

	if (kind < 9 || kind > 48)
		tr_fail(r, "no kind of event", (uint64_t)kind);
	s = shapes[kind];
	*e = (struct tr_event){.kind = (enum trace_kind)kind,
			       .gen = r->gen.number};
	n->time += (int64_t)tr_number(r, in);
	e->time = (int64_t)((double)n->time * r->gen.unit);
	if (r->gen.unit == 1.0)
		e->time = n->time;
	for (int i = 0; i < s.numbers; i++)
		e->arg[i] = tr_number(r, in);
	text_of(o, e, s.strings);
	if (s.stack)
		e->stack = tr_entry(r, &r->gen.stacks, e->arg[s.stack - 1],
				    "an event names a stack that is not there");
	if (kind == TR_GO_CREATE || kind == TR_GO_CREATE_BLOCKED)
		e->entry = tr_entry(r, &r->gen.stacks, e->arg[1],
				    "a stack that is not there");
	n->has = 1;
}

/* Reads the next event of a thread, if there is one. */
static void fetch(struct order *o, struct next *n)
{
	struct thread *t = n->t;

	n->has = 0;
	while (t->next < t->n &&
	       t->batch[t->next].in.at == t->batch[t->next].in.end) {
		t->next++;
		if (t->next < t->n)
			n->time = (int64_t)t->batch[t->next].time;
	}
	if (t->next < t->n)
		parse(o, n, &t->batch[t->next].in);
}

static void tell(struct order *o, struct tr_event *e, int64_t m, int64_t p,
		 int64_t g)
{
	if (e->time <= o->time)
		e->time = o->time + 1;
	o->time = e->time;
	e->m = m;
	e->p = p;
	e->g = g;
	o->sink(e, o->arg);
}

/* Tells the earliest event whose turn it is.  False: there is none. */
static int step(struct order *o, struct next *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		all[i].tried = 0;
	for (size_t k = 0; k < n; k++) {
		struct next *least = NULL;
		struct m before;
		struct m *m;

		for (size_t i = 0; i < n; i++)
			if (all[i].has && !all[i].tried &&
			    (!least || all[i].e.time < least->e.time))
				least = &all[i];
		if (!least)
			return 0;
		m = m_of(o, least->t->id);
		if (!m)
			m = new_m(o, least->t->id);
		before = *m;
		if (advance(o, m, &least->e)) {
			tell(o, &least->e, before.id, before.p, before.g);
			fetch(o, least);
			return 1;
		}
		least->tried = 1;
	}
	return 0;
}

static void tell_clock(struct order *o)
{
	struct generation *g = &o->r->gen;
	struct tr_event e = {.kind = TR_CLOCK, .gen = g->number};

	e.time = g->unit == 1.0 ? (int64_t)g->clock[0]
				: (int64_t)((double)g->clock[0] * g->unit);
	for (int i = 0; i < 3; i++)
		e.arg[i] = g->clock[i + 1];
	tell(o, &e, -1, -1, -1);
}

static void play(struct order *o)
{
	struct generation *g = &o->r->gen;
	struct next *all = tr_alloc(o->r, g->n * sizeof(*all));

	tell_clock(o);
	for (size_t i = 0; i < g->n; i++) {
		all[i].t = &g->thread[i];
		all[i].time = (int64_t)g->thread[i].batch[0].time;
		fetch(o, &all[i]);
	}
	while (step(o, all, g->n))
		;
	for (size_t i = 0; i < g->n; i++)
		if (all[i].has)
			tr_fail(o->r,
				"an event whose turn never comes, of kind",
				all[i].e.kind);
	o->first = 0;
}

static void free_all(struct order *o, struct reader *r)
{
	tr_forget(r);
	free(r->memory);
	for (size_t i = 0; i < o->gs; i++)
		free(o->g[i].region);
	free(o->g);
	free(o->p);
	free(o->m);
}

enum tr_end tr_read_bytes(const uint8_t *bytes, size_t n, tr_sink sink,
			  void *arg, char error[160])
{
	struct reader r;
	struct order o;
	volatile enum tr_end end = TR_BROKEN;
	int cut = 0;

	r = (struct reader){.error = error, .in = {bytes, bytes + n}};
	o = (struct order){
		.r = &r, .sink = sink, .arg = arg, .first = 1, .time = -1};
	*error = '\0';
	if (setjmp(r.broken) == 0) {
		o.m = must(&o, calloc(MOST_MS, sizeof(*o.m)));
		tr_header(&r);
		while (tr_generation(&r, &cut))
			play(&o);
		end = cut ? TR_CUT_OFF : TR_WHOLE;
	}
	free_all(&o, &r);
	return end;
}
