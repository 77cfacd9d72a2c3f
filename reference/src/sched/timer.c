/*
 * timer.c - the heap of timers of each P.
 *
 * It is a 4-ary heap ordered by when; the lock of the heap guards it.  The P's
 * owner runs what is due when it looks for work, an M without work does so for
 * other Ps, and one M sleeps until the first of all.  `next` shows the first
 * due time to threads without the lock.
 *
 * fn is called without the lock, so that it may take others.  t->running counts
 * its calls under way.  fn ends its own with goro__timer_done(), its last touch
 * of t, before it wakes a goroutine that may free t.
 *
 * A sleeping goroutine has no timer: the heap holds its G, and nobody takes it
 * out before it is due.  So neither a move in the heap nor the wake-up touches
 * its stack.
 */
#include <string.h>

#include "sched/bubble.h"
#include "sched/clock.h"
#include "sched/outside.h"
#include "sched/poll.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/hooks.h"
#include "sched/rand.h"
#include "sched/timer.h"
#include "sched/runq.h"
#include "base/text.h"

enum { ARITY = 4, SMALLEST = 256, KEPT = 1024, SPINS = 100 };

/* Bytes in front of a heap, so that four siblings are a cache line. */
#define LEAD (CACHE_LINE - sizeof(struct due))

int64_t goro__when(int64_t now, int64_t ns)
{
	int64_t when;

	if (ns <= 0)
		ns = 0;
	return __builtin_add_overflow(now, ns, &when) ? INT64_MAX - 1 : when;
}

int64_t goro__next_tick(int64_t when, int64_t period, int64_t now)
{
	int64_t turns = 1 + (now - when) / period, next;

	return __builtin_mul_overflow(turns, period, &next) ||
			       __builtin_add_overflow(when, next, &next)
		       ? INT64_MAX
		       : next;
}

/* Returns d's sleeping goroutine (bit 0 of who is set), or NULL. */
static struct g *sleeper_of(struct due d)
{
	return d.who & 1 ? (struct g *)(d.who - 1) : NULL;
}

static struct timer *timer_of(struct due d)
{
	return (struct timer *)d.who;
}

/* Puts d at i.  Entries near the root fire soon and are cold: prefetch. */
static void put(struct timers *h, uint32_t i, struct due d)
{
	goro_check(i == 0 || h->heap[(i - 1) / ARITY].when <= d.when,
		   "a timer stands behind one that is due later");
	h->heap[i] = d;
	if (i <= ARITY)
		arch_prefetch((void *)(d.who & ~(uintptr_t)1));
	if (!sleeper_of(d))
		timer_of(d)->index = i;
}

static uint32_t sift_up(struct timers *h, uint32_t i, struct due d)
{
	while (i > 0) {
		uint32_t up = (i - 1) / ARITY;

		if (h->heap[up].when <= d.when)
			break;
		put(h, i, h->heap[up]);
		i = up;
	}
	put(h, i, d);
	return i;
}

/* Finds the least of four in three compares: a branch would mispredict. */
static uint32_t least_child(const struct timers *h, uint32_t i)
{
	uint32_t first = i * ARITY + 1;
	const struct due *c = &h->heap[first];
	uint32_t least = 0, other = 2;

	if (likely(first + ARITY <= load_relaxed(&h->len))) {
		least += c[1].when < c[0].when;
		other += c[3].when < c[2].when;
		return first + (c[other].when < c[least].when ? other : least);
	}
	for (uint32_t n = 1; first + n < load_relaxed(&h->len); n++)
		if (c[n].when < c[least].when)
			least = n;
	return first + least;
}

/* Fills hole i with d: sinks it to a leaf and sifts d up; d is mostly late. */
static void fill(struct timers *h, uint32_t i, struct due d)
{
	while (i * ARITY + 1 < load_relaxed(&h->len)) {
		uint32_t c = least_child(h, i);

		put(h, i, h->heap[c]);
		i = c;
	}
	sift_up(h, i, d);
}

static void show_next(struct timers *h)
{
	store_release(&h->next,
		      load_relaxed(&h->len) ? h->heap[0].when : INT64_MAX);
}

/*
 * Changes the room of the heap.  Not by malloc: the heap's lock is held, and a
 * stopped goroutine may hold malloc's (base/sys.h).
 */
static bool resize(struct timers *h, uint32_t cap)
{
	char *all = sys_map(LEAD + cap * sizeof(struct due));
	struct due *heap = (struct due *)(void *)(all + LEAD);

	if (!all)
		return false;
	if (load_relaxed(&h->len))
		arch_copy(heap, h->heap, load_relaxed(&h->len) * sizeof(*heap));
	if (h->cap)
		sys_unmap((char *)h->heap - LEAD,
			  LEAD + h->cap * sizeof(*heap));
	h->heap = heap;
	h->cap = cap;
	return true;
}

static void grow(struct timers *h)
{
	if (h == &goro__quiet_p.timers)
		goro__refuse("a timer");
	if (!resize(h, h->cap ? h->cap * 2 : SMALLEST))
		goro__fatal("runtime: out of memory for timers");
}

/* Shrinks a large heap that is nearly empty. */
static void shrink(struct timers *h)
{
	if (h->cap > KEPT && load_relaxed(&h->len) < h->cap / 8)
		(void)resize(h, h->cap / 4);
}

/* Adds d.  True if it is the first of the heap. */
static bool heap_add(struct timers *h, struct due d)
{
	uint32_t n = load_relaxed(&h->len);
	bool first;

	if (n == h->cap)
		grow(h);
	store_relaxed(&h->len, n + 1);
	first = sift_up(h, n, d) == 0;
	show_next(h);
	return first;
}

static void heap_remove(struct timers *h, uint32_t i)
{
	uint32_t last = load_relaxed(&h->len) - 1;

	store_relaxed(&h->len, last);
	if (i != last)
		fill(h, i, h->heap[last]);
	show_next(h);
	shrink(h);
}

/* A key must be positive: polluntil 0 means that no M sleeps. */
static int64_t positive(int64_t when)
{
	return when > 0 ? when : 1;
}

bool goro__timer_put(struct p *p, struct timer *t)
{
	struct timers *h = &p->timers;
	int64_t when = t->when = positive(t->when);
	bool first;

	plock(&h->lock);
	store_relaxed(&t->p, p);
	first = heap_add(h, (struct due){when, (uintptr_t)t});
	punlock(&h->lock);
	return first;
}

/* Adds t to p's heap.  Only for the first of a heap an M is to wake. */
void goro__timer_add_to(struct p *p, struct timer *t)
{
	int64_t when = positive(t->when);

	if (goro__timer_put(p, t))
		goro__deadline(when);
}

void goro__timer_add(struct timer *t)
{
	goro__timer_add_to(goro__m()->p, t);
}

static void after_sleep(struct m *m, struct g *prev, void *arg)
{
	struct timers *h = arg;

	(void)prev;
	punlock(&h->lock);
	/* The sleeper may be gone.  If not, next is due no later than it. */
	goro__deadline_here(m, load_relaxed(&h->next));
}

static void after_sleep_in(struct m *m, struct g *prev, void *bubble)
{
	struct bubble *b = bubble;

	(void)m, (void)prev;
	punlock(&b->p.timers.lock);
	goro__hooks.bubble_due(b);
}

/*
 * Keeps the heap's lock until the stack is free, so that nobody finds the
 * goroutine due and makes it ready while it still runs.
 */
void goro__sleep_until(int64_t when, enum wait_reason why)
{
	struct m *m = goro__m();
	struct bubble *b = my_bubble();
	struct timers *h = b ? &b->p.timers : &m->p->timers;

	plock(&h->lock);
	heap_add(h, (struct due){positive(when), (uintptr_t)m->curg + 1});
	if (unlikely(b != NULL))
		goro__park_after(after_sleep_in, b, why);
	else
		goro__park_after(after_sleep, h, why);
}

/* Locks and returns the heap that t is in; NULL if it is in none. */
static struct timers *lock_heap(struct timer *t)
{
	for (;;) {
		struct p *p = load_acquire(&t->p);

		if (!p)
			return NULL;
		plock(&p->timers.lock);
		if (load_relaxed(&t->p) == p)
			return &p->timers;
		punlock(&p->timers.lock);
	}
}

bool goro__timer_take(struct timer *t)
{
	struct timers *h = lock_heap(t);

	if (!h)
		return false;
	goro_check(h->heap[t->index].who == (uintptr_t)t,
		   "a timer is not where it says");
	heap_remove(h, t->index);
	store_release(&t->p, NULL);
	punlock(&h->lock);
	return true;
}

void goro__timer_wait(struct timer *t)
{
	/*
	 * Pairs with the release in goro__timer_done().  The M that runs fn
	 * may have lost its CPU.
	 */
	for (int i = 0; load_acquire(&t->running); i++)
		if (i < SPINS)
			cpu_relax();
		else
			sys_yield();
}

/* Arms a periodic timer again: it keeps its phase and skips missed periods. */
static void rearm(struct timers *h, struct timer *t, int64_t now)
{
	t->when = goro__next_tick(t->when, t->period, now);
	fill(h, t->index, (struct due){t->when, (uintptr_t)t});
	show_next(h);
}

/* Runs t, which is due, with the lock released meanwhile. */
static void run_one(struct timers *h, struct timer *t, int64_t now)
{
	add_relaxed(&t->running, 1u);
	if (t->period > 0) {
		rearm(h, t, now);
	} else {
		heap_remove(h, t->index);
		store_release(&t->p, NULL);
	}
	punlock(&h->lock);
	/* From here t may be gone: fn calls goro__timer_done(). */
	t->fn(t, now);
	plock(&h->lock);
}

static void wake_one(struct timers *h, uint32_t i, struct g *g)
{
	heap_remove(h, i);
	prefetch_frames(g);
	punlock(&h->lock);
	goro__ready(g);
	plock(&h->lock);
}

/*
 * Draws one of those that are due.  Each step stays, or goes to a child that is
 * due too, with the same chance.
 */
static COLD uint32_t draw_due(const struct timers *h, int64_t now)
{
	uint32_t i = 0;

	for (;;) {
		uint32_t n = goro__rand_below(goro__m(), ARITY + 1);
		uint32_t child = i * ARITY + n;

		if (n == 0 || child >= load_relaxed(&h->len) ||
		    h->heap[child].when > now)
			return i;
		i = child;
	}
}

int64_t goro__timers_run(struct p *p, int64_t now)
{
	struct timers *h = &p->timers;
	int64_t next;

	if (load_relaxed(&h->next) > now)
		return load_relaxed(&h->next);
	plock(&h->lock);
	while (load_relaxed(&h->len) > 0 && h->heap[0].when <= now) {
		uint32_t i = unlikely(h->mixed) ? draw_due(h, now) : 0;
		struct due d = h->heap[i];

		if (sleeper_of(d))
			wake_one(h, i, sleeper_of(d));
		else
			run_one(h, timer_of(d), now);
	}
	next = load_relaxed(&h->next);
	punlock(&h->lock);
	return next;
}

void goro__timers_drop(struct p *p)
{
	struct timers *h = &p->timers;

	plock(&h->lock);
	for (uint32_t i = 0; i < load_relaxed(&h->len); i++)
		if (!sleeper_of(h->heap[i]))
			store_release(&timer_of(h->heap[i])->p, NULL);
	store_relaxed(&h->len, 0u);
	show_next(h);
	punlock(&h->lock);
}

void goro__timers_move(struct timers *to, struct timers *from)
{
	struct p *p =
		(struct p *)(void *)((char *)to - offsetof(struct p, timers));

	while (load_relaxed(&from->len) > 0) {
		struct due d = from->heap[0];

		heap_remove(from, 0);
		if (!sleeper_of(d))
			store_release(&timer_of(d)->p, p);
		heap_add(to, d);
	}
}
