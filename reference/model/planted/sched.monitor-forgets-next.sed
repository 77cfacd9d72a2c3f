# sysmon does not see that the next of a P waits.
# file: sched/monitor.c
s/if (same && (v->next || v->ring))/if (same \&\& v->ring)/
