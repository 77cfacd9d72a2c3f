/*
 * select.c - select: locks all channels, performs one case or waits on all.
 *
 * Locks are taken in the order of addresses, each once, so that two selects
 * over the same channels cannot deadlock.  The ready cases are counted and one
 * is drawn with one random number, so each has the same chance.
 *
 * If no case is ready, the goroutine queues a sudog on every channel and parks.
 * The first waker wins it by the CAS of g->select_done (see waitq_claim()); the
 * others skip its sudogs.  Once awake the goroutine takes its other sudogs off,
 * channel by channel.  It does not touch the channel that woke it: that may be
 * freed already (goro_chan_free).
 */
#include "wait/chan.h"
#include "sched/bubble.h"
#include "sched/explore.h"
#include "sched/rand.h"
#include "sched/goroutine.h"
#include "sched/panic.h"
#include "sched/preempt.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "wait/deadline.h"
#include "wait/sleep.h"

/* On the way of every select. */
#define ALWAYS inline __attribute__((always_inline))

enum { SMALL = 8, SORT_BY_INSERTION = 32 };

struct select {
	const struct goro_case *cases;
	size_t n;
	uint32_t *order;     /* cases with a channel, by its address */
	uint32_t *ready;     /* cases that can be performed now */
	struct sudog *sudog; /* one for each case, for a wait */
	size_t nlock;        /* entries of order */
};

static goro_chan *chan_at(const struct select *s, size_t i)
{
	return s->cases[s->order[i]].c;
}

static bool before(const struct select *s, uint32_t a, uint32_t b)
{
	return (uintptr_t)s->cases[a].c < (uintptr_t)s->cases[b].c;
}

static void insertion_sort(struct select *s)
{
	for (size_t i = 1; i < s->nlock; i++) {
		uint32_t x = s->order[i];
		size_t j = i;

		for (; j > 0 && before(s, x, s->order[j - 1]); j--)
			s->order[j] = s->order[j - 1];
		s->order[j] = x;
	}
}

static void sift(struct select *s, size_t i, size_t n)
{
	uint32_t x = s->order[i];

	for (size_t c; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && before(s, s->order[c], s->order[c + 1]))
			c++;
		if (!before(s, x, s->order[c]))
			break;
		s->order[i] = s->order[c];
	}
	s->order[i] = x;
}

static void heap_sort(struct select *s)
{
	for (size_t i = s->nlock / 2; i-- > 0;)
		sift(s, i, s->nlock);
	for (size_t n = s->nlock; n-- > 1;) {
		uint32_t last = s->order[n];

		s->order[n] = s->order[0];
		s->order[0] = last;
		sift(s, 0, n);
	}
}

static void sort(struct select *s)
{
	if (s->nlock <= SORT_BY_INSERTION)
		insertion_sort(s);
	else
		heap_sort(s);
}

static void make_order(struct select *s)
{
	s->nlock = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->cases[i].c)
			s->order[s->nlock++] = (uint32_t)i;
	if (mp())
		sort(s);
}

static void lock_all(const struct select *s)
{
	goro_chan *last = NULL;

	if (!mp())
		return;
	for (size_t i = 0; i < s->nlock; i++) {
		goro_chan *c = chan_at(s, i);

		if (c != last)
			lock(&c->lock);
		last = c;
	}
}

/*
 * Unlocks in the reverse order.  After the last unlock another M may run the
 * goroutine to the end of its select.  s is in its frame, so it is not read
 * any more.
 */
static void unlock_all(const struct select *s)
{
	size_t i = s->nlock;

	if (!mp())
		return;
	while (i-- > 0) {
		goro_chan *c = chan_at(s, i);

		if (i > 0 && c == chan_at(s, i - 1))
			continue; /* unlocked at its first place */
		unlock(&c->lock);
	}
}

/* Bitwise or: readiness is unpredictable, so avoid branches. */
static bool any(bool a, bool b, bool c)
{
	return (unsigned)a | (unsigned)b | (unsigned)c;
}

static ALWAYS bool can_send(goro_chan *c)
{
	return any(load_relaxed(&c->qcount) < c->dataqsiz,
		   c->recvq.first != NULL,
		   (load_relaxed(&c->state) & CHAN_ENDED) != 0);
}

static ALWAYS bool can_recv(goro_chan *c)
{
	if (unlikely(c->timer != NULL))
		c->timer->poll(c);
	return any(load_relaxed(&c->qcount) > 0, c->sendq.first != NULL,
		   (load_relaxed(&c->state) & CHAN_ENDED) != 0);
}

static ALWAYS bool ready_case(const struct goro_case *k)
{
	if (!k->c)
		return false;
	return k->dir == GORO_SEND ? can_send(k->c) : can_recv(k->c);
}

static int perform(const struct goro_case *k)
{
	return k->dir == GORO_SEND ? goro__chan_send_now(k->c, k->send)
				   : goro__chan_recv_now(k->c, k->recv);
}

static ALWAYS uint32_t find_ready(const struct select *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		s->ready[n] = i;
		n += ready_case(&s->cases[i]);
	}
	return n;
}

/*
 * Draws one of the n ready cases.  If every case is ready then ready[i] == i:
 * skip the dependent load.
 */
static uint32_t draw(const struct select *s, uint32_t n)
{
	struct m *m = goro__m();

	if (likely(n == s->n))
		return goro__rand_below(m, (uint32_t)s->n);
	return s->ready[goro__rand_below(m, n)];
}

/*
 * Performs a ready case, each with the same chance.  The waiter that made a
 * case ready may be in a select, and lost to another waker.  Then its sudog has
 * been taken off the queue, and the draw is made again.
 */
static int try_cases(const struct select *s, size_t *chosen)
{
	for (;;) {
		uint32_t n = find_ready(s);
		uint32_t i;
		int status;

		if (n == 0)
			return GORO_AGAIN;
		i = draw(s, n);
		status = perform(&s->cases[i]);
		if (status != GORO_AGAIN) {
			*chosen = i;
			return status;
		}
	}
}

static struct waitq *queue_of(const struct goro_case *k)
{
	return k->dir == GORO_SEND ? &k->c->sendq : &k->c->recvq;
}

static void queue_one(const struct goro_case *k, struct sudog *d, struct g *g,
		      uint32_t index)
{
	*d = (struct sudog){.g = g,
			    .size = k->c->elemsize,
			    .index = index,
			    .contended = true};
	if (k->dir == GORO_SEND) {
		san_read(k->send, d->size);
		memcpy(&d->elem, &k->send, sizeof(d->elem));
	} else {
		d->elem = k->recv;
		d->timer = k->c->timer != NULL;
		if (unlikely(d->timer))
			k->c->timer->block(k->c);
	}
	waitq_push(queue_of(k), d);
}

/*
 * Queues the cases in a random order.  If several wait in one queue, the first
 * is woken, so each must have the same chance to be the first.
 */
static void queue_all(const struct select *s, struct g *g)
{
	uint32_t *drawn = s->ready; /* free: no case is ready */
	struct m *m = goro__m();

	drawn[0] = 0;
	for (uint32_t i = 1; i < s->n; i++) {
		uint32_t j = goro__rand_below(m, i + 1);

		drawn[i] = drawn[j];
		drawn[j] = i;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct goro_case *k = &s->cases[drawn[i]];

		if (k->c)
			queue_one(k, &s->sudog[drawn[i]], g, drawn[i]);
	}
}

/*
 * Takes the sudogs off all channels but that of w, through which the goroutine
 * was woken.  w is NULL if the deadline has passed.
 */
static void leave_all(const struct select *s, const struct sudog *w)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct goro_case *k = &s->cases[i];
		struct sudog *d = &s->sudog[i];

		if (!k->c)
			continue;
		if (d != w)
			goro__chan_leave(k->c, queue_of(k), d);
		else if (unlikely(d->timer))
			goro__chan_unblock(k->c);
	}
}

static void after_unlock_all(struct m *m, struct g *prev, void *s)
{
	(void)m, (void)prev;
	unlock_all(s);
}

/* Returns the status of the case that w waited for; its channel may be gone. */
static int result_of(const struct select *s, const struct sudog *w,
		     size_t *chosen)
{
	const struct goro_case *k = &s->cases[w->index];

	*chosen = w->index;
	if (k->dir == GORO_RECV && k->recv)
		san_write(k->recv, w->size);
	if (w->success)
		return GORO_OK;
	return k->dir == GORO_SEND ? GORO_SEND_CLOSED : GORO_CLOSED;
}

/* True if others of the caller's bubble alone can wake it. */
static COLD bool all_own(const struct select *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->cases[i].c && !s->cases[i].c->bubble)
			return false;
	return true;
}

static void park_in(struct select *s)
{
	after_fn fn = NULL;

	if (mp()) {
		fn = after_unlock_all;
		if (bubbled() && all_own(s))
			goro__bubble_waits(my_bubble_id());
	}
	goro__park_after(fn, s, WAIT_SELECT);
}

/* Parks with all locks held, and returns without them. */
static int wait_all(struct select *s, int64_t deadline, size_t *chosen)
{
	struct g *g = goro__self();
	struct deadline d;
	struct sudog *w;

	store_relaxed(&g->select_done, 0u);
	queue_all(s, g);
	if (deadline != GORO_FOREVER)
		/* unlock_all() releases the lock of chan_at(0) last. */
		goro__deadline_start(&d, g, &chan_at(s, 0)->lock, deadline);
	park_in(s);
	if (deadline != GORO_FOREVER)
		goro__deadline_stop(&d);
	w = g->wake;
	leave_all(s, w);
	return w ? result_of(s, w, chosen) : GORO_TIMEOUT;
}

/* Waits, with the locks held, since no case is ready. */
static int wait_or_block(struct select *s, int64_t deadline, size_t *chosen)
{
	if (!mp())
		make_order(s);
	if (s->nlock > 0)
		return wait_all(s, deadline, chosen);
	if (bubbled())
		goro__bubble_waits(my_bubble_id());
	return goro__block_until(deadline,
				 s->n ? WAIT_SELECT : WAIT_SELECT_NO_CASES);
}

/*
 * What is seldom asked before a draw: whether a channel is another bubble's, and
 * how a run that is explored decides the draw, if there is one.
 */
static COLD void before_draw(const struct select *s)
{
	uint32_t n;

	for (size_t i = 0; i < s->n; i++)
		if (s->cases[i].c)
			goro__bubble_check(s->cases[i].c->bubble,
					   "select on synctest channel from "
					   "outside bubble");
	n = explored() ? find_ready(s) : 0;
	if (n > 1)
		goro__explore_draw(n);
}

static int run_select(struct select *s, int64_t deadline, size_t *chosen)
{
	int status;

	/* With one P there is nothing to lock, and only a wait needs order. */
	if (unlikely(mp())) {
		make_order(s);
		lock_all(s);
		if (mp() & (MP_EXPLORED | MP_BUBBLED))
			before_draw(s);
	}
	status = try_cases(s, chosen);
	if (status == GORO_AGAIN && deadline != GORO_POLL)
		return wait_or_block(s, deadline, chosen);
	unlock_all(s);
	return status;
}

/* Allocates the arrays for many cases: a goroutine's stack may be too small. */
static int run_large(struct select *s, int64_t deadline, size_t *chosen)
{
	int status;

	s->order = sys_malloc(s->n * sizeof(*s->order));
	s->ready = sys_malloc(s->n * sizeof(*s->ready));
	s->sudog = sys_malloc(s->n * sizeof(*s->sudog));
	status = s->order && s->ready && s->sudog
			 ? run_select(s, deadline, chosen)
			 : GORO_ENOMEM;
	sys_free(s->order);
	sys_free(s->ready);
	sys_free(s->sudog);
	return status;
}

static int run_small(struct select *s, int64_t deadline, size_t *chosen)
{
	uint32_t order[SMALL], ready[SMALL];
	struct sudog sudog[SMALL];

	s->order = order;
	s->ready = ready;
	s->sudog = sudog;
	return run_select(s, deadline, chosen);
}

static bool valid(const struct goro_case *k)
{
	if (k->dir == GORO_RECV)
		return true;
	return k->dir == GORO_SEND && (k->send || !k->c || !k->c->elemsize);
}

/* Performs the only case as a plain send or receive. */
static int run_single(const struct goro_case *k, int64_t deadline,
		      size_t *chosen)
{
	int status = k->dir == GORO_SEND
			     ? goro_chan_send(k->c, k->send, deadline)
			     : goro_chan_recv(k->c, k->recv, deadline);

	if (status != GORO_AGAIN && status != GORO_TIMEOUT)
		*chosen = 0;
	return status;
}

static inline int select_until(const struct goro_case *cases, size_t n,
			       int64_t deadline, size_t *chosen)
{
	struct select s = {.cases = cases, .n = n};
	int status;

	if (unlikely((n > 0 && !cases) || !chosen || n > UINT32_MAX))
		return GORO_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (unlikely(!valid(&cases[i])))
			return GORO_EINVAL;
	if (n == 1)
		return run_single(cases, deadline, chosen);
	status = n <= SMALL ? run_small(&s, deadline, chosen)
			    : run_large(&s, deadline, chosen);
	return unlikely(status == GORO_AGAIN) ? goro__not_ready() : status;
}

int goro_select_until(const struct goro_case *cases, size_t n, int64_t deadline,
		      size_t *chosen)
{
	if (goro__outside()) {
		goro__touches_cases(cases, n);
		FROM_OUTSIDE_GIVES(
			goro_select_until(cases, n, deadline, chosen));
	}
	return select_until(cases, n, deadline, chosen);
}

static size_t finish(int status, size_t chosen, bool *ok)
{
	if (unlikely(status < 0))
		goro__panic_status(status);
	if (ok)
		*ok = status == GORO_OK;
	return status == GORO_AGAIN ? SIZE_MAX : chosen;
}

size_t goro_select(const struct goro_case *cases, size_t n, bool *ok)
{
	size_t chosen = SIZE_MAX;
	int status;

	if (goro__outside()) {
		goro__touches_cases(cases, n);
		FROM_OUTSIDE_GIVES(goro_select(cases, n, ok));
	}
	status = select_until(cases, n, GORO_FOREVER, &chosen);
	return finish(status, chosen, ok);
}

size_t goro_select_default(const struct goro_case *cases, size_t n, bool *ok)
{
	size_t chosen = SIZE_MAX;
	int status;

	if (goro__outside()) {
		goro__touches_cases(cases, n);
		FROM_OUTSIDE_GIVES(goro_select_default(cases, n, ok));
	}
	status = select_until(cases, n, GORO_POLL, &chosen);
	return finish(status, chosen, ok);
}
