/* reports.h - reports for machines, made from the same results. */
#ifndef ASSAY_REPORTS_H
#define ASSAY_REPORTS_H

#include "result.h"

void report_tap(FILE *f, const struct results *rs);
void report_junit(FILE *f, const struct results *rs);
void report_json(FILE *f, const struct results *rs);

#endif
