# Who leaves the sleep for a goroutine lets nobody sleep in its place.
# file: sched/poll.c sched/idle.c
/^void goro__watch_timers/,/^}/s/wake_if_soon(next_of_others(m->p));/(void)next_of_others;/
/^void goro__search_found/,/^}/s/^	goro__wakep();$//
