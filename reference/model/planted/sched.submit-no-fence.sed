# No barrier between the global queue and the look at who spins.
# file: sched/queue.c sched/idle.c
s|^	fence_seq(); /\* before a look at nmspinning.*$||
s/load_seq(&i->nmspinning) == 0/load_relaxed(\&i->nmspinning) == 0/
s/load_seq(&i->npidle) != 0 /load_relaxed(\&i->npidle) != 0 /
