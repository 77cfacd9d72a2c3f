/* Nil channels, and ranges that never end. */
#include "ch.h"

/*
 * Does op on a nil channel in a goroutine, which must not return in 50 ms,
 * and checks that the same from main gives up as its deadline says.
 */
static void check_blocks(assay_fn fn, int polled, int timed_out)
{
	static struct op op;

	CHECK_EQ(polled, ASSAY_AGAIN);
	CHECK_EQ(timed_out, ASSAY_TIMEOUT);
	go(fn, &op);
	sleep_ns(50 * MS);
	CHECK_EQ(count(&op.done), 0);
}

CASE(CH_016, "send on a nil channel blocks for ever")
{
	int v = 1;

	check_blocks(do_send, try_send(NULL, &v),
		     rt->chan->send(NULL, &v, in(2 * MS)));
}

CASE(CH_017, "receive from a nil channel blocks for ever")
{
	int v = 1;

	check_blocks(do_recv, try_recv(NULL, &v),
		     rt->chan->recv(NULL, &v, in(2 * MS)));
	CHECK_EQ(v, 1);
}

CASE_OF(CH_016, alone, "main alone sending on a nil channel: deadlock",
	ENDS(.status = 2, .first = DEADLOCK,
	     .match = {"goroutine 1 \\[chan send \\(nil chan\\)\\]:"}))
{
	due();
	send_int(NULL, 1);
}

CASE_OF(CH_017, alone, "main alone receiving from a nil channel: deadlock",
	ENDS(.status = 2, .first = DEADLOCK,
	     .match = {"goroutine 1 \\[chan receive \\(nil chan\\)\\]:"}))
{
	due();
	(void)recv(NULL, NULL);
}

static int range(assay_chan *c)
{
	int n = 0;

	while (recv(c, NULL))
		n++;
	return n;
}

CASE_OF(CH_038, nil, "range over a nil channel blocks for ever",
	ENDS(.status = 2, .first = DEADLOCK, .out = "",
	     .match = {"goroutine 1 \\[chan receive \\(nil chan\\)\\]:"}))
{
	due();
	(void)range(NULL);
	say("ended\n");
}

static void send_three(void *arg)
{
	for (int i = 0; i < 3; i++)
		send_int(arg, i);
}

CASE_OF(CH_038, open, "range over a channel never closed: deadlock",
	ENDS(.status = 2, .first = DEADLOCK, .out = "",
	     .match = {"goroutine 1 \\[chan receive\\]:"}))
{
	assay_chan *c = chan_int(2);

	go(send_three, c);
	(void)range(c);
	say("ended\n");
}
