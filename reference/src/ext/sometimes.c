/*
 * sometimes.c - a function that only some of its calls run.
 */
#include <goro_ext.h>
#include <stdlib.h>

#include "sched/call.h"
#include "sched/outside.h"

/* The lock guards count and last, and is held while fn runs. */
struct goro_sometimes {
	goro_mutex lock;
	int64_t first, every, interval;
	int64_t count; /* calls that have returned */
	int64_t last;  /* when fn last did */
};

struct action {
	goro_sometimes *s;
	goro_fn fn;
	void *arg;
};

goro_sometimes *goro_sometimes_new(int64_t first, int64_t every,
				   int64_t interval)
{
	goro_sometimes *s = NULL;

	if (first >= 0 && every >= 0 && interval >= 0)
		s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->first = first;
	s->every = every;
	s->interval = interval;
	return s;
}

void goro_sometimes_free(goro_sometimes *s)
{
	free(s);
}

static bool is_time(const goro_sometimes *s)
{
	return s->count == 0 || s->count < s->first ||
	       (s->every > 0 && s->count % s->every == 0) ||
	       (s->interval > 0 && goro_now() - s->last >= s->interval);
}

static void unlock(void *lock)
{
	goro_mutex_unlock(lock);
}

/* Runs fn, and counts the call if fn returns. */
static void act(void *arg)
{
	const struct action *a = arg;
	goro_sometimes *s = a->s;

	goro__call(a->fn, a->arg, NULL, NULL);
	s->last = goro_now();
	s->count++;
}

void goro_sometimes_do(goro_sometimes *s, goro_fn fn, void *arg)
{
	AS_GOROUTINE();
	struct action a = {.s = s, .fn = fn, .arg = arg};

	goro_mutex_lock(&s->lock);
	if (!is_time(s)) {
		s->count++;
		goro_mutex_unlock(&s->lock);
	} else {
		goro__call(act, &a, unlock, &s->lock);
	}
}
