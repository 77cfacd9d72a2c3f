# The sleeper for timers does not look again once it can be woken.
# file: sched/poll.c
/^static int64_t time_to_sleep/,/^}/s/next = next_real_timer();$/next = until;/
