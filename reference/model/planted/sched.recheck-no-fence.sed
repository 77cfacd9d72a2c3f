# The second look of "stop" comes before the barrier.
# file: sched/idle.c
s|^	fence_seq(); /\* pairs with runq_set_next.*$||
s|add_seq(&goro__sched.idle.nmspinning, -1u);|add_acq_rel(\&goro__sched.idle.nmspinning, -1u);|
