# An M that sleeps for a timer which was stopped is not woken.
# file: sched/deadlock.c
s/return v->awake == 1 \&\& sleeps_for_nothing(v)/return v->awake == 2 \&\& sleeps_for_nothing(v)/
