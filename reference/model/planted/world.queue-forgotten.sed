# A P with a goroutine on its ring is idle after the stop.
# file: sched/world.c
/^static void start(bool all)$/,/^}/s/if (goro__runq_empty(&p->runq)) {/if (true) {/
s/^	goro__wake_now(); .*$//
