/* result.c - see result.h. */
#include "result.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "options.h"

#define OUTPUTS_KEPT 4

struct result *result_at(const struct results *rs, size_t runtime, size_t entry)
{
	return &rs->v[runtime * rs->nentries + entry];
}

/*
 * True if the output of another failure is kept: that of the first ones only,
 * since a long --repeat may have many.
 */
static bool outputs_kept(const struct result *r)
{
	size_t failed = 0;

	for (size_t i = 0; i < r->nruns; i++)
		failed += run_failed(r->runs[i]);
	return failed < OUTPUTS_KEPT;
}

static void run_free(struct run *run)
{
	free(run->reason);
	free(run->ended);
	capture_free(&run->out);
	capture_free(&run->err);
	for (size_t i = 0; i < run->notes.n; i++)
		free((void *)(uintptr_t)run->notes.v[i]);
	free(run->notes.v);
	free(run->fails.v);
	free(run);
}

/* Returns the first run that was skipped, or NULL. */
static const struct run *skipped_run(const struct result *r)
{
	for (size_t i = 0; i < r->nruns; i++)
		if (r->runs[i]->verdict == RUN_SKIP)
			return r->runs[i];
	return NULL;
}

struct run *result_keep(struct result *r)
{
	struct run *run = r->runs[r->nruns - 1];

	if (options.explore == 0 || r->nruns == 1 || run_failed(run) ||
	    skipped_run(r) == run)
		return run;
	r->nruns--;
	r->dropped++;
	r->dropped_seconds += run->seconds;
	run_free(run);
	return NULL;
}

size_t result_runs(const struct result *r)
{
	return r->nruns + r->dropped;
}

void result_add(struct result *r, struct run *run)
{
	if (!outputs_kept(r)) {
		capture_free(&run->out);
		capture_free(&run->err);
	}
	r->runs = grow(r->runs, r->nruns + 1, sizeof(*r->runs));
	r->runs[r->nruns++] = run;
	if (r->worst == NULL && run_failed(run))
		r->worst = run;
}

bool run_failed(const struct run *run)
{
	return run->verdict != RUN_PASS && run->verdict != RUN_SKIP;
}

static enum outcome_kind kind_of(const struct result *r)
{
	enum expected what =
		r->expectation == NULL ? EXPECT_PASS : r->expectation->what;

	if (r->skipped != NULL)
		return OUT_SKIPPED;
	if (r->worst != NULL)
		return what == EXPECT_PASS ? OUT_FAILED : OUT_KNOWN;
	if (r->nruns == 0 || skipped_run(r) != NULL ||
	    (what == EXPECT_FAIL && r->unfinished != NULL))
		return OUT_SKIPPED;
	return what == EXPECT_FAIL ? OUT_UNEXPECTED : OUT_PASSED;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Orders runs by repetition, procs and seed. */
static int by_plan(const void *a, const void *b)
{
	const struct run *x = *(struct run *const *)a;
	const struct run *y = *(struct run *const *)b;
	int order = compare(x->repetition, y->repetition);

	if (order == 0)
		order = compare(x->procs, y->procs);
	return order != 0 ? order : compare((int64_t)x->seed, (int64_t)y->seed);
}

void results_settle(struct results *rs)
{
	for (size_t i = 0; i < rs->nruntimes * rs->nentries; i++) {
		struct result *r = &rs->v[i];

		r->kind = kind_of(r);
		if (r->nruns > 1) /* they ended in any order */
			qsort(r->runs, r->nruns, sizeof(*r->runs), by_plan);
	}
}

static void count(struct totals *t, const struct result *r)
{
	switch (r->kind) {
	case OUT_PASSED:
		t->passed++;
		return;
	case OUT_FAILED:
	case OUT_UNEXPECTED:
		t->failed++;
		return;
	case OUT_KNOWN:
		t->known++;
		t->skipped++;
		return;
	case OUT_SKIPPED:
		t->skipped++;
		return;
	}
}

struct totals results_totals(const struct results *rs, size_t runtime)
{
	struct totals t = {0};

	for (size_t i = 0; i < rs->nruntimes; i++)
		for (size_t k = 0; k < rs->nentries; k++)
			if (runtime == rs->nruntimes || runtime == i)
				count(&t, result_at(rs, i, k));
	return t;
}

double result_seconds(const struct result *r)
{
	double sum = r->dropped_seconds;

	for (size_t i = 0; i < r->nruns; i++)
		sum += r->runs[i]->seconds;
	return sum;
}

static const char *skip_reason(const struct result *r)
{
	const struct run *run = skipped_run(r);

	if (r->skipped != NULL)
		return r->skipped;
	if (run != NULL)
		return run->reason;
	return r->unfinished != NULL ? r->unfinished : "not run";
}

char *result_reason(const struct result *r)
{
	switch (r->kind) {
	case OUT_FAILED:
		return copy_text(r->worst->reason);
	case OUT_SKIPPED:
		return copy_text(skip_reason(r));
	case OUT_KNOWN:
		return text_of("expected failure: %s", r->expectation->reason);
	case OUT_UNEXPECTED:
		return text_of("passed, but is expected to fail: %s",
			       r->expectation->reason);
	case OUT_PASSED:
		break;
	}
	return copy_text("");
}

const char *verdict_word(enum verdict v)
{
	switch (v) {
	case RUN_PASS:
		return "pass";
	case RUN_FAIL:
		return "fail";
	case RUN_SKIP:
		return "skip";
	case RUN_TIMEOUT:
		return "timeout";
	case RUN_CRASH:
		return "crash";
	}
	return "?";
}

const char *result_word(const struct result *r)
{
	switch (r->kind) {
	case OUT_PASSED:
		return "pass";
	case OUT_FAILED:
		return verdict_word(r->worst->verdict);
	case OUT_SKIPPED:
		return "skip";
	case OUT_KNOWN:
		return "known";
	case OUT_UNEXPECTED:
		return "unexpected pass";
	}
	return "?";
}

/*
 * Writes a word of a shell command, quoted if need be.  A word with bytes that
 * must be escaped becomes $'...', which bash knows.
 */
static void put_word(FILE *f, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./+-:,=@%";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		fputs(word, f);
		return;
	}
	if (!escape_is_plain(word)) {
		fputs("$'", f);
		escape_shell(f, word);
		fputc('\'', f);
		return;
	}
	fputc('\'', f);
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			fputs("'\\''", f);
		else
			fputc(*word, f);
	}
	fputc('\'', f);
}

char *result_command(const struct result *r, const struct run *run)
{
	struct text t;

	text_begin(&t);
	put_word(t.f, options.program);
	fputs(" --runtime ", t.f);
	put_word(t.f, r->runtime->arg);
	if (run != NULL && run->procs > 0)
		fprintf(t.f, " --procs %d", run->procs);
	if (run != NULL)
		fprintf(t.f, " --seed %llu", (unsigned long long)run->seed);
	if (run != NULL && run->schedule > 0)
		fprintf(t.f, " --schedule %llu",
			(unsigned long long)run->schedule);
	if (options.timeout_scale > 1 || options.timeout_scale < 1)
		fprintf(t.f, " --timeout-scale %g", options.timeout_scale);
	if (options.valgrind)
		fputs(" --valgrind", t.f);
	fputs(" --run ", t.f);
	put_word(t.f, r->entry->id);
	return text_end(&t);
}
