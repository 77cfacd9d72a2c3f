/*
 * CH-032: senders and receivers are never parked on one channel together,
 * and close releases all who are parked.
 *
 * Senders and receivers with fixed quotas meet on a channel in random order.
 * Once nothing moves, exactly as many values have passed as both sides and
 * the buffer allow; one sender left behind with a receiver waiting, or with
 * room in the buffer, would make it fewer.  Then close, and every goroutine
 * and value is accounted for.
 */
#include "ch.h"

struct quota {
	assay_chan *c;
	int quota;
	int done; /* operations that gave ASSAY_OK; read after `ended` */
	int last; /* the last status */
};

#define SENDERS 6
#define RECEIVERS 5

/* One load; static since goroutines outlive a failed one. */
static struct load {
	struct quota s[SENDERS], r[RECEIVERS];
	atomic_int sent, received; /* operations that gave ASSAY_OK */
	atomic_int ended;          /* goroutines that ended */
} load;

static void pause_at_times(void)
{
	if (rnd_below(4) == 0)
		yield();
}

static void send_quota(void *arg)
{
	struct quota *q = arg;
	int v = 1;

	while (q->done < q->quota) {
		pause_at_times();
		q->last = rt->chan->send(q->c, &v, ASSAY_FOREVER);
		if (q->last != ASSAY_OK)
			break;
		q->done++;
		mark(&load.sent);
	}
	mark(&load.ended);
}

static void recv_quota(void *arg)
{
	struct quota *q = arg;

	while (q->done < q->quota) {
		int v = -1;

		pause_at_times();
		q->last = rt->chan->recv(q->c, &v, ASSAY_FOREVER);
		CHECK_EQ(v, q->last == ASSAY_OK ? 1 : 0);
		if (q->last != ASSAY_OK)
			break;
		q->done++;
		mark(&load.received);
	}
	mark(&load.ended);
}

static void start_load(assay_chan *c, int send_each, int recv_each)
{
	memset(&load, 0, sizeof(load));
	for (int i = 0; i < SENDERS; i++) {
		load.s[i] = (struct quota){.c = c, .quota = send_each};
		go(send_quota, &load.s[i]);
		if (i >= RECEIVERS)
			continue;
		load.r[i] = (struct quota){.c = c, .quota = recv_each};
		go(recv_quota, &load.r[i]);
	}
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* A goroutine that could not finish was told why, once. */
static void check_quota(const struct quota *q, int status)
{
	CHECK_EQ(q->last, q->done < q->quota ? status : ASSAY_OK);
}

static void check_ends(assay_chan *c, int buffered)
{
	REQUIRE(becomes(&load.ended, SENDERS + RECEIVERS));
	for (int i = 0; i < SENDERS; i++)
		check_quota(&load.s[i], ASSAY_SEND_CLOSED);
	for (int i = 0; i < RECEIVERS; i++)
		check_quota(&load.r[i], ASSAY_CLOSED);
	for (int i = 0; i < buffered; i++)
		CHECK_EQ(recv_int(c), 1);
	CHECK_EQ(try_recv(c, NULL), ASSAY_CLOSED);
}

static void check_load(int cap, int send_each, int recv_each)
{
	int to_send = SENDERS * send_each, to_recv = RECEIVERS * recv_each;
	int sent = smaller(to_send, to_recv + cap);
	int received = smaller(to_send, to_recv);
	assay_chan *c = chan_int(cap);

	start_load(c, send_each, recv_each);
	CHECK(becomes(&load.sent, sent));
	CHECK(becomes(&load.received, received));
	sleep_ns(3 * MS);
	CHECK_EQ(count(&load.sent), sent);
	CHECK_EQ(count(&load.received), received);
	CHECK_EQ(rt->chan->len(c), sent - received);
	close_chan(c);
	check_ends(c, sent - received);
}

CASE(CH_032, "no sender waits beside a receiver, and close releases all",
     NEEDS(NEED(chan, len)))
{
	for (int cap = 0; cap <= 3; cap++) {
		check_load(cap, 20, 12);
		check_load(cap, 10, 20);
		check_load(cap, 10, 12);
	}
}
