/*
 * dl.h - the death that the deadlock rows expect, in one place.
 *
 * The report is the fatal line, an empty line, and then the dump, which
 * starts with goroutine 1.
 */
#ifndef ASSAY_CASES_DL_H
#define ASSAY_CASES_DL_H

#include "kit/kit.h"

#define DEADLOCK_TEXT "fatal error: all goroutines are asleep - deadlock!"

/* A regex: the whole start of the report; state is a regex too. */
#define MAIN_IN(state) "^" DEADLOCK_TEXT "\n\ngoroutine 1 \\[" state "\\]:"

/* Any state word. */
#define ANY_STATE "[a-zA-Z][^]]*"

/* The process dies by the report, main being in that state. */
#define DEADLOCKS_IN(state, ...)                                               \
	ENDS(.status = 2, .first = DEADLOCK_TEXT, .match = {MAIN_IN(state)},   \
	     .out = "", __VA_ARGS__)

/* The process ends well: no report, this on stdout. */
#define ENDS_WELL(text, ...)                                                   \
	ENDS(.status = 0, .silent = true, .out = text, __VA_ARGS__)

/* The process lives on and says nothing until the runner kills it. */
#define LIVES_ON(ms, ...)                                                      \
	ENDS(.hangs = true, .silent = true, .max_ms = (ms), __VA_ARGS__)

#endif
