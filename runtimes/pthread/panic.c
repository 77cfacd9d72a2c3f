/*
 * panic.c - panic, try, defer, recover and goexit.
 *
 * A frame is a call to which panics and goexits are thrown: the goroutine's own
 * function, every try_ and every deferred call has one.  A frame keeps deferred
 * calls and runs them when its function has ended, in whatever way.  If one of
 * them panics, the same frame takes that panic and goes on with the next call.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pt.h"

struct deferred {
	struct deferred *next;
	assay_fn fn;
	void *arg;
};

/* A panic under way in a frame. */
struct raised {
	struct raised *before; /* interrupted by this one */
	struct assay_panic what;
	bool recovered; /* its deferred call has not returned yet */
};

struct frame {
	jmp_buf env;
	struct frame *outer;
	struct deferred *deferred; /* last in, first out */
	struct raised *raised;     /* newest first */
	struct frame *deferrer;    /* the one that deferred this call */
	bool exiting;              /* by goexit */
};

static void forget_panics(struct frame *f)
{
	while (f->raised) {
		struct raised *r = f->raised;

		f->raised = r->before;
		free(r);
	}
}

static void run_frame(struct frame *f, assay_fn fn, void *arg);

/* Adds the panics by which a deferred call of f has ended, newest first. */
static void pass_on(struct frame *f, struct raised *newest)
{
	struct raised *oldest = newest;

	while (oldest->before)
		oldest = oldest->before;
	oldest->before = f->raised;
	f->raised = newest;
}

static void call_deferred(struct frame *f)
{
	struct deferred d = *f->deferred;
	struct frame call = {.deferrer = f};

	free(f->deferred);
	f->deferred = d.next;
	run_frame(&call, d.fn, d.arg);
	if (call.exiting)
		forget_panics(f);
	f->exiting |= call.exiting;
	if (call.raised)
		pass_on(f, call.raised);
	else if (f->raised && f->raised->recovered)
		forget_panics(f);
}

/* Runs fn and its deferred calls.  Returns when all have ended. */
static void run_frame(struct frame *f, assay_fn fn, void *arg)
{
	f->outer = pt_self()->frame;
	pt_self()->frame = f;
	if (_setjmp(f->env) == 0)
		fn(arg);
	while (f->deferred)
		call_deferred(f);
	pt_self()->frame = f->outer;
}

int pt_try(assay_fn fn, void *arg, struct assay_panic *out)
{
	struct frame f = {.exiting = false};

	if (!fn)
		return ASSAY_EINVAL;
	run_frame(&f, fn, arg);
	if (f.exiting) {
		forget_panics(&f);
		pt_goexit();
	}
	if (!f.raised)
		return ASSAY_OK;
	if (out)
		*out = f.raised->what;
	forget_panics(&f);
	return ASSAY_PANICKED;
}

int pt_defer(assay_fn fn, void *arg)
{
	struct frame *f = pt_self()->frame;
	struct deferred *d;

	if (!fn)
		return ASSAY_EINVAL;
	d = malloc(sizeof(*d));
	if (!d)
		return ASSAY_ENOMEM;
	*d = (struct deferred){.next = f->deferred, .fn = fn, .arg = arg};
	f->deferred = d;
	return ASSAY_OK;
}

bool pt_recover(struct assay_panic *out)
{
	struct frame *f = pt_self()->frame->deferrer;

	if (!f || !f->raised || f->raised->recovered)
		return false;
	f->raised->recovered = true;
	if (out)
		*out = f->raised->what;
	return true;
}

void pt_goexit(void)
{
	struct frame *f = pt_self()->frame;

	forget_panics(f);
	f->exiting = true;
	longjmp(f->env, 1);
}

/* Fills in an empty text from the kind, the value and the status. */
static void complete(struct assay_panic *p)
{
	p->text[sizeof(p->text) - 1] = '\0';
	if (p->text[0] != '\0')
		return;
	if (p->kind == ASSAY_PANIC_INT)
		snprintf(p->text, sizeof(p->text), "%lld", (long long)p->value);
	else if (p->kind == ASSAY_PANIC_RUNTIME)
		snprintf(p->text, sizeof(p->text), "%s",
			 assay_status_text(p->status));
	else if (p->kind == ASSAY_PANIC_NIL)
		snprintf(p->text, sizeof(p->text),
			 "panic called with nil argument");
}

void pt_panic(const struct assay_panic *p)
{
	struct frame *f = pt_self()->frame;
	struct raised *r = calloc(1, sizeof(*r));

	if (!r)
		pt_fatal("out of memory", false);
	if (p)
		r->what = *p;
	else
		r->what.kind = ASSAY_PANIC_NIL;
	complete(&r->what);
	r->before = f->raised;
	f->raised = r;
	longjmp(f->env, 1);
}

/* ---- the goroutine's own frame ---- */

static bool same(const struct raised *a, const struct raised *b)
{
	return a->what.kind == b->what.kind &&
	       strcmp(a->what.text, b->what.text) == 0;
}

/* Prints a chain of panics as Go does: oldest first, later ones indented. */
static void report(FILE *to, const struct raised *r, const struct raised *by)
{
	if (r->before)
		report(to, r->before, r);
	if (r->before && r->before->recovered && same(r, r->before))
		return;
	fprintf(to, "%spanic: ", r->before ? "\t" : "");
	for (const char *c = r->what.text; *c; c++)
		fputs((char[]){*c, *c == '\n' ? '\t' : '\0', '\0'}, to);
	if (r->recovered)
		fputs(by && same(r, by) ? " [recovered, repanicked]"
					: " [recovered]",
		      to);
	fputc('\n', to);
}

static _Noreturn void die(const struct raised *r)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	if (!to)
		pt_fatal("out of memory", false);
	report(to, r, NULL);
	fclose(to);
	pt_die_of_panic(text);
}

bool pt_run_body(assay_fn fn, void *arg)
{
	struct frame f = {.exiting = false};

	run_frame(&f, fn, arg);
	if (f.raised)
		die(f.raised);
	return !f.exiting;
}
