/* matrix.h - the tables of the report for a person. */
#ifndef ASSAY_MATRIX_H
#define ASSAY_MATRIX_H

#include "result.h"

/* Passed, failed, skipped for each area, and of each runtime. */
void matrix_areas(const struct results *rs);

/* Several runtimes: the cases on which they differ, then how many agree. */
void matrix_differences(const struct results *rs);

#endif
