/*
 * bucket.c - events spaced evenly.
 *
 * `next` is when the next event is due.  For a late caller it is in the past,
 * by at most `slack`, and callers do not wait until it has caught up.
 */
#include <goro_ext.h>
#include <stdlib.h>

#include "sched/outside.h"

struct goro_bucket {
	int64_t interval;
	int64_t slack; /* in ns */
	goro_mutex lock;
	int64_t next; /* with the lock */
};

goro_bucket *goro_bucket_new(int64_t rate, int64_t per, int64_t slack)
{
	goro_bucket *b = NULL;

	if (rate > 0 && per > 0 && slack >= 0)
		b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->interval = per / rate;
	if (__builtin_mul_overflow(b->interval, slack, &b->slack))
		b->slack = INT64_MAX;
	b->next = INT64_MIN;
	return b;
}

void goro_bucket_free(goro_bucket *b)
{
	free(b);
}

/* Returns when an event at `at` is due.  The first event has no slack. */
static int64_t earliest(const goro_bucket *b, int64_t at)
{
	int64_t saved;

	if (b->next == INT64_MIN)
		return at;
	if (__builtin_sub_overflow(at, b->slack, &saved))
		saved = INT64_MIN;
	return b->next > saved ? b->next : saved;
}

int64_t goro_bucket_next(goro_bucket *b, int64_t at)
{
	AS_GOROUTINE();
	int64_t due;

	goro_mutex_lock(&b->lock);
	due = earliest(b, at);
	if (__builtin_add_overflow(due, b->interval, &b->next))
		b->next = INT64_MAX;
	goro_mutex_unlock(&b->lock);
	return due > at ? due : at;
}

int64_t goro_bucket_take(goro_bucket *b)
{
	AS_GOROUTINE();
	int64_t now = goro_now();
	int64_t at = goro_bucket_next(b, now);

	goro_sleep(at - now);
	return at;
}
