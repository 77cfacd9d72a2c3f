# The deadline decides by a look and a store.
# file: wait/deadline.c
s/if (!cas_acq_rel(&g->select_done, &undecided, 1u)) {/if (load_acquire(\&g->select_done) != undecided || (store_release(\&g->select_done, 1u), false)) {/
