/* coverage.h - --coverage and --check: behaviours held against cases. */
#ifndef ASSAY_COVERAGE_H
#define ASSAY_COVERAGE_H

/* Both return the status to exit with. */
int coverage_print(void);
int coverage_check(void);

#endif
