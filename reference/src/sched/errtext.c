/*
 * errtext.c - see errtext.h.
 */
#include "sched/errtext.h"

#include <stdarg.h>
#include <stdio.h>

#include "sched/outside.h"
#include "sched/goroutine.h"
#include "base/sys.h"
#include "base/text.h"

enum { TEXT_MAX = 256 };

/* Made with the first error and freed at the end of the goroutine. */
struct errtexts {
	char text[ERRTEXT_KINDS][TEXT_MAX];
};

/* Has the caller's texts freed at its end, if it is a goroutine. */
static void free_at_end(void)
{
	struct m *m = goro__m() ? goro__m() : goro__explored_m();

	if (m)
		m->curg->stack->at_end = true;
}

/* Returns where the goroutine's texts are, or those of a thread outside. */
static struct errtexts **texts(void)
{
	return goro__outside() ? goro__outsider_texts()
			       : &goro__self()->stack->errtexts;
}

void goro__set_error_text(enum errtext kind, const char *fmt, ...)
{
	struct errtexts *e = *texts();
	va_list ap;

	if (!e) {
		e = sys_calloc(1, sizeof(*e));
		if (!e)
			return;
		*texts() = e;
		free_at_end();
	}
	va_start(ap, fmt);
	vsnprintf(e->text[kind], TEXT_MAX, fmt, ap);
	va_end(ap);
}

const char *goro__error_text(enum errtext kind)
{
	const struct errtexts *e = *texts();

	return e ? e->text[kind] : "";
}

void goro__drop_error_texts(void)
{
	struct g *g = goro__self();

	sys_free(g->stack->errtexts);
	g->stack->errtexts = NULL;
}
