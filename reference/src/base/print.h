/*
 * print.h - text for people, without stdio: usable in a signal handler and
 * with any lock held.
 */
#ifndef GORO_PRINT_H
#define GORO_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Collects text in buf (n bytes, may be 0), or writes it, to stderr: at once
 * (NULL), or through buf, whenever that is full and by goro__out_flush().
 */
struct out {
	char *buf;
	size_t n;
	size_t len; /* of all the text, written or not */
	bool through;
	size_t used; /* of buf, if text goes through it */
	int fd;      /* 0: stderr */
};

void goro__out_str(struct out *o, const char *s);
void goro__out_flush(struct out *o);
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
