/*
 * registry.h - joins the behaviours (conformance/behaviours.tsv) with the cases
 * that are linked in, and sorts them.
 */
#ifndef ASSAY_REGISTRY_H
#define ASSAY_REGISTRY_H

#include "caselist.h"
#include "util.h"

struct row {
	const char *id;        /* "CH-011" */
	const char *area;      /* "CH" */
	const char *level;     /* "core", "ext:CAP" or "C-only" */
	const char *source;    /* where Go's documents say so */
	const char *behaviour; /* the statement */
	const char *how;       /* how it can be tested */
	/* The first and last Go in which it holds; "": no bound. */
	const char *since, *until;
	int since_release, until_release; /* as in release.h; 0: none */
	bool stochastic;       /* one run may be right or wrong by chance */
	const char *uncovered; /* the reason why no case tests it */
	size_t cases;
	/*
	 * How many faults its cases alone have killed; see conformance/mutants.
	 */
	size_t planted, drawn;
};

struct entry {
	const struct testcase *tc;
	const struct row *row; /* NULL: the case names no row */
	char row_id[CASE_ID_MAX];
	char id[CASE_ID_MAX];
};

struct registry {
	struct row *rows; /* in the file's order */
	size_t nrows;
	struct entry *entries; /* by id */
	size_t nentries;
	int newest;              /* the newest release in a row */
	struct strings texts;    /* the files; rows point into them */
	struct strings problems; /* what is wrong with the files themselves */
};

extern struct registry registry;

void registry_load(void);

struct row *row_find(const char *id);

/* True if the row is only for runtimes whose goroutines run C. */
bool row_is_c_only(const struct row *row);

/*
 * Writes the area of an entry, "CH", to out and returns it: the part of the
 * row's id before the dash.  Works without a row too.
 */
const char *entry_area(const struct entry *e, char out[CASE_ID_MAX]);

/*
 * True if a pattern names an entry.  A pattern is a glob over the id, the row
 * or the area, in letters of either case.  "CH_011" is as good as "CH-011".
 */
bool entry_matches(const struct entry *e, const char *pattern);
bool pattern_matches(const char *pattern, const char *text);

#endif
