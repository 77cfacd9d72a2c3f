/*
 * ref.h - counts of those who hold something; the last one frees it.
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

/* One more.  relaxed: the caller has one, or the lock that keeps one. */
static inline void ref_get(struct ref *r)
{
	atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);
}

/*
 * One less; true: it was the last.  acq_rel pairs with itself: what each holder
 * did comes before what the last one does.
 */
static inline bool ref_put(struct ref *r)
{
	return atomic_fetch_sub_explicit(&r->n, 1, memory_order_acq_rel) == 1;
}

#endif
