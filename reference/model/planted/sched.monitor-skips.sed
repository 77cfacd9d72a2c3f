# What sysmon wakes may be left out, too.
# file: sched/idle.c
/^void goro__wake_missed/,/^}/{
s/^	store_relaxed.*$/	goro__wakep();/
s/^	goro__wake_now();$//
}
