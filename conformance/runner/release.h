/* release.h - versions of Go, "1.25", as numbers that can be compared. */
#ifndef ASSAY_RELEASE_H
#define ASSAY_RELEASE_H

#include <stdbool.h>

/*
 * Reads "1.25", or "" as 0.  A part after a second dot, as in "1.25.3", is
 * left out where tail is true.  False: it is none of these.
 */
bool release_read(const char *text, bool tail, int *out);

#endif
