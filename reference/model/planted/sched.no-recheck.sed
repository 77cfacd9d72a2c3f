# Who stops looking does not look a second time.
# file: schedule.c
s/if (recheck(m, was_spinning) || poll_timers())/if ((false \&\& recheck(m, was_spinning)) || poll_timers())/
