# Nobody sleeps for a timer that a goroutine has set.
# file: sched/deadlock.c sched/poll.c
s/^	if (v->timer != INT64_MAX)$/	if (v->timer == 0)/
s/(timer == INT64_MAX || goro__virtual())/(timer != 0 || goro__virtual())/
