/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"

struct late_send {
	assay_chan *c, *done;
	int status;
};
static void send_in_time(void *arg)
{
	struct late_send *s = arg;
	int v = 1;

	s->status = rt->chan->send(s->c, &v, in(3600 * SEC));
	send_signal(s->done);
}

CASE_OF(CH_013, deadline, "a sender with a deadline learns of the close too")
{
	for (int cap = 0; cap < 2; cap++) {
		struct late_send s = {chan_int(cap), chan_signal(0), 0};

		if (cap)
			send_int(s.c, 0);
		go(send_in_time, &s);
		settle(1);
		close_chan(s.c);
		wait_for(s.done);
		CHECK_EQ(s.status, ASSAY_SEND_CLOSED);
	}
}
