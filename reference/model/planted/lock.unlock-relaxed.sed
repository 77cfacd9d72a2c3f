# The lock is given up without a release.
# file: base/lock.h
s/store_release(&l->held, 0u)/store_relaxed(\&l->held, 0u)/
