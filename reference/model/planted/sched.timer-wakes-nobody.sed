# A timer that is set while no M sleeps for timers wakes none.
# file: sched/poll.c
/^void goro__deadline(int64_t when)/,/^}/s/if (!cut_sleep(when) && mp())/if (!cut_sleep(when) \&\& false)/
