/*
 * leaked.c - the marks of goroutines that can never run again.
 *
 * A mark is a number that one wait of one goroutine has.  Nobody takes it away:
 * as soon as the goroutine runs again, its next wait has another number.
 */
#include "diag/leaked.h"

#include "base/sys.h"
#include "base/text.h"

/*
 * The marks of the last search, in ascending order.  A dump reads them at any
 * time, so no table is ever unmapped: one that is too small is left where it is,
 * and the next is twice as large.  Marks are not pointers, as the next search
 * would follow those.
 */
static struct lost {
	_Atomic(uint64_t *) v;
	_Atomic(uint32_t) n;
	uint32_t cap;
} lost;

/* Returns the number of the wait that g is in. */
static uint64_t this_wait(const struct g *g)
{
	uint64_t x = (uint64_t)g->goid << 32 ^ (uint64_t)g->since << 24 ^
		     (uint64_t)(uintptr_t)g->sp >> 3;

	return x * UINT64_C(0x9e3779b97f4a7c15);
}

bool goro__leaked(const struct g *g)
{
	/* Pairs with the release in goro__mark_leaked(). */
	uint32_t lo = 0, hi = load_acquire(&lost.n);
	const uint64_t *v = load_relaxed(&lost.v);
	uint64_t wait = this_wait(g);

	if (load_relaxed(&g->status) != GWAITING)
		return false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (v[mid] == wait)
			return true;
		if (v[mid] < wait)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Sorts the n marks in v. */
static void sort_marks(uint64_t *v, uint32_t n)
{
	for (uint32_t gap = n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < n; i++) {
			uint64_t x = v[i];
			uint32_t j = i;

			for (; j >= gap && v[j - gap] > x; j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
}

/* Makes room for n marks; false without memory.  The world is stopped. */
static bool room_for_lost(uint32_t n)
{
	uint32_t cap = lost.cap ? lost.cap : 512;
	uint64_t *v;

	while (cap < n)
		cap *= 2;
	if (cap == lost.cap)
		return true;
	v = sys_map(cap * sizeof(*v));
	if (!v)
		return false;
	store_relaxed(&lost.n, 0u);
	store_release(&lost.v, v);
	lost.cap = cap;
	return true;
}

/*
 * True if w can never run again.  A wait that has a mark keeps it: a pointer that
 * is found later is an old value.
 */
static bool is_lost(const struct waiter *w)
{
	return !w->reached || goro__waits_for_nothing(w->g) ||
	       goro__leaked(w->g);
}

int64_t goro__mark_leaked(struct waiters *w)
{
	uint32_t n = 0;
	uint64_t *v;

	for (uint32_t i = 0; i < w->n; i++)
		if (is_lost(&w->v[i]))
			w->v[n++] = w->v[i];
	if (!room_for_lost(n))
		return GORO_ENOMEM;
	v = load_relaxed(&lost.v);
	store_relaxed(&lost.n, 0u);
	for (uint32_t i = 0; i < n; i++)
		v[i] = this_wait(w->v[i].g);
	sort_marks(v, n);
	/* Pairs with the acquire in goro__leaked(). */
	store_release(&lost.n, n);
	return n;
}
