/*
 * semaphore.c - a weighted semaphore, first in, first out.
 *
 * A waiter has a channel of its own, so that it can wait for its context too.
 * serve() closes the channel under the semaphore's lock, after it has taken the
 * waiter off the queue and counted its weight as taken.
 */
#include <goro_ext.h>
#include <stdlib.h>

#include "sched/outside.h"

struct waiter {
	struct waiter *next, *prev;
	int64_t n;
	goro_chan *ready;
	bool served;
};

/* The lock guards all but size. */
struct goro_semaphore {
	goro_mutex lock;
	int64_t size;
	int64_t taken;
	struct waiter *first, *last;
};

goro_semaphore *goro_semaphore_new(int64_t n)
{
	goro_semaphore *s = n < 0 ? NULL : calloc(1, sizeof(*s));

	if (s)
		s->size = n;
	return s;
}

void goro_semaphore_free(goro_semaphore *s)
{
	free(s);
}

static void push(goro_semaphore *s, struct waiter *w)
{
	w->prev = s->last;
	if (s->last)
		s->last->next = w;
	else
		s->first = w;
	s->last = w;
}

static void remove_waiter(goro_semaphore *s, struct waiter *w)
{
	if (w->prev)
		w->prev->next = w->next;
	else
		s->first = w->next;
	if (w->next)
		w->next->prev = w->prev;
	else
		s->last = w->prev;
}

/* Serves waiters in order.  The first that must wait holds up the rest. */
static void serve(goro_semaphore *s)
{
	struct waiter *w;

	while ((w = s->first) != NULL && w->n <= s->size - s->taken) {
		s->taken += w->n;
		remove_waiter(s, w);
		w->served = true;
		goro_close(w->ready);
	}
}

static bool take(goro_semaphore *s, int64_t n)
{
	if (s->first || n > s->size - s->taken)
		return false;
	s->taken += n;
	return true;
}

/*
 * True if the wait of w is over; then sets *err.  If the context has ended that
 * is its error, even if w was served.
 */
static bool settle(goro_semaphore *s, goro_context *c, struct waiter *w,
		   int *err)
{
	bool over;

	goro_mutex_lock(&s->lock);
	*err = goro_context_err(c);
	over = *err || w->served;
	if (*err) {
		if (w->served)
			s->taken -= w->n;
		else
			remove_waiter(s, w);
		serve(s);
	}
	goro_mutex_unlock(&s->lock);
	return over;
}

/* Waits for n.  Called with the lock held, returns without. */
static int wait(goro_semaphore *s, goro_context *c, int64_t n)
{
	struct waiter w = {.n = n, .ready = goro_chan_make(0, 0, NULL)};
	struct goro_case cases[] = {
		{.c = w.ready, .dir = GORO_RECV},
		{.c = goro_context_done(c), .dir = GORO_RECV},
	};
	int err;

	if (!w.ready) {
		goro_mutex_unlock(&s->lock);
		return GORO_ENOMEM;
	}
	push(s, &w);
	goro_mutex_unlock(&s->lock);
	do
		goro_select(cases, 2, NULL);
	while (!settle(s, c, &w, &err));
	goro_chan_free(w.ready);
	return err;
}

/* Waits for c's end, outside of the queue: n is more than the size. */
static int wait_in_vain(goro_context *c)
{
	int err;

	do
		goro_recv(goro_context_done(c), NULL);
	while (!(err = goro_context_err(c)));
	return err;
}

int goro_semaphore_acquire(goro_semaphore *s, goro_context *c, int64_t n)
{
	AS_GOROUTINE();
	int err;

	if (!s || !c || n < 0)
		return GORO_EINVAL;
	goro_mutex_lock(&s->lock);
	err = goro_context_err(c);
	if (!err && !take(s, n)) {
		if (n <= s->size)
			return wait(s, c, n);
		goro_mutex_unlock(&s->lock);
		return wait_in_vain(c);
	}
	goro_mutex_unlock(&s->lock);
	return err;
}

int goro_semaphore_try_acquire(goro_semaphore *s, int64_t n)
{
	AS_GOROUTINE();
	bool ok;

	if (!s || n < 0)
		return GORO_EINVAL;
	goro_mutex_lock(&s->lock);
	ok = take(s, n);
	goro_mutex_unlock(&s->lock);
	return ok ? GORO_OK : GORO_AGAIN;
}

int goro_semaphore_release(goro_semaphore *s, int64_t n)
{
	AS_GOROUTINE();
	int status = GORO_OK;

	if (!s || n < 0)
		return GORO_EINVAL;
	goro_mutex_lock(&s->lock);
	if (n > s->taken)
		status = GORO_SEM_RELEASED;
	else
		s->taken -= n;
	serve(s);
	goro_mutex_unlock(&s->lock);
	return status;
}
