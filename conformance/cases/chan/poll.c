/* Channel operations that do not block: ASSAY_POLL. */
#include "ch.h"

CASE(CH_018, "a poll of an empty open channel is not ready")
{
	for (int64_t cap = 0; cap <= 1; cap++) {
		assay_chan *c = chan_int(cap);
		int v = 77;

		CHECK_EQ(try_recv(c, &v), ASSAY_AGAIN);
		CHECK_EQ(v, 77);
		CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	}
}

CASE(CH_019, "a send that is not ready stores nothing", NEEDS(NEED(chan, len)))
{
	static struct op r;
	int lost = 13, v;
	assay_chan *full = chan_int(2);

	r.c = chan_int(0);
	CHECK_EQ(try_send(r.c, &lost), ASSAY_AGAIN);
	go(do_recv, &r);
	CHECK(stays(&r.done, 0));
	send_int(r.c, 1);
	REQUIRE(becomes(&r.done, 1));
	CHECK_EQ(r.v, 1);

	send_int(full, 1);
	send_int(full, 2);
	CHECK_EQ(try_send(full, &lost), ASSAY_AGAIN);
	CHECK_EQ(rt->chan->len(full), 2);
	CHECK_EQ(recv_int(full), 1);
	CHECK_EQ(recv_int(full), 2);
	CHECK_EQ(try_recv(full, &v), ASSAY_AGAIN);
}

/*
 * Polls until it is ready: the other side parks in time or is on its way.
 * What must not happen is that it is parked and the poll keeps missing it.
 */
static int poll_until_ready(assay_fn fn, struct op *op, int *v)
{
	int64_t end = in(upto(10 * SEC));
	int status;

	do {
		settle(1);
		status =
			fn == do_recv ? try_send(op->c, v) : try_recv(op->c, v);
	} while (status == ASSAY_AGAIN && !parking_is_known() && now() < end);
	return status;
}

CASE(CH_020, "a polled send finds a parked receiver")
{
	static struct op r = {.v = -1};
	int v = 20;

	r.c = chan_int(0);
	go(do_recv, &r);
	CHECK_EQ(poll_until_ready(do_recv, &r, &v), ASSAY_OK);
	REQUIRE(becomes(&r.done, 1));
	CHECK_EQ(r.v, 20);
}

CASE(CH_021, "a polled receive finds a parked sender")
{
	static struct op s = {.v = 21};
	int v = -1;

	s.c = chan_int(0);
	go(do_send, &s);
	CHECK_EQ(poll_until_ready(do_send, &s, &v), ASSAY_OK);
	CHECK_EQ(v, 21);
	CHECK(becomes(&s.done, 1));
}

CASE(CH_022, "a polled receive from a closed, drained channel is ready")
{
	for (int64_t cap = 0; cap <= 1; cap++) {
		assay_chan *c = chan_int(cap);
		int v = -1;

		if (cap > 0)
			send_int(c, 5);
		close_chan(c);
		if (cap > 0) {
			CHECK_EQ(try_recv(c, &v), ASSAY_OK);
			CHECK_EQ(v, 5);
		}
		for (int i = 0; i < 3; i++) {
			v = -1;
			CHECK_EQ(try_recv(c, &v), ASSAY_CLOSED);
			CHECK_EQ(v, 0);
		}
	}
}

/* ---- CH-023 ------------------------------------------------------------------------- */

#define RACE_BATCH 100

/*
 * A batch of channels with one value each: main closes them in order while a
 * goroutine polls them in order, so the two meet again and again.
 */
struct race {
	assay_chan *c[RACE_BATCH];
	assay_chan *start, *done;
	int missed;
};

static void jitter(void)
{
	if (rnd_below(16) == 0)
		yield();
}

static void poll_batches(void *arg)
{
	struct race *r = arg;

	while (recv(r->start, NULL)) {
		for (int i = 0; i < RACE_BATCH; i++) {
			int v = -1;

			jitter();
			r->missed +=
				try_recv(r->c[i], &v) != ASSAY_OK || v != 1;
		}
		send_signal(r->done);
	}
}

static void race_batch(struct race *r)
{
	for (int i = 0; i < RACE_BATCH; i++) {
		r->c[i] = chan_int(1);
		send_int(r->c[i], 1);
	}
	send_int(r->start, 1);
	for (int i = 0; i < RACE_BATCH; i++) {
		jitter();
		close_chan(r->c[i]);
	}
	wait_for(r->done);
	for (int i = 0; i < RACE_BATCH; i++)
		drop(r->c[i]);
}

CASE(CH_023, "a polled receive never misses a value while close runs")
{
	static struct race r;

	r.start = chan_int(0);
	r.done = chan_signal(0);
	go(poll_batches, &r);
	for (int64_t n = rounds(10000); n > 0; n -= RACE_BATCH)
		race_batch(&r);
	close_chan(r.start);
	CHECK_EQ(r.missed, 0);
}
