/*
 * diff.c - see runner.h.  What has changed between the reports of two runs, by
 * case and by row.
 *
 * A case, or a litmus program, is known by its runtime's label and its id.  If
 * each report has one runtime, the two are compared whatever they are called.
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "earlier.h"
#include "escape.h"
#include "options.h"

enum change { SAME, WORSE, BETTER, OTHER, NEW, GONE, CHANGES };

static const char *const headings[CHANGES] = {"alike",     "worse", "better",
					      "otherwise", "new",   "gone"};

struct side {
	json_t *results; /* the array */
	json_t *cases;   /* results by key() */
	json_t *rows;    /* the worst rank of a row, by key() */
	size_t runtimes;
};

/* The cases of one change, as text, and how many they are. */
struct section {
	struct text text;
	size_t n;
};

static bool alone; /* each report has one runtime */

/* Ranks a verdict: passed, not judged or known, failed. */
static int rank(const char *verdict)
{
	if (strcmp(verdict, "pass") == 0)
		return 0;
	return earlier_failed(verdict) ? 2 : 1;
}

static char *key(const json_t *result, const char *of)
{
	return text_of("%s%s%s", earlier_text(result, of), alone ? "" : " on ",
		       alone ? "" : earlier_text(result, "runtime"));
}

static void take_row(struct side *s, const json_t *result)
{
	bool has_row = json_object_get(result, "row") != NULL;
	char *k = key(result, has_row ? "row" : "id");
	int own = rank(earlier_text(result, "verdict"));
	json_t *worst = json_object_get(s->rows, k);

	if (worst == NULL || json_integer_value(worst) < own)
		json_object_set_new(s->rows, k, json_integer(own));
	free(k);
}

static struct side read_side(const char *path)
{
	json_t *run = earlier_read(path);

	return (struct side){
		.results = json_object_get(run, "results"),
		.cases = json_object(),
		.rows = json_object(),
		.runtimes = json_array_size(json_object_get(run, "runtimes"))};
}

static void index_side(struct side *s, const char *path)
{
	for (size_t i = 0; i < json_array_size(s->results); i++) {
		json_t *r = json_array_get(s->results, i);
		char *k = key(r, "id");

		if (json_object_get(s->cases, k) != NULL)
			die("%s: the case %s stands there twice", path, k);
		json_object_set(s->cases, k, r);
		take_row(s, r);
		free(k);
	}
}

static enum change change_of(const json_t *a, const json_t *b)
{
	const char *was = earlier_text(a, "verdict");
	const char *is = earlier_text(b, "verdict");

	if (a == NULL || b == NULL)
		return a == NULL ? NEW : GONE;
	if (strcmp(was, is) == 0)
		return SAME;
	return rank(is) > rank(was)   ? WORSE
	       : rank(is) < rank(was) ? BETTER
				      : OTHER;
}

/* Adds a line for a case; a or b is NULL if that report lacks it. */
static void tell(struct section *s, const char *name, const json_t *a,
		 const json_t *b)
{
	FILE *f = s->text.f;
	const char *why = earlier_text(b, "reason");

	s->n++;
	fputs("  ", f);
	escape_line(f, name);
	fputs(": ", f);
	escape_line(f, earlier_text(a == NULL ? b : a, "verdict"));
	if (a != NULL && b != NULL) {
		fputs(" -> ", f);
		escape_line(f, earlier_text(b, "verdict"));
	}
	if (*why != '\0') {
		fputs(", ", f);
		escape_line(f, why);
	}
	fputc('\n', f);
}

/* Tells of each case of `from`, or only of those that `other` lacks. */
static void compare(struct section *sections, const struct side *from,
		    const struct side *other, bool only_new)
{
	for (size_t i = 0; i < json_array_size(from->results); i++) {
		const json_t *own = json_array_get(from->results, i);
		char *k = key(own, "id");
		const json_t *its = json_object_get(other->cases, k);

		if (!only_new)
			tell(&sections[change_of(own, its)], k, own, its);
		else if (its == NULL)
			tell(&sections[NEW], k, NULL, own);
		free(k);
	}
}

/* Prints the rows that are in both reports and have become worse or better. */
static size_t print_rows(const struct side *a, const struct side *b, bool worse)
{
	size_t n = 0;

	for (void *at = json_object_iter(a->rows); at != NULL;
	     at = json_object_iter_next(a->rows, at)) {
		const char *name = json_object_iter_key(at);
		const json_t *was = json_object_iter_value(at);
		const json_t *is = json_object_get(b->rows, name);
		json_int_t by = is == NULL ? 0
					   : json_integer_value(is) -
						     json_integer_value(was);

		if (worse ? by <= 0 : by >= 0)
			continue;
		fputs(n++ > 0 ? ", "
		      : worse ? "rows that are worse: "
			      : "rows that are better: ",
		      stdout);
		escape_line(stdout, name);
	}
	if (n > 0)
		putchar('\n');
	return n;
}

static void print_sections(struct section *sections)
{
	for (enum change c = SAME; c < CHANGES; c++) {
		char *text = text_end(&sections[c].text);

		if (c != SAME && sections[c].n > 0)
			printf("%s (%zu):\n%s", headings[c], sections[c].n,
			       text);
		free(text);
	}
}

int diff_reports(const char *first, const char *second)
{
	struct side a = read_side(first), b = read_side(second);
	struct section s[CHANGES] = {0};
	size_t rows;

	alone = a.runtimes == 1 && b.runtimes == 1;
	index_side(&a, first);
	index_side(&b, second);
	for (enum change c = SAME; c < CHANGES; c++)
		text_begin(&s[c].text);
	compare(s, &a, &b, false);
	compare(s, &b, &a, true);
	print_sections(s);
	rows = print_rows(&a, &b, true);
	rows += print_rows(&a, &b, false);
	printf("diff: %zu worse, %zu better, %zu otherwise, %zu new, %zu gone, "
	       "%zu alike; %zu row%s\n",
	       s[WORSE].n, s[BETTER].n, s[OTHER].n, s[NEW].n, s[GONE].n,
	       s[SAME].n, rows, rows == 1 ? "" : "s");
	return s[WORSE].n + s[BETTER].n + s[OTHER].n + s[NEW].n + s[GONE].n == 0
		       ? EXIT_OK
		       : EXIT_SOME_FAILED;
}
