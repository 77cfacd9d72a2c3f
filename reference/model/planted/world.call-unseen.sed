# Who enters a call does not look whether the world is being stopped.
# file: sched/syscall.c
s/^	if (load_seq(&goro__sched.stopping))$/	if (false)/
