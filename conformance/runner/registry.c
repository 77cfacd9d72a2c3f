/* registry.c - see registry.h. */
#define _GNU_SOURCE
#include "registry.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "release.h"

enum { COLUMNS = 9 };

extern const char behaviours_tsv[], uncovered_tsv[], kills_tsv[];

struct registry registry;

static void problem(const char *file, int line, const char *what)
{
	strings_add(&registry.problems,
		    text_of("conformance/%s:%d: %s", file, line, what));
}

/* Splits a line at its tabs in place.  Returns the number of columns. */
static size_t split(char *line, const char **columns, size_t most)
{
	size_t n = 0;

	for (char *c; (c = strsep(&line, "\t")) != NULL; n++)
		if (n < most)
			columns[n] = c;
	return n;
}

static bool area_fits(const struct row *row)
{
	size_t n = strlen(row->area);

	return n > 0 && strncmp(row->id, row->area, n) == 0 &&
	       row->id[n] == '-';
}

static bool level_fits(const char *level)
{
	return strcmp(level, "core") == 0 || strcmp(level, "C-only") == 0 ||
	       (strncmp(level, "ext:", 4) == 0 && level[4] != '\0');
}

static bool take_releases(struct row *row)
{
	return release_read(row->since, false, &row->since_release) &&
	       release_read(row->until, false, &row->until_release) &&
	       (row->until_release == 0 ||
		row->since_release <= row->until_release);
}

/* Returns what is wrong with the row, or NULL. */
static const char *fault_of_row(struct row *row, const char *stochastic)
{
	row->stochastic = strcmp(stochastic, "yes") == 0;
	if (row_find(row->id) != NULL)
		return "the id stands there twice";
	if (!area_fits(row))
		return "the area is not what stands before the dash of the id";
	if (!level_fits(row->level))
		return "the level is neither core nor ext:CAP nor C-only";
	if (!take_releases(row))
		return "since and until are not versions of Go in this order";
	if (!row->stochastic && strcmp(stochastic, "no") != 0)
		return "stochastic is neither yes nor no";
	return NULL;
}

static int higher(int a, int b)
{
	return a > b ? a : b;
}

static void take_row(char *line, int number)
{
	const char *c[COLUMNS], *fault;
	struct row row = {0};

	if (split(line, c, COLUMNS) != COLUMNS) {
		problem("behaviours.tsv", number, "not 9 columns");
		return;
	}
	if (strcmp(c[0], "id") == 0)
		return;
	row = (struct row){.id = c[0],
			   .area = c[1],
			   .level = c[2],
			   .source = c[3],
			   .behaviour = c[4],
			   .how = c[5],
			   .since = c[6],
			   .until = c[7]};
	fault = fault_of_row(&row, c[8]);
	if (fault != NULL)
		problem("behaviours.tsv", number, fault);
	registry.newest = higher(registry.newest, row.since_release);
	registry.newest = higher(registry.newest, row.until_release);
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

/*
 * Takes a line of mutants/kills.tsv.  A row that no longer exists is no
 * problem: its line stays until the file is generated anew.
 */
static void take_kills(char *line, int number)
{
	const char *c[3];
	struct row *row;

	if (*line == '#')
		return;
	if (split(line, c, 3) != 3) {
		problem("mutants/kills.tsv", number,
			"not an id, planted and drawn faults");
		return;
	}
	row = row_find(c[0]);
	if (row == NULL)
		return;
	row->planted = strtoul(c[1], NULL, 10);
	row->drawn = strtoul(c[2], NULL, 10);
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
	each_line(kills_tsv, take_kills);
	load_entries();
}

struct row *row_find(const char *id)
{
	for (size_t i = 0; i < registry.nrows; i++)
		if (strcmp(registry.rows[i].id, id) == 0)
			return &registry.rows[i];
	return NULL;
}

bool row_is_c_only(const struct row *row)
{
	return strcmp(row->level, "C-only") == 0;
}

const char *entry_area(const struct entry *e, char out[CASE_ID_MAX])
{
	strcpy(out, e->row_id);
	*strchrnul(out, '-') = '\0';
	return out;
}

/* Returns the underscore in the place of an id's first dash, or NULL. */
static char *dash_of(char *pattern)
{
	char *c = pattern;

	while (isalpha((unsigned char)*c))
		c++;
	return c > pattern && *c == '_' ? c : NULL;
}

bool pattern_matches(const char *pattern, const char *text)
{
	char *own = copy_text(pattern);
	char *dash = dash_of(own);
	bool matches;

	if (dash != NULL)
		*dash = '-';
	matches = fnmatch(own, text, FNM_CASEFOLD) == 0;
	free(own);
	return matches;
}

bool entry_matches(const struct entry *e, const char *pattern)
{
	char area[CASE_ID_MAX];

	return pattern_matches(pattern, e->id) ||
	       pattern_matches(pattern, e->row_id) ||
	       pattern_matches(pattern, entry_area(e, area));
}
