/*
 * settings.h - what follows from how the suite was built and is run: with a
 * sanitizer or valgrind everything is slower, and cases do less.
 */
#ifndef ASSAY_SETTINGS_H
#define ASSAY_SETTINGS_H

#include <stdbool.h>

struct settings {
	bool sanitized;     /* built with a sanitizer, or under valgrind */
	double time_scale;  /* of every upper bound of time */
	const char *env[4]; /* of every child; ends with NULL */
};

extern struct settings settings;

/* From the build, the options and ASSAY_TIME_SCALE, ASSAY_TEST_SCALE. */
void settings_init(void);

#endif
