/* runtime.h - a runtime under test, as the runner sees it from outside. */
#ifndef ASSAY_RUNTIME_H
#define ASSAY_RUNTIME_H

#include "expectations.h"
#include "registry.h"
#include "util.h"

struct runtime {
	const char *arg; /* as --runtime named it */
	char *label;     /* for reports; unique among the runtimes */
	char *path;
	bool host; /* an executable of its own, not a shared object */
	char *expectations_path; /* NULL: none */
	struct expectations expectations;

	/* from --assay-describe */
	char *name, *version, *model;
	char *kit; /* what abi/kit does for it, "chan sync"; NULL: nothing */
	char *go_version; /* "1.26"; NULL: it does not say */
	int release; /* the same as a number; the newest if it does not say */
	unsigned abi;
	unsigned ext; /* version of the second table, 0: it has none */
	uint32_t traits;
	uint64_t max_goroutines;
	uint64_t stack_bytes; /* ASSAY_STACK_BYTES if it does not say */
	struct strings has;   /* "chan->send" */
	struct strings twins; /* ids of cases a host answers by itself */
};

/*
 * Finds and probes every --runtime.  Dies with one line if one cannot be used.
 */
void runtimes_open(struct runtime **out, size_t *n);

/*
 * Returns the arguments that start a child of the runtime, ended by NULL, with
 * room for `more` others.  Sets *used to their number.  The caller owns them.
 */
char **runtime_argv(const struct runtime *r, size_t more, size_t *used);

/* Returns the traits that a case asks for. */
uint32_t traits_asked(const struct testcase *tc);

/* Returns the bytes of stack that a case asks for. */
size_t stack_asked(const struct testcase *tc);

/* Returns why the runtime cannot run the case, or NULL.  The caller owns it. */
char *runtime_lacks(const struct runtime *r, const struct entry *e);

#endif
