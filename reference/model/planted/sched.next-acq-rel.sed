# next is exchanged without the barrier before the look at who spins.
# file: sched/runq.h
s/return xchg_seq(&q->next, g);/return xchg_acq_rel(\&q->next, g);/
