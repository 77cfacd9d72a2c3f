# The end of the run wakes a goroutine that an M has taken from a queue.
# file: sched/halt.c
s/if (!p || xchg_acq_rel(&g->preempted, NOT_STOPPED) == NOT_STOPPED)/if (!p)/
