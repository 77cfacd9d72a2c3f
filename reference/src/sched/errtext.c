/*
 * errtext.c - see errtext.h.
 */
#include "sched/errtext.h"

#include <stdarg.h>
#include <stdio.h>

#include "sched/proc.h"
#include "base/sys.h"

enum { TEXT_MAX = 256 };

/* Made with the first error and freed at the end of the goroutine. */
struct errtexts {
	char text[ERRTEXT_KINDS][TEXT_MAX];
};

void goro__set_error_text(enum errtext kind, const char *fmt, ...)
{
	struct errtexts *e = goro__self()->stack->errtexts;
	va_list ap;

	if (!e) {
		e = sys_calloc(1, sizeof(*e));
		if (!e)
			return;
		goro__self()->stack->errtexts = e;
	}
	va_start(ap, fmt);
	vsnprintf(e->text[kind], TEXT_MAX, fmt, ap);
	va_end(ap);
}

const char *goro__error_text(enum errtext kind)
{
	const struct errtexts *e = goro__self()->stack->errtexts;

	return e ? e->text[kind] : "";
}

void goro__drop_error_texts(void)
{
	struct g *g = goro__self();

	sys_free(g->stack->errtexts);
	g->stack->errtexts = NULL;
}
