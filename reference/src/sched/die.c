/*
 * die.c - the end of the process by a panic or a fatal error, and its report.
 *
 * A thread ends the process on the scheduler's stack: it is never preempted
 * there, so it needs no P again while a slow reader of stderr holds it up.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/print.h"
#include "sched/hooks.h"
#include "sched/stack.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "base/sys.h"
#include "base/forked.h"
#include "base/text.h"
#include "sched/panic.h"

static atomic_uint dying;

void goro__enter_death(void)
{
	/* Acquire: only one report; a second reporter waits for the exit. */
	while (xchg_acquire(&dying, 1u))
		sys_nanosleep(1000000000);
	goro__hooks.at_death();
}

void goro__yield_to_death(void)
{
	/* relaxed: nothing is read that the dying thread wrote */
	while (load_relaxed(&dying))
		sys_nanosleep(1000000000);
}

/*
 * A program that calls exit() meanwhile must not end with another status.  In
 * the child of a fork() nobody dies who could be waited for.
 */
static __attribute__((destructor)) void at_exit(void)
{
	if (!goro__forked())
		goro__yield_to_death();
}

/* ---- the text ----------------------------------------------------------- */

/* Prints text; indents the lines after the first. */
static void print_indented(const char *text)
{
	char line[512];
	size_t n = 0;

	for (; *text && n < sizeof(line) - 2; text++) {
		line[n++] = *text;
		if (*text == '\n')
			line[n++] = '\t';
	}
	line[n] = '\0';
	print_str(line);
}

/*
 * True if b raises a's value once more.  Go compares addresses of values; here
 * each value that is_unique() has a number: panic.c.
 */
static bool same(const struct panic *a, const struct panic *b)
{
	const struct goro_panic_value *v = a->value, *w = b->value;

	return !a->goexit && !b->goexit && v->kind == w->kind &&
	       v->status == w->status && v->value == w->value &&
	       strcmp(v->text, w->text) == 0;
}

static void print_panic(const struct panic *p)
{
	print_str("panic: ");
	print_indented(p->value->text);
	if (p->recovered)
		print_str(p->repanicked ? " [recovered, repanicked]"
					: " [recovered]");
	print_str("\n");
}

/* Prints older panics first, each on a line of its own, as Go does. */
static void print_panics(struct panic *p)
{
	if (p->link) {
		p->link->repanicked = same(p->link, p);
		print_panics(p->link);
		if (p->link->repanicked)
			return;
		if (!p->link->goexit)
			print_str("\t");
	}
	if (!p->goexit)
		print_panic(p);
}

/* ---- the end ------------------------------------------------------------ */

/* Go's names, each with its number; 0 to 2 are numbers of its own, too. */
enum traceback goro__traceback(void)
{
	static const struct {
		char text[8];
		enum traceback level;
	} levels[] = {
		{"none", TRACEBACK_NONE},     {"0", TRACEBACK_NONE},
		{"single", TRACEBACK_SINGLE}, {"all", TRACEBACK_ALL},
		{"1", TRACEBACK_ALL},         {"system", TRACEBACK_SYSTEM},
		{"2", TRACEBACK_SYSTEM},      {"crash", TRACEBACK_CRASH},
	};
	const char *asked = secure_getenv("GOTRACEBACK");

	for (size_t i = 0; asked && i < sizeof(levels) / sizeof(*levels); i++)
		if (strcmp(asked, levels[i].text) == 0)
			return levels[i].level;
	return TRACEBACK_SINGLE;
}

_Noreturn void goro__exit_dead(void)
{
	goro__hooks.at_end();
	if (goro__traceback() == TRACEBACK_CRASH) {
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	_exit(2);
}

static void dump_all(struct g *first)
{
	if (goro__traceback() > TRACEBACK_NONE)
		goro__hooks.dump_all(first);
}

/* g alone is dumped, unless the environment asks for all. */
static void dump_g(struct g *g)
{
	enum traceback level = goro__traceback();

	if (level > TRACEBACK_SINGLE)
		goro__hooks.dump_all(g);
	else if (level == TRACEBACK_SINGLE)
		goro__hooks.dump_g(g, "running");
}

static bool on_own_stack(const struct g *g)
{
	const char *sp = __builtin_frame_address(0);

	return g && g->stack && sp >= g->stack->lo && sp < (char *)g->stack;
}

/* Calls report on the scheduler's stack; it does not return. */
static _Noreturn void last(void (*report)(void *), const void *text)
{
	struct m *m = goro__m();
	void *arg = (void *)(uintptr_t)text;

	if (m && on_own_stack(m->curg))
		goro__systemstack(report, arg);
	report(arg);
	__builtin_unreachable();
}

static _Noreturn void die(const char *kind, const char *text)
{
	struct m *m = goro__m();

	print_str(kind);
	print_indented(text);
	print_str("\n");
	goro__hooks.last_words();
	dump_all(m ? m->curg : NULL);
	goro__exit_dead();
}

_Noreturn void goro__fatal_alone(const char *text)
{
	die("fatal error: ", text);
}

static void report_fatal(void *text)
{
	goro__enter_death();
	goro__fatal_alone(text);
}

_Noreturn void goro__fatal(const char *text)
{
	last(report_fatal, text);
}

_Noreturn void goro__die_of_lock(void)
{
	goro__fatal("lock is overwritten: memory in use was freed or never set "
		    "up");
}

_Noreturn void goro__check_failed(const char *text)
{
	goro__fatal(text);
}

static void report_misuse(void *text)
{
	struct m *m = goro__m();
	struct panic *p = m && m->curg ? m->curg->stack->panics : NULL;

	goro__enter_death();
	if (p) {
		print_panics(p);
		print_str("\t");
	}
	goro__fatal_alone(text);
}

_Noreturn void goro__fatal_misuse(const char *text)
{
	last(report_misuse, text);
}

_Noreturn void goro__die_of_deadlock(const char *text)
{
	goro__enter_death();
	die("panic: ", text);
}

static void report_panic(void *arg)
{
	struct g *g = arg;

	goro__enter_death();
	print_panics(g->stack->panics);
	goro__hooks.last_words();
	dump_g(g);
	goro__exit_dead();
}

_Noreturn void goro__die_of_panic(struct g *g)
{
	last(report_panic, g);
}

/* ---- a stack that is used up ------------------------------------------------- */

_Noreturn void goro__die_of_overflow(struct g *g)
{
	print_str("runtime: goroutine stack exceeds ");
	print_int((int64_t)goro__stack_size(g->size_class));
	print_str("-byte limit\nfatal error: stack overflow\n");
	dump_g(g);
	goro__exit_dead();
}

static void die_of_stack(void *arg)
{
	struct g *g = arg;

	if (g->stack->g == g)
		goro__die_of_overflow(g);
	print_str("runtime: the stack of goroutine ");
	print_int(g->goid);
	print_str(" was overwritten\nfatal error: stack overwritten\n");
	dump_g(g);
	goro__exit_dead();
}

void goro__off_stack(struct g *g)
{
	goro__enter_death();
	goro__call_on(goro__m()->g0_sp, die_of_stack, g, &g->sp);
	__builtin_unreachable();
}
