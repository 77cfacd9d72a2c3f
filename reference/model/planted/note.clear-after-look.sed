# The wake-up is taken back after the look at it.
# file: base/note.c
s/while (xchg_acq_rel(note, 0u) == 0) {/while (load_acquire(note) == 0 || (store_relaxed(note, 0u), load_relaxed(note))) {/
