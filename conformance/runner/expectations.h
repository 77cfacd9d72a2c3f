/*
 * expectations.h - what is known to fail on a runtime, a line each:
 *
 *	ID-GLOB  fail|flaky|skip  # reason
 *
 * fail: must fail, else the file is out of date and the run is red.  flaky:
 * may fail.  skip: is not run.  The first line that matches counts.
 */
#ifndef ASSAY_EXPECTATIONS_H
#define ASSAY_EXPECTATIONS_H

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
};

/* Dies with one line: cannot be read, malformed, or a line for no case. */
void expectations_read(struct expectations *out, const char *path);

/* NULL: it is expected to pass. */
const struct expectation *expectation_of(const struct expectations *list,
					 const struct entry *e);

#endif
