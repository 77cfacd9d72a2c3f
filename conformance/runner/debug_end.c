/*
 * debug_end.c - see debug.h.  As in judge.c, a pass must be earned: a status is
 * believed only if the ledger agrees.  Lines are not captured, so it is the
 * ledger that tells of checks that failed.
 */
#define _GNU_SOURCE
#include "debug.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "runner.h"

enum { STATUS_FAILED = 1, STATUS_UNUSABLE = 2, STATUS_SKIPPED = 77 };

static int tell(const struct watched *w, const char *verdict,
		enum exit_status status)
{
	double seconds = (double)(now_ns() - w->started) / 1e9;

	fflush(stdout);
	fprintf(stderr, "debug: %s %s, ", w->e->id, verdict);
	if (WIFSIGNALED(w->status))
		fprintf(stderr, "signal %d (%s)", WTERMSIG(w->status),
			strsignal(WTERMSIG(w->status)));
	else
		fprintf(stderr, "exit status %d", WEXITSTATUS(w->status));
	fprintf(stderr, ", %.2f s\n", seconds);
	return (int)status;
}

static int failed(const struct watched *w, const char *why)
{
	char *verdict = text_of("FAILED%s%s", *why == '\0' ? "" : ": ", why);
	int status = tell(w, verdict, EXIT_SOME_FAILED);

	free(verdict);
	return status;
}

/* Returns what the ledger has against a pass, or NULL. */
static const char *not_earned(const struct watched *w)
{
	const struct testcase *tc = w->e->tc;
	struct run run = {0};

	if (w->twin)
		return NULL;
	/* the process that wrote it has ended */
	if (atomic_load(&w->ledger->broken) ||
	    atomic_load(&w->ledger->failures) > 0)
		return "a check failed";
	if (!tc->ends.declared &&
	    atomic_load(&w->ledger->stage) < LEDGER_RETURNED)
		return "the process ended before the body returned";
	judge_main(&run, tc, w->ledger);
	return run.fails.n > 0 ? run.fails.v[0] : NULL;
}

static bool has_skipped(const struct watched *w, int status)
{
	return status == STATUS_SKIPPED &&
	       (w->twin || (atomic_load(&w->ledger->skipped) &&
			    atomic_load(&w->ledger->failures) == 0));
}

/* True if the process has ended before it came to the case. */
static bool was_unusable(const struct watched *w, int status)
{
	return status == STATUS_UNUSABLE &&
	       (w->twin || atomic_load(&w->ledger->stage) == LEDGER_NEW);
}

/* True if it was only outside its bounds: those of a figure are soft. */
static bool only_measured(const struct watched *w, int status)
{
	return status == STATUS_FAILED && !w->twin &&
	       (w->e->tc->flags & CASE_PERF) != 0 &&
	       !atomic_load(&w->ledger->broken) &&
	       atomic_load(&w->ledger->stage) == LEDGER_RETURNED;
}

static int end_declared(const struct watched *w)
{
	const struct outcome *want = &w->e->tc->ends;
	const char *why = not_earned(w);

	if (want->hangs ? !w->late : w->late || !outcome_is(want, w->status))
		return failed(w, "it must end in another way");
	if (why != NULL)
		return failed(w, why);
	return tell(w, "ended as it must; what it wrote is for you to judge",
		    EXIT_OK);
}

int debug_end(const struct watched *w)
{
	int status = WIFEXITED(w->status) ? WEXITSTATUS(w->status) : -1;
	const char *why;

	if (w->stop != STOP_NOT)
		return tell(w, "was interrupted", EXIT_INTERRUPTED);
	if (has_skipped(w, status))
		return tell(w, "skipped", EXIT_NOTHING);
	if (w->e->tc->ends.declared)
		return end_declared(w);
	if (was_unusable(w, status))
		return tell(w, "was not run", EXIT_HARNESS);
	if (only_measured(w, status))
		return tell(w, "passed, outside its bounds", EXIT_OK);
	if (w->late)
		return failed(w, "it did not end in time");
	why = status == 0 ? not_earned(w) : "";
	return why == NULL ? tell(w, "passed", EXIT_OK) : failed(w, why);
}
