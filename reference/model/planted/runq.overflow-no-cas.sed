# A full ring is emptied without compare and swap.
# file: sched/runq.c
/^bool goro__runq_overflow/,/^}/s/if (!cas_acq_rel(&q->head, &h, h + n))/if (store_release(\&q->head, h + n), false)/
