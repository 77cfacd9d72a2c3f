/* runtime.h - a runtime under test, as the runner sees it from outside. */
#ifndef ASSAY_RUNTIME_H
#define ASSAY_RUNTIME_H

#include "expectations.h"
#include "registry.h"
#include "util.h"

struct runtime {
	const char *arg; /* as --runtime named it */
	char *label;     /* for reports; made unique when several compare */
	char *path;
	bool host; /* an executable of its own, not a shared object */
	char *expectations_path; /* NULL: none */
	struct expectations expectations;

	/* from --assay-describe */
	char *name, *version, *model;
	char *go_version; /* "1.26"; NULL: it does not say */
	int release;      /* the same, or the newest; release.h */
	unsigned abi;
	unsigned ext; /* version of the second table, 0: it has none */
	uint32_t traits;
	uint64_t max_goroutines;
	struct strings has;   /* "chan->send" */
	struct strings twins; /* ids of cases a host answers by itself */
};

/* Finds and probes all of --runtime; dies with one line if one is no good. */
void runtimes_open(struct runtime **out, size_t *n);

/*
 * The arguments that start a child of it, with room for more: ends with NULL,
 * the caller owns it.  *used is how many there are.
 */
char **runtime_argv(const struct runtime *r, size_t more, size_t *used);

/* Why the runtime cannot run the case; NULL: it can.  The caller owns it. */
char *runtime_lacks(const struct runtime *r, const struct entry *e);

#endif
