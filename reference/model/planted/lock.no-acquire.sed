# The lock is taken without an acquire.
# file: base/lock.h
s/xchg_acquire(&l->held, 1u)/xchg_relaxed(\&l->held, 1u)/
