/* Order: of values, of waiters, and how values go from hand to hand. */
#include "ch.h"

/* ---- FIFO of values ----------------------------------------------------------- */

#define CAPS 200
#define VALUES 100

struct source {
	assay_chan *c;
	int n;
};

static void send_upwards(void *arg)
{
	const struct source *s = arg;

	for (int i = 0; i < s->n; i++)
		send_int(s->c, i);
}

/* Receives with the result looked at, and not, in turn. */
static void check_upwards(assay_chan *c, int n)
{
	for (int i = 0; i < n; i++) {
		int v = -1;

		if (i % 2 == 0)
			v = recv_int(c);
		else
			CHECK_EQ(rt->chan->recv(c, &v, ASSAY_FOREVER),
				 ASSAY_OK);
		CHECK_EQ(v, i);
	}
}

CASE(CH_006, "values of one sender come in the order sent, caps 0 to 199",
     .flags = CASE_VALGRIND)
{
	int64_t n = rounds(CAPS);

	for (int64_t i = 0; i < n; i++) {
		int64_t cap = i * CAPS / n;
		struct source s = {.c = chan_int(cap), .n = VALUES};

		go_copy(send_upwards, &s, sizeof(s));
		check_upwards(s.c, s.n);
		CHECK_EQ(try_recv(s.c, NULL), ASSAY_AGAIN);
	}
}

static void fill(assay_chan *c, int *next, int n)
{
	for (int i = 0; i < n; i++)
		send_int(c, (*next)++);
}

static void drain(assay_chan *c, int *next, int n)
{
	for (int i = 0; i < n; i++)
		CHECK_EQ(recv_int(c), (*next)++);
}

/* Fills and drains by random amounts, all of it at times. */
static void fill_and_drain(assay_chan *c, int cap, int64_t times)
{
	int in_next = 0, out_next = 0;

	while (times-- > 0) {
		int held = in_next - out_next;

		fill(c, &in_next, (int)rnd_below(cap - held + 1));
		held = in_next - out_next;
		drain(c, &out_next, (int)rnd_below(held + 1));
		if (times % 8 == 0)
			fill(c, &in_next, cap - (in_next - out_next));
	}
	drain(c, &out_next, in_next - out_next);
}

CASE(CH_007, "the buffer wraps round and keeps the order",
     .flags = CASE_VALGRIND)
{
	static const int caps[] = {1, 2, 3, 7, 256, 257};
	int in_next = 0, out_next = 0;
	assay_chan *c = chan_int(3);

	for (int64_t i = rounds(1000); i > 0; i--) {
		fill(c, &in_next, 2);
		drain(c, &out_next, 2);
	}
	for (size_t k = 0; k < sizeof(caps) / sizeof(caps[0]); k++)
		fill_and_drain(chan_int(caps[k]), caps[k],
			       caps[k] < 10 ? rounds(300) : rounds(50));
}

/* ---- exactly once --------------------------------------------------------------- */

#define SIDES 4
#define MOST 1000

static struct {
	assay_chan *c, *done;
	int n; /* every sender sends 0 ... n-1 */
	atomic_int seen[MOST];
} crowd;

static void send_all(void *arg)
{
	(void)arg;
	for (int i = 0; i < crowd.n; i++)
		send_int(crowd.c, i);
	send_signal(crowd.done);
}

static void recv_share(void *arg)
{
	(void)arg;
	for (int i = 0; i < crowd.n; i++) {
		int v = recv_int(crowd.c);

		if (CHECK_MSG(v >= 0 && v < crowd.n, "got %d", v))
			mark(&crowd.seen[v]);
	}
	send_signal(crowd.done);
}

static void check_exactly_once(int cap, int n)
{
	int wrong = 0;

	crowd.c = chan_int(cap);
	crowd.n = n;
	memset(crowd.seen, 0, sizeof(crowd.seen));
	for (int i = 0; i < SIDES; i++) {
		go(send_all, NULL);
		go(recv_share, NULL);
	}
	join(crowd.done, 2 * SIDES);
	for (int i = 0; i < n; i++)
		wrong += count(&crowd.seen[i]) != SIDES;
	CHECK_EQ(wrong, 0);
	CHECK_EQ(try_recv(crowd.c, NULL), ASSAY_AGAIN);
}

CASE(CH_008, "every value is received exactly once by many from many")
{
	crowd.done = chan_signal(0);
	for (int cap = 0; cap <= 20; cap++)
		check_exactly_once(cap, (int)rounds(cap % 10 ? 100 : MOST));
}

/* ---- FIFO of waiters --------------------------------------------------------------- */

#define QUEUE 10

static struct op queue[QUEUE];

/* Parks QUEUE goroutines one after another, with the values 0 ... 9. */
static void park_queue(assay_chan *c, assay_fn fn, atomic_int *total)
{
	for (int i = 0; i < QUEUE; i++) {
		queue[i] = (struct op){.c = c, .v = i, .total = total};
		go(fn, &queue[i]);
		settle(i + 1);
	}
}

static bool receivers_in_order(void)
{
	static atomic_int total;
	assay_chan *c = chan_int(0);
	bool right = true;

	atomic_store_explicit(&total, 0, memory_order_release);
	park_queue(c, do_recv, &total);
	for (int i = 0; i < QUEUE; i++)
		send_int(c, 100 + i);
	REQUIRE(becomes(&total, QUEUE));
	for (int i = 0; i < QUEUE; i++)
		right &= IS(queue[i].v, ==, 100 + i);
	return right;
}

CASE(CH_027, "parked receivers are served first come, first served")
{
	CHECK_HOLDS(receivers_in_order);
}

static bool senders_in_order(int cap)
{
	static atomic_int total;
	assay_chan *c = chan_int(cap);
	bool right = true;

	atomic_store_explicit(&total, 0, memory_order_release);
	for (int i = 0; i < cap; i++)
		send_int(c, i - cap);
	park_queue(c, do_send, &total);
	for (int i = -cap; i < QUEUE; i++)
		right &= IS(recv_int(c), ==, i);
	REQUIRE(becomes(&total, QUEUE));
	return right;
}

static bool unbuffered_in_order(void)
{
	return senders_in_order(0);
}

static bool buffered_in_order(void)
{
	return senders_in_order(3);
}

CASE(CH_028, "parked senders are served first come, first served",
     .flags = CASE_VALGRIND)
{
	CHECK_HOLDS(unbuffered_in_order);
	CHECK_HOLDS(buffered_in_order);
}

/* ---- from hand to hand ---------------------------------------------------------------- */

/*
 * A value that went into the buffer would be there until the receiver woke
 * up: len, asked at once, sees it in most rounds.
 */
static bool sent_past_buffer(void)
{
	struct op r = {.c = chan_int(5), .v = -1};
	int64_t len;

	go(do_recv, &r);
	settle(1);
	send_int(r.c, 29);
	len = rt->chan->len(r.c);
	REQUIRE(becomes(&r.done, 1));
	CHECK_EQ(r.v, 29);
	return len == 0;
}

CASE(CH_029, "a send to a parked receiver goes past the buffer",
     NEEDS(NEED(chan, len)))
{
	int right = 0;

	for (int i = 0; i < 20; i++)
		right += sent_past_buffer();
	if (parking_is_known())
		CHECK_EQ(right, 20);
	else
		CHECK_GE(right, 10);
}

static bool refilled_by_sender(void)
{
	struct op s = {.c = chan_int(2), .v = 3};
	int64_t len;

	send_int(s.c, 1);
	send_int(s.c, 2);
	go(do_send, &s);
	settle(1);
	CHECK_EQ(rt->chan->len(s.c), 2);
	CHECK_EQ(recv_int(s.c), 1);
	len = rt->chan->len(s.c);
	CHECK_EQ(recv_int(s.c), 2);
	CHECK_EQ(recv_int(s.c), 3);
	REQUIRE(becomes(&s.done, 1));
	return IS(len, ==, 2);
}

CASE(CH_030, "a receive from a full buffer lets a parked sender refill it",
     NEEDS(NEED(chan, len)))
{
	CHECK_HOLDS(refilled_by_sender);
	for (int i = 0; i < 10; i++)
		(void)refilled_by_sender();
}

CASE(CH_031, "a receive takes a parked sender's value and sets it free")
{
	for (int i = 0; i < 10; i++) {
		struct op s = {.c = chan_int(0), .v = 310 + i};

		go(do_send, &s);
		settle(1);
		CHECK_EQ(recv_int(s.c), 310 + i);
		REQUIRE(becomes(&s.done, 1));
		CHECK_EQ(s.status, ASSAY_OK);
		CHECK_EQ(s.v, 310 + i);
	}
}
