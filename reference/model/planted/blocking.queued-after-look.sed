# A goroutine without a P is queued after the look for an idle one.
# file: sched/syscall.c
s/^	p = idle_p_or_queue(prev);$/	p = NULL, goro__globrunqput(prev);/
