/*
 * compute.h - work for the CPU: a chain of steps that depend on each other, so
 * it takes as long in every language and no compiler shortens it.
 */
#ifndef ASSAY_COMPUTE_H
#define ASSAY_COMPUTE_H

#include <stdint.h>

/* So many steps; calls nothing.  The result depends on all of them. */
uint64_t compute(int64_t steps);

/*
 * Steps that take us microseconds when nothing disturbs them.  Measures once
 * per process, for some milliseconds.
 */
int64_t compute_steps(double us);

#endif
