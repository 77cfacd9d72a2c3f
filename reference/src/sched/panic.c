/*
 * panic.c - panic, recover, defer, try and goexit.
 *
 * C has no frames to unwind, so only functions that the runtime calls can
 * defer: that of a goroutine, of goro_try(), of goro__call(), and each deferred
 * call.  The rest is as in Go:
 *
 *   - A panic runs the deferred calls of its frame, last first, then those of
 *     the frames around it.  They run on top of the frames that panicked, which
 *     are still there.  A deferred call may panic in turn.
 *   - If a deferred call recovers the panic, the frame that deferred it runs
 *     its other deferred calls and returns.  That ends all panics raised in
 *     this frame and in calls below it.
 *   - A goexit does the same but cannot be recovered.  If a recovery would end
 *     a frame that a goexit is leaving, the goexit goes on instead.
 *   - goro_try() is a frame that recovers a panic after its deferred calls.
 *   - With no frame left a panic ends the process, a goexit the goroutine.
 */
#include "sched/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/die.h"
#include "sched/user.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "base/sys.h"
#include "base/text.h"

static atomic_uint running;

uint32_t goro__panics_running(void)
{
	/* relaxed: a count, which main reads before it ends the run */
	return load_relaxed(&running);
}

static uint32_t depth(const struct frame *f)
{
	return f ? f->depth : 0;
}

/* Returns a frame inside g's current one.  A recovered panic jumps to end. */
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

/* Ends f, the frame of a deferred call that has returned or was recovered. */
static void end_deferred(struct g *g, struct frame *f)
{
	run_deferred(g, f);
	g->stack->frame = f->link;
}

/* Makes the newest deferred call, with f as its frame. */
static void call_deferred(struct g *g, struct frame *f)
{
	struct defer d = *g->stack->defers;

	if (d.allocated)
		sys_free(g->stack->defers);
	g->stack->defers = d.link;
	g->stack->frame = f;
	call_user(d.fn, d.arg);
	end_deferred(g, f);
}

/* Runs what frame f has deferred, when its function has returned. */
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
	call_user(c->fn, c->arg);
}

int goro_try(goro_fn fn, void *arg, struct goro_panic_value *out)
{
	AS_GOROUTINE();
	struct g *g = goro__self();
	struct frame f = frame_at(g, NULL);
	struct call c = {.fn = fn, .arg = arg};

	f.catches = true;
	f.caught = out;
	call_in(g, &f, defer_and_call, &c);
	return f.panicked ? GORO_PANICKED : GORO_OK;
}

void goro__call(goro_fn fn, void *arg, goro_fn after, void *x)
{
	AS_GOROUTINE();
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
 * Ends g after a panic of its own function was recovered.  There is nothing to
 * return to, so its other deferred calls run here, in a new frame.
 */
static _Noreturn void finish(struct g *g)
{
	struct frame f = frame_at(g, NULL);

	for (struct defer *d = g->stack->defers; d; d = d->link)
		d->frame = &f;
	call_in(g, &f, nothing, NULL);
	end_goroutine(g);
}

/* Forgets the panics raised in f and below.  True if it stopped at a goexit. */
static bool forget_panics(struct g *g, const struct frame *f)
{
	struct panic *p = g->stack->panics;

	for (; p && depth(p->from) >= depth(f) && !p->goexit; p = p->link)
		sub_relaxed(&running, 1u);
	g->stack->panics = p;
	return p && depth(p->from) >= depth(f);
}

/* Returns from f: the newest panic and those it replaced are recovered. */
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

/* Asks p for its text, once.  The program's function may panic in turn. */
static void ask_text(struct panic *p)
{
	const char *(*text)(void *arg) = p->text;

	p->text = NULL;
	if (text)
		strncpy(p->value->text, text(p->arg),
			sizeof(p->value->text) - 1);
}

/* Leaves f, whose deferred calls have run for p; f may catch p, once. */
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

/* Takes p one step further.  False if no frame is left. */
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
 * Runs p through all frames.  return_from() jumps here if the deferred call
 * that p runs has had a panic of its own recovered, or if p is a goexit that
 * goes on.
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

/* True if no other value equals v; small ints and runtime errors exist once. */
static bool is_unique(const struct goro_panic_value *v)
{
	if (v->kind == GORO_PANIC_INT)
		return (uint64_t)v->value >= 256;
	return v->kind != GORO_PANIC_RUNTIME && v->kind != GORO_PANIC_NIL;
}

/* Gives a unique v a number, and v a text if its kind says which. */
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

/* Returns the panic that g's deferred call may recover, or NULL. */
static struct panic *stoppable(const struct g *g)
{
	struct panic *p = g->stack->panics;

	if (!p || p->goexit || p->recovered || g->stack->frame != &p->call)
		return NULL;
	return p;
}

/* The same, and recovers it. */
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

/* Dies because a function that gives a text has panicked with v. */
static _Noreturn void die_asking(const struct goro_panic_value *v)
{
	char text[sizeof(v->text) + 64];

	snprintf(text, sizeof(text), "panic while printing panic value: %s",
		 v->kind == GORO_PANIC_STRING ? v->text : type_of(v));
	goro__fatal(text);
}

/* Panics that are asked for their texts, and a panic that this raised. */
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

/* Notes a panic of ask_texts().  Nobody asks that one for its text. */
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
	return stoppable(goro__goroutine(__func__)) != NULL;
}

bool goro_recover(struct goro_panic_value *out)
{
	struct m *m = goro__m() ? goro__m() : goro__explored_m();
	struct panic *p = m ? recovered(m->curg) : NULL;

	if (p && out) {
		ask_text(p);
		*out = *p->value;
	}
	return p != NULL;
}

void goro_goexit(void)
{
	AS_GOROUTINE();
	struct g *g = goro__goroutine(__func__);
	struct panic p = {.goexit = true};

	unwind(g, &p);
	end_goroutine(g);
}

void goro_exit(int status)
{
	exit(status);
}
