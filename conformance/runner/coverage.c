/* coverage.c - see runner.h. */
#include "runner.h"

#include <fnmatch.h>
#include <string.h>

#include "registry.h"

/*
 * The rows that may have neither a case nor a written reason: traces, race and
 * leak reports.
 */
static const char *const may_be_open[] = {"OB-01[4-9]", "OB-02*", "OB-03*"};

struct tally {
	size_t rows, covered, excused, cases;
	size_t bounded, stochastic, certain;
};

static bool is_core(const struct row *row)
{
	return strcmp(row->level, "core") == 0;
}

static void add(struct tally *t, const struct row *row)
{
	t->rows++;
	t->covered += row->cases > 0;
	t->excused += row->cases == 0 && row->uncovered != NULL;
	t->cases += row->cases;
	t->bounded += row->since_release != 0 || row->until_release != 0;
	t->stochastic += row->stochastic;
	t->certain += row->planted + row->drawn > 0;
}

static struct tally tally(const char *area, bool core)
{
	struct tally t = {0};

	for (size_t i = 0; i < registry.nrows; i++) {
		const struct row *row = &registry.rows[i];

		if (is_core(row) == core &&
		    (area == NULL || strcmp(row->area, area) == 0))
			add(&t, row);
	}
	return t;
}

static void print_tally(struct tally t)
{
	printf(" %5zu %7zu %7zu %5zu", t.rows, t.covered, t.excused, t.cases);
}

static void print_line(const char *name, const char *area)
{
	struct tally core = tally(area, true), rest = tally(area, false);

	printf("%-5s", name);
	print_tally(core);
	fputs("  |", stdout);
	print_tally(rest);
	printf("  | %7zu %10zu %7zu\n", core.bounded + rest.bounded,
	       core.stochastic + rest.stochastic, core.certain + rest.certain);
}

static void print_table(void)
{
	const char *last = "";

	printf("      core                         |  extended, C-only"
	       "            |  rows of both\n"
	       "area  %5s %7s %7s %5s  | %5s %7s %7s %5s  | %7s %10s %7s\n",
	       "rows", "covered", "excused", "cases", "rows", "covered",
	       "excused", "cases", "bounded", "stochastic", "certain");
	for (size_t i = 0; i < registry.nrows; i++) {
		if (strcmp(registry.rows[i].area, last) == 0)
			continue;
		last = registry.rows[i].area;
		print_line(last, last);
	}
	print_line("all", NULL);
}

/* Prints the rows whose cases alone have not killed any fault yet. */
static void print_uncertain(void)
{
	size_t n = 0;

	for (size_t i = 0; i < registry.nrows; i++) {
		const struct row *row = &registry.rows[i];

		if (row->cases == 0 || row->planted + row->drawn > 0)
			continue;
		if (n == 0)
			puts("\nnot certain, no fault was killed by their "
			     "cases alone:");
		printf("%s%s", n % 10 == 0 ? (n == 0 ? "" : "\n") : " ",
		       row->id);
		n++;
	}
	if (n > 0)
		putchar('\n');
}

int coverage_print(void)
{
	print_table();
	print_uncertain();
	return EXIT_OK;
}

static bool must_be_covered(const struct row *row)
{
	for (size_t i = 0; i < sizeof(may_be_open) / sizeof(char *); i++)
		if (fnmatch(may_be_open[i], row->id, 0) == 0)
			return false;
	return true;
}

static size_t check_rows(void)
{
	size_t wrong = 0;

	for (size_t i = 0; i < registry.nrows; i++) {
		const struct row *row = &registry.rows[i];

		if (row->cases > 0 && row->uncovered != NULL) {
			complain("%s has a case, yet conformance/uncovered.tsv "
				 "says why it has none",
				 row->id);
			wrong++;
		}
		if (row->cases > 0 || row->uncovered != NULL ||
		    !must_be_covered(row))
			continue;
		complain("%s has neither a case nor a reason in "
			 "conformance/uncovered.tsv",
			 row->id);
		wrong++;
	}
	return wrong;
}

static bool outcome_without_ends(const struct testcase *tc)
{
	const struct outcome *o = &tc->ends;

	return !o->declared && (o->status != 0 || o->first != NULL || o->hangs);
}

static const char *fault_of(const struct entry *e, const struct entry *before)
{
	if (e->row == NULL)
		return "names no behaviour";
	if (before != NULL && strcmp(before->id, e->id) == 0)
		return "has the id of another case";
	if (e->tc->title == NULL || *e->tc->title == '\0')
		return "has no title";
	if (outcome_without_ends(e->tc))
		return "declares an end without ENDS";
	if (case_spare_need(e->tc) != NULL)
		return "names a need that every case has (case_base in "
		       "runner/caselist.c)";
	if (strspn(e->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			  "0123456789-_/") != strlen(e->id))
		return "has an odd character in its id";
	return NULL;
}

static size_t check_cases(void)
{
	size_t wrong = 0;

	for (size_t i = 0; i < registry.nentries; i++) {
		const struct entry *e = &registry.entries[i];
		const char *fault = fault_of(e, i == 0 ? NULL : e - 1);

		if (fault == NULL)
			continue;
		complain("%s:%d: case %s %s", e->tc->file, e->tc->line, e->id,
			 fault);
		wrong++;
	}
	return wrong;
}

int coverage_check(void)
{
	size_t wrong = registry.problems.n;

	print_table();
	for (size_t i = 0; i < registry.problems.n; i++)
		complain("%s", registry.problems.v[i]);
	wrong += check_rows() + check_cases();
	printf("%zu behaviours, %zu cases, %zu problem%s\n", registry.nrows,
	       registry.nentries, wrong, wrong == 1 ? "" : "s");
	return wrong == 0 ? EXIT_OK : EXIT_SOME_FAILED;
}
