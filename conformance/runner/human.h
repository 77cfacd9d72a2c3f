/* human.h - the report for a person, on standard output. */
#ifndef ASSAY_HUMAN_H
#define ASSAY_HUMAN_H

#include "result.h"

void human_head(const struct results *rs);
void human_failure(const struct result *r, const struct run *run);
void human_report(const struct results *rs);

/* True if standard output takes colours. */
bool human_colored(void);

/* Prints "NAME: N passed, N failed, N skipped" without a line end. */
void print_totals(FILE *f, const char *name, struct totals t);

#endif
