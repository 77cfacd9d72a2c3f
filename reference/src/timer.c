/*
 * timer.c - the heap of timers of each P.
 *
 * A 4-ary heap ordered by when, guarded by the lock of the heap; the P's owner
 * runs what is due when it looks for work, an M without work does so for other
 * Ps, and one M sleeps until the first of all.  `next` shows the first due
 * time to those who have no lock.
 *
 * fn is called without the lock, so that it may take others.  t->running says
 * that it is being called; fn itself ends that with goro__timer_done(), its
 * last touch of t, before it wakes whoever may free t.
 */
#include <string.h>

#include "clock.h"
#include "proc.h"

enum { ARITY = 4, SMALLEST = 256, KEPT = 1024, SPINS = 100 };

int64_t goro__when(int64_t ns)
{
	int64_t when;

	if (ns <= 0)
		ns = 0;
	return __builtin_add_overflow(goro__now(), ns, &when) ? INT64_MAX - 1
							      : when;
}

int64_t goro__next_tick(int64_t when, int64_t period, int64_t now)
{
	int64_t turns = 1 + (now - when) / period, next;

	return __builtin_mul_overflow(turns, period, &next) ||
			       __builtin_add_overflow(when, next, &next)
		       ? INT64_MAX
		       : next;
}

static void put(struct timers *h, uint32_t i, struct due d)
{
	h->heap[i] = d;
	d.t->index = i;
}

static void sift_up(struct timers *h, uint32_t i, struct due d)
{
	while (i > 0) {
		uint32_t up = (i - 1) / ARITY;

		if (h->heap[up].when <= d.when)
			break;
		put(h, i, h->heap[up]);
		i = up;
	}
	put(h, i, d);
}

static uint32_t least_child(struct timers *h, uint32_t i)
{
	uint32_t first = i * ARITY + 1;
	uint32_t least = first;

	for (uint32_t c = first + 1; c < first + ARITY && c < h->len; c++)
		if (h->heap[c].when < h->heap[least].when)
			least = c;
	return least;
}

static void sift_down(struct timers *h, uint32_t i, struct due d)
{
	while (i * ARITY + 1 < h->len) {
		uint32_t c = least_child(h, i);

		if (d.when <= h->heap[c].when)
			break;
		put(h, i, h->heap[c]);
		i = c;
	}
	put(h, i, d);
}

static void show_next(struct timers *h)
{
	store_release(&h->next, h->len ? h->heap[0].when : INT64_MAX);
}

/*
 * The heap's lock is held: no malloc here, whose lock a stopped goroutine may
 * hold (seam/sys.h).
 */
static bool resize(struct timers *h, uint32_t cap)
{
	struct due *heap = sys_reserve(cap * sizeof(*heap));

	if (!heap)
		return false;
	if (h->len)
		arch_copy(heap, h->heap, h->len * sizeof(*heap));
	if (h->cap)
		sys_release(h->heap, h->cap * sizeof(*heap));
	h->heap = heap;
	h->cap = cap;
	return true;
}

static void grow(struct timers *h)
{
	if (!resize(h, h->cap ? h->cap * 2 : SMALLEST))
		goro__fatal("runtime: out of memory for timers");
}

/* What a million timers took is not kept for ten. */
static void shrink(struct timers *h)
{
	if (h->cap > KEPT && h->len < h->cap / 8)
		(void)resize(h, h->cap / 4);
}

static void heap_add(struct timers *h, struct timer *t)
{
	if (h->len == h->cap)
		grow(h);
	sift_up(h, h->len++, (struct due){t->when, t});
	show_next(h);
}

static void heap_remove(struct timers *h, struct timer *t)
{
	uint32_t i = t->index;
	struct due last = h->heap[--h->len];

	if (last.t != t) {
		if (i > 0 && last.when < h->heap[(i - 1) / ARITY].when)
			sift_up(h, i, last);
		else
			sift_down(h, i, last);
	}
	show_next(h);
	shrink(h);
}

/* An M that sleeps longer than until when is woken. */
void goro__wake_poller(int64_t when)
{
	struct sched *s = &goro__sched;
	int64_t until;

	if (goro__mp)
		fence_seq(); /* the timer is in before polluntil is read */
	until = load_seq(&s->polluntil);
	if (goro__virtual()) /* it sleeps for those that are real */
		when = load_seq(&goro__real_p.timers.next);
	if (until > when)
		goro__break_poll();
}

/* A deadline may be any number; that of a heap is positive. */
static struct timers *add_locked(struct p *p, struct timer *t)
{
	if (t->when <= 0)
		t->when = 1;
	plock(&p->timers.lock);
	store_relaxed(&t->p, p);
	heap_add(&p->timers, t);
	return &p->timers;
}

/* Only the first of a heap can be the one to wake up for. */
void goro__timer_add_to(struct p *p, struct timer *t)
{
	struct timers *h = add_locked(p, t);
	int64_t when = t->when;
	bool first = t->index == 0;

	punlock(&h->lock);
	if (first)
		goro__wake_poller(when);
}

void goro__timer_add(struct timer *t)
{
	goro__timer_add_to(goro__m()->p, t);
}

static void after_timer_park(struct m *m, struct g *prev, void *arg)
{
	struct timers *h = arg;

	(void)m, (void)prev;
	punlock(&h->lock);
	/* The timer may be gone; what is first now is not due later. */
	goro__wake_poller(load_relaxed(&h->next));
}

/*
 * The heap's lock is kept until the stack is free: the timer cannot fire and
 * make ready a goroutine that still runs.
 */
void goro__timer_park(struct timer *t, enum wait_reason why)
{
	goro__park_after(after_timer_park, add_locked(goro__m()->p, t), why);
}

/* The heap that t is in, locked; NULL if it is in none. */
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

bool goro__timer_del(struct timer *t)
{
	struct timers *h = lock_heap(t);

	if (!h)
		return false;
	heap_remove(h, t);
	store_release(&t->p, NULL);
	punlock(&h->lock);
	return true;
}

bool goro__timer_del_sync(struct timer *t)
{
	bool pending = goro__timer_del(t);

	/*
	 * Pairs with the release in goro__timer_done().  The M that runs fn
	 * may have lost its CPU.
	 */
	for (int i = 0; load_acquire(&t->running); i++)
		if (i < SPINS)
			cpu_relax();
		else
			sys_yield();
	return pending;
}

/* Periodic timers keep their phase: what was missed is skipped. */
static void rearm(struct timers *h, struct timer *t, int64_t now)
{
	t->when = goro__next_tick(t->when, t->period, now);
	sift_down(h, 0, (struct due){t->when, t});
	show_next(h);
}

int64_t goro__timers_run(struct p *p, int64_t now)
{
	struct timers *h = &p->timers;
	int64_t next;

	if (load_relaxed(&h->next) > now)
		return load_relaxed(&h->next);
	plock(&h->lock);
	while (h->len > 0 && h->heap[0].when <= now) {
		struct timer *t = h->heap[0].t;

		add_relaxed(&t->running, 1u);
		if (t->period > 0) {
			rearm(h, t, now);
		} else {
			heap_remove(h, t);
			store_release(&t->p, NULL);
		}
		punlock(&h->lock);
		/* From here t may be gone: fn calls goro__timer_done(). */
		t->fn(t, now);
		plock(&h->lock);
	}
	next = load_relaxed(&h->next);
	punlock(&h->lock);
	return next;
}

void goro__timers_move(struct timers *to, struct timers *from)
{
	struct p *p =
		(struct p *)(void *)((char *)to - offsetof(struct p, timers));

	while (from->len > 0) {
		struct timer *t = from->heap[0].t;

		heap_remove(from, t);
		store_release(&t->p, p);
		heap_add(to, t);
	}
}
