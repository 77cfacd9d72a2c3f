/*
 * progress.h - what a person sees while cases run: every failure as it happens
 * and, on a terminal, one line that is rewritten.  Silent with --tap.
 */
#ifndef ASSAY_PROGRESS_H
#define ASSAY_PROGRESS_H

#include "result.h"

void progress_repetition(int64_t number, size_t runs);
void progress_started(const struct result *r, const struct run *run);
void progress_ended(const struct result *r, const struct run *run);

/* Erases the line. */
void progress_clear(void);

#endif
