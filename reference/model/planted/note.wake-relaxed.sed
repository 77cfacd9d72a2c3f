# The waker releases nothing.
# file: base/note.c
s/if (xchg_acq_rel(note, 1u) == 0)/if (xchg_relaxed(note, 1u) == 0)/
