/*
 * apart.h - memory that is not alive as a whole.
 */
#ifndef GORO_APART_H
#define GORO_APART_H

#include "diag/search.h"

/* Sets apart what the runtime has for itself.  sched.lock is held. */
void goro__runtime_apart(struct search *s);
/*
 * Sets apart the stacks of threads and what malloc has for itself, after the
 * above.  False: memory cannot be listed.
 */
bool goro__memory_apart(struct search *s);

#endif
