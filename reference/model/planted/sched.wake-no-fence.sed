# A timer is added without a barrier before the look at polluntil.
# file: sched/poll.c
s|^		fence_seq(); /\* the timer is in before polluntil.*$|		(void)0;|
