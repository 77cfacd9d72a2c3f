/*
 * print.h - text for people, without stdio: usable in a signal handler and
 * with any lock held.
 */
#ifndef GORO_PRINT_H
#define GORO_PRINT_H

#include <stddef.h>
#include <stdint.h>

/* Collects text in buf (n bytes, may be 0), or writes it to stderr (NULL). */
struct out {
	char *buf;
	size_t n;
	size_t len; /* of all the text, written or not */
};

void goro__out_str(struct out *o, const char *s);
void goro__out_int(struct out *o, int64_t v);
void goro__out_hex(struct out *o, uint64_t v);

static inline void print_str(const char *s)
{
	struct out o = {0};

	goro__out_str(&o, s);
}

static inline void print_int(int64_t v)
{
	struct out o = {0};

	goro__out_int(&o, v);
}

#endif
