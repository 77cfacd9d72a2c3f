/*
 * json.h - events as JSON, one a line.
 */
#ifndef GORO_TRACE_JSON_H
#define GORO_TRACE_JSON_H

#include <stdio.h>

#include "read.h"

/* The name of a kind: "go-start" ...; NULL for those that are not shown. */
const char *tr_name(enum trace_kind kind);
void tr_json_text(FILE *f, const char *s);
/* A sink; arg is the FILE. */
void tr_json(const struct tr_event *e, void *f);

#endif
