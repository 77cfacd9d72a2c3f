/*
 * panic.c - panic, recover, defer, try and goexit.
 *
 * C has no frames to unwind, so the functions that have deferred calls are
 * those that the runtime calls: that of a goroutine, of goro_try(), of
 * goro__call(), and each deferred call.  Else all is as in Go:
 *
 *   - A panic runs the deferred calls of its frame, last first, then those of
 *     the frames around it.  They run on top of the panic: its frames are
 *     still there, and a deferred call may panic in turn.
 *   - If one of them recovers it, the frame that had deferred that call runs
 *     the rest and returns.  All panics raised in it and in calls below it are
 *     over with that.
 *   - A goexit does the same and cannot be recovered.  A recovery that would
 *     end a frame which a goexit is leaving goes on with the goexit instead.
 *   - goro_try() is a frame that recovers what comes to its end.
 *   - With no frame left a panic ends the process, a goexit the goroutine.
 */
#include "sched/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "base/sys.h"
#include "base/text.h"

static atomic_uint running;

uint32_t goro__panics_running(void)
{
	/* relaxed: a count, which main looks at before it ends the run */
	return load_relaxed(&running);
}

static uint32_t depth(const struct frame *f)
{
	return f ? f->depth : 0;
}

/* A frame for calls from where g is; a recovered panic comes to end. */
static struct frame frame_at(const struct g *g, jmp_buf *end)
{
	struct frame *f = g->stack->frame;

	return (struct frame){.link = f, .end = end, .depth = depth(f) + 1};
}

/* ---- deferred calls ----------------------------------------------------- */

static bool has_deferred(const struct g *g, const struct frame *f)
{
	return g->stack->defers && g->stack->defers->frame == f;
}

static void run_deferred(struct g *g, struct frame *f);

/* The deferred call in frame f has returned, or as good as that. */
static void end_deferred(struct g *g, struct frame *f)
{
	run_deferred(g, f);
	g->stack->frame = f->link;
}

/* Makes the newest deferred call, in frame f. */
static void call_deferred(struct g *g, struct frame *f)
{
	struct defer d = *g->stack->defers;

	if (d.allocated)
		sys_free(g->stack->defers);
	g->stack->defers = d.link;
	g->stack->frame = f;
	d.fn(d.arg);
	end_deferred(g, f);
}

/* What frame f has deferred, when its function returns. */
static void run_deferred(struct g *g, struct frame *f)
{
	struct frame call;
	jmp_buf end;

	if (!has_deferred(g, f))
		return;
	call = frame_at(g, &end);
	if (_setjmp(end))
		end_deferred(g, &call);
	while (has_deferred(g, f))
		call_deferred(g, &call);
}

void goro__run_defers(struct g *g)
{
	run_deferred(g, NULL);
}

void goro__defer(struct g *g, struct defer *d, goro_fn fn, void *arg)
{
	struct stack *s = g->stack;

	*d = (struct defer){
		.link = s->defers, .frame = s->frame, .fn = fn, .arg = arg};
	s->defers = d;
}

int goro_defer(goro_fn fn, void *arg)
{
	struct g *g = goro__deferring(__func__);
	struct defer *d;

	if (!fn)
		return GORO_EINVAL;
	d = sys_malloc(sizeof(*d));
	if (!d)
		return GORO_ENOMEM;
	goro__defer(g, d, fn, arg);
	d->allocated = true;
	return GORO_OK;
}

/* ---- calls with a frame ------------------------------------------------- */

static void call_in(struct g *g, struct frame *f, goro_fn fn, void *arg)
{
	jmp_buf end;

	f->end = &end;
	g->stack->frame = f;
	if (_setjmp(end) == 0)
		fn(arg);
	run_deferred(g, f);
	g->stack->frame = f->link;
}

int goro_try(goro_fn fn, void *arg, struct goro_panic_value *out)
{
	AS_GOROUTINE();
	struct g *g = goro__self();
	struct frame f = frame_at(g, NULL);

	f.catches = true;
	f.caught = out;
	call_in(g, &f, fn, arg);
	return f.panicked ? GORO_PANICKED : GORO_OK;
}

struct call {
	goro_fn fn;
	void *arg;
	goro_fn after;
	void *x;
	struct defer defer;
};

static void defer_and_call(void *arg)
{
	struct call *c = arg;

	if (c->after)
		goro__defer(goro__self(), &c->defer, c->after, c->x);
	c->fn(c->arg);
}

void goro__call(goro_fn fn, void *arg, goro_fn after, void *x)
{
	struct g *g = goro__self();
	struct frame f = frame_at(g, NULL);
	struct call c = {.fn = fn, .arg = arg, .after = after, .x = x};

	call_in(g, &f, defer_and_call, &c);
}

/* ---- panics ------------------------------------------------------------- */

static _Noreturn void end_goroutine(struct g *g)
{
	for (struct panic *p = g->stack->panics; p; p = p->link)
		if (!p->goexit)
			sub_relaxed(&running, 1u);
	g->stack->panics = NULL;
	g->stack->frame = NULL;
	goro__goexit0();
}

static void nothing(void *arg)
{
	(void)arg;
}

/*
 * The goroutine's own function has had its panic recovered.  Nothing is left
 * to return to; what it has deferred runs here, in a frame to come back to.
 */
static _Noreturn void finish(struct g *g)
{
	struct frame f = frame_at(g, NULL);

	for (struct defer *d = g->stack->defers; d; d = d->link)
		d->frame = &f;
	call_in(g, &f, nothing, NULL);
	end_goroutine(g);
}

/* Forgets the panics raised in f and below; true: it stopped at a goexit. */
static bool forget_panics(struct g *g, const struct frame *f)
{
	struct panic *p = g->stack->panics;

	for (; p && depth(p->from) >= depth(f) && !p->goexit; p = p->link)
		sub_relaxed(&running, 1u);
	g->stack->panics = p;
	return p && depth(p->from) >= depth(f);
}

/* The newest panic is recovered, and with it those that it has replaced. */
static _Noreturn void return_from(struct g *g, struct frame *f)
{
	if (forget_panics(g, f)) {
		g->stack->frame = g->stack->panics->from;
		_longjmp(*g->stack->panics->call.end, 1);
	}
	g->stack->frame = f;
	if (!f)
		finish(g);
	_longjmp(*f->end, 1);
}

/* Asks once, and the program's function may panic in turn. */
static void ask_text(struct panic *p)
{
	const char *(*text)(void *arg) = p->text;

	p->text = NULL;
	if (text)
		strncpy(p->value->text, text(p->arg),
			sizeof(p->value->text) - 1);
}

/* All that frame f has deferred has been run for p; f tries it once. */
static void leave_frame(struct g *g, struct panic *p, struct frame *f)
{
	bool catches = f->catches && !p->goexit;

	f->catches = false;
	p->at = f->link;
	if (!catches)
		return;
	if (f->caught) {
		ask_text(p);
		*f->caught = *p->value;
	}
	f->panicked = true;
	return_from(g, f);
}

/* One step of a panic on its way; false: no frame is left. */
static bool step(struct g *g, struct panic *p)
{
	if (p->recovered)
		return_from(g, p->at);
	if (has_deferred(g, p->at))
		call_deferred(g, &p->call);
	else if (p->at)
		leave_frame(g, p, p->at);
	else
		return false;
	return true;
}

/*
 * The jump comes from return_from(): the deferred call that p runs has had a
 * panic of its own recovered; or p is a goexit that goes on.
 */
static void unwind(struct g *g, struct panic *p)
{
	jmp_buf end;

	p->link = g->stack->panics;
	p->from = p->at = g->stack->frame;
	p->call = frame_at(g, &end);
	g->stack->panics = p;
	if (_setjmp(end) && g->stack->frame == &p->call)
		end_deferred(g, &p->call);
	while (step(g, p))
		;
}

/* Of small integers and of the runtime's own errors there is one value each. */
static bool is_unique(const struct goro_panic_value *v)
{
	if (v->kind == GORO_PANIC_INT)
		return (uint64_t)v->value >= 256;
	return v->kind != GORO_PANIC_RUNTIME && v->kind != GORO_PANIC_NIL;
}

/* Gives it a number if it is new, and a text where that follows from it. */
static void complete(struct goro_panic_value *v)
{
	static _Atomic(int32_t) serial;

	if (is_unique(v) && v->status == 0)
		v->status = add_relaxed(&serial, 1) + 1; /* only a number */
	v->text[sizeof(v->text) - 1] = '\0';
	if (v->text[0])
		return;
	if (v->kind == GORO_PANIC_INT)
		snprintf(v->text, sizeof(v->text), "%lld", (long long)v->value);
	else if (v->kind == GORO_PANIC_RUNTIME)
		strncpy(v->text, goro_status_text(v->status),
			sizeof(v->text) - 1);
	else if (v->kind == GORO_PANIC_NIL)
		strcpy(v->text, "panic called with nil argument");
}

/* The panic that has made the deferred call which g is in. */
static struct panic *stoppable(const struct g *g)
{
	struct panic *p = g->stack->panics;

	if (!p || p->goexit || p->recovered || g->stack->frame != &p->call)
		return NULL;
	return p;
}

/* The same, and stops it. */
static struct panic *recovered(const struct g *g)
{
	struct panic *p = stoppable(g);

	if (p)
		p->recovered = true;
	return p;
}

/* clang-format off */
static const char *type_of(const struct goro_panic_value *v)
{
	switch (v->kind) {
	case GORO_PANIC_INT: return "type int";
	case GORO_PANIC_RUNTIME: return "type runtime.Error";
	case GORO_PANIC_NIL: return "type *runtime.PanicNilError";
	default: return "type error";
	}
}
/* clang-format on */

/* One of the texts has panicked with v. */
static _Noreturn void die_asking(const struct goro_panic_value *v)
{
	char text[sizeof(v->text) + 64];

	snprintf(text, sizeof(text), "panic while printing panic value: %s",
		 v->kind == GORO_PANIC_STRING ? v->text : type_of(v));
	goro__fatal(text);
}

/* The texts of panics that are to be reported, and what became of it. */
struct asking {
	struct panic *panics;
	struct goro_panic_value failed;
	bool has_failed;
};

static void ask_texts(void *arg)
{
	struct asking *a = arg;

	for (struct panic *p = a->panics; p; p = p->link)
		if (!p->goexit)
			ask_text(p);
}

/* Of a panic that came in between nobody asks the text. */
static void note_failure(void *arg)
{
	struct asking *a = arg;
	struct panic *p = recovered(goro__self());

	if (!p)
		return;
	a->failed = *p->value;
	a->has_failed = true;
}

static _Noreturn void raise_it(struct g *g, struct panic *p)
{
	struct asking a = {.panics = p};

	complete(p->value);
	add_relaxed(&running, 1u);
	unwind(g, p);
	goro__call(ask_texts, &a, note_failure, &a);
	if (a.has_failed)
		die_asking(&a.failed);
	goro__die_of_panic(g);
}

void goro_panic_value(const struct goro_panic_value *v)
{
	struct g *g = goro__panicking(__func__, v->text);
	struct goro_panic_value copy = *v;
	struct panic p = {.value = &copy};

	raise_it(g, &p);
}

void goro_panic_text(const char *(*text)(void *arg), void *arg)
{
	struct g *g = goro__panicking(__func__, "an error");
	struct goro_panic_value v = {.kind = GORO_PANIC_ERROR};
	struct panic p = {.value = &v, .text = text, .arg = arg};

	raise_it(g, &p);
}

void goro_panic(const char *fmt, ...)
{
	struct goro_panic_value v = {.kind = GORO_PANIC_STRING};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v.text, sizeof(v.text), fmt, ap);
	va_end(ap);
	(void)goro__panicking(__func__, v.text);
	goro_panic_value(&v);
}

_Noreturn void goro__panic_status(int status)
{
	struct goro_panic_value v = {.kind = GORO_PANIC_RUNTIME,
				     .status = status};

	goro_panic_value(&v);
}

bool goro__in_panic(void)
{
	return stoppable(goro__self()) != NULL;
}

bool goro_recover(struct goro_panic_value *out)
{
	struct m *m = goro__m();
	struct panic *p = m ? recovered(m->curg) : NULL;

	if (p && out) {
		ask_text(p);
		*out = *p->value;
	}
	return p != NULL;
}

void goro_goexit(void)
{
	struct g *g = goro__goroutine(__func__);
	struct panic p = {.goexit = true};

	unwind(g, &p);
	end_goroutine(g);
}

void goro_exit(int status)
{
	exit(status);
}
