/*
 * result.h - what came out: runs of cases, and the verdict of a case on a
 * runtime over all its runs.
 */
#ifndef ASSAY_RESULT_H
#define ASSAY_RESULT_H

#include "runtime.h"
#include "task.h"

enum verdict { RUN_PASS, RUN_FAIL, RUN_SKIP, RUN_TIMEOUT, RUN_CRASH };

/* A case, once, at one number of procs. */
struct run {
	int procs;          /* 0: the runtime's default */
	int64_t repetition; /* from 1 */
	uint64_t seed;
	enum verdict verdict;
	char *reason; /* NULL: passed; else one line */
	char *ended;  /* "exit status 2", "signal 11 (Segmentation fault)" */
	double seconds;
	struct strings fails, notes; /* the lines of the child, and of judge */
	/* Captured; freed and empty when it passed. */
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
	const struct expectation *expectation; /* NULL: to pass */
	struct run **runs;
	size_t nruns;
	const char *skipped;    /* why it was not run at all; NULL: it was */
	const char *unfinished; /* why not all of its runs ended; or NULL */
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
	struct result *v; /* v[runtime * nentries + entry] */
	double seconds;
	const char *cut; /* why not all ran; NULL: all did */
	bool interrupted;
	size_t unfinished; /* results */
};

struct result *result_at(const struct results *rs, size_t runtime,
			 size_t entry);
void result_add(struct result *r, struct run *run);

/* Gives every result its kind, by its runs and expectations. */
void results_settle(struct results *rs);

/* Of one runtime, or of all with runtime == nruntimes. */
struct totals results_totals(const struct results *rs, size_t runtime);

bool run_failed(const struct run *run);
double result_seconds(const struct result *r);

/* One line for a result that is not a plain pass. "" for a pass. */
char *result_reason(const struct result *r);

/* "pass", "FAIL", "timeout", "crash", "skip", "known", "unexpected pass". */
const char *result_word(const struct result *r);
const char *verdict_word(enum verdict v);

/* The command that repeats a run; the caller owns it. */
char *result_command(const struct result *r, const struct run *run);

#endif
