/*
 * table.h - tables that cases note.  A note "| a | b |" is a row, the first
 * one the head; the case itself makes the columns even.
 */
#ifndef ASSAY_TABLE_H
#define ASSAY_TABLE_H

#include "result.h"

bool table_is_row(const char *note);

/* The tables of all cases that noted one, of each runtime. */
void tables_print(const struct results *rs);

#endif
