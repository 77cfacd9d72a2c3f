/*
 * report_tap.c - TAP, with YAML blocks whose values are JSON. It declares
 * version 13: prove refuses 14 up to Perl 5.36, and this report uses nothing
 * new in 14.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "human.h"
#include "reports.h"

#define OUTPUT_MAX ((size_t)32 << 10)

static void field(FILE *f, const char *name, const char *value, size_t n)
{
	fprintf(f, "  %s: ", name);
	escape_json(f, value, n);
	fputc('\n', f);
}

/* Writes the last OUTPUT_MAX bytes of a child's output. */
static void output_field(FILE *f, const char *name, const struct capture *c)
{
	size_t n = c->len < OUTPUT_MAX ? c->len : OUTPUT_MAX;

	if (n > 0)
		field(f, name, c->data + c->len - n, n);
}

static void text_field(FILE *f, const char *name, const char *value)
{
	field(f, name, value, strlen(value));
}

/*
 * Writes all failed checks as one string.  In a list, prove would take an item
 * with a colon for a map.
 */
static void fails_field(FILE *f, const struct run *run)
{
	struct text t;
	char *all;

	text_begin(&t);
	for (size_t i = 0; i < run->fails.n; i++)
		fprintf(t.f, "%s\n", run->fails.v[i]);
	all = text_end(&t);
	text_field(f, "fails", all);
	free(all);
}

static void diagnostics(FILE *f, const struct result *r)
{
	const struct run *run = r->worst;
	char *reason = result_reason(r);
	char *command = result_command(r, run);

	fputs("  ---\n", f);
	text_field(f, "message", reason);
	text_field(f, "severity", result_word(r));
	fprintf(f, "  at:\n    file: %s\n    line: %d\n", r->entry->tc->file,
		r->entry->tc->line);
	if (run != NULL) {
		fprintf(f, "  procs: %d\n  repetition: %lld\n  seed: %llu\n",
			run->procs, (long long)run->repetition,
			(unsigned long long)run->seed);
		fails_field(f, run);
		text_field(f, "ended", run->ended);
		output_field(f, "stdout", &run->out);
		output_field(f, "stderr", &run->err);
	}
	text_field(f, "repeat_with", command);
	fputs("  ...\n", f);
	free(reason);
	free(command);
}

static void point(FILE *f, const struct results *rs, const struct result *r,
		  size_t number)
{
	bool bad = r->kind == OUT_FAILED || r->kind == OUT_UNEXPECTED ||
		   r->kind == OUT_KNOWN;
	char *reason = result_reason(r);

	fprintf(f, "%s %zu - ", bad ? "not ok" : "ok", number);
	if (rs->nruntimes > 1) {
		escape_tap(f, r->runtime->label);
		fputs(": ", f);
	}
	escape_tap(f, r->entry->id);
	fputc(' ', f);
	escape_tap(f, r->entry->tc->title);
	if (r->kind == OUT_SKIPPED || r->kind == OUT_KNOWN) {
		fputs(r->kind == OUT_KNOWN ? " # TODO " : " # SKIP ", f);
		escape_tap(f, reason);
	}
	fputc('\n', f);
	if (bad)
		diagnostics(f, r);
	free(reason);
}

void report_tap(FILE *f, const struct results *rs)
{
	size_t n = rs->nruntimes * rs->nentries;

	fprintf(f, "TAP version 13\n1..%zu\n", n);
	for (size_t i = 0; i < n; i++)
		point(f, rs, &rs->v[i], i + 1);
	if (rs->cut != NULL)
		fprintf(f, "Bail out! %s\n", rs->cut);
	fputs("# ", f);
	print_totals(f, "conformance", results_totals(rs, rs->nruntimes));
	fputc('\n', f);
}
