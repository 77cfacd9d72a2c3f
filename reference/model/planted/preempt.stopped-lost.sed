# Who was stopped is to go on instead of one that sleeps, but the stopper of
# the world has the P.
# file: sched/preempt.c
s/^	if (!stopping \&\&$/	if (true \&\&/
