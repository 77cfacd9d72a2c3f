# An M looks whether it is the last before it counts as asleep.
# file: sched/stopm.c
/^void goro__stopm/,/^}/{
s/^	goro__checkdead();$/	s->idle.nmidle++;/
t
s/^	s->idle.nmidle++;$/	goro__checkdead();/
}
