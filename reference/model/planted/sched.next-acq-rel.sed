# next is exchanged without the barrier before the look at who spins.
# file: sched/runq.h
s/xchg_seq(&q->next, g)/xchg_acq_rel(\&q->next, g)/
