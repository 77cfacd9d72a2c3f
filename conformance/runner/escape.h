/*
 * escape.h - captured bytes, which may be anything, made fit for a report.
 * Bytes that are not UTF-8 and control characters are shown as \xNN.
 */
#ifndef ASSAY_ESCAPE_H
#define ASSAY_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* For a terminal or a log; prefix goes before every line. */
void escape_lines(FILE *f, const char *prefix, const char *s, size_t n);

/* One line of plain text: line ends too are shown escaped. */
void escape_line(FILE *f, const char *s);

/* True if escape_line() would change nothing. */
bool escape_is_plain(const char *s);

/* Between $' and ' in a shell that knows that. */
void escape_shell(FILE *f, const char *s);

/* The line in memory; the caller owns it. */
char *escape_text(const char *s);

/* The first bytes of it, as far as whole characters fit into width. */
int escape_cut(const char *s, int width);

/* A JSON (and so YAML) string with its quotes. */
void escape_json(FILE *f, const char *s, size_t n);

/* XML text or attribute value. */
void escape_xml(FILE *f, const char *s, size_t n);

/* Text after "ok 1 - " in TAP. */
void escape_tap(FILE *f, const char *s);

#endif
