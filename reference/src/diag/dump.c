/*
 * dump.c - goroutines as text, in the form that Go's tracebacks have:
 *
 *	goroutine 7 [chan receive]:
 *	worker(...)
 *	created by main_loop in goroutine 1
 *
 * A signal handler may print it while goroutines are stopped anywhere in libc:
 * no lock is taken (names.h).
 */
#include <string.h>

#include "base/print.h"
#include "diag/names.h"
#include "sched/outside.h"
#include "diag/dump.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "base/sys.h"
#include "base/text.h"

/* clang-format off */
static const char *state_of(struct g *g)
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

static bool alive(struct g *g)
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

static void out_head(struct out *o, struct g *g, const char *state)
{
	int64_t waited = minutes(g);

	goro__out_str(o, "goroutine ");
	goro__out_int(o, g->goid);
	goro__out_str(o, " [");
	goro__out_str(o, state);
	if (waited > 0) {
		goro__out_str(o, ", ");
		goro__out_int(o, waited);
		goro__out_str(o, " minutes");
	}
	if (g->lockcount > 0)
		goro__out_str(o, ", locked to thread");
	goro__out_str(o, "]:\n");
}

/* Prints pc's function, else "FILE+0xADDRESS" as addr2line has it, else pc. */
static void out_name(struct out *o, struct names *n, uintptr_t pc)
{
	struct place at;

	goro__names_find(n, pc, &at);
	if (at.name) {
		goro__out_str(o, at.name);
	} else if (at.path) {
		goro__out_str(o, at.path);
		goro__out_str(o, "+");
		goro__out_hex(o, at.at);
	} else {
		goro__out_hex(o, pc);
	}
}

static void out_g(struct out *o, struct names *n, struct g *g,
		  const char *state)
{
	uintptr_t fn;

	if (g->m && g->m->outsider) {
		goro__out_str(o, "a thread of the program [running]:\n");
		return;
	}
	memcpy(&fn, &g->fn, sizeof(fn));
	out_head(o, g, state);
	out_name(o, n, fn);
	goro__out_str(o, "(...)\n");
	if (g->goid == 1)
		return;
	goro__out_str(o, "created by ");
	/* The call itself, not its return address. */
	out_name(o, n, (uintptr_t)g->creator - 1);
	if (g->parent > 0) {
		goro__out_str(o, " in goroutine ");
		goro__out_int(o, g->parent);
	}
	goro__out_str(o, "\n");
}

struct dump {
	struct out out;
	struct names names;
	struct g *first; /* printed already */
	struct g *main;
};

static void find_main(struct g *g, void *arg)
{
	struct dump *d = arg;

	if (alive(g) && g->goid == 1)
		d->main = g;
}

static void dump_one(struct g *g, void *arg)
{
	struct dump *d = arg;

	if (!alive(g) || g == d->first || g == d->main)
		return;
	goro__out_str(&d->out, "\n");
	out_g(&d->out, &d->names, g, state_of(g));
}

/* Prints the current goroutine first, then main, then the others. */
static void dump_all(struct dump *d)
{
	goro__names_open(&d->names);
	goro__each_g(find_main, d);
	if (d->first)
		out_g(&d->out, &d->names, d->first, "running");
	if (d->main && d->main != d->first) {
		if (d->first)
			goro__out_str(&d->out, "\n");
		out_g(&d->out, &d->names, d->main, state_of(d->main));
	}
	goro__each_g(dump_one, d);
	goro__names_close(&d->names);
}

void goro__dump_all(struct g *first)
{
	struct dump d = {.first = first};

	print_str("\n");
	dump_all(&d);
}

void goro__dump_g(struct g *g, const char *state)
{
	struct out o = {0};
	struct names n;

	goro__names_open(&n);
	out_g(&o, &n, g, state);
	goro__names_close(&n);
}

size_t goro_dump(char *buf, size_t n)
{
	char none;
	struct dump d = {.out = {.buf = n ? buf : &none, .n = n},
			 .first = goro__outside() ? NULL : goro__self()};

	dump_all(&d);
	return d.out.len;
}

struct lookup {
	int64_t id;
	struct g *g;
};

static void find_id(struct g *g, void *arg)
{
	struct lookup *l = arg;

	if (alive(g) && g->goid == l->id)
		l->g = g;
}

int goro_state(int64_t id, char *buf, size_t n)
{
	struct lookup l = {.id = id};

	goro__each_g(find_id, &l);
	if (!l.g || !buf || n == 0)
		return GORO_EINVAL;
	strncpy(buf, state_of(l.g), n - 1);
	buf[n - 1] = '\0';
	return GORO_OK;
}
