/* util.c - see util.h. */
#define _GNU_SOURCE
#include "util.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escape.h"

/* Writes a message to stderr, escaped: it may quote arbitrary bytes. */
static void complain_list(const char *fmt, va_list ap)
{
	char *text = NULL;

	fflush(stdout);
	fputs("conformance: ", stderr);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	escape_line(stderr, text == NULL ? "out of memory" : text);
	fputc('\n', stderr);
	free(text);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_list(fmt, ap);
	va_end(ap);
}

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_list(fmt, ap);
	va_end(ap);
	exit(EXIT_HARNESS);
}

static void *or_die(void *p)
{
	if (p == NULL)
		die("out of memory");
	return p;
}

void *take_zeroed(size_t n, size_t size)
{
	return or_die(calloc(n == 0 ? 1 : n, size));
}

void *grow(void *p, size_t n, size_t size)
{
	return or_die(reallocarray(p, n == 0 ? 1 : n, size));
}

char *copy_text(const char *s)
{
	return or_die(strdup(s));
}

char *text_of(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
	return s;
}

void strings_add(struct strings *list, const char *s)
{
	list->v = grow(list->v, list->n + 1, sizeof(*list->v));
	list->v[list->n++] = s;
}

bool strings_have(const struct strings *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], s) == 0)
			return true;
	return false;
}

void text_begin(struct text *t)
{
	t->f = or_die(open_memstream(&t->data, &t->len));
}

char *text_end(struct text *t)
{
	fclose(t->f);
	return or_die(t->data);
}

int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}
