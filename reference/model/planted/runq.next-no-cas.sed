# The owner takes next by a load and a store.
# file: sched/runq.h
s/return cas_acq_rel(&q->next, &g, NULL) ? g : NULL;/return store_release(\&q->next, NULL), g;/
