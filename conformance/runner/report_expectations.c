/*
 * report_expectations.c - the file of known failures with which this run would
 * have had nothing unexpected.
 *
 * The lines of the file in use stay as they are, unless a case passed that a
 * line says must fail: then the line becomes one for each other case of it.
 * Below them stand the cases that failed; one of which a run passed is flaky.
 */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "options.h"
#include "reports.h"

enum { REASON_MAX = 160 };

static const struct result *result_of(const struct results *rs,
				      const struct entry *e)
{
	for (size_t k = 0; k < rs->nentries; k++)
		if (rs->entries[k] == e)
			return &rs->v[k];
	return NULL;
}

static bool is_bad(const struct result *r)
{
	return r != NULL && (r->kind == OUT_FAILED || r->kind == OUT_KNOWN);
}

/*
 * True if the id of e, as a pattern, also means cases that do not fail: those
 * of its row that have a variant.
 */
static bool means_others(const struct results *rs, const struct entry *e)
{
	for (size_t i = 0; i < registry.nentries; i++) {
		const struct entry *other = &registry.entries[i];

		if (other != e && strcmp(other->row_id, e->id) == 0 &&
		    !is_bad(result_of(rs, other)))
			return true;
	}
	return false;
}

static bool some_run_passed(const struct result *r)
{
	for (size_t i = 0; r != NULL && i < r->nruns; i++)
		if (r->runs[i]->verdict == RUN_PASS)
			return true;
	return r != NULL && r->dropped > 0;
}

static void put_line(FILE *f, const struct results *rs, const struct entry *e,
		     const char *reason)
{
	bool flaky = some_run_passed(result_of(rs, e)) || means_others(rs, e);
	char *line = escape_text(reason);

	if (line[strspn(line, " \t")] == '\0')
		line = copy_text("it failed");
	fprintf(f, "%s %s  # %.*s\n", e->id, flaky ? "flaky" : "fail",
		escape_cut(line, REASON_MAX), line);
	free(line);
}

/*
 * Calls put_line() for the entries, those with a variant first: the first line
 * that matches a case counts.
 */
static void put_lines(FILE *f, const struct results *rs,
		      bool (*wanted)(const struct results *rs,
				     const struct entry *e, const void *arg),
		      const void *arg, const char *reason)
{
	for (int plain = 0; plain <= 1; plain++)
		for (size_t i = 0; i < registry.nentries; i++) {
			const struct entry *e = &registry.entries[i];
			const struct result *r = result_of(rs, e);

			if ((e->tc->variant == NULL) == plain &&
			    wanted(rs, e, arg))
				put_line(f, rs, e,
					 reason != NULL ? reason
							: r->worst->reason);
		}
}

static bool has_failed(const struct results *rs, const struct entry *e,
		       const void *arg)
{
	const struct result *r = result_of(rs, e);

	(void)arg;
	return r != NULL && r->kind == OUT_FAILED;
}

/* True if the line arg, of the file in use, is still right for the case. */
static bool still_holds(const struct results *rs, const struct entry *e,
			const void *arg)
{
	const struct result *r = result_of(rs, e);

	return expectation_of(&rs->runtimes->expectations, e) == arg &&
	       (r == NULL || r->kind != OUT_UNEXPECTED);
}

static bool some_passed(const struct results *rs, const struct expectation *e)
{
	for (size_t k = 0; k < rs->nentries; k++)
		if (rs->v[k].expectation == e &&
		    rs->v[k].kind == OUT_UNEXPECTED)
			return true;
	return false;
}

/* True if the line of a file is not only a comment. */
static bool is_entry(const char *line)
{
	size_t blanks = strspn(line, " \t\r\n\v\f");

	return line[blanks] != '\0' && line[blanks] != '#';
}

static void put_old(FILE *f, const struct results *rs)
{
	const struct expectations *old = &rs->runtimes->expectations;
	size_t n = 0;

	for (size_t i = 0; i < old->lines.n; i++) {
		const char *line = old->lines.v[i];
		const struct expectation *e =
			is_entry(line) ? &old->v[n++] : NULL;

		if (e != NULL && some_passed(rs, e))
			put_lines(f, rs, still_holds, e, e->reason);
		else
			fprintf(f, "%s\n", line);
	}
}

void report_expectations(FILE *f, const struct results *rs)
{
	const struct runtime *r = rs->runtimes;

	put_old(f, rs);
	fprintf(f, "# What has failed on %s %s%s.\n", r->name, r->version,
		rs->cut == NULL ? "" : ", as far as the run went");
	put_lines(f, rs, has_failed, NULL, NULL);
}
