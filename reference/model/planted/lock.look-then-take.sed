# Free is a look, and taking a store.
# file: base/lock.h
s/return load_relaxed(&l->held) == 0 && xchg_acquire(&l->held, 1u) == 0;/return load_acquire(\&l->held) == 0 \&\& (store_relaxed(\&l->held, 1u), true);/
