/*
 * human.c - see human.h.  The head, the failures, the tables, the last lines.
 */
#include "human.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "options.h"
#include "runner.h"
#include "table.h"

#define RED "31"
#define GREEN "32"
#define YELLOW "33"
#define BOLD "1"

enum { IDS_SHOWN = 8 };

bool human_colored(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (options.color != COLOR_AUTO)
		return options.color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

static void colored(const char *code, const char *text)
{
	if (human_colored())
		printf("\033[%sm%s\033[0m", code, text);
	else
		fputs(text, stdout);
}

void print_totals(FILE *f, const char *name, struct totals t)
{
	fprintf(f, "%s: %zu passed, %zu failed, %zu skipped", name, t.passed,
		t.failed, t.skipped);
}

/* ---- before ------------------------------------------------------------- */

void human_head(const struct results *rs)
{
	for (size_t i = 0; i < rs->nruntimes; i++) {
		const struct runtime *r = &rs->runtimes[i];

		colored(BOLD, r->label);
		printf(" %s, %s, ", r->version, r->model);
		if (r->kit != NULL)
			printf("abi/kit does %s, ", r->kit);
		escape_line(stdout, r->path);
		if (r->expectations.n > 0)
			printf(", %zu expectation%s", r->expectations.n,
			       r->expectations.n == 1 ? "" : "s");
		putchar('\n');
	}
	printf("%zu case%s, procs", rs->nentries, rs->nentries == 1 ? "" : "s");
	for (size_t i = 0; i < options.nprocs; i++)
		printf("%s%d", i == 0 ? " " : ",", options.procs[i]);
	printf(", seed %llu", (unsigned long long)options.seed);
	if (options.explore > 0)
		printf(", %lld schedule%s from %lld",
		       (long long)options.explore,
		       options.explore == 1 ? "" : "s",
		       (long long)options.schedule);
	else if (options.repeat > 1)
		printf(", %lld repetitions", (long long)options.repeat);
	if (options.shuffle)
		printf(", shuffled by %llu",
		       (unsigned long long)options.shuffle_seed);
	printf(", %d at a time\n\n", options.jobs);
	fflush(stdout);
}

/* ---- failures ----------------------------------------------------------- */

static void print_where(const struct result *r, const struct run *run)
{
	printf(" [%s", r->runtime->label);
	if (run->procs > 0)
		printf(", procs %d", run->procs);
	if (run->schedule > 0)
		printf(", schedule %llu", (unsigned long long)run->schedule);
	else if (options.repeat > 1 || options.until_fail)
		printf(", repetition %lld", (long long)run->repetition);
	printf(", seed %llu]", (unsigned long long)run->seed);
}

static void print_output(const char *name, const struct capture *c)
{
	if (c->len == 0)
		return;
	printf("  %s:\n", name);
	escape_lines(stdout, "  | ", c->data, c->len);
}

static void print_line(const char *prefix, const char *line)
{
	fputs(prefix, stdout);
	escape_line(stdout, line);
	putchar('\n');
}

static void print_lines(const char *prefix, const struct strings *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		print_line(prefix, lines->v[i]);
}

static void print_command(const struct result *r, const struct run *run)
{
	char *command = result_command(r, run);

	printf("  repeat with: %s\n", command);
	free(command);
}

/* Prints the first failure of a case in full, the others in short. */
void human_failure(const struct result *r, const struct run *run)
{
	colored(RED, "FAIL");
	printf(" %s %s", r->entry->id, r->entry->tc->title);
	print_where(r, run);
	putchar('\n');
	if (r->worst != run) {
		fputs("  ", stdout);
		escape_line(stdout, run->reason);
		puts(" (as above, other procs or repetition)");
		return;
	}
	print_lines("  ", &run->fails);
	print_lines("  note: ", &run->notes);
	printf("  ended: %s, %.2f s\n", run->ended, run->seconds);
	print_output("stdout", &run->out);
	print_output("stderr", &run->err);
	print_command(r, run);
	putchar('\n');
}

/* ---- after -------------------------------------------------------------- */

/* Prints notes, except rows of tables: tables_print() draws those. */
static void print_notes(const struct strings *notes)
{
	for (size_t i = 0; i < notes->n; i++) {
		if (table_is_row(notes->v[i]))
			continue;
		print_line("  note: ", notes->v[i]);
	}
}

static void print_case(const struct result *r)
{
	char *reason = result_reason(r);
	bool bad = r->kind == OUT_FAILED || r->kind == OUT_UNEXPECTED;

	colored(bad                     ? RED
		: r->kind == OUT_PASSED ? GREEN
					: YELLOW,
		result_word(r));
	printf(" %s %s [%s, %zu run%s, %.2f s]%s", r->entry->id,
	       r->entry->tc->title, r->runtime->label, result_runs(r),
	       result_runs(r) == 1 ? "" : "s", result_seconds(r),
	       *reason == '\0' ? "" : ": ");
	escape_line(stdout, reason);
	putchar('\n');
	for (size_t i = 0; i < r->nruns; i++)
		print_notes(&r->runs[i]->notes);
	free(reason);
}

static void print_all_cases(const struct results *rs)
{
	for (size_t k = 0; k < rs->nentries; k++)
		for (size_t i = 0; i < rs->nruntimes; i++)
			print_case(result_at(rs, i, k));
	putchar('\n');
}

/* Prints the ids of the results with this reason and marks them as told. */
static void print_group(const struct results *rs, size_t first, bool *told,
			const char *reason)
{
	size_t n = 0;

	for (size_t i = first; i < rs->nruntimes * rs->nentries; i++) {
		char *own = result_reason(&rs->v[i]);

		if (rs->v[i].kind == OUT_SKIPPED &&
		    rs->v[i].runtime == rs->v[first].runtime &&
		    strcmp(own, reason) == 0) {
			told[i] = true;
			if (n++ < IDS_SHOWN)
				printf(" %s", rs->v[i].entry->id);
		}
		free(own);
	}
	if (n > IDS_SHOWN)
		printf(" and %zu more", n - IDS_SHOWN);
	putchar('\n');
}

static void print_skips(const struct results *rs)
{
	size_t n = rs->nruntimes * rs->nentries;
	bool *told = take_zeroed(n, sizeof(*told));

	for (size_t i = 0; i < n; i++) {
		char *reason = result_reason(&rs->v[i]);

		if (rs->v[i].kind == OUT_SKIPPED && !told[i]) {
			colored(YELLOW, "skipped");
			if (rs->nruntimes > 1)
				printf(" on %s", rs->v[i].runtime->label);
			fputs(", ", stdout);
			escape_line(stdout, reason);
			putchar(':');
			print_group(rs, i, told, reason);
		}
		free(reason);
	}
	free(told);
}

static void print_known(const struct results *rs)
{
	for (size_t i = 0; i < rs->nruntimes * rs->nentries; i++) {
		const struct result *r = &rs->v[i];

		if (r->kind != OUT_KNOWN)
			continue;
		colored(YELLOW, "known failure");
		printf(" on %s: %s: %s\n", r->runtime->label, r->entry->id,
		       r->expectation->reason);
	}
}

static void print_again(const struct result *r)
{
	char *reason = result_reason(r);

	colored(RED, r->kind == OUT_UNEXPECTED ? "UNEXPECTED PASS" : "FAIL");
	printf(" %s %s", r->entry->id, r->entry->tc->title);
	if (r->worst != NULL)
		print_where(r, r->worst);
	else
		printf(" [%s]", r->runtime->label);
	fputs("\n  ", stdout);
	escape_line(stdout, reason);
	putchar('\n');
	if (r->kind == OUT_UNEXPECTED)
		print_line("  take its line out of ",
			   r->runtime->expectations_path);
	else
		print_command(r, r->worst);
	free(reason);
}

static void print_failures(const struct results *rs)
{
	bool any = false;

	for (size_t i = 0; i < rs->nruntimes * rs->nentries; i++) {
		if (rs->v[i].kind != OUT_FAILED &&
		    rs->v[i].kind != OUT_UNEXPECTED)
			continue;
		print_again(&rs->v[i]);
		any = true;
	}
	if (any)
		putchar('\n');
}

/*
 * Counts the passed cases that a host's twins answered.  Only the host vouches
 * for those, so the report says how many they are.
 */
static size_t passed_by_twins(const struct results *rs)
{
	size_t n = 0;

	for (size_t i = 0; i < rs->nruntimes * rs->nentries; i++)
		n += rs->v[i].kind == OUT_PASSED &&
		     strings_have(&rs->v[i].runtime->twins, rs->v[i].entry->id);
	return n;
}

static void print_last_lines(const struct results *rs)
{
	for (size_t i = 0; i < rs->nruntimes && rs->nruntimes > 1; i++) {
		print_totals(stdout, rs->runtimes[i].label,
			     results_totals(rs, i));
		putchar('\n');
	}
	if (results_totals(rs, rs->nruntimes).known > 0)
		printf("%zu of the skipped are known failures\n",
		       results_totals(rs, rs->nruntimes).known);
	if (passed_by_twins(rs) > 0)
		printf("%zu of the passed are twins: the host's own word\n",
		       passed_by_twins(rs));
	print_totals(stdout, "conformance", results_totals(rs, rs->nruntimes));
	putchar('\n');
}

void human_report(const struct results *rs)
{
	if (options.verbose)
		print_all_cases(rs);
	if (options.verbose || options.table)
		tables_print(rs);
	matrix_areas(rs);
	if (rs->nruntimes > 1)
		matrix_differences(rs);
	print_skips(rs);
	print_known(rs);
	printf("%.1f s\n\n", rs->seconds);
	print_failures(rs);
	print_last_lines(rs);
	fflush(stdout);
}
