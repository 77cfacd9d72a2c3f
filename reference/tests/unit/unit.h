/*
 * unit.h - what the tests of goro's insides are written with.
 *
 * A suite is a table of functions that use CUnit's assertions.  A binary lists
 * its suites in unit_suites; main.c runs them.
 */
#ifndef GORO_UNIT_H
#define GORO_UNIT_H

#include <CUnit/CUnit.h>
#include <stdint.h>

#include "sched/types.h"

struct unit_test {
	const char *name;
	void (*run)(void);
};

struct unit_suite {
	const char *name;
	const struct unit_test *tests; /* ends with a NULL name */
};

/* Ends with NULL; unit_name stands before the verdict. */
extern const struct unit_suite *const unit_suites[];
extern const char unit_name[];

/* Shows both values where they differ. */
#define UNIT_EQ(got, want)                                                     \
	unit_eq((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__)

void unit_eq(int64_t got, int64_t want, const char *what, const char *file,
	     int line);

/* The same for texts. */
#define UNIT_STR(got, want) unit_str(got, want, #got, __FILE__, __LINE__)

void unit_str(const char *got, const char *want, const char *what,
	      const char *file, int line);

/* A number below n, the same sequence in each run. */
uint32_t unit_rand(uint32_t n);

#endif
