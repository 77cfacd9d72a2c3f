/*
 * process.h - a program within a case: it runs in a process of its own, and
 * what has come of that is judged by the case, which is no goroutine
 * (CASE_OUTSIDE).
 */
#ifndef ASSAY_CASES_EMBED_PROCESS_H
#define ASSAY_CASES_EMBED_PROCESS_H

#include <stdbool.h>

#include "kit/kit.h"

struct process {
	int status;      /* as waitpid() has it */
	bool hung;       /* it was killed after the time it was given */
	char text[4096]; /* of stderr, cut */
};

/*
 * Runs fn(arg) in a process and waits for its end, `ms` at most.  Its status
 * is what fn returns; NOT_RUN if it is 0 though fn has not returned.  fn makes
 * no checks: they would be another process's.
 */
struct process run_process(int (*fn)(void *arg), void *arg, int64_t ms);

/* It came to its end, by that status. */
bool process_exited(const struct process *p, int status);

/*
 * It did as it should (status 0), or ended with status 2 and a line of text
 * that says why: no signal, no silence, no hang.  A note says what was wrong.
 */
bool process_clear(const struct process *p, const char *what);

#endif
