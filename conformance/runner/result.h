/*
 * result.h - the runs of the cases, and the verdict over all runs of a case on
 * a runtime.
 */
#ifndef ASSAY_RESULT_H
#define ASSAY_RESULT_H

#include "earlier.h"
#include "runtime.h"
#include "task.h"

enum verdict { RUN_PASS, RUN_FAIL, RUN_SKIP, RUN_TIMEOUT, RUN_CRASH };

/* One run of a case at one number of procs. */
struct run {
	int procs;          /* 0: the runtime's default */
	int64_t repetition; /* from 1 */
	uint64_t seed;
	uint64_t schedule; /* 0: as the runtime likes */
	int64_t schedules; /* so many from that one on are to be tried */
	enum verdict verdict;
	char *reason; /* NULL: passed; else one line */
	char *ended;  /* "exit status 2", "signal 11 (Segmentation fault)" */
	double seconds;
	struct strings fails, notes; /* lines of the child and of judge() */
	/* Captured output; empty if the run passed. */
	struct capture out, err;
};

enum outcome_kind {
	OUT_PASSED,
	OUT_FAILED,
	OUT_SKIPPED,
	OUT_KNOWN,     /* failed as expected */
	OUT_UNEXPECTED /* passed, but the expectations say fail */
};

/* A case on a runtime. */
struct result {
	const struct entry *entry;
	const struct runtime *runtime;
	const struct expectation *expectation; /* NULL: it must pass */
	struct run **runs;
	size_t nruns;
	int64_t hung;   /* the last repetition in which a run has timed out */
	size_t dropped; /* more runs, which passed; only under --explore */
	double dropped_seconds;
	const char *skipped;    /* why it was not run; NULL: it was run */
	const char *unfinished; /* why some of its runs did not end, or NULL */
	enum outcome_kind kind;
	const struct run *worst; /* the first run that failed, else NULL */
};

struct totals {
	size_t passed, failed, skipped, known;
};

struct results {
	struct runtime *runtimes;
	size_t nruntimes;
	const struct entry **entries; /* the selected ones */
	size_t nentries;
	size_t matched;         /* nentries, or those of all shards */
	struct failures before; /* what --rerun-failed has read */
	struct result *v;       /* v[runtime * nentries + entry] */
	double seconds;
	const char *cut; /* why not all cases ran, or NULL */
	bool interrupted;
	size_t unfinished; /* results */
};

struct result *result_at(const struct results *rs, size_t runtime,
			 size_t entry);
void result_add(struct result *r, struct run *run);
/*
 * Returns the run that was added last.  Of schedules that passed, as there may be
 * a thousand for each case, only the first is kept, and of those that were
 * skipped: of another it keeps the time alone, frees it and returns NULL.
 */
struct run *result_keep(struct result *r);

/* Returns how many runs there have been. */
size_t result_runs(const struct result *r);

/*
 * Sets the kind of every result from its runs and its expectation, and puts its
 * runs in order.
 */
void results_settle(struct results *rs);

/* Counts the results of one runtime, or of all if runtime == nruntimes. */
struct totals results_totals(const struct results *rs, size_t runtime);

bool run_failed(const struct run *run);
double result_seconds(const struct result *r);

/*
 * Returns one line for a result that is not a plain pass, "" for one that is.
 * The caller owns it.
 */
char *result_reason(const struct result *r);

/*
 * Returns "pass", "fail", "timeout", "crash", "skip", "known" or "unexpected
 * pass".
 */
const char *result_word(const struct result *r);
const char *verdict_word(enum verdict v);

/*
 * Returns the command that repeats a run; the caller owns it. run may be NULL.
 */
char *result_command(const struct result *r, const struct run *run);

#endif
