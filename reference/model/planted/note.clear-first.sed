# The note is cleared before the sleep.
# file: base/note.c
s/^	while (xchg_acq_rel(note, 0u) == 0) {/	store_relaxed(note, 0u);\n&/
