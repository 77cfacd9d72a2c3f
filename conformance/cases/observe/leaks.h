/*
 * leaks.h - what the cases of the leak search have in common.
 *
 * What a case drops it has only ever had in a goroutine that is gone, or in a
 * global variable: a runtime that looks for pointers in C cannot tell an old
 * value on main's stack from one in use.  Not with sanitizers: they keep memory
 * in their own way, and pointers in it.
 */
#ifndef ASSAY_LEAKS_H
#define ASSAY_LEAKS_H

#include <stdlib.h>
#include <string.h>

#include "kit/sync_kit.h"

#define NEEDS_LEAKS(...)                                                       \
	.flags = CASE_NOT_SANITIZED,                                           \
	NEEDS(NEED(inspect, leaks),                                            \
	      NEED(inspect, num_waiting) __VA_OPT__(, ) __VA_ARGS__)

#define NEED_MU NEED(sync, mutex_lock)

enum { ROOM = 1 << 20 };

static char text[ROOM];

/* Returns how often part is in all. */
static inline int64_t occurrences(const char *all, const char *part)
{
	int64_t n = 0;

	for (; (all = strstr(all, part)) != NULL; all++)
		n++;
	return n;
}

/* Returns how many goroutines are reported, each of them as leaked. */
static inline int64_t reported_in(char *buf, size_t size)
{
	size_t n = rt->inspect->leaks(buf, size);
	int64_t marked;

	REQUIRE_CMP(n, <, size);
	buf[n] = '\0';
	marked = occurrences(buf, " (leaked)");
	CHECK_EQ(occurrences(buf, "goroutine "),
		 marked + occurrences(buf, " in goroutine "));
	return marked;
}

static inline int64_t reported(void)
{
	return reported_in(text, sizeof(text));
}

/* Returns n bytes of zeros from the heap. */
static inline void *room_for(size_t n)
{
	void *p = calloc(1, n);

	REQUIRE(p != NULL);
	return p;
}

static inline void recv_it(void *c)
{
	recv(c, NULL);
}

/* Waits for the first of two channels, and closes the second. */
static inline void forwards(void *arg)
{
	assay_chan *const *c = arg;

	recv(c[0], NULL);
	close_chan(c[1]);
}

#endif
