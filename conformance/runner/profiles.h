/*
 * profiles.h - the frozen lists of rows that a profile requires, from
 * conformance/mustpass/VERSION/NAME.txt.  They are inside of the runner.
 */
#ifndef ASSAY_PROFILES_H
#define ASSAY_PROFILES_H

#include <stdbool.h>

/*
 * Dies with one line if there is no such profile.  A name is "core", of the
 * newest version that has it, or "1.0/core".
 */
void profile_need(const char *name);

/* True if the row is in the profile. */
bool profile_has(const char *name, const char *row_id);

#endif
