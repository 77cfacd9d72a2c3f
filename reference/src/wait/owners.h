/*
 * owners.h - who has which lock, and who waits for one: for
 * GODEBUG=lockcycle=1, which reports goroutines that wait for each other in a
 * circle, and for reports of leaks.
 *
 * Off it costs nothing: goro__mp, which a lock looks at anyway, has MP_OWNED
 * while it is on, so all locks are taken on the path of many Ps, and that path
 * asks.
 */
#ifndef GORO_OWNERS_H
#define GORO_OWNERS_H

#include "base/print.h"
#include "sched/types.h"

enum share { ALONE, SHARED };

/*
 * Turns it on if the environment asks for it, or silent does, which is for
 * goro__owners_circles() alone; before the run.
 */
void goro__owners_init(bool silent);
/* Writes a line for each circle that one of `which` is in. */
void goro__owners_circles(struct out *out, bool (*which)(const struct g *g));

static inline bool owned(void)
{
	return unlikely(mp() & MP_OWNED);
}

/*
 * The caller is about to wait for l.  If that closes a circle, reports it: the
 * others in it are parked, and none of them will go on.
 */
void goro__owners_wait(const void *l, enum share how);
/* The caller waits for l no more, and does not have it: a once. */
void goro__owners_waited(const void *l);
/* The caller has l, whether it has waited or not. */
void goro__owners_got(const void *l, enum share how);
/* The caller is about to give l up, which it or another goroutine has. */
void goro__owners_free(const void *l);

#endif
