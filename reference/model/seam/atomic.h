/*
 * atomic.h - the twin of base/atomic.h for the model checker.
 *
 * Each operation is a call of the checker, which first lets any thread go on
 * in place of this one, and then says what the operation reads.  It has the
 * include guard of the real header and comes before it (-include), so that
 * the sources of the runtime are compiled as they are.
 */
#ifndef GORO_ATOMIC_H
#define GORO_ATOMIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum model_order {
	MODEL_RELAXED = 0,
	MODEL_ACQUIRE = 1,
	MODEL_RELEASE = 2,
	MODEL_ACQ_REL = 3, /* acquire and release */
	MODEL_SEQ = 7      /* both, and in the total order */
};

/* An operation as the sources have it, for the log. */
struct model_site {
	const char *op, *what, *function;
	enum model_order order;
	uint8_t size;
};

enum model_rmw { MODEL_XCHG, MODEL_ADD, MODEL_SUB, MODEL_AND, MODEL_OR };

uint64_t model_load(const volatile void *p, const struct model_site *at);
void model_store(volatile void *p, uint64_t v, const struct model_site *at);
uint64_t model_rmw(volatile void *p, enum model_rmw how, uint64_t v,
		   const struct model_site *at);
_Bool model_cas(volatile void *p, void *old, uint64_t v,
		const struct model_site *at);
void model_fence(const struct model_site *at);

#define MODEL_SITE(op, p, o, n)                                                \
	({                                                                     \
		static const struct model_site model_here = {op, p, __func__,  \
							     MODEL_##o, n};    \
		&model_here;                                                   \
	})
/* The type of *p without _Atomic. */
#define MODEL_TYPE(p) __typeof__(atomic_load_explicit(p, memory_order_relaxed))
#define MODEL_BITS(v) ((uint64_t)(uintptr_t)(v))

#define MODEL_LOAD(p, op, o)                                                   \
	((MODEL_TYPE(p))(uintptr_t)model_load(                                 \
		p, MODEL_SITE(op, #p, o, sizeof(*(p)))))
#define MODEL_STORE(p, v, op, o)                                               \
	model_store(p, MODEL_BITS(v), MODEL_SITE(op, #p, o, sizeof(*(p))))
/* A value that need not be used. */
#define MODEL_RMW(p, how, v, op, o)                                            \
	({                                                                     \
		MODEL_TYPE(p)                                                  \
		model_old = (MODEL_TYPE(p))(uintptr_t)model_rmw(               \
			p, MODEL_##how, MODEL_BITS(v),                         \
			MODEL_SITE(op, #p, o, sizeof(*(p))));                  \
		model_old;                                                     \
	})
#define MODEL_CAS(p, old, v, op, o)                                            \
	model_cas(p, old, MODEL_BITS(v), MODEL_SITE(op, #p, o, sizeof(*(p))))

#define load_relaxed(p) MODEL_LOAD(p, "load_relaxed", RELAXED)
#define load_acquire(p) MODEL_LOAD(p, "load_acquire", ACQUIRE)
#define load_seq(p) MODEL_LOAD(p, "load_seq", SEQ)
#define store_relaxed(p, v) MODEL_STORE(p, v, "store_relaxed", RELAXED)
#define store_release(p, v) MODEL_STORE(p, v, "store_release", RELEASE)
#define store_seq(p, v) MODEL_STORE(p, v, "store_seq", SEQ)

#define add_relaxed(p, n) MODEL_RMW(p, ADD, n, "add_relaxed", RELAXED)
#define add_acq_rel(p, n) MODEL_RMW(p, ADD, n, "add_acq_rel", ACQ_REL)
#define add_seq(p, n) MODEL_RMW(p, ADD, n, "add_seq", SEQ)
#define sub_relaxed(p, n) MODEL_RMW(p, SUB, n, "sub_relaxed", RELAXED)
#define sub_release(p, n) MODEL_RMW(p, SUB, n, "sub_release", RELEASE)
#define sub_acq_rel(p, n) MODEL_RMW(p, SUB, n, "sub_acq_rel", ACQ_REL)
#define and_relaxed(p, v) MODEL_RMW(p, AND, v, "and_relaxed", RELAXED)
#define and_seq(p, v) MODEL_RMW(p, AND, v, "and_seq", SEQ)
#define or_relaxed(p, v) MODEL_RMW(p, OR, v, "or_relaxed", RELAXED)
#define or_seq(p, v) MODEL_RMW(p, OR, v, "or_seq", SEQ)

#define xchg_relaxed(p, v) MODEL_RMW(p, XCHG, v, "xchg_relaxed", RELAXED)
#define xchg_acquire(p, v) MODEL_RMW(p, XCHG, v, "xchg_acquire", ACQUIRE)
#define xchg_acq_rel(p, v) MODEL_RMW(p, XCHG, v, "xchg_acq_rel", ACQ_REL)
#define xchg_seq(p, v) MODEL_RMW(p, XCHG, v, "xchg_seq", SEQ)

#define cas_relaxed(p, old, v) MODEL_CAS(p, old, v, "cas_relaxed", RELAXED)
#define cas_acquire(p, old, v) MODEL_CAS(p, old, v, "cas_acquire", ACQUIRE)
#define cas_release(p, old, v) MODEL_CAS(p, old, v, "cas_release", RELEASE)
#define cas_acq_rel(p, old, v) MODEL_CAS(p, old, v, "cas_acq_rel", ACQ_REL)
#define cas_seq(p, old, v) MODEL_CAS(p, old, v, "cas_seq", SEQ)

#define count_own(p) store_relaxed(p, load_relaxed(p) + 1)

#define fence_seq() model_fence(MODEL_SITE("fence_seq", "", SEQ, 0))

#endif
