/* release.h - versions of Go, "1.25", as numbers that can be compared. */
#ifndef ASSAY_RELEASE_H
#define ASSAY_RELEASE_H

#include <stdbool.h>

/*
 * Reads a version such as "1.25"; "" gives 0.  If tail is true, a second dot
 * and what follows are ignored, as in "1.25.3".  False if text is no version.
 */
bool release_read(const char *text, bool tail, int *out);

#endif
