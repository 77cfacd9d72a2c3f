# Who stops looking does not look a second time.
# file: sched/schedule.c
s/if (recheck(m, was_spinning) || poll_idle())/if ((false \&\& recheck(m, was_spinning)) || poll_idle())/
