/* outcome.h - holds a child's end against what its case declares (ENDS). */
#ifndef ASSAY_OUTCOME_H
#define ASSAY_OUTCOME_H

#include "result.h"

/* Adds a line to run->fails for everything that is not as declared. */
void judge_outcome(struct run *run, const struct outcome *want,
		   const struct task_end *end);

#endif
