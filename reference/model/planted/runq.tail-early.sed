# The tail is shown before the slot is written.
# file: sched/runq.h
/^	store_relaxed(&q->ring\[t % RUNQ_SIZE\], g);$/{
N
s/^\(.*\)\n\(.*\)$/\2\n\1/
}
