# Who took a goroutine from a queue before the end runs it after that.
# file: sched/preempt.c
s/if (g->lockcount == 0 && !done)/if (g->lockcount == 0)/
