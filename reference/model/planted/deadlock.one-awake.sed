# A deadlock although one M is awake.
# file: sched/deadlock.c
s/^	if (v->awake > 0)$/	if (v->awake > 1)/
