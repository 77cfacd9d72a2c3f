/* matrix.c - see runner.h. */
#include "runner.h"

#include <string.h>

#include "escape.h"
#include "options.h"

static bool same_area(const struct entry *a, const struct entry *b)
{
	char area[CASE_ID_MAX], other[CASE_ID_MAX];

	return strcmp(entry_area(a, area), entry_area(b, other)) == 0;
}

static struct totals area_totals(const struct results *rs, size_t runtime,
				 size_t first, size_t *end)
{
	struct totals t = {0};
	size_t k = first;

	for (;
	     k < rs->nentries && same_area(rs->entries[k], rs->entries[first]);
	     k++) {
		switch (result_at(rs, runtime, k)->kind) {
		case OUT_PASSED:
			t.passed++;
			break;
		case OUT_FAILED:
		case OUT_UNEXPECTED:
			t.failed++;
			break;
		case OUT_KNOWN:
		case OUT_SKIPPED:
			t.skipped++;
			break;
		}
	}
	*end = k;
	return t;
}

static void print_heads(const struct results *rs)
{
	for (size_t i = 0; i < rs->nruntimes && rs->nruntimes > 1; i++)
		printf("%s%-27.*s", i == 0 ? "      " : "",
		       escape_cut(rs->runtimes[i].label, 27),
		       rs->runtimes[i].label);
	if (rs->nruntimes > 1)
		putchar('\n');
	fputs("area", stdout);
	for (size_t i = 0; i < rs->nruntimes; i++)
		printf(" %8s %8s %8s", "passed", "failed", "skipped");
	putchar('\n');
}

void matrix_areas(const struct results *rs)
{
	size_t end = 0;
	char area[CASE_ID_MAX];

	print_heads(rs);
	for (size_t k = 0; k < rs->nentries; k = end) {
		printf("%-4s", entry_area(rs->entries[k], area));
		for (size_t i = 0; i < rs->nruntimes; i++) {
			struct totals t = area_totals(rs, i, k, &end);

			printf(" %8zu %8zu %8zu", t.passed, t.failed,
			       t.skipped);
		}
		putchar('\n');
	}
	putchar('\n');
}

/* A runtime that lacks what a case needs has no verdict to differ in. */
static bool differs(const struct results *rs, size_t entry)
{
	const char *first = NULL;

	for (size_t i = 0; i < rs->nruntimes; i++) {
		const struct result *r = result_at(rs, i, entry);

		if (r->kind == OUT_SKIPPED)
			continue;
		if (first != NULL && strcmp(result_word(r), first) != 0)
			return true;
		first = result_word(r);
	}
	return false;
}

/* Counts the cases that some runtime skips and another does not. */
static size_t not_on_all(const struct results *rs)
{
	size_t n = 0;

	for (size_t k = 0; k < rs->nentries; k++) {
		size_t skipped = 0;

		for (size_t i = 0; i < rs->nruntimes; i++)
			skipped += result_at(rs, i, k)->kind == OUT_SKIPPED;
		n += skipped > 0 && skipped < rs->nruntimes ? 1 : 0;
	}
	return n;
}

static void print_row(const struct results *rs, size_t entry)
{
	printf("%-28.28s", rs->entries[entry]->id);
	for (size_t i = 0; i < rs->nruntimes; i++)
		printf(" %-15.15s", result_word(result_at(rs, i, entry)));
	printf(" %s\n", rs->entries[entry]->tc->title);
}

void matrix_differences(const struct results *rs)
{
	size_t alike = 0;

	printf("%-28s", "where they differ");
	for (size_t i = 0; i < rs->nruntimes; i++)
		printf(" %-15.*s", escape_cut(rs->runtimes[i].label, 15),
		       rs->runtimes[i].label);
	putchar('\n');
	for (size_t k = 0; k < rs->nentries; k++) {
		if (differs(rs, k))
			print_row(rs, k);
		else
			alike++;
	}
	printf("%zu of %zu cases alike where they are judged; some skip %zu\n",
	       alike, rs->nentries, not_on_all(rs));
	if (options.verbose)
		for (size_t k = 0; k < rs->nentries; k++)
			if (!differs(rs, k))
				print_row(rs, k);
	putchar('\n');
}
