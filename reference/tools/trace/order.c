/*
 * order.c - plays the scheduler again.
 *
 * Each thread's events are in order.  Of all threads' next events the earliest
 * is tried first; one whose turn has not come waits: another thread must first
 * start, stop or unblock what it names.
 */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

struct order {
	struct reader *r;
	tr_sink sink;
	void *arg;
	int64_t time; /* of the last event told */
	struct known known;
};

/* The next event of a thread. */
struct next {
	struct thread *t;
	struct m *m;
	int64_t time; /* units; in the batch as read so far */
	struct tr_event e;
};

/* Those of all threads that have one, by time. */
struct line {
	size_t n;
	struct next **next;
};

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
}

/* Reads the next event of a thread.  False: there is none. */
static int fetch(struct order *o, struct next *n)
{
	struct thread *t = n->t;

	while (t->next < t->n &&
	       t->batch[t->next].in.at == t->batch[t->next].in.end) {
		t->next++;
		if (t->next < t->n)
			n->time = (int64_t)t->batch[t->next].time;
	}
	if (t->next == t->n)
		return 0;
	parse(o, n, &t->batch[t->next].in);
	return 1;
}

/* ---- turns -------------------------------------------------------------------- */

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

/* Who is at place i has a later event: it goes to the place of that. */
static void settle(struct line *l, size_t i)
{
	struct next *x = l->next[i];

	for (; i + 1 < l->n && l->next[i + 1]->e.time < x->e.time; i++)
		l->next[i] = l->next[i + 1];
	l->next[i] = x;
}

static void leave(struct line *l, size_t i)
{
	for (l->n--; i < l->n; i++)
		l->next[i] = l->next[i + 1];
}

/* Tells the earliest event whose turn it is.  False: there is none. */
static int step(struct order *o, struct line *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct next *x = l->next[i];
		struct m before = *x->m;

		if (!tr_advance(&o->known, x->m, &x->e))
			continue;
		tell(o, &x->e, before.id, before.p, before.g);
		if (fetch(o, x))
			settle(l, i);
		else
			leave(l, i);
		return 1;
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

static int by_time(const void *a, const void *b)
{
	const struct next *x = *(struct next *const *)a;
	const struct next *y = *(struct next *const *)b;

	return (x->e.time > y->e.time) - (x->e.time < y->e.time);
}

static void line_up(struct order *o, struct line *l)
{
	struct generation *g = &o->r->gen;
	struct next *all = tr_alloc(o->r, g->n * sizeof(*all));

	*l = (struct line){0, tr_alloc(o->r, g->n * sizeof(*l->next))};
	for (size_t i = 0; i < g->n; i++) {
		all[i].t = &g->thread[i];
		all[i].m = tr_m(&o->known, g->thread[i].id);
		all[i].time = (int64_t)g->thread[i].batch[0].time;
		if (fetch(o, &all[i]))
			l->next[l->n++] = &all[i];
	}
	qsort(l->next, l->n, sizeof(*l->next), by_time);
}

static void play(struct order *o)
{
	struct line line;

	tell_clock(o);
	tr_forget_ended(&o->known);
	line_up(o, &line);
	while (step(o, &line))
		;
	if (line.n > 0)
		tr_fail(o->r, "an event whose turn never comes, of kind",
			line.next[0]->e.kind);
	o->known.first = 0;
}

static void free_all(struct order *o, struct reader *r)
{
	tr_forget(r);
	free(r->memory);
	free(r);
	tr_known_free(&o->known);
}

enum tr_end tr_read_file(FILE *file, tr_sink sink, void *arg, char error[160])
{
	struct reader *r = calloc(1, sizeof(*r));
	struct order o = {.r = r, .sink = sink, .arg = arg, .time = -1};
	volatile enum tr_end end = TR_BROKEN;
	int cut = 0;

	if (!r) {
		strcpy(error, "out of memory");
		return TR_BROKEN;
	}
	*error = '\0';
	r->error = error;
	r->file = file;
	if (setjmp(r->broken) == 0) {
		tr_known_init(&o.known, r);
		tr_header(r);
		while (tr_generation(r, &cut))
			play(&o);
		end = cut ? TR_CUT_OFF : TR_WHOLE;
	}
	free_all(&o, r);
	return end;
}
