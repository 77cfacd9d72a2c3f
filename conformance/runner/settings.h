/*
 * settings.h - what depends on how the suite was built and is run.  With a
 * sanitizer or valgrind everything is slower, so cases do less.
 */
#ifndef ASSAY_SETTINGS_H
#define ASSAY_SETTINGS_H

#include <stdbool.h>

struct settings {
	bool sanitized;     /* built with a sanitizer, or under valgrind */
	double time_scale;  /* multiplies every upper bound of time */
	const char *env[4]; /* for every child; ends with NULL */
};

extern struct settings settings;

/*
 * Fills settings from the build, the options, ASSAY_TIME_SCALE and
 * ASSAY_TEST_SCALE.
 */
void settings_init(void);

#endif
