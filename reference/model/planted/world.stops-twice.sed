# The stopper counts a P that has stopped.
# file: sched/state.c
/^void goro__stop_p/,/^}/s/if (--s->stopwait == 0)/if ((s->stopwait -= s->stopwait > 0, true))/
