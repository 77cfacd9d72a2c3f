/* util.h - allocation that never returns NULL, messages, strings, time. */
#ifndef ASSAY_UTIL_H
#define ASSAY_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum exit_status {
	EXIT_OK = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_HARNESS = 2, /* wrong usage or input, or a fault of the runner */
	EXIT_NOTHING = 3, /* no case matched, or all were skipped */
	EXIT_INTERRUPTED = 130
};

/*
 * Write "conformance: " and the text to stderr, as one line. die() then exits
 * with EXIT_HARNESS.
 */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Allocate or die. */
void *take_zeroed(size_t n, size_t size);
void *grow(void *p, size_t n, size_t size);
char *copy_text(const char *s);
char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A growing list of strings; it owns the array, not the strings. */
struct strings {
	const char **v;
	size_t n;
};

void strings_add(struct strings *list, const char *s);
bool strings_have(const struct strings *list, const char *s);

/*
 * A stream into memory. text_end() closes it and returns the text; the caller
 * frees it.
 */
struct text {
	FILE *f;
	char *data;
	size_t len;
};

void text_begin(struct text *t);
char *text_end(struct text *t);

/* Returns the kernel's monotonic clock in nanoseconds. */
int64_t now_ns(void);

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

#endif
