/* When send and receive block, and when they do not. */
#include "ch.h"

/* ---- unbuffered -------------------------------------------------------------- */

CASE(CH_001, "unbuffered send blocks until the value is taken",
     .flags = CASE_VALGRIND)
{
	static struct op s = {.v = 7};

	s.c = chan_int(0);
	go(do_send, &s);
	CHECK(stays(&s.done, 0));
	CHECK_EQ(recv_int(s.c), 7);
	CHECK(becomes(&s.done, 1));
	CHECK_EQ(s.status, ASSAY_OK);
}

CASE(CH_002, "unbuffered receive blocks until a value is sent",
     .flags = CASE_VALGRIND)
{
	static struct op r = {.v = -1};

	r.c = chan_int(0);
	go(do_recv, &r);
	CHECK(stays(&r.done, 0));
	send_int(r.c, 7);
	REQUIRE(becomes(&r.done, 1));
	CHECK_EQ(r.status, ASSAY_OK);
	CHECK_EQ(r.v, 7);
}

/* ---- buffered ---------------------------------------------------------------- */

CASE(CH_003, "buffered send does not block while there is room",
     NEEDS(NEED(chan, len)))
{
	static const int caps[] = {1, 3, 256, 257, 1000};

	for (size_t k = 0; k < sizeof(caps) / sizeof(caps[0]); k++) {
		assay_chan *c = chan_int(caps[k]);

		for (int i = 0; i < caps[k]; i++) {
			send_int(c, i);
			CHECK_EQ(rt->chan->len(c), i + 1);
		}
		for (int i = 0; i < caps[k]; i++)
			CHECK_EQ(recv_int(c), i);
	}
}

CASE(CH_004, "send on a full buffer blocks until a receive makes room")
{
	static struct op s[2] = {{.v = 3}, {.v = 4}};
	assay_chan *c = chan_int(3);

	for (int i = 0; i < 3; i++)
		send_int(c, i);
	s[0].c = s[1].c = c;
	go(do_send, &s[0]);
	CHECK(stays(&s[0].done, 0));
	CHECK_EQ(recv_int(c), 0);
	CHECK(becomes(&s[0].done, 1));

	/* The sender's value has filled the buffer again. */
	go(do_send, &s[1]);
	CHECK(stays(&s[1].done, 0));
	for (int i = 1; i <= 4; i++)
		CHECK_EQ(recv_int(c), i);
	CHECK(becomes(&s[1].done, 1));
}

CASE_OF(CH_004, two, "one receive releases exactly one of two senders")
{
	static struct op s[2];
	static atomic_int sent;
	int sum = 0;
	assay_chan *c = chan_int(3);

	for (int i = 0; i < 3; i++)
		send_int(c, 0);
	for (int i = 0; i < 2; i++) {
		s[i].c = c;
		s[i].v = i + 1;
		s[i].total = &sent;
		go(do_send, &s[i]);
	}
	CHECK(stays(&sent, 0));
	CHECK_EQ(recv_int(c), 0);
	CHECK(becomes(&sent, 1));
	sleep_ns(10 * MS);
	CHECK_EQ(count(&sent), 1);
	for (int i = 0; i < 4; i++)
		sum += recv_int(c);
	CHECK_EQ(sum, 3);
	CHECK(becomes(&sent, 2));
}

CASE(CH_005, "receive from an empty open buffer blocks until a send")
{
	static struct op r[2];
	assay_chan *c = chan_int(3);

	/* Never used, and drained: the buffer is empty both times. */
	for (int i = 0; i < 2; i++) {
		r[i].c = c;
		go(do_recv, &r[i]);
		CHECK(stays(&r[i].done, 0));
		send_int(c, 40 + i);
		REQUIRE(becomes(&r[i].done, 1));
		CHECK_EQ(r[i].v, 40 + i);
		send_int(c, 50);
		CHECK_EQ(recv_int(c), 50);
	}
}

/* ---- never for nothing --------------------------------------------------------- */

static void bounce(void *arg)
{
	assay_chan *const *ball = arg;
	int v;

	while (recv(ball[0], &v))
		send_int(ball[1], v + 1);
}

/* 50 ms of traffic between main and another goroutine. */
static void make_traffic(void)
{
	assay_chan *ball[2] = {chan_int(0), chan_int(0)};

	go_copy(bounce, ball, sizeof(ball));
	for (int i = 0; i < 50; i++) {
		for (int k = 0; k < 20; k++) {
			send_int(ball[0], k);
			CHECK_EQ(recv_int(ball[1]), k + 1);
		}
		sleep_ns(1 * MS);
	}
	close_chan(ball[0]);
}

CASE(CH_042, "a blocked receive returns by a send or close alone")
{
	static struct op r[1000];
	static atomic_int returned;
	int n = (int)goroutines(1000), sum = 0;
	assay_chan *c = chan_int(0);

	for (int i = 0; i < n; i++) {
		r[i].c = c;
		r[i].total = &returned;
		go(do_recv, &r[i]);
	}
	make_traffic();
	CHECK_EQ(count(&returned), 0);
	for (int i = 0; i < n; i++)
		send_int(c, i);
	REQUIRE(becomes(&returned, n));
	for (int i = 0; i < n; i++) {
		CHECK_EQ(r[i].status, ASSAY_OK);
		sum += r[i].v;
	}
	CHECK_EQ(sum, n * (n - 1) / 2);
}

/* ---- the rendezvous ------------------------------------------------------------- */

/* Plain memory: the rendezvous alone orders the mark before send's return. */
struct rendezvous {
	assay_chan *c, *done;
	int64_t n;
	int64_t arrived; /* the number of the last receive begun */
};

static void arrive(void *arg)
{
	struct rendezvous *r = arg;

	for (int64_t i = 1; i <= r->n; i++) {
		r->arrived = i;
		REQUIRE(recv(r->c, NULL));
		/* The sender reads `arrived` before the next round. */
		wait_for(r->c);
	}
	send_signal(r->done);
}

CASE(CH_044, "when an unbuffered send returns the receive has begun")
{
	struct rendezvous r = {
		.c = chan_int(0), .done = chan_signal(0), .n = rounds(2000)};

	go(arrive, &r);
	for (int64_t i = 1; i <= r.n; i++) {
		send_int(r.c, (int)i);
		CHECK_EQ(r.arrived, i);
		send_int(r.c, 0);
	}
	wait_for(r.done);
}

/* ---- a leak is no error ------------------------------------------------------------ */

static void wait_here(void *arg)
{
	mark(arg);
	wait_for(chan_signal(0));
	CHECK_MSG(false, "a receive nobody can satisfy returned");
}

CASE(CH_047, "goroutines on channels that nobody else has are no error")
{
	static atomic_int waiting;
	static struct op s = {.v = 5};

	go_many(20, wait_here, &waiting);
	REQUIRE(becomes(&waiting, 20));
	sleep_ns(2 * MS);
	s.c = chan_int(0);
	go(do_send, &s);
	CHECK_EQ(recv_int(s.c), 5);
}
