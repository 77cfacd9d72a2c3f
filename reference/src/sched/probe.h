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
/* For the handler on m: waits while somebody looks. */
void goro__probed(struct m *m, const ucontext_t *uc);

#endif
