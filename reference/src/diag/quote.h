/*
 * quote.h - text of the program in a dump: on one line, whatever it has.
 */
#ifndef GORO_QUOTE_H
#define GORO_QUOTE_H

#include "base/print.h"

/* A byte of the text becomes as many at most. */
enum { QUOTED_MOST = 6 };

/* Between double quotes; what is not printable in ASCII as Go escapes it. */
void goro__out_quoted(struct out *o, const char *s);
/* As a string of JSON. */
void goro__out_json(struct out *o, const char *s);

#endif
