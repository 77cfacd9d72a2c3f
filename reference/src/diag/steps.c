/*
 * steps.c - see steps.h.
 *
 * A step is three lines, the last two as in a traceback (frames.h), so that
 * goro-symbolize knows them:
 *
 *	step 12, goroutine 3: goro_send
 *	worker(...)
 *		/usr/bin/program+0x11d6.s:0 +0x26
 */
#include "diag/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "diag/frames.h"
#include "diag/pairs.h"
#include "diag/unwind.h"
#include "sched/explore.h"

enum { DEEPEST = 64 };

static bool wanted(void)
{
	static int asked = -1;
	const char *text;

	if (asked < 0) {
		text = secure_getenv("GORO_STEPS");
		asked = text && strcmp(text, "1") == 0;
	}
	return asked;
}

/*
 * Returns where the program has called.  If the call was the last that a
 * goroutine had to do there may be no frame of it: then its function.
 */
static uintptr_t caller(const struct g *g)
{
	goro_fn fn = goro__explored_fn(g);
	uintptr_t pcs[DEEPEST], pc;
	int n = goro__unwind(&(struct unwind_start){0}, pcs, DEEPEST);

	for (int i = 0; i < n; i++)
		if (!goro__in_runtime(pcs[i]))
			return pcs[i];
	memcpy(&pc, &fn, sizeof(pc));
	return pc;
}

static void out_caller(struct out *o, uintptr_t pc)
{
	struct names names;
	struct place at;

	goro__names_open(&names);
	goro__names_find(&names, pc, &at);
	goro__frames_out_name(o, pc, &at);
	goro__out_str(o, "(...)\n");
	goro__frames_out_place(o, pc, &at);
	goro__names_close(&names);
}

void goro__steps_say(const struct g *g, uint32_t step, const char *call)
{
	char buf[1024];
	struct out o = {.buf = buf, .n = sizeof(buf), .through = true};

	uintptr_t pc;

	if (!wanted() && !goro__pairs_wanted())
		return;
	pc = caller(g);
	if (goro__pairs_wanted())
		goro__pairs_add(g, pc);
	if (!wanted())
		return;
	goro__out_str(&o, "step ");
	goro__out_int(&o, step);
	goro__out_str(&o, ", goroutine ");
	goro__out_int(&o, g->goid);
	goro__out_str(&o, ": ");
	goro__out_str(&o, call);
	goro__out_str(&o, "\n");
	out_caller(&o, pc);
	goro__out_flush(&o);
}
