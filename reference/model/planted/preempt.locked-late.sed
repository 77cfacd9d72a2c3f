# Others find the goroutine before it says which M it is on.
# file: sched/preempt.c
s/^	g->lockedm = m;$//
s/^		goro__note_sleep(&m->note, -1);$/		m->curg->lockedm = m;\n&/
