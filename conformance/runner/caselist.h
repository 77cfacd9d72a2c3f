/*
 * caselist.h - the cases that are linked in, from the section assay_cases, and
 * the programs of GoKer, from assay_goker.  They are in no particular order.
 */
#ifndef ASSAY_CASELIST_H
#define ASSAY_CASELIST_H

#include <stddef.h>

#include "../cases/kit/case.h"
#include "../goker/goker.h"

#define CASE_ID_MAX 96

size_t case_count(void);
const struct testcase *case_at(size_t i);

/* Write "CH-011" and "CH-011/variant", cut to CASE_ID_MAX. */
void case_row(const struct testcase *tc, char out[CASE_ID_MAX]);
void case_id(const struct testcase *tc, char out[CASE_ID_MAX]);

/*
 * The functions that every case may use without naming them; ends with a NULL
 * name.  Where the runtime lacks one, its call skips the case (child_watch.c).
 */
extern const struct need case_base[];

/* True if the runtime has the function. */
bool tables_have(const struct tables *tables, const struct need *n);

/* Returns the first need of tc that case_base has already, or NULL. */
const char *case_spare_need(const struct testcase *tc);

/* Returns the case, or the program's case, with that id, or NULL. */
const struct testcase *case_find(const char *id);

/* The programs; only a child asks for them. */
size_t goker_count(void);
const struct goker *goker_at(size_t i);
bool is_goker(const struct testcase *tc);

#endif
