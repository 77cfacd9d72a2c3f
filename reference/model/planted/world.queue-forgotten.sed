# A P with a goroutine on its ring is idle after the stop.
# file: sched/world.c
/^void goro__start_world/,/^}/s/if (goro__runq_empty(&p->runq)) {/if (true) {/
s/^	goro__wake_now(); .*$//
