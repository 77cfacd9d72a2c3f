# An M runs a goroutine that sleeps in the handler of another.
# file: sched/schedule.c
s/!goro__timed_turn(m->p, g))$/!goro__timed_turn(m->p, g) \&\& false)/
