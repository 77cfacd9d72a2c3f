/*
 * json.c - the same as dump.c tells, for programs: goro_dump_json().
 */
#include <string.h>

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/dump.h"
#include "diag/frames.h"
#include "diag/quote.h"
#include "diag/waits.h"
#include "diag/leaked.h"
#include "goro_debug.h"
#include "sched/bubble.h"
#include "sched/goroutine.h"
#include "sched/labels.h"
#include "sched/outside.h"
#include "sched/stack.h"
#include "sched/user.h"

#define PATIENCE INT64_C(20000000)

enum { WAITS = 16 };

struct json {
	struct out out;
	struct names names;
	int64_t patience;
	bool first; /* of a list */
};

/* ---- the form --------------------------------------------------------------- */

/* Begins a list or an object. */
static void begin(struct json *j, const char *bracket)
{
	goro__out_str(&j->out, bracket);
	j->first = true;
}

static void end(struct json *j, const char *bracket)
{
	goro__out_str(&j->out, bracket);
	j->first = false;
}

/* Comes before each element. */
static void element(struct json *j)
{
	if (!j->first)
		goro__out_str(&j->out, ",");
	j->first = false;
}

static void key(struct json *j, const char *name)
{
	element(j);
	goro__out_json(&j->out, name);
	goro__out_str(&j->out, ":");
}

static void put_int(struct json *j, const char *name, int64_t v)
{
	key(j, name);
	goro__out_int(&j->out, v);
}

static void put_true(struct json *j, const char *name)
{
	key(j, name);
	goro__out_str(&j->out, "true");
}

static void put_text(struct json *j, const char *name, const char *text)
{
	key(j, name);
	goro__out_json(&j->out, text);
}

/* Addresses are texts: a number of JSON has 53 bits. */
static void out_address(struct json *j, uintptr_t v)
{
	goro__out_str(&j->out, "\"");
	goro__out_hex(&j->out, v);
	goro__out_str(&j->out, "\"");
}

/* ---- goroutines ------------------------------------------------------------- */

static void out_place(struct json *j, uintptr_t pc, const struct place *at)
{
	begin(j, "{");
	key(j, "pc");
	out_address(j, pc);
	if (at->name) {
		put_text(j, "function", at->name);
		put_int(j, "offset", (int64_t)at->offset);
	}
	if (at->path) {
		put_text(j, "file", at->path);
		key(j, "address");
		out_address(j, at->at);
	}
	end(j, "}");
}

static void out_stack(struct json *j, const struct g *g)
{
	struct frames f;
	struct place at;
	uintptr_t pc;

	goro__frames_find(&f, &j->names, g, &j->patience);
	if (!f.known)
		return;
	if (frames_elided(&f) > 0)
		put_int(j, "elided", (int64_t)frames_elided(&f));
	key(j, "stack");
	begin(j, "[");
	for (size_t i = 0; goro__frames_next(&f, &i, &pc);) {
		goro__names_find(&j->names, pc, &at);
		element(j);
		out_place(j, pc, &at);
	}
	end(j, "]");
}

static void out_labels(struct json *j, const struct g *g)
{
	const struct labels *l = *(struct labels *const volatile *)&g->labels;
	const char *name, *value;
	size_t at = 0;

	if (!l)
		return;
	key(j, "labels");
	begin(j, "{");
	while (goro__labels_next(l, &at, &name, &value))
		put_text(j, name, value);
	end(j, "}");
}

static void out_waits(struct json *j, const struct g *g)
{
	uintptr_t waits[WAITS];
	size_t n = goro__waits_find(g, waits, WAITS);

	if (n == 0)
		return;
	key(j, "waits_for");
	begin(j, "[");
	for (size_t i = 0; i < n; i++) {
		element(j);
		out_address(j, waits[i]);
	}
	end(j, "]");
}

static void out_wait(struct json *j, const struct g *g)
{
	int64_t now = sys_clock() / 1000000000;
	uint32_t status = load_relaxed(&g->status);

	if (status != GWAITING && status != GSYSCALL)
		return;
	put_int(j, "seconds", now > g->since ? now - g->since : 0);
	if (status == GWAITING)
		out_waits(j, g);
}

static void out_creator(struct json *j, const struct g *g)
{
	uintptr_t pc = (uintptr_t)g->creator - 1;
	struct place at;

	if (g->goid == 1)
		return;
	if (g->parent > 0)
		put_int(j, "parent", g->parent);
	goro__names_find(&j->names, pc, &at);
	key(j, "created_by");
	out_place(j, pc, &at);
}

static void out_bubble(struct json *j, const struct g *g)
{
	const struct bubble *b = bubble_of(g);

	if (!b)
		return;
	put_int(j, "bubble", b->id);
	if (bubble_durable(g))
		put_true(j, "durable");
}

static void out_g(struct g *g, void *arg)
{
	struct json *j = arg;

	if (!goro__dumped(g))
		return;
	element(j);
	goro__out_str(&j->out, "\n");
	begin(j, "{");
	put_int(j, "id", g->goid);
	put_text(j, "state", goro__state_of(g));
	out_wait(j, g);
	out_bubble(j, g);
	if (g->lockcount > 0)
		put_true(j, "locked_to_thread");
	if (goro__leaked(g))
		put_true(j, "leaked");
	out_labels(j, g);
	out_creator(j, g);
	out_stack(j, g);
	end(j, "}");
}

/* ---- threads ---------------------------------------------------------------- */

static void out_m(struct json *j, const struct m *m)
{
	const struct g *g = *(struct g *const volatile *)&m->curg;
	const struct p *p = *(struct p *const volatile *)&m->p;

	element(j);
	begin(j, "{");
	put_int(j, "id", m->id);
	put_int(j, "tid", load_relaxed(&m->tid));
	if (p)
		put_int(j, "p", p->id);
	if (g && g->goid > 0)
		put_int(j, "goroutine", g->goid);
	end(j, "}");
}

/* The list may change, but the memory of an M stays. */
static void out_threads(struct json *j)
{
	const struct m *m = *(struct m *const volatile *)&goro__sched.allm;
	uint32_t most = load_relaxed(&goro__sched.mcount);

	key(j, "threads");
	begin(j, "[");
	for (; m && most > 0; m = m->alllink, most--)
		if (load_relaxed(&m->tid) != 0)
			out_m(j, m);
	end(j, "]");
}

/* ---- all -------------------------------------------------------------------- */

static void out_all(void *arg)
{
	struct json *j = arg;

	goro__names_open(&j->names);
	begin(j, "{");
	put_int(j, "pid", getpid());
	put_int(j, "gomaxprocs", goro__procs());
	out_threads(j);
	key(j, "goroutines");
	begin(j, "[");
	goro__each_g(out_g, j);
	end(j, "]");
	end(j, "}");
	goro__out_str(&j->out, "\n");
	goro__names_close(&j->names);
}

size_t goro_dump_json(char *buf, size_t n)
{
	char none;
	struct json j = {.out = {.buf = n ? buf : &none, .n = n},
			 .patience = PATIENCE};
	bool user = explored() && goro__user_asks();

	if (goro__outside())
		out_all(&j);
	else
		goro__systemstack(out_all, &j);
	if (user)
		goro__user_goes_on();
	return j.out.len;
}
