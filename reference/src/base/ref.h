/*
 * ref.h - counts of holders; the last one frees what they hold.
 */
#ifndef GORO_REF_H
#define GORO_REF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ref {
	_Atomic(int64_t) n;
};

static inline void ref_init(struct ref *r, int64_t n)
{
	atomic_init(&r->n, n);
}

/* Adds a holder.  relaxed: the caller holds it, or has the keeper's lock. */
static inline void ref_get(struct ref *r)
{
	atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);
}

/*
 * Removes a holder; true if it was the last.  acq_rel pairs with itself: what
 * each holder did comes before what the last one does.
 */
static inline bool ref_put(struct ref *r)
{
	return atomic_fetch_sub_explicit(&r->n, 1, memory_order_acq_rel) == 1;
}

#endif
