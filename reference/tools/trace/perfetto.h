/*
 * perfetto.h - a trace in the JSON that Perfetto and Chrome read.
 *
 * Process 1 has a track for each P with what runs on it, process 2 one for
 * each goroutine with its states, regions and logs.  Tasks are tracks of their
 * own.  Arrows lead from who made a goroutine ready to where it went on.
 */
#ifndef GORO_TRACE_PERFETTO_H
#define GORO_TRACE_PERFETTO_H

#include "read.h"

void tr_perfetto_begin(void);
void tr_perfetto(const struct tr_event *e, void *f);
void tr_perfetto_end(void);

#endif
