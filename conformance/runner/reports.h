/* reports.h - reports for machines, made from the same results. */
#ifndef ASSAY_REPORTS_H
#define ASSAY_REPORTS_H

#include "result.h"

void report_tap(FILE *f, const struct results *rs);
void report_junit(FILE *f, const struct results *rs);
void report_json(FILE *f, const struct results *rs);

/*
 * Writes the same for --last, with the failures in rs->before that were not run
 * again: they are still to be.
 */
void report_last(FILE *f, const struct results *rs);

/* Writes a file of known failures for the one runtime. */
void report_expectations(FILE *f, const struct results *rs);

#endif
