/*
 * print.c - text for people, without stdio.
 */
#include "base/print.h"

#include <errno.h>
#include <unistd.h>

#include "arch.h"
#include "base/text.h"

static void put(const struct out *o, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t done = write(o->fd ? o->fd : STDERR_FILENO, s, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		s += done;
		n -= (size_t)done;
	}
}

/* Not strlen(): a sanitizer's may report, in the middle of a line. */
static size_t length(const char *s)
{
	size_t n = 0;

	while (((const volatile char *)s)[n])
		n++;
	return n;
}

void goro__out_flush(struct out *o)
{
	put(o, o->buf, o->used);
	o->used = 0;
}

static void pass(struct out *o, const char *s, size_t n)
{
	if (n > o->n - o->used)
		goro__out_flush(o);
	if (n > o->n) {
		put(o, s, n);
		return;
	}
	arch_copy(o->buf + o->used, s, n);
	o->used += n;
}

void goro__out_str(struct out *o, const char *s)
{
	size_t n = length(s);

	if (!o->buf) {
		put(o, s, n);
	} else if (o->through) {
		pass(o, s, n);
	} else if (o->len < o->n) {
		size_t room = o->n - o->len - 1;

		arch_copy(o->buf + o->len, s, n < room ? n : room);
		o->buf[o->len + (n < room ? n : room)] = '\0';
	}
	o->len += n;
}

static void out_number(struct out *o, uint64_t v, unsigned base)
{
	char text[24];
	char *p = text + sizeof(text);

	*--p = '\0';
	do
		*--p = "0123456789abcdef"[v % base];
	while ((v /= base) > 0);
	goro__out_str(o, p);
}

void goro__out_int(struct out *o, int64_t v)
{
	if (v < 0)
		goro__out_str(o, "-");
	out_number(o, v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

void goro__out_hex(struct out *o, uint64_t v)
{
	goro__out_str(o, "0x");
	out_number(o, v, 16);
}
