/*
 * atomic.h - the one place where the runtime meets C11 atomics.
 *
 * Every operation names its ordering in its own name, so that a reader sees
 * at the call which edge it makes, and so that a test twin of this header can
 * stand between the runtime and the machine.
 */
#ifndef GORO_ATOMIC_H
#define GORO_ATOMIC_H

#include <stdatomic.h>

#include "arch.h"

#define load_relaxed(p) atomic_load_explicit(p, memory_order_relaxed)
#define load_acquire(p) atomic_load_explicit(p, memory_order_acquire)
#define load_seq(p) atomic_load_explicit(p, memory_order_seq_cst)
#define store_relaxed(p, v) atomic_store_explicit(p, v, memory_order_relaxed)
#define store_release(p, v) atomic_store_explicit(p, v, memory_order_release)
#define store_seq(p, v) atomic_store_explicit(p, v, memory_order_seq_cst)

#define add_relaxed(p, n) atomic_fetch_add_explicit(p, n, memory_order_relaxed)
#define add_acq_rel(p, n) atomic_fetch_add_explicit(p, n, memory_order_acq_rel)
#define add_seq(p, n) atomic_fetch_add_explicit(p, n, memory_order_seq_cst)
#define sub_relaxed(p, n) atomic_fetch_sub_explicit(p, n, memory_order_relaxed)
#define sub_acq_rel(p, n) atomic_fetch_sub_explicit(p, n, memory_order_acq_rel)
#define sub_release(p, n) atomic_fetch_sub_explicit(p, n, memory_order_release)

/* Adds one to what only the caller writes; others may read it. */
#define count_own(p) arch_count(p)

#define and_relaxed(p, v) atomic_fetch_and_explicit(p, v, memory_order_relaxed)
#define or_relaxed(p, v) atomic_fetch_or_explicit(p, v, memory_order_relaxed)
#define and_seq(p, v) atomic_fetch_and_explicit(p, v, memory_order_seq_cst)
#define or_seq(p, v) atomic_fetch_or_explicit(p, v, memory_order_seq_cst)

#define xchg_acquire(p, v) atomic_exchange_explicit(p, v, memory_order_acquire)
#define xchg_acq_rel(p, v) atomic_exchange_explicit(p, v, memory_order_acq_rel)
#define xchg_seq(p, v) atomic_exchange_explicit(p, v, memory_order_seq_cst)

#define cas_acquire(p, old, v)                                                 \
	atomic_compare_exchange_strong_explicit(                               \
		p, old, v, memory_order_acquire, memory_order_relaxed)
#define cas_release(p, old, v)                                                 \
	atomic_compare_exchange_strong_explicit(                               \
		p, old, v, memory_order_release, memory_order_relaxed)
#define cas_acq_rel(p, old, v)                                                 \
	atomic_compare_exchange_strong_explicit(                               \
		p, old, v, memory_order_acq_rel, memory_order_acquire)
#define cas_seq(p, old, v)                                                     \
	atomic_compare_exchange_strong_explicit(                               \
		p, old, v, memory_order_seq_cst, memory_order_seq_cst)

#define fence_seq() atomic_thread_fence(memory_order_seq_cst)

#endif
