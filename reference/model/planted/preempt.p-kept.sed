# The handler sleeps and keeps its P.
# file: sched/preempt.c
s/^	if (!load_relaxed(&s->stopping))$/	if (false)/
s/^	goro__stop_p(p);$/	(void)p, (void)instead;/
