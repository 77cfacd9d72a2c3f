/* explain.c - see runner.h. */
#include "runner.h"

#include <string.h>

static const char *or_dash(const char *s)
{
	return *s == '\0' ? "-" : s;
}

static void list_case(const struct entry *e)
{
	static const struct row none = {.level = "?", .since = "", .until = ""};
	const struct row *row = e->row == NULL ? &none : e->row;

	printf("%-24s %-14s %-5s %-5s %-3s %s\n", e->id, row->level,
	       or_dash(row->since), or_dash(row->until),
	       row->stochastic ? "yes" : "no", e->tc->title);
}

int list_cases(const struct entry *const *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		list_case(entries[i]);
	return n == 0 ? EXIT_NOTHING : EXIT_OK;
}

static void print_needs(const struct testcase *tc)
{
	if (tc->needs == NULL)
		return;
	fputs("    needs   ", stdout);
	for (const struct need *n = tc->needs; n->name != NULL; n++)
		printf(" %s", n->name);
	putchar('\n');
}

static void print_procs(const struct testcase *tc)
{
	fputs("    procs   ", stdout);
	if ((tc->flags & CASE_DEFAULT_PROCS) != 0)
		fputs(" the runtime's default", stdout);
	else if (tc->procs[0] == 0)
		fputs(" any", stdout);
	for (size_t i = 0; i < sizeof(tc->procs) / sizeof(int); i++)
		if (tc->procs[i] > 0)
			printf(" %d", tc->procs[i]);
	putchar('\n');
}

static void print_texts(const char *name, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (texts[i] != NULL)
			printf("    %-8s \"%s\"\n", name, texts[i]);
}

static void print_outcome(const struct outcome *o)
{
	if (!o->declared)
		return;
	if (o->hangs)
		puts("    ends     never: it hangs");
	else
		printf("    ends     with exit status %d\n", o->status);
	print_texts("first", &o->first, 1);
	print_texts("match", o->match, sizeof(o->match) / sizeof(char *));
	print_texts("lacks", o->lacks, sizeof(o->lacks) / sizeof(char *));
	print_texts("stdout", &o->out, 1);
	if (o->silent)
		puts("    stderr   empty");
	if (o->min_ms > 0)
		printf("    time     at least %d ms\n", o->min_ms);
	if (o->max_ms > 0)
		printf("    time     at most %d ms\n", o->max_ms);
}

static void print_case(const struct entry *e)
{
	printf("  %s: %s\n    source   %s:%d\n", e->id, e->tc->title,
	       e->tc->file, e->tc->line);
	print_procs(e->tc);
	print_needs(e->tc);
	print_texts("env", e->tc->env, sizeof(e->tc->env) / sizeof(char *));
	print_outcome(&e->tc->ends);
}

static bool case_of(const struct entry *e, const struct row *row)
{
	return e->row == row;
}

static void explain_range(const struct row *row)
{
	if (*row->since != '\0')
		printf("  since:     Go %s\n", row->since);
	if (*row->until != '\0')
		printf("  until:     Go %s\n", row->until);
	if (row->stochastic)
		puts("  stochastic: a run may be right or wrong by chance; "
		     "three seeds");
}

static void explain_row(const struct row *row)
{
	printf("%s (%s)\n  %s\n\n  stands in: %s\n  to test:   %s\n", row->id,
	       row->level, row->behaviour, row->source, row->how);
	explain_range(row);
	printf("  certainty: alone it killed %zu planted and %zu drawn "
	       "faults\n",
	       row->planted, row->drawn);
	if (row->cases == 0)
		printf("  no case%s%s\n", row->uncovered == NULL ? "" : ": ",
		       row->uncovered == NULL ? "" : row->uncovered);
	else
		puts("\ncases:");
	for (size_t i = 0; i < registry.nentries; i++)
		if (case_of(&registry.entries[i], row))
			print_case(&registry.entries[i]);
	putchar('\n');
}

static bool names_row(const char *pattern, const struct row *row)
{
	if (pattern_matches(pattern, row->id) ||
	    pattern_matches(pattern, row->area))
		return true;
	for (size_t i = 0; i < registry.nentries; i++)
		if (case_of(&registry.entries[i], row) &&
		    entry_matches(&registry.entries[i], pattern))
			return true;
	return false;
}

int explain_all(const struct strings *patterns)
{
	int status = EXIT_OK;

	for (size_t i = 0; i < patterns->n; i++) {
		size_t found = 0;

		for (size_t k = 0; k < registry.nrows; k++)
			if (names_row(patterns->v[i], &registry.rows[k])) {
				explain_row(&registry.rows[k]);
				found++;
			}
		if (found == 0) {
			complain("no behaviour %s", patterns->v[i]);
			status = EXIT_NOTHING;
		}
	}
	return status;
}
