/*
 * caselist.h - the cases that are linked in, as the section assay_cases has
 * them: a list without order.
 */
#ifndef ASSAY_CASELIST_H
#define ASSAY_CASELIST_H

#include <stddef.h>

#include "../cases/kit/case.h"

#define CASE_ID_MAX 96

size_t case_count(void);
const struct testcase *case_at(size_t i);

/* "CH-011" and "CH-011/variant"; cut to CASE_ID_MAX. */
void case_row(const struct testcase *tc, char out[CASE_ID_MAX]);
void case_id(const struct testcase *tc, char out[CASE_ID_MAX]);

/*
 * What every case may use without saying so; ends with a NULL name.  The kit
 * is made of it, and a runtime without it has little that could be judged.
 */
extern const struct need case_base[];

/* The first need of tc that is in case_base anyway, or NULL. */
const char *case_spare_need(const struct testcase *tc);

/* NULL: no such id. */
const struct testcase *case_find(const char *id);

#endif
