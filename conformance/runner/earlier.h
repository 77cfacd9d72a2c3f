/* earlier.h - the JSON that an earlier run has written, also one of litmus. */
#ifndef ASSAY_EARLIER_H
#define ASSAY_EARLIER_H

#include <jansson.h>

#include "util.h"

/*
 * Reads the file.  Dies with one line if it cannot be read or is no report of
 * a run: if a member is of the wrong kind, or a verdict no verdict.  So it has
 * runtimes, with a label and a name, and options; its results have an id and a
 * verdict, those of cases a row and a runtime, which is one of those.
 */
json_t *earlier_read(const char *path);

/* Dies if what was read from the path is no report of a run. */
void earlier_check(const char *path, const json_t *run);

/* True if the results are of cases, not of litmus programs. */
bool earlier_of_cases(const json_t *run);

/* Returns a member that is a string; "" if it is not there. */
const char *earlier_text(const json_t *object, const char *name);

/* True if a result's word says that the case has failed. */
bool earlier_failed(const char *verdict);

/* A case that has failed on a runtime. */
struct failure {
	const char *id;
	const char *label, *path; /* of the runtime */
};

struct failures {
	struct failure *v;
	size_t n;
};

/*
 * Reads the failures that a report tells of: those of its run, and those that
 * it keeps of an earlier one (report_last()).  Dies as earlier_read() does.
 */
struct failures earlier_failures(const char *path);

/* True if the case has failed on some runtime. */
bool failures_have(const struct failures *list, const char *id);

#endif
