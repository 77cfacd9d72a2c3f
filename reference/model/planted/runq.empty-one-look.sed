# Empty is decided without a second look at the tail.
# file: sched/runq.c
s/if (load_acquire(&q->tail) == t)/if (t == t + 0 * h)/
