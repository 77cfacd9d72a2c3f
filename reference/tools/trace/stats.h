/*
 * stats.h - what a trace adds up to, as text.
 */
#ifndef GORO_TRACE_STATS_H
#define GORO_TRACE_STATS_H

#include "read.h"

void tr_stats(const struct tr_event *e, void *unused);
void tr_stats_print(void);

#endif
