# The owner moves the head without compare and swap.
# file: sched/runq.h
s/} while (!cas_acq_rel(&q->head, &h, h + 1));/} while (store_release(\&q->head, h + 1), false);/
