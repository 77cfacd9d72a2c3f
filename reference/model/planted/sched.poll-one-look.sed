# The sleeper for timers does not look again once it can be woken.
# file: schedule.c
s/^	next = goro__next_timer();$/	next = when;/
