# A select leaves its other sudogs on the queues.
# file: wait/select.c
s/^	dequeue_all(s);$/	(void)dequeue_all;/
