# Who stops looking does not look a second time.
# file: sched/idle.c
s/if (recheck(m, was_spinning) || goro__poll_idle(m))/if ((false \&\& recheck(m, was_spinning)) || goro__poll_idle(m))/
