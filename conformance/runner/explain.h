/* explain.h - --list and --explain: texts about cases, none is run. */
#ifndef ASSAY_EXPLAIN_H
#define ASSAY_EXPLAIN_H

#include "registry.h"

/* Both return the status to exit with. */
int list_cases(const struct entry *const *entries, size_t n);
int explain_all(const struct strings *patterns);

#endif
