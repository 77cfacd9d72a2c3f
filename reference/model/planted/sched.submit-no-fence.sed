# No barrier between the global queue and the look at who spins.
# file: sched/schedule.c
s|^	fence_seq(); /\* before a look at nmspinning.*$||
s/load_seq(&s->nmspinning) != 0/load_relaxed(\&s->nmspinning) != 0/
s/load_seq(&s->npidle) == 0 /load_relaxed(\&s->npidle) == 0 /
