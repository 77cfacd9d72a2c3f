/*
 * unwind.c - from a frame to its caller's.
 */
#include "diag/unwind.h"

#include <string.h>

#include "base/text.h"
#include "diag/cfi.h"
#include "diag/module.h"
#include "diag/rows.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "sched/timed.h"

enum { TURNS = 32 };

/* ---- a signal's frame ------------------------------------------------------- */

/* True if a handler returns to pc. */
static bool returns_from_signal(uintptr_t pc)
{
	static const char code[] = REGS_RETURN_FROM_SIGNAL;
	char there[sizeof(code) - 1];
	struct mem m = {0};

	return goro__mem_copy(&m, pc, there, sizeof(there)) &&
	       memcmp(there, code, sizeof(there)) == 0;
}

/* Goes on with what the signal interrupted. */
static bool leave_handler(struct unwinder *u)
{
	uintptr_t at = u->regs.r[REGS_SP] + REGS_SIGNAL_CONTEXT;
	ucontext_t uc;

	if (!goro__mem_copy(&u->stack, at, &uc,
			    offsetof(ucontext_t, uc_mcontext) +
				    sizeof(mcontext_t)))
		return false;
	regs_of_signal(&u->regs, &uc);
	u->exact = true;
	return --u->turns > 0;
}

/* ---- one step --------------------------------------------------------------- */

/* Makes `to` the registers if they are the caller's.  False: the last frame. */
static bool arrive(struct unwinder *u, const struct regs *to)
{
	uintptr_t before = u->regs.r[REGS_SP];
	bool same = to->pc == u->regs.pc && to->r[REGS_SP] == before;

	/* A stack grows down, so its callers are above; else it is another. */
	if (to->pc == 0 || same ||
	    (to->r[REGS_SP] <= before && --u->turns <= 0))
		return false;
	u->regs = *to;
	u->exact = false;
	return true;
}

static bool step_simple(struct unwinder *u, const struct simple_row *row)
{
	struct regs *r = &u->regs, to;
	uint64_t cfa;

	if (row->last)
		return false;
	to = *r;
	cfa = r->r[row->cfa_reg] + (uint64_t)(int64_t)row->cfa_offset;
	for (int i = 0; i < REGS_KEPT_N; i++)
		if (row->depth[i] &&
		    !goro__mem_read(&u->stack, cfa - 8u * row->depth[i], 8,
				    &to.r[goro__rows_kept[i]]))
			return false;
	to.r[REGS_SP] = cfa;
	to.pc = regs_plain(to.r[REGS_PC]);
	return arrive(u, &to);
}

/* Sets *to to the caller's value of a register. */
static bool caller_has(struct unwinder *u, const struct cfi_row *row, int reg,
		       uint64_t cfa, uint64_t *to)
{
	const struct cfi_rule *rule = &row->reg[reg];
	uint64_t at = cfa + (uint64_t)(int64_t)rule->n;

	if ((rule->how == CFI_AT_EXPR || rule->how == CFI_IS_EXPR) &&
	    !goro__cfi_eval(goro__cfi_expression(row, rule->n), &u->regs, &cfa,
			    &u->stack, &at))
		return false;
	switch (rule->how) {
	case CFI_AT:
	case CFI_AT_EXPR:
		return goro__mem_read(&u->stack, at, 8, to);
	case CFI_IS:
	case CFI_IS_EXPR:
		*to = at;
		return true;
	case CFI_IN:
		if (rule->n < 0 || rule->n >= REGS_N)
			return false;
		*to = u->regs.r[rule->n];
		return true;
	default:
		return true;
	}
}

static bool find_cfa(struct unwinder *u, const struct cfi_row *row,
		     uint64_t *cfa)
{
	if (row->cfa.how == CFI_IS_EXPR)
		return goro__cfi_eval(goro__cfi_expression(row, row->cfa.n),
				      &u->regs, NULL, &u->stack, cfa);
	*cfa = u->regs.r[row->cfa_reg] + (uint64_t)(int64_t)row->cfa.n;
	return true;
}

static bool step_row(struct unwinder *u, const struct cfi_row *row)
{
	struct regs to = u->regs;
	uint64_t cfa;

	if (!find_cfa(u, row, &cfa))
		return false;
	to.r[REGS_SP] = cfa;
	for (int i = 0; i < REGS_N; i++)
		if (!caller_has(u, row, i, cfa, &to.r[i]))
			return false;
	to.pc = regs_plain(to.r[row->ra]);
	if (!arrive(u, &to))
		return false;
	u->exact = row->signal;
	return true;
}

/* ---- frame by frame --------------------------------------------------------- */

/* Looks the row of pc up.  *simple says in which form it is. */
static bool look_up(uintptr_t pc, struct cfi_row *row, struct simple_row *kept,
		    bool *simple)
{
	struct module m;
	struct cfi_table t;

	if (!goro__module(pc, &m) || !m.eh_hdr)
		return false;
	t = (struct cfi_table){m.eh_hdr, (const uint8_t *)m.lo,
			       (const uint8_t *)m.hi};
	if (!goro__cfi_row(&t, pc, row))
		return false;
	*simple = goro__rows_simplify(row, kept);
	if (*simple) {
		kept->bottom = row->start == (uintptr_t)goro__gomain;
		goro__rows_keep(pc, kept);
	}
	return true;
}

static bool step(struct unwinder *u, uintptr_t pc, bool *shown)
{
	struct simple_row kept;
	struct cfi_row row;
	bool simple = goro__rows_find(pc, &kept);

	*shown = true;
	if (!simple && returns_from_signal((uintptr_t)u->regs.pc)) {
		*shown = false;
		return leave_handler(u);
	}
	if (!simple && !look_up(pc, &row, &kept, &simple))
		return false;
	if (!simple)
		return step_row(u, &row);
	*shown = !kept.bottom;
	return *shown && step_simple(u, &kept);
}

bool goro__unwind_next(struct unwinder *u, uintptr_t *pc)
{
	bool shown = false;

	while (!u->over && !shown) {
		*pc = (uintptr_t)u->regs.pc - !u->exact;
		u->over = !step(u, *pc, &shown);
	}
	return shown;
}

/* ---- where to begin --------------------------------------------------------- */

/* What is in use of a known stack is there; the kernel is asked for others. */
static void know_own(struct unwinder *u)
{
	const struct m *m = goro__m();
	uintptr_t sp = (uintptr_t)u->regs.r[REGS_SP];
	uintptr_t lo, hi;

	if (!m)
		return;
	lo = (uintptr_t)m->g0_lo;
	hi = lo + m->g0_size;
	if (m->curg && m->curg->stack && !(sp >= lo && sp < hi)) {
		lo = (uintptr_t)m->curg->stack->lo;
		hi = (uintptr_t)m->curg->stack;
	}
	if (sp >= lo && sp < hi)
		u->stack = (struct mem){.lo = sp, .hi = hi};
}

static void begin_signal(struct unwinder *u, const ucontext_t *uc)
{
	regs_of_signal(&u->regs, uc);
	u->exact = true;
}

/* Its function alone is there; g may be new, and have none yet. */
static void begin_fresh(struct unwinder *u, const struct g *g)
{
	memcpy(&u->regs.pc, &g->fn, sizeof(g->fn));
	u->exact = true;
	u->over = u->regs.pc == 0;
}

/* Returns the M whose handler may have stopped g, or that g is on; or NULL. */
static const struct m *handler_of(const struct g *g)
{
	const struct m *m;

	/* Pairs with the release in give_up(): lockedm is set, and its uc. */
	if (load_acquire(&g->preempted) != NOT_STOPPED)
		return locked_m(g);
	m = *(struct m *const volatile *)&g->m;
	return m && m->curg == g && load_relaxed(&g->status) != GSYSCALL ? m
									 : NULL;
}

/*
 * True if the signal came early in a switch to g, on the stack of the goroutine
 * before it.
 */
static bool is_early(const struct g *g, const ucontext_t *uc)
{
	const struct stack *s = *(struct stack *const volatile *)&g->stack;
	uintptr_t sp = arch_signal_sp(uc);

	/* An overflow has it in the guard. */
	if (s && sp >= (uintptr_t)s->lo - ARCH_GUARD && sp < (uintptr_t)s)
		return false;
	return goro__in_runtime(arch_signal_pc(uc)) &&
	       goro__is_stack((const char *)sp);
}

/* Returns what a handler interrupted that g is in now; NULL: it is in none. */
static const ucontext_t *stopped_at(const struct g *g)
{
	const struct m *m = handler_of(g);
	const ucontext_t *uc = m ? load_acquire(&m->stopped_at) : NULL;
	struct mem mem = {0};

	if (!uc || !goro__mem_has(&mem, (uintptr_t)uc, sizeof(*uc)) ||
	    is_early(g, uc))
		return NULL;
	return uc;
}

/* Goes on with the registers that a goroutine stored at `at`: regs_here(). */
static bool regs_at(struct unwinder *u, uintptr_t at)
{
	u->exact = true;
	return goro__mem_copy(&u->stack, at, &u->regs, sizeof(u->regs));
}

/* Each field is read once: g may go on meanwhile. */
static void begin_g(struct unwinder *u, const struct g *g)
{
	const struct stack *s = *(struct stack *const volatile *)&g->stack;
	uintptr_t sp = (uintptr_t) * (void *const volatile *)&g->sp;
	const ucontext_t *uc = stopped_at(g);
	struct saved saved;

	if (s)
		u->stack = (struct mem){.lo = (uintptr_t)s->lo,
					.hi = (uintptr_t)s};
	if (uc)
		begin_signal(u, uc);
	else if (!s || !sp || sp & 1)
		begin_fresh(u, g);
	else if (sp & SP_OF_REGS)
		u->over = !regs_at(u, sp - SP_OF_REGS);
	else if (goro__mem_copy(&u->stack, sp, &saved, sizeof(saved)))
		regs_of_saved(&u->regs, &saved, sp);
	else
		u->over = true;
}

void goro__unwind_begin(struct unwinder *u, const struct unwind_start *from)
{
	*u = (struct unwinder){.turns = TURNS};
	if (from->uc) {
		begin_signal(u, from->uc);
		know_own(u);
	} else {
		begin_g(u, from->g);
	}
}

static int all(struct unwinder *u, uintptr_t *pcs, int max)
{
	int n = 0;

	while (n < max && goro__unwind_next(u, &pcs[n]))
		n++;
	return n;
}

/* Not inlined: the first frame is its own, and is left out. */
static __attribute__((noinline)) int from_here(uintptr_t *pcs, int max)
{
	struct unwinder u = {.turns = TURNS, .exact = true};
	uintptr_t own;

	regs_here(&u.regs);
	know_own(&u);
	goro__unwind_next(&u, &own);
	goro__unwind_next(&u, &own); /* goro__unwind() */
	return all(&u, pcs, max);
}

int goro__unwind(const struct unwind_start *from, uintptr_t *pcs, int max)
{
	struct unwinder u;
	int n;

	if (!from->g && !from->uc) {
		n = from_here(pcs, max);
		__asm__ volatile(""); /* no tail call: see from_here() */
		return n;
	}
	goro__unwind_begin(&u, from);
	return all(&u, pcs, max);
}
