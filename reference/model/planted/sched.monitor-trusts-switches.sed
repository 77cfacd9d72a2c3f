# sysmon takes a P that switches for one that needs nobody.
# file: sched/monitor.c
s/if (waited && v->ring)/if (waited \&\& same \&\& v->ring)/
