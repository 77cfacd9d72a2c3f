/* registry.c - see registry.h. */
#define _GNU_SOURCE
#include "registry.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6 };

extern const char behaviours_tsv[], uncovered_tsv[];

struct registry registry;

static void problem(const char *file, int line, const char *what)
{
	strings_add(&registry.problems,
		    text_of("conformance/%s:%d: %s", file, line, what));
}

/* Splits a line at its tabs in place; the number of columns. */
static size_t split(char *line, const char **columns, size_t most)
{
	size_t n = 0;

	for (char *c; (c = strsep(&line, "\t")) != NULL; n++)
		if (n < most)
			columns[n] = c;
	return n;
}

static void take_row(char *line, int number)
{
	const char *c[COLUMNS];
	struct row row = {0};

	if (split(line, c, COLUMNS) != COLUMNS) {
		problem("behaviours.tsv", number, "not 6 columns");
		return;
	}
	if (strcmp(c[0], "id") == 0)
		return;
	row = (struct row){.id = c[0],
			   .area = c[1],
			   .level = c[2],
			   .source = c[3],
			   .behaviour = c[4],
			   .how = c[5]};
	if (row_find(row.id) != NULL)
		problem("behaviours.tsv", number, "the id stands there twice");
	registry.rows = grow(registry.rows, registry.nrows + 1, sizeof(row));
	registry.rows[registry.nrows++] = row;
}

static void take_uncovered(char *line, int number)
{
	const char *c[2];
	struct row *row;

	if (*line == '#')
		return;
	if (split(line, c, 2) != 2 || *c[1] == '\0') {
		problem("uncovered.tsv", number, "not an id, a tab, a reason");
		return;
	}
	row = row_find(c[0]);
	if (row == NULL)
		problem("uncovered.tsv", number, "no such behaviour");
	else if (row->uncovered != NULL)
		problem("uncovered.tsv", number, "the id stands there twice");
	else
		row->uncovered = c[1];
}

static void each_line(const char *data, void (*take)(char *, int))
{
	char *rest = copy_text(data);
	int number = 0;

	strings_add(&registry.texts, rest);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		number++;
		if (*line != '\0')
			take(line, number);
	}
}

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static void load_entries(void)
{
	registry.nentries = case_count();
	registry.entries =
		take_zeroed(registry.nentries, sizeof(*registry.entries));
	for (size_t i = 0; i < registry.nentries; i++) {
		struct entry *e = &registry.entries[i];
		struct row *row;

		e->tc = case_at(i);
		case_row(e->tc, e->row_id);
		case_id(e->tc, e->id);
		e->row = row = row_find(e->row_id);
		if (row != NULL)
			row->cases++;
	}
	qsort(registry.entries, registry.nentries, sizeof(struct entry), by_id);
}

void registry_load(void)
{
	each_line(behaviours_tsv, take_row);
	each_line(uncovered_tsv, take_uncovered);
	load_entries();
}

struct row *row_find(const char *id)
{
	for (size_t i = 0; i < registry.nrows; i++)
		if (strcmp(registry.rows[i].id, id) == 0)
			return &registry.rows[i];
	return NULL;
}

const char *entry_area(const struct entry *e, char out[3])
{
	snprintf(out, 3, "%.2s", e->row_id);
	return out;
}

bool pattern_matches(const char *pattern, const char *text)
{
	char *own = copy_text(pattern);
	bool matches;

	if (isalpha((unsigned char)own[0]) && isalpha((unsigned char)own[1]) &&
	    own[2] == '_')
		own[2] = '-';
	matches = fnmatch(own, text, FNM_CASEFOLD) == 0;
	free(own);
	return matches;
}

bool entry_matches(const struct entry *e, const char *pattern)
{
	char area[3];

	return pattern_matches(pattern, e->id) ||
	       pattern_matches(pattern, e->row_id) ||
	       pattern_matches(pattern, entry_area(e, area));
}
