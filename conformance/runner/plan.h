/* plan.h - which cases are run how often, in which order; runs them. */
#ifndef ASSAY_PLAN_H
#define ASSAY_PLAN_H

#include "result.h"

/*
 * The entries that --run, --skip and --valgrind select; sets *out and *n.  A
 * pattern that matches nothing is told, and so is that nothing is left.
 */
void plan_select(const struct entry ***out, size_t *n);

/*
 * Runs everything and fills rs->v; rs has its runtimes and entries.  If it is
 * interrupted it says so in *rs, and holds what ran until then.
 */
void plan_run(struct results *rs);

#endif
