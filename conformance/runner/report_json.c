/* report_json.c - writes everything known about the run as one JSON object. */
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "escape.h"
#include "options.h"
#include "reports.h"
#include "settings.h"

static const char *yes_no(bool b)
{
	return b ? "true" : "false";
}

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
		const char *known = r->expectations_path;
		char *digest = digest_of_file(r->path);
		char *of_known = known == NULL
					 ? copy_text("")
					 : digest_text(r->expectations.digest);

		fputs(i == 0 ? "{" : ",{", f);
		member(f, true, "label", r->label);
		member(f, false, "name", r->name);
		member(f, false, "version", r->version);
		member(f, false, "model", r->model);
		member(f, false, "kit", r->kit);
		member(f, false, "go_version", r->go_version);
		fprintf(f, ",\"traits\":%u,\"stack_bytes\":%llu,\"host\":%s",
			r->traits, (unsigned long long)r->stack_bytes,
			yes_no(r->host));
		member(f, false, "path", r->path);
		member(f, false, "digest", digest);
		member(f, false, "expectations", known);
		member(f, false, "expectations_digest", of_known);
		strings(f, "has", &r->has);
		strings(f, "twins", &r->twins);
		fputc(',', f);
		totals(f, "totals", results_totals(rs, i));
		fputc('}', f);
		free(digest);
		free(of_known);
	}
	fputs("],\n", f);
}

/* Which cases were asked for.  A report of failures may change between shards. */
static void put_filters(FILE *f, const struct failures *before)
{
	strings(f, "run", &options.run);
	strings(f, "skip", &options.skip);
	strings(f, "level", &options.levels);
	strings(f, "profile", &options.profiles);
	member(f, false, "rerun_failed", options.rerun);
	fputs(",\"rerun\":[", f);
	for (size_t i = 0; i < before->n; i++) {
		fputs(i == 0 ? "" : ",", f);
		string(f, before->v[i].id);
	}
	fputc(']', f);
}

static void put_options(FILE *f, const struct results *rs)
{
	fputs("\"options\":{\"procs\":[", f);
	for (size_t i = 0; i < options.nprocs; i++)
		fprintf(f, "%s%d", i == 0 ? "" : ",", options.procs[i]);
	fprintf(f,
		"],\"seed\":%llu,\"repeat\":%lld,\"until_fail\":%s,"
		"\"fail_fast\":%s,\"timeout_scale\":%g,\"time_scale\":%g,"
		"\"valgrind\":%s,\"explore\":%lld,\"schedule\":%lld,"
		"\"jobs\":%d,\"shuffle\":",
		(unsigned long long)options.seed,
		(long long)(options.repeat > 0 ? options.repeat : 1),
		yes_no(options.until_fail), yes_no(options.fail_fast),
		options.timeout_scale, settings.time_scale,
		yes_no(options.valgrind), (long long)options.explore,
		(long long)options.schedule, options.jobs);
	if (options.shuffle)
		fprintf(f, "%llu", (unsigned long long)options.shuffle_seed);
	else
		fputs("null", f);
	put_filters(f, &rs->before);
	fputs("},\n", f);
}

static void put_shard(FILE *f, const struct results *rs)
{
	fputs("\"shard\":", f);
	if (options.shards == 0)
		fputs("null,\n", f);
	else
		fprintf(f, "{\"k\":%d,\"of\":%d,\"cases\":%zu},\n",
			options.shard, options.shards, rs->matched);
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
	fprintf(f, ",\"stochastic\":%s", yes_no(row->stochastic));
	member(f, false, "title", e->tc->title);
	member(f, false, "file", e->tc->file);
	fprintf(f, ",\"line\":%d", e->tc->line);
}

/* Writes what a runtime must have, and must not have, to run the case. */
static void put_needs(FILE *f, const struct testcase *tc)
{
	fprintf(f, ",\"traits\":%u,\"not_traits\":%u,\"needs\":[",
		traits_asked(tc), tc->not_traits);
	for (const struct need *n = tc->needs; n != NULL && n->name; n++) {
		fputs(n == tc->needs ? "" : ",", f);
		string(f, n->name);
	}
	fputc(']', f);
}

static void put_result(FILE *f, const struct result *r)
{
	char *reason = result_reason(r);
	char *command = result_command(r, r->worst);

	fputc('{', f);
	put_row(f, r->entry);
	put_needs(f, r->entry->tc);
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

/* True if the case can no longer be run, or was run on that runtime. */
static bool is_settled(const struct results *rs, const struct failure *before)
{
	bool there = false;

	for (size_t i = 0; i < registry.nentries; i++)
		there |= strcmp(registry.entries[i].id, before->id) == 0;
	for (size_t i = 0; i < rs->nruntimes * rs->nentries; i++) {
		const struct result *r = &rs->v[i];

		if (strcmp(r->entry->id, before->id) == 0 &&
		    (strcmp(r->runtime->label, before->label) == 0 ||
		     strcmp(r->runtime->path, before->path) == 0) &&
		    result_runs(r) > 0)
			return true;
	}
	return !there;
}

static void put_before(FILE *f, const struct results *rs)
{
	bool first = true;

	fputs("\"failed_before\":[", f);
	for (size_t i = 0; i < rs->before.n; i++) {
		const struct failure *b = &rs->before.v[i];

		if (is_settled(rs, b))
			continue;
		fputs(first ? "\n{" : ",\n{", f);
		member(f, true, "id", b->id);
		member(f, false, "runtime", b->label);
		member(f, false, "path", b->path);
		fputc('}', f);
		first = false;
	}
	fputs("],\n", f);
}

static void put_report(FILE *f, const struct results *rs, bool last)
{
	size_t n = rs->nruntimes * rs->nentries;

	fprintf(f,
		"{\"suite\":\"assay\",\"suite_version\":\"%.*s\","
		"\"suite_digest\":\"%s\",\"abi\":%u,"
		"\"complete\":%s,\"seconds\":%.3f,\n",
		(int)strcspn(suite_version, "\n"), suite_version, suite_digest,
		ASSAY_ABI_VERSION, yes_no(rs->cut == NULL), rs->seconds);
	put_shard(f, rs);
	put_runtimes(f, rs);
	put_options(f, rs);
	totals(f, "totals", results_totals(rs, rs->nruntimes));
	fputs(",\n", f);
	if (last)
		put_before(f, rs);
	fputs("\"results\":[\n", f);
	for (size_t i = 0; i < n; i++) {
		put_result(f, &rs->v[i]);
		fputs(i + 1 < n ? ",\n" : "\n", f);
	}
	fputs("]}\n", f);
}

void report_json(FILE *f, const struct results *rs)
{
	put_report(f, rs, false);
}

void report_last(FILE *f, const struct results *rs)
{
	put_report(f, rs, true);
}
