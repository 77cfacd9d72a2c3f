/*
 * expectations.h - the known failures of a runtime, one a line:
 *
 *	ID-GLOB  fail|flaky|skip  # reason
 *
 * fail: the case must fail; a pass fails the run, as the file is out of date.
 * flaky: the case may fail.  skip: the case is not run.  The first line that
 * matches a case counts.
 */
#ifndef ASSAY_EXPECTATIONS_H
#define ASSAY_EXPECTATIONS_H

#include <stdint.h>

#include "registry.h"

enum expected { EXPECT_PASS, EXPECT_FAIL, EXPECT_FLAKY, EXPECT_SKIP };

struct expectation {
	char *pattern;
	enum expected what;
	char *reason;
};

struct expectations {
	struct expectation *v;
	size_t n;
	struct strings lines; /* of the file, as they stand there */
	uint64_t digest;      /* of the file as it was read; see digest.h */
};

/*
 * Reads a file, once: it may be a pipe.  Dies with one line if the file cannot
 * be read or is malformed, or if a pattern matches no case.
 */
void expectations_read(struct expectations *out, const char *path);

/* Returns the first line that matches e; NULL if e is expected to pass. */
const struct expectation *expectation_of(const struct expectations *list,
					 const struct entry *e);

#endif
