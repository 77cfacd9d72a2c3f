# An M runs a goroutine that sleeps in the handler of another.
# file: sched/schedule.c
s/^		if (unlikely(g->lockedm != NULL))$/		if (false)/
