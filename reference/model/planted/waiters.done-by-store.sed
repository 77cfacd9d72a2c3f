# Who wakes is decided by a look and a store.
# file: wait/waitq.h
s/cas_acq_rel(&s->g->select_done, &undecided, 1u))/(load_acquire(\&s->g->select_done) == undecided \&\& (store_release(\&s->g->select_done, 1u), true)))/
