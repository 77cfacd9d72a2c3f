/* report_json.c - writes everything known about the run as one JSON object. */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "options.h"
#include "reports.h"

static void string(FILE *f, const char *s)
{
	if (s == NULL)
		fputs("null", f);
	else
		escape_json(f, s, strlen(s));
}

/* Writes "name":"value", after a comma unless it is the first. */
static void member(FILE *f, bool first, const char *name, const char *value)
{
	fprintf(f, "%s\"%s\":", first ? "" : ",", name);
	string(f, value);
}

/* As member(), but writes null for "". */
static void bound(FILE *f, const char *name, const char *value)
{
	member(f, false, name, *value == '\0' ? NULL : value);
}

static void strings(FILE *f, const char *name, const struct strings *list)
{
	fprintf(f, ",\"%s\":[", name);
	for (size_t i = 0; i < list->n; i++) {
		fputs(i == 0 ? "" : ",", f);
		string(f, list->v[i]);
	}
	fputc(']', f);
}

static void totals(FILE *f, const char *name, struct totals t)
{
	fprintf(f,
		"\"%s\":{\"passed\":%zu,\"failed\":%zu,\"skipped\":%zu,"
		"\"known\":%zu}",
		name, t.passed, t.failed, t.skipped, t.known);
}

static void put_runtimes(FILE *f, const struct results *rs)
{
	fputs("\"runtimes\":[", f);
	for (size_t i = 0; i < rs->nruntimes; i++) {
		const struct runtime *r = &rs->runtimes[i];

		fputs(i == 0 ? "{" : ",{", f);
		member(f, true, "label", r->label);
		member(f, false, "name", r->name);
		member(f, false, "version", r->version);
		member(f, false, "model", r->model);
		member(f, false, "go_version", r->go_version);
		member(f, false, "path", r->path);
		member(f, false, "expectations", r->expectations_path);
		strings(f, "has", &r->has);
		strings(f, "twins", &r->twins);
		fputc(',', f);
		totals(f, "totals", results_totals(rs, i));
		fputc('}', f);
	}
	fputs("],\n", f);
}

static void put_options(FILE *f)
{
	fputs("\"options\":{\"procs\":[", f);
	for (size_t i = 0; i < options.nprocs; i++)
		fprintf(f, "%s%d", i == 0 ? "" : ",", options.procs[i]);
	fprintf(f,
		"],\"seed\":%llu,\"repeat\":%lld,\"until_fail\":%s,"
		"\"timeout_scale\":%g,\"jobs\":%d,\"shuffle\":",
		(unsigned long long)options.seed,
		(long long)(options.repeat > 0 ? options.repeat : 1),
		options.until_fail ? "true" : "false", options.timeout_scale,
		options.jobs);
	if (options.shuffle)
		fprintf(f, "%llu", (unsigned long long)options.shuffle_seed);
	else
		fputs("null", f);
	fputs("},\n", f);
}

static void capture(FILE *f, const char *name, const struct capture *c)
{
	fprintf(f, ",\"%s\":", name);
	if (c->data == NULL)
		fputs("null", f);
	else
		escape_json(f, c->data, c->len);
}

static void put_run(FILE *f, const struct run *run)
{
	fprintf(f,
		"{\"procs\":%d,\"repetition\":%lld,\"seed\":%llu,"
		"\"seconds\":%.6f",
		run->procs, (long long)run->repetition,
		(unsigned long long)run->seed, run->seconds);
	member(f, false, "verdict", verdict_word(run->verdict));
	member(f, false, "reason", run->reason);
	member(f, false, "ended", run->ended);
	strings(f, "fails", &run->fails);
	strings(f, "notes", &run->notes);
	capture(f, "stdout", &run->out);
	capture(f, "stderr", &run->err);
	fputc('}', f);
}

static void put_row(FILE *f, const struct entry *e)
{
	static const struct row none = {.since = "", .until = ""};
	const struct row *row = e->row == NULL ? &none : e->row;

	member(f, true, "id", e->id);
	member(f, false, "row", e->row_id);
	member(f, false, "variant", e->tc->variant);
	member(f, false, "area", row->area);
	member(f, false, "level", row->level);
	bound(f, "since", row->since);
	bound(f, "until", row->until);
	fprintf(f, ",\"stochastic\":%s", row->stochastic ? "true" : "false");
	member(f, false, "title", e->tc->title);
	member(f, false, "file", e->tc->file);
	fprintf(f, ",\"line\":%d", e->tc->line);
}

static void put_result(FILE *f, const struct result *r)
{
	char *reason = result_reason(r);
	char *command = result_command(r, r->worst);

	fputc('{', f);
	put_row(f, r->entry);
	member(f, false, "runtime", r->runtime->label);
	member(f, false, "verdict", result_word(r));
	member(f, false, "reason", *reason == '\0' ? NULL : reason);
	member(f, false, "expected_failure",
	       r->expectation == NULL ? NULL : r->expectation->reason);
	member(f, false, "repeat_with", command);
	fprintf(f, ",\"seconds\":%.6f,\"runs\":[", result_seconds(r));
	for (size_t i = 0; i < r->nruns; i++) {
		fputs(i == 0 ? "" : ",\n ", f);
		put_run(f, r->runs[i]);
	}
	fputs("]}", f);
	free(reason);
	free(command);
}

void report_json(FILE *f, const struct results *rs)
{
	size_t n = rs->nruntimes * rs->nentries;

	fprintf(f,
		"{\"suite\":\"assay\",\"abi\":%u,\"complete\":%s,"
		"\"seconds\":%.3f,\n",
		ASSAY_ABI_VERSION, rs->cut != NULL ? "false" : "true",
		rs->seconds);
	put_runtimes(f, rs);
	put_options(f);
	totals(f, "totals", results_totals(rs, rs->nruntimes));
	fputs(",\n\"results\":[\n", f);
	for (size_t i = 0; i < n; i++) {
		put_result(f, &rs->v[i]);
		fputs(i + 1 < n ? ",\n" : "\n", f);
	}
	fputs("]}\n", f);
}
