# A select leaves its other sudogs on the queues.
# file: wait/select.c
s/^		if (d != w)$/		if (d != w \&\& !s)/
