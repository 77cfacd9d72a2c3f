# sysmon says that it sleeps after the look, without the lock.
# file: sched/sysmon.c
/^bool goro__sleep_if_idle/,/^	if (!idle)/{
s/^	unlock(&s->lock);$/	(void)0;/
s/^	if (idle)$/	unlock(\&s->lock);\n&/
}
