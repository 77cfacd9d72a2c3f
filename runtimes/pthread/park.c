/* park.c - puts goroutines to sleep, counts them and wakes them. */
#include <errno.h>
#include <time.h>

#include "pt.h"

/*
 * Three counts in one word, so that the deadlock check sees them at one moment:
 * goroutines alive, parked, and parked with a deadline.  A waker takes a
 * goroutine off the counts before the goroutine can run.  So a running one is
 * never counted as parked.
 */
#define FIELD 21
#define LIVE UINT64_C(1)
#define PARKED (UINT64_C(1) << FIELD)
#define TIMED (UINT64_C(1) << 2 * FIELD)
#define MASK ((UINT64_C(1) << FIELD) - 1)

static _Atomic uint64_t counts;

struct census pt_census(void)
{
	uint64_t c = atomic_load_explicit(&counts, memory_order_seq_cst);

	return (struct census){
		.live = (int64_t)(c & MASK),
		.parked = (int64_t)(c >> FIELD & MASK),
		.timed = (int64_t)(c >> 2 * FIELD & MASK),
	};
}

static void count(uint64_t delta)
{
	atomic_fetch_add_explicit(&counts, delta, memory_order_seq_cst);
}

void pt_count_start(void)
{
	count(LIVE);
}

void pt_count_end(void)
{
	count(-LIVE);
}

static uint64_t weight(const struct goroutine *g)
{
	return g->timed ? PARKED + TIMED : PARKED;
}

void pt_park_begin(const char *reason, int64_t deadline)
{
	struct goroutine *g = pt_self();

	/* relaxed: the lock of the queue orders it before any claim */
	atomic_store_explicit(&g->claimed, false, memory_order_relaxed);
	pthread_mutex_lock(&g->lock);
	g->reason = reason;
	g->timed = deadline != ASSAY_FOREVER;
	g->woken = false;
	count(weight(g));
	pthread_mutex_unlock(&g->lock);
}

/* Takes g off the counts. g->lock must be held. */
static void leave(struct goroutine *g)
{
	count(-weight(g));
	g->reason = NULL;
}

/* False if the deadline came before a wake. g->lock must be held. */
static bool sleep_until(struct goroutine *g, int64_t deadline)
{
	struct timespec t = pt_timespec(deadline);
	int error = 0;

	while (!g->woken && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&g->wake, &g->lock, &t);
	return g->woken;
}

bool pt_park(int64_t deadline)
{
	struct goroutine *g = pt_self();
	bool woken = true;

	if (deadline == ASSAY_FOREVER)
		pt_check_deadlock();
	pthread_mutex_lock(&g->lock);
	if (deadline != ASSAY_FOREVER && !sleep_until(g, deadline) &&
	    pt_claim(g)) {
		leave(g);
		woken = false;
	}
	while (woken && !g->woken)
		pthread_cond_wait(&g->wake, &g->lock);
	pthread_mutex_unlock(&g->lock);
	if (pt_finished())
		pt_freeze();
	return woken;
}

/* acq_rel: pairs with itself.  Of all that compete for g, one reads false. */
bool pt_claim(struct goroutine *g)
{
	return !atomic_exchange_explicit(&g->claimed, true,
					 memory_order_acq_rel);
}

void pt_wake(struct goroutine *g)
{
	pthread_mutex_lock(&g->lock);
	leave(g);
	g->woken = true;
	pthread_cond_signal(&g->wake);
	pthread_mutex_unlock(&g->lock);
}

/* ---- queues ---- */

void pt_push(struct queue *q, struct waiter *w)
{
	w->queue = q;
	w->next = NULL;
	w->prev = q->last;
	if (q->last)
		q->last->next = w;
	else
		q->first = w;
	q->last = w;
}

void pt_push_front(struct queue *q, struct waiter *w)
{
	w->queue = q;
	w->prev = NULL;
	w->next = q->first;
	if (q->first)
		q->first->prev = w;
	else
		q->last = w;
	q->first = w;
}

void pt_remove(struct waiter *w)
{
	struct queue *q = w->queue;

	if (w->prev)
		w->prev->next = w->next;
	else
		q->first = w->next;
	if (w->next)
		w->next->prev = w->prev;
	else
		q->last = w->prev;
	w->queue = NULL;
	w->next = NULL;
}

struct waiter *pt_pop_all(struct queue *q)
{
	struct waiter *first = q->first;

	for (struct waiter *w = first; w; w = w->next)
		w->queue = NULL;
	*q = (struct queue){NULL, NULL};
	return first;
}

struct waiter *pt_pop(struct queue *q)
{
	struct waiter *w = q->first;

	if (w)
		pt_remove(w);
	return w;
}
