/*
 * table.h - tables that cases write as notes.  A note "| a | b |" is a row, and
 * the first row is the head.  The case itself aligns the columns.
 */
#ifndef ASSAY_TABLE_H
#define ASSAY_TABLE_H

#include "result.h"

bool table_is_row(const char *note);

/* Prints the tables of all cases that noted one, for each runtime. */
void tables_print(const struct results *rs);

#endif
