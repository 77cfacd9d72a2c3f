# A select leaves its other sudogs on the queues.
# file: select.c
s/^	dequeue_all(s);$/	(void)dequeue_all;/
