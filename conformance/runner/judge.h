/* judge.h - the verdict of one run, by what its child said and how it ended. */
#ifndef ASSAY_JUDGE_H
#define ASSAY_JUDGE_H

#include "result.h"

/*
 * Takes over the captures of *end; fills all of *run but its parameters.  twin:
 * the host answers the case by a program of its own.
 */
void judge(struct run *run, const struct testcase *tc, bool twin,
	   struct task_end *end);

#endif
