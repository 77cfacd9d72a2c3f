/* util.h - memory that does not fail, complaints, text, time. */
#ifndef ASSAY_UTIL_H
#define ASSAY_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum exit_status {
	EXIT_OK = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_HARNESS = 2, /* wrong usage or input, or the runner itself */
	EXIT_NOTHING = 3, /* no case matched */
	EXIT_INTERRUPTED = 130
};

/* "conformance: " and the text, one line, on stderr. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* These die without memory. */
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

/* A stream into memory.  text_end closes it and returns the text, to free. */
struct text {
	FILE *f;
	char *data;
	size_t len;
};

void text_begin(struct text *t);
char *text_end(struct text *t);

/* The kernel's monotonic clock. */
int64_t now_ns(void);

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

#endif
