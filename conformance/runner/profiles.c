/*
 * profiles.c - see profiles.h.  The build makes one table of all lists, in the
 * order of the versions: version, name and row, with tabs between them.
 */
#include "profiles.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

extern const char profiles_tsv[];

struct line {
	const char *version, *name, *row;
	size_t version_len, name_len, row_len;
};

/* Takes the next line and moves *text past it.  False at the end. */
static bool next_line(const char **text, struct line *l)
{
	if (**text == '\0')
		return false;
	l->version = *text;
	l->version_len = strcspn(l->version, "\t\n");
	l->name = l->version + l->version_len + 1;
	l->name_len = strcspn(l->name, "\t\n");
	l->row = l->name + l->name_len + 1;
	l->row_len = strcspn(l->row, "\t\n");
	*text = l->row + l->row_len + 1;
	return true;
}

static bool same(const char *a, size_t n, const char *b, size_t m)
{
	return n == m && strncmp(a, b, n) == 0;
}

/* True if the line is of the profile; a name may lack the version. */
static bool is_of(const struct line *l, const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash == NULL)
		return same(l->name, l->name_len, name, strlen(name));
	return same(l->version, l->version_len, name, (size_t)(slash - name)) &&
	       same(l->name, l->name_len, slash + 1, strlen(slash + 1));
}

/* Finds the last line of the profile, which is one of its newest version. */
static bool newest(const char *name, struct line *out)
{
	struct line l;
	bool found = false;

	for (const char *text = profiles_tsv; next_line(&text, &l);) {
		if (!is_of(&l, name))
			continue;
		*out = l;
		found = true;
	}
	return found;
}

/* Returns the profiles there are, as "1.0/core 1.0/time". */
static char *all_names(void)
{
	struct text t;
	struct line l, last = {0};

	text_begin(&t);
	for (const char *text = profiles_tsv; next_line(&text, &l); last = l)
		if (!same(l.name, l.name_len, last.name, last.name_len) ||
		    !same(l.version, l.version_len, last.version,
			  last.version_len))
			fprintf(t.f, " %.*s/%.*s", (int)l.version_len,
				l.version, (int)l.name_len, l.name);
	return text_end(&t);
}

void profile_need(const char *name)
{
	struct line l;
	char *all;

	if (newest(name, &l))
		return;
	all = all_names();
	die("there is no profile '%s'; there %s%s", name,
	    *all == '\0' ? "is none" : "are", all);
}

bool profile_has(const char *name, const char *row_id)
{
	struct line l, last;

	if (!newest(name, &last))
		return false;
	for (const char *text = profiles_tsv; next_line(&text, &l);)
		if (is_of(&l, name) &&
		    same(l.version, l.version_len, last.version,
			 last.version_len) &&
		    same(l.row, l.row_len, row_id, strlen(row_id)))
			return true;
	return false;
}
