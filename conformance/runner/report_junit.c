/*
 * report_junit.c - JUnit XML: a testsuite for each runtime, a testcase for
 * each case, with the area in its class name.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "reports.h"

static void attribute(FILE *f, const char *name, const char *value)
{
	fprintf(f, " %s=\"", name);
	escape_xml(f, value, strlen(value));
	fputc('"', f);
}

static void output(FILE *f, const char *element, const struct capture *c)
{
	if (c->len == 0)
		return;
	fprintf(f, "      <%s>", element);
	escape_xml(f, c->data, c->len);
	fprintf(f, "</%s>\n", element);
}

static void failure(FILE *f, const struct result *r, const char *reason)
{
	const struct run *run = r->worst;
	char *command = result_command(r, run);

	fputs("      <failure", f);
	attribute(f, "type", result_word(r));
	attribute(f, "message", reason);
	fputc('>', f);
	for (size_t i = 0; run != NULL && i < run->fails.n; i++) {
		escape_xml(f, run->fails.v[i], strlen(run->fails.v[i]));
		fputs("&#10;", f);
	}
	if (run != NULL) {
		fputs("ended: ", f);
		escape_xml(f, run->ended, strlen(run->ended));
		fputs("&#10;", f);
	}
	fputs("repeat with: ", f);
	escape_xml(f, command, strlen(command));
	fputs("</failure>\n", f);
	if (run != NULL) {
		output(f, "system-out", &run->out);
		output(f, "system-err", &run->err);
	}
	free(command);
}

static void testcase(FILE *f, const struct result *r)
{
	char *reason = result_reason(r);
	char *class = text_of("%s.%.2s", r->runtime->label, r->entry->row_id);
	char *name = text_of("%s %s", r->entry->id, r->entry->tc->title);

	fputs("    <testcase", f);
	attribute(f, "classname", class);
	attribute(f, "name", name);
	attribute(f, "file", r->entry->tc->file);
	fprintf(f, " line=\"%d\" time=\"%.3f\">\n", r->entry->tc->line,
		result_seconds(r));
	if (r->kind == OUT_FAILED || r->kind == OUT_UNEXPECTED) {
		failure(f, r, reason);
	} else if (r->kind != OUT_PASSED) {
		fputs("      <skipped", f);
		attribute(f, "message", reason);
		fputs("/>\n", f);
	}
	fputs("    </testcase>\n", f);
	free(reason);
	free(class);
	free(name);
}

static void suite(FILE *f, const struct results *rs, size_t runtime)
{
	struct totals t = results_totals(rs, runtime);
	double seconds = 0;

	for (size_t k = 0; k < rs->nentries; k++)
		seconds += result_seconds(result_at(rs, runtime, k));
	fputs("  <testsuite", f);
	attribute(f, "name", rs->runtimes[runtime].label);
	fprintf(f,
		" tests=\"%zu\" failures=\"%zu\" errors=\"0\""
		" skipped=\"%zu\" time=\"%.3f\">\n",
		rs->nentries, t.failed, t.skipped, seconds);
	if (rs->cut != NULL)
		fputs("    <properties><property name=\"complete\" "
		      "value=\"false\"/></properties>\n",
		      f);
	for (size_t k = 0; k < rs->nentries; k++)
		testcase(f, result_at(rs, runtime, k));
	fputs("  </testsuite>\n", f);
}

void report_junit(FILE *f, const struct results *rs)
{
	struct totals t = results_totals(rs, rs->nruntimes);

	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"conformance\" tests=\"%zu\""
		" failures=\"%zu\" errors=\"0\" skipped=\"%zu\""
		" time=\"%.3f\">\n",
		rs->nruntimes * rs->nentries, t.failed, t.skipped, rs->seconds);
	for (size_t i = 0; i < rs->nruntimes; i++)
		suite(f, rs, i);
	fputs("</testsuites>\n", f);
}
