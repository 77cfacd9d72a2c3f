/*
 * probe.h - a look at what another M does just now.
 */
#ifndef GORO_PROBE_H
#define GORO_PROBE_H

#include "sched/types.h"

/*
 * Calls fn(arg) while m waits in its signal handler; m->stopped_at is what that
 * has interrupted, perhaps the runtime with locks held: fn takes none.  False
 * if m does not come within the patience, in ns, of which the wait is taken;
 * or nothing stops goroutines here.
 */
bool goro__probe(struct m *m, void (*fn)(void *), void *arg, int64_t *patience);
/*
 * Between these nobody looks: whoever stops threads from outside might stop one
 * that looks, and then wait for it in a handler.
 */
void goro__probe_forbid(void);
void goro__probe_allow(void);
/* m->probe: probe.c. */
enum probe { PROBE_IDLE, PROBE_ASKED, PROBE_HERE };

void goro__probed_here(struct m *m, const ucontext_t *uc);
/* For the handler on m: waits while somebody looks. */
static inline void goro__probed(struct m *m, const ucontext_t *uc)
{
	/* relaxed: a stale look costs the other side its patience */
	if (unlikely(load_relaxed(&m->probe) == PROBE_ASKED))
		goro__probed_here(m, uc);
}

#endif
