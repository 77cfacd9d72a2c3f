/*
 * caselist.h - the cases that are linked in, from the section assay_cases.
 * They are in no particular order.
 */
#ifndef ASSAY_CASELIST_H
#define ASSAY_CASELIST_H

#include <stddef.h>

#include "../cases/kit/case.h"

#define CASE_ID_MAX 96

size_t case_count(void);
const struct testcase *case_at(size_t i);

/* Write "CH-011" and "CH-011/variant", cut to CASE_ID_MAX. */
void case_row(const struct testcase *tc, char out[CASE_ID_MAX]);
void case_id(const struct testcase *tc, char out[CASE_ID_MAX]);

/*
 * The functions that every case may use without naming them; ends with a NULL
 * name.  The kit is built on them.  A runtime without them has little to judge.
 */
extern const struct need case_base[];

/* Returns the first need of tc that case_base has already, or NULL. */
const char *case_spare_need(const struct testcase *tc);

/* Returns the case with that id, or NULL. */
const struct testcase *case_find(const char *id);

#endif
