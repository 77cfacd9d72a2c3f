# The deadline wakes who still runs.
# file: wait/deadline.c
/Until its stack is free/,/^	punlock(d->l);$/s/^	punlock(d->l);$/	(void)d;/
s/^	plock(d->l);$/	(void)d;/
