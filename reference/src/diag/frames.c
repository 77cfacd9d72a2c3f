/*
 * frames.c - the stack of a goroutine as text.
 *
 * Of the runtime's own frames those of public functions are shown, or all if
 * there are no others; the environment's GOTRACEBACK=system shows all.
 */
#include "diag/frames.h"

#include <string.h>

#include "base/text.h"
#include "diag/unwind.h"
#include "sched/die.h"
#include "sched/probe.h"

enum { TRIES = 3 };

/* ---- finding them ----------------------------------------------------------- */

static void add(struct frames *f, uintptr_t pc)
{
	if (f->n < FRAMES_END)
		f->first[f->n] = pc;
	else
		f->last[f->n % FRAMES_END] = pc;
	f->n++;
}

/* True if a program knows this function of the runtime. */
static bool is_public(const char *name)
{
	return name && strncmp(name, "goro_", 5) == 0 && name[5] != '_';
}

static bool is_shown(const struct frames *f, uintptr_t pc)
{
	struct place at;

	if (f->all || !goro__in_runtime(pc))
		return true;
	goro__names_find(f->names, pc, &at);
	return is_public(at.name);
}

/* True if pc is in the function at fn: compilers may put a part of it apart. */
static bool is_of(struct frames *f, uintptr_t pc, uintptr_t fn)
{
	char name[64] = "";
	struct place at;

	goro__names_find(f->names, pc, &at);
	if (pc - at.offset == fn || !at.name)
		return pc - at.offset == fn;
	strncpy(name, at.name, sizeof(name) - 1);
	goro__names_find(f->names, fn, &at);
	return at.name && strncmp(name, at.name, sizeof(name) - 1) == 0;
}

/* Adds g's own function if its last call has taken the place of its frame. */
static void add_own(struct frames *f, uintptr_t last)
{
	uintptr_t fn;

	memcpy(&fn, &f->g->fn, sizeof(fn));
	if (!is_of(f, last, fn) && is_shown(f, fn))
		add(f, fn);
}

static void find_some(struct frames *f)
{
	struct unwinder u;
	uintptr_t pc, last = 0;

	f->n = 0;
	goro__unwind_begin(&u, &(struct unwind_start){.g = f->g});
	for (; goro__unwind_next(&u, &pc); last = pc)
		if (is_shown(f, pc))
			add(f, pc);
	if (last)
		add_own(f, last);
}

/* Finds the frames of f->g, which does not run now. */
static void find(void *arg)
{
	struct frames *f = arg;

	f->known = true;
	find_some(f);
	if (f->n > 0)
		return;
	/* The calls that the program made were the last that it had to do. */
	f->all = true;
	find_some(f);
}

/* Returns the M that g runs on if that is another thread; it may be late. */
static struct m *runs_on(const struct g *g)
{
	struct m *m = *(struct m *const volatile *)&g->m;

	if (!m || m == goro__m() || m->curg != g || m->outsider ||
	    load_relaxed(&g->status) == GSYSCALL ||
	    load_relaxed(&g->preempted) != NOT_STOPPED)
		return NULL;
	return m;
}

struct moment {
	uint32_t status, preempted;
	const void *sp;
};

static struct moment now(const struct g *g)
{
	return (struct moment){load_relaxed(&g->status),
			       load_relaxed(&g->preempted),
			       *(void *const volatile *)&g->sp};
}

static bool same(const struct moment *a, const struct moment *b)
{
	return a->status == b->status && a->preempted == b->preempted &&
	       a->sp == b->sp;
}

/* Once more if g has gone on meanwhile: then they are of two times. */
void goro__frames_find(struct frames *f, struct names *n, const struct g *g,
		       int64_t *patience)
{
	struct moment before, after;
	struct m *m;

	f->g = g;
	f->names = n;
	f->known = false;
	for (int i = 0; i < TRIES; i++) {
		f->all = goro__traceback() >= TRACEBACK_SYSTEM;
		before = now(g);
		m = runs_on(g);
		if (m)
			goro__probe(m, find, f, patience);
		else
			find(f);
		after = now(g);
		if (same(&before, &after))
			break;
	}
}

/* ---- printing them ---------------------------------------------------------- */

void goro__frames_out_name(struct out *o, uintptr_t pc, const struct place *at)
{
	if (at->name)
		goro__out_str(o, at->name);
	else
		goro__out_hex(o, pc);
}

void goro__frames_out_place(struct out *o, uintptr_t pc, const struct place *at)
{
	goro__out_str(o, "\t");
	goro__out_str(o, at->path ? at->path : "??");
	goro__out_str(o, "+");
	goro__out_hex(o, at->path ? at->at : pc);
	goro__out_str(o, ".s:0");
	if (at->name) {
		goro__out_str(o, " +");
		goro__out_hex(o, at->offset);
	}
	goro__out_str(o, "\n");
}

bool goro__frames_next(const struct frames *f, size_t *i, uintptr_t *pc)
{
	if (*i == FRAMES_END)
		*i += frames_elided(f);
	if (*i >= f->n)
		return false;
	*pc = *i < FRAMES_END ? f->first[*i] : f->last[*i % FRAMES_END];
	++*i;
	return true;
}

static void out_elided(struct out *o, size_t n)
{
	goro__out_str(o, "...");
	goro__out_int(o, (int64_t)n);
	goro__out_str(o, " frames elided...\n");
}

static void out_frame(struct out *o, struct names *n, uintptr_t pc)
{
	struct place at;

	goro__names_find(n, pc, &at);
	goro__frames_out_name(o, pc, &at);
	goro__out_str(o, "(...)\n");
	goro__frames_out_place(o, pc, &at);
}

void goro__frames_out(struct out *o, const struct frames *f)
{
	size_t i = 0;
	uintptr_t pc;

	if (!f->known) {
		goro__out_str(o, "\tgoroutine running on other thread; "
				 "stack unavailable\n");
		memcpy(&pc, &f->g->fn, sizeof(pc));
		out_frame(o, f->names, pc);
	}
	while (f->known && goro__frames_next(f, &i, &pc)) {
		out_frame(o, f->names, pc);
		if (i == FRAMES_END && frames_elided(f) > 0)
			out_elided(o, frames_elided(f));
	}
}
