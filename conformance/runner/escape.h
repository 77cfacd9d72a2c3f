/*
 * escape.h - makes captured bytes, which may be anything, fit for a report.
 * Control characters and bytes that are not UTF-8 become \xNN.
 */
#ifndef ASSAY_ESCAPE_H
#define ASSAY_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes lines for a terminal or a log, with prefix before each. */
void escape_lines(FILE *f, const char *prefix, const char *s, size_t n);

/* Writes the text as one line: line ends are escaped too. */
void escape_line(FILE *f, const char *s);

/* True if escape_line() would change nothing. */
bool escape_is_plain(const char *s);

/* Writes what stands between $' and ' in a shell that knows $'...'. */
void escape_shell(FILE *f, const char *s);

/* Returns what escape_line() would write; the caller owns it. */
char *escape_text(const char *s);

/* Returns how many bytes of s, in whole characters, fit into width bytes. */
int escape_cut(const char *s, int width);

/* Writes a JSON (and so YAML) string with its quotes. */
void escape_json(FILE *f, const char *s, size_t n);

/* Writes XML text or an attribute value. */
void escape_xml(FILE *f, const char *s, size_t n);

/* Writes the text after "ok 1 - " in TAP. */
void escape_tap(FILE *f, const char *s);

#endif
