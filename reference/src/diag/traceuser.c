/*
 * traceuser.c - what the program itself says to the trace: tasks, regions,
 * logs.  Only goroutines say something; elsewhere, and without a trace, the
 * calls do nothing.
 */
#include "base/text.h"
#include "diag/tracestack.h"
#include "diag/tracetab.h"
#include "goro_trace.h"
#include "sched/state.h"
#include "sched/trace.h"
#include "sched/tracebuf.h"
#include "sched/user.h"

/* True if a goroutine calls and a trace is on. */
static bool listens(void)
{
	const struct m *m = goro__m();

	return m && m->p && !m->outsider && load_relaxed(&goro__tracing);
}

/* Tells the trace, if one listens. */
#define TELL(...)                                                              \
	do {                                                                   \
		bool user = explored() && goro__user_asks();                   \
                                                                               \
		if (listens())                                                 \
			TRACE_EVENT(__VA_ARGS__);                              \
		if (user)                                                      \
			goro__user_goes_on();                                  \
	} while (0)

/* Returns the number of s in this generation, which no other begins meanwhile. */
static uint64_t string(const char *s)
{
	return goro__tracetab_string(goro__trace.now->tables, s ? s : "");
}

uint64_t goro_trace_task_begin(uint64_t parent, const char *name)
{
	static _Atomic(uint64_t) tasks;
	uint64_t task = add_relaxed(&tasks, 1u) + 1;

	TELL(TRACE_TASK_BEGIN, task, parent, string(name),
	     goro__tracestack_here());
	return task;
}

void goro_trace_task_end(uint64_t task)
{
	TELL(TRACE_TASK_END, task, goro__tracestack_here());
}

void goro_trace_region_begin(uint64_t task, const char *name)
{
	TELL(TRACE_REGION_BEGIN, task, string(name), goro__tracestack_here());
}

void goro_trace_region_end(uint64_t task, const char *name)
{
	TELL(TRACE_REGION_END, task, string(name), goro__tracestack_here());
}

void goro_trace_log(uint64_t task, const char *category, const char *message)
{
	TELL(TRACE_LOG, task, string(category), string(message),
	     goro__tracestack_here());
}
