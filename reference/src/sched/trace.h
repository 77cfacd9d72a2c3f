/*
 * trace.h - the events of an execution trace, as the scheduler makes them.
 *
 * The format is Go's (version 2).  A reader of it plays the scheduler again,
 * so what is left out or comes twice makes a trace unreadable.  Each function
 * here writes one event into the buffer of the calling M, without a lock
 * (tracebuf.h), and does nothing if no trace is on.
 *
 * Off must be free.  So a trace takes the fast paths away instead of asking in
 * them: p->resched stays set, and goro__mp has MP_TRACED, so that each switch
 * goes over g0, and each goroutine made ready over the path with locks.  The
 * events are in those slow paths.
 *
 * Times alone do not order the events of two Ms.  What must come after an event
 * of another M has a number: g->trace_seq counts who started or unblocked g,
 * p->trace_seq who started or stole p, and its calls.  They are plain fields.
 * Whoever may change the status (state.h) takes the number, before it shows the
 * G or P to others.
 *
 * A generation begins with the status of all, so no transition may be halfway
 * then.  The world is stopped for that, and a P that is on its way from an M to
 * another one keeps it from stopping.  The transitions of threads without any P
 * (the poller's goroutines, a call whose P is lost) are made with sched.lock
 * held, which the beginning of a generation holds as well.
 */
#ifndef GORO_TRACE_EVENTS_H
#define GORO_TRACE_EVENTS_H

#include "sched/types.h"

/*
 * True while a trace may be on: events are to be made.  For threads that have a
 * P or sched.lock.
 */
static inline bool tracing(void)
{
	return unlikely(mp() & MP_TRACED);
}

/* What p->resched is when nothing is asked for. */
static inline uint32_t no_resched(void)
{
	return mp() & MP_BY_G0;
}

/* Strings that every generation has; the first are the wait reasons. */
enum trace_string {
	TRACE_REASONS = 1,
	TRACE_PREEMPTED = 64,
	TRACE_YIELD,
	TRACE_GOMAXPROCS,
	TRACE_STRINGS /* the program's */
};

/* ---- goroutines ------------------------------------------------------------- */

/* g was made; it is on no queue yet. */
void goro__trace_create(struct g *g);
/* g was made ready; it is on no queue yet. */
void goro__trace_unblock(struct g *g);
/* g runs on the calling M from now on. */
void goro__trace_run(struct g *g);
/*
 * g, which runs on m, has parked or yielded, as its status says.  Does nothing
 * for one that is back from a call without a P.
 */
void goro__trace_leave(const struct m *m, struct g *g);
/* The running goroutine is stopped by a signal. */
void goro__trace_preempted(void);
/* g, which runs, has ended. */
void goro__trace_end(const struct g *g);

/* ---- blocking calls --------------------------------------------------------- */

/*
 * The goroutine of m enters a call, with its P.  In a trace a thread of the
 * program has no goroutine that could call: there it has given up its P.
 */
void goro__trace_call(struct m *m);
/*
 * g is back and has taken its P back, on m.  The P may have been taken meanwhile
 * and be left in a call of another thread: then it is stolen from that one.
 */
void goro__trace_call_end(struct m *m, struct g *g);
/* g is back, but its P was taken.  sched.lock is held. */
void goro__trace_call_lost(const struct g *g);

/* ---- Ps ---------------------------------------------------------------------- */

/* The calling M has p from now on. */
void goro__trace_p_start(struct p *p);
/* The calling M has its P no longer. */
void goro__trace_p_stop(void);
/* The calling thread has taken p from the call it was left in. */
void goro__trace_p_steal(struct p *p);

/* ---- the world --------------------------------------------------------------- */

enum trace_p { TRACE_P_RUNNING = 1, TRACE_P_IDLE = 2 };

/* A generation begins with p in that state.  The world is stopped. */
void goro__trace_p_status(struct p *p, enum trace_p status);
/* The running goroutine stops the world, sets n Ps, starts the world. */
void goro__trace_stw(void);
void goro__trace_procs(int32_t old, int32_t n);
void goro__trace_stw_end(void);

#endif
