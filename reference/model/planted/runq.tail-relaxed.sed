# The tail is shown without a release.
# file: sched/runq.h
s/store_release(&q->tail, t + 1)/store_relaxed(\&q->tail, t + 1)/
