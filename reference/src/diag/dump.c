/*
 * dump.c - goroutines as text, in the form that Go's tracebacks have:
 *
 *	goroutine 7 [chan receive]:
 *	worker(...)
 *		/usr/bin/program+0x11d6.s:0 +0x26
 *	created by main_loop in goroutine 1
 *		/usr/bin/program+0x1234.s:0 +0x34
 *
 * A signal handler may print it while goroutines are stopped anywhere in libc:
 * no lock is taken (names.h).
 */
#include <string.h>

#include "base/godebug.h"
#include "base/print.h"
#include "diag/frames.h"
#include "diag/quote.h"
#include "diag/symbolize.h"
#include "sched/outside.h"
#include "diag/dump.h"
#include "diag/leaked.h"
#include "sched/bubble.h"
#include "sched/goroutine.h"
#include "sched/labels.h"
#include "sched/lints.h"
#include "sched/stack.h"
#include "sched/timed.h"
#include "sched/user.h"
#include "base/sys.h"
#include "base/text.h"

#define PATIENCE INT64_C(20000000)
#define TEXT ((size_t)64 << 10)

/* clang-format off */
const char *goro__state_of(const struct g *g)
{
	switch (load_relaxed(&g->status)) {
	case GRUNNABLE: return "runnable";
	case GRUNNING: return "running";
	case GSYSCALL: return "syscall";
	case GWAITING: return goro__wait_text[g->reason];
	default: return "dead";
	}
}
/* clang-format on */

bool goro__dumped(const struct g *g)
{
	uint32_t status = load_relaxed(&g->status);

	return status != GIDLE && status != GDEAD && !g->system && g->goid > 0;
}

/* Returns how many whole minutes g has waited. */
static int64_t minutes(struct g *g)
{
	uint32_t status = load_relaxed(&g->status);
	int64_t now = sys_clock() / 1000000000;

	return status == GWAITING || status == GSYSCALL ? (now - g->since) / 60
							: 0;
}

/* As Go does before 1.27 where it is asked to. */
static void out_labels(struct out *o, const struct g *g)
{
	const struct labels *l = *(struct labels *const volatile *)&g->labels;
	const char *key, *value, *between = " labels:{";
	size_t at = 0;

	if (!l || goro__godebug("tracebacklabels") != 1)
		return;
	while (goro__labels_next(l, &at, &key, &value)) {
		goro__out_str(o, between);
		goro__out_quoted(o, key);
		goro__out_str(o, ": ");
		goro__out_quoted(o, value);
		between = ", ";
	}
	if (at > 0)
		goro__out_str(o, "}");
}

/* ---- lints: lints.h ------------------------------------------------------- */

enum { LONE_MOST = 100000 };

#define LONGEST_RUN INT64_C(1000000000)

/* Returns since when g has not given its turn up; 0: it has, or nobody knows. */
static int64_t runs_since(const struct g *g)
{
	bool stopped = load_relaxed(&g->preempted) != NOT_STOPPED;
	struct m *m =
		stopped ? locked_m(g) : *(struct m *const volatile *)&g->m;
	struct p *p;

	if (!m || load_relaxed(&m->run.goid) != g->goid)
		return 0;
	p = *(struct p *volatile *)&m->p;
	if (!stopped &&
	    (!p || load_relaxed(&g->status) != GRUNNING || !same_run(m, g, p)))
		return 0;
	return load_relaxed(&m->run.since);
}

static void out_lints(struct out *o, const struct g *g)
{
	struct stack *s = *(struct stack *const volatile *)&g->stack;
	int64_t since = runs_since(g), now = sys_clock();

	if (since && now - since >= LONGEST_RUN) {
		goro__out_str(o, ", ");
		goro__out_int(o, (now - since) / LONGEST_RUN);
		goro__out_str(o, " s without a yield");
	}
	if (s && load_relaxed(&s->lone.goid) == g->goid &&
	    load_relaxed(&s->lone.n) >= LONE_MOST &&
	    load_relaxed(&goro__seconds) - load_relaxed(&s->lone.at) <= 1) {
		goro__out_str(o, ", ");
		goro__out_int(o, load_relaxed(&s->lone.n));
		goro__out_str(o, " yields to nobody");
	}
}

static void out_head(struct out *o, struct g *g, const char *state)
{
	const struct bubble *b = bubble_of(g);
	int64_t waited = minutes(g);

	goro__out_str(o, "goroutine ");
	goro__out_int(o, g->goid);
	goro__out_str(o, " [");
	goro__out_str(o, state);
	if (b && bubble_durable(g))
		goro__out_str(o, " (durable)");
	if (goro__leaked(g))
		goro__out_str(o, " (leaked)");
	if (waited > 0) {
		goro__out_str(o, ", ");
		goro__out_int(o, waited);
		goro__out_str(o, " minutes");
	}
	if (g->lockcount > 0)
		goro__out_str(o, ", locked to thread");
	if (b) {
		goro__out_str(o, ", synctest bubble ");
		goro__out_int(o, b->id);
	}
	if (goro__godebug("lints") > 0)
		out_lints(o, g);
	out_labels(o, g);
	goro__out_str(o, "]:\n");
}

struct dump {
	struct out out;
	struct names names;
	int64_t patience; /* with goroutines that run on other threads */
	struct g *first;  /* printed already */
	struct g *main;
	char *text; /* on its way to stderr; NULL: no memory */
};

/* Where the program called `go`: the call, not what it returns to. */
static void out_creator(struct dump *d, const struct g *g)
{
	uintptr_t pc = (uintptr_t)g->creator - 1;
	struct out *o = &d->out;
	struct place at;

	goro__names_find(&d->names, pc, &at);
	goro__out_str(o, "created by ");
	goro__frames_out_name(o, pc, &at);
	if (g->parent > 0) {
		goro__out_str(o, " in goroutine ");
		goro__out_int(o, g->parent);
	}
	goro__out_str(o, "\n");
	goro__frames_out_place(o, pc, &at);
}

static void out_g(struct dump *d, struct g *g, const char *state)
{
	struct frames f;

	if (g->m && g->m->outsider) {
		goro__out_str(&d->out, "a thread of the program [running]:\n");
		return;
	}
	goro__frames_find(&f, &d->names, g, &d->patience);
	out_head(&d->out, g, state);
	goro__frames_out(&d->out, &f);
	if (g->goid != 1)
		out_creator(d, g);
}

static void find_main(struct g *g, void *arg)
{
	struct dump *d = arg;

	if (goro__dumped(g) && g->goid == 1)
		d->main = g;
}

static void dump_one(struct g *g, void *arg)
{
	struct dump *d = arg;

	if (!goro__dumped(g) || g == d->first || g == d->main)
		return;
	goro__out_str(&d->out, "\n");
	out_g(d, g, goro__state_of(g));
}

static void begin(struct dump *d)
{
	goro__names_open(&d->names);
	d->patience = PATIENCE;
}

/* Prints the current goroutine first, then main, then the others. */
static void dump_all(struct dump *d)
{
	begin(d);
	goro__each_g(find_main, d);
	if (d->first)
		out_g(d, d->first, "running");
	if (d->main && d->main != d->first) {
		if (d->first)
			goro__out_str(&d->out, "\n");
		out_g(d, d->main, goro__state_of(d->main));
	}
	goro__each_g(dump_one, d);
	goro__names_close(&d->names);
}

/* A system call for each word would take longer than all else. */
static void open_stderr(struct dump *d, int fd)
{
	d->text = sys_map(TEXT);
	d->out = (struct out){
		.buf = d->text, .n = TEXT, .through = true, .fd = fd};
	goro__out_str(&d->out, "\n");
}

static void close_stderr(struct dump *d)
{
	if (d->text) {
		goro__out_flush(&d->out);
		sys_unmap(d->text, TEXT);
	}
	goro__symbolize_end(d->out.fd);
}

void goro__dump_all(struct g *first)
{
	struct dump d = {.first = first};

	open_stderr(&d, goro__symbolize_begin());
	dump_all(&d);
	close_stderr(&d);
}

void goro__dump_g(struct g *g, const char *state)
{
	struct dump d = {0};

	open_stderr(&d, goro__symbolize_begin());
	begin(&d);
	out_g(&d, g, state);
	goro__names_close(&d.names);
	close_stderr(&d);
}

static void dump_here(void *d)
{
	dump_all(d);
}

size_t goro_dump(char *buf, size_t n)
{
	char none;
	struct dump d = {.out = {.buf = n ? buf : &none, .n = n}};
	bool user = explored() && goro__user_asks();

	if (goro__outside()) {
		dump_all(&d);
	} else {
		d.first = goro__self();
		goro__systemstack(dump_here, &d);
	}
	if (user)
		goro__user_goes_on();
	return d.out.len;
}

/* ---- some of them -------------------------------------------------------- */

struct those {
	struct dump dump;
	bool (*which)(const struct g *g);
	void (*end)(struct out *out, bool (*which)(const struct g *g));
	bool any;
};

static void dump_that(struct g *g, void *arg)
{
	struct those *t = arg;

	if (!goro__dumped(g) || !t->which(g))
		return;
	if (t->any)
		goro__out_str(&t->dump.out, "\n");
	t->any = true;
	out_g(&t->dump, g, goro__state_of(g));
}

static void dump_those(void *arg)
{
	struct those *t = arg;

	begin(&t->dump);
	goro__each_g(dump_that, t);
	goro__names_close(&t->dump.names);
	t->end(&t->dump.out, t->which);
}

size_t goro__dump_those(char *buf, size_t n, bool (*which)(const struct g *g),
			void (*end)(struct out *out,
				    bool (*which)(const struct g *g)))
{
	struct those t = {
		.dump.out = {.buf = buf, .n = n}, .which = which, .end = end};

	if (!buf)
		open_stderr(&t.dump, 0);
	goro__systemstack(dump_those, &t);
	if (!buf)
		close_stderr(&t.dump);
	return t.dump.out.len;
}

struct lookup {
	int64_t id;
	struct g *g;
};

static void find_id(struct g *g, void *arg)
{
	struct lookup *l = arg;

	if (goro__dumped(g) && g->goid == l->id)
		l->g = g;
}

int goro_state(int64_t id, char *buf, size_t n)
{
	struct lookup l = {.id = id};
	const char *durable;

	goro__each_g(find_id, &l);
	if (!l.g || !buf || n == 0)
		return GORO_EINVAL;
	durable = bubble_of(l.g) && bubble_durable(l.g) ? " (durable)" : "";
	snprintf(buf, n, "%s%s", goro__state_of(l.g), durable);
	return GORO_OK;
}
