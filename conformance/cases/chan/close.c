/* Closing channels. */
#include "ch.h"

/* ---- receive after close --------------------------------------------------------- */

static bool all_zero(const unsigned char *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

static void check_drained(assay_chan *c, size_t size)
{
	unsigned char out[1024 + 8];

	for (int i = 0; i < 10; i++) {
		memset(out, 0xff, sizeof(out));
		CHECK_EQ(rt->chan->recv(c, out, ASSAY_FOREVER), ASSAY_CLOSED);
		CHECK(all_zero(out, size));
		CHECK_EQ(out[size], 0xff);
	}
	CHECK_EQ(rt->chan->recv(c, NULL, ASSAY_FOREVER), ASSAY_CLOSED);
}

CASE(CH_009, "a closed, drained channel gives zero and not ok, always",
     .flags = CASE_VALGRIND)
{
	static const size_t sizes[] = {0, 1, 4, 7, 8, 12, 40, 1024};
	static const int caps[] = {0, 1, 3};
	static const unsigned char ones[1024] = {[0 ... 1023] = 0xff};

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (size_t k = 0; k < 3; k++) {
			assay_chan *c = chan(sizes[s], caps[k]);

			for (int i = 0; i < caps[k]; i++)
				send(c, ones);
			for (int i = 0; i < caps[k]; i++)
				CHECK(recv(c, NULL));
			close_chan(c);
			check_drained(c, sizes[s]);
		}
}

CASE(CH_010, "values buffered before close still come, in order")
{
	for (int held = 0; held <= 3; held++) {
		assay_chan *c = chan_int(3);
		int v;

		for (int i = 1; i <= held; i++)
			send_int(c, i);
		close_chan(c);
		for (int i = 1; i <= held; i++) {
			v = -1;
			CHECK_EQ(rt->chan->recv(c, &v, ASSAY_FOREVER),
				 ASSAY_OK);
			CHECK_EQ(v, i);
		}
		v = -1;
		CHECK_EQ(rt->chan->recv(c, &v, ASSAY_FOREVER), ASSAY_CLOSED);
		CHECK_EQ(v, 0);
	}
}

CASE(CH_040, "ok tells a real zero from the zero of a closed channel")
{
	assay_chan *c = chan_int(1);
	int v = -1;

	send_int(c, 0);
	close_chan(c);
	CHECK_EQ(rt->chan->recv(c, &v, ASSAY_FOREVER), ASSAY_OK);
	CHECK_EQ(v, 0);
	v = -1;
	CHECK_EQ(rt->chan->recv(c, &v, ASSAY_FOREVER), ASSAY_CLOSED);
	CHECK_EQ(v, 0);
}

/* ---- close and those who are blocked ------------------------------------------------ */

static struct op ops[1000];

/* Starts n goroutines that do fn on c with the values 1 ... n, and parks. */
static void park_ops(assay_chan *c, assay_fn fn, int n, atomic_int *total)
{
	for (int i = 0; i < n; i++) {
		ops[i] = (struct op){.c = c, .v = i + 1, .total = total};
		go(fn, &ops[i]);
	}
	settle(n);
	CHECK_EQ(count(total), 0);
}

static void check_close_wakes(int64_t cap)
{
	int n = (int)goroutines(1000), right = 0;
	atomic_int total = 0;
	assay_chan *c = chan_int(cap);

	park_ops(c, do_recv, n, &total);
	close_chan(c);
	REQUIRE(becomes(&total, n));
	for (int i = 0; i < n; i++)
		right += ops[i].status == ASSAY_CLOSED && ops[i].v == 0;
	CHECK_EQ(right, n);
}

CASE(CH_011, "close wakes every blocked receiver", .flags = CASE_VALGRIND)
{
	check_close_wakes(0);
	check_close_wakes(5);
}

CASE(CH_013, "close fails every blocked sender and drops its value",
     .flags = CASE_VALGRIND)
{
	static const int caps[] = {0, 2};

	for (int k = 0; k < 2; k++) {
		int n = 50;
		atomic_int total = 0;
		assay_chan *c = chan_int(caps[k]);

		for (int i = 0; i < caps[k]; i++)
			send_int(c, -5);
		park_ops(c, do_send, n, &total);
		close_chan(c);
		REQUIRE(becomes(&total, n));
		for (int i = 0; i < n; i++)
			CHECK_EQ(ops[i].status, ASSAY_SEND_CLOSED);
		for (int i = 0; i < caps[k]; i++)
			CHECK_EQ(recv_int(c), -5);
		check_drained(c, sizeof(int));
	}
}

/* ---- the panics, as statuses ---------------------------------------------------------- */

CASE(CH_012, "send on a closed channel fails and drops the value",
     NEEDS(NEED(chan, len)))
{
	for (int64_t cap = 0; cap <= 3; cap++) {
		assay_chan *c = chan_int(cap);
		int v = 9;

		if (cap > 1)
			send_int(c, 1);
		close_chan(c);
		CHECK_EQ(rt->chan->send(c, &v, ASSAY_FOREVER),
			 ASSAY_SEND_CLOSED);
		CHECK_EQ(try_send(c, &v), ASSAY_SEND_CLOSED);
		CHECK_EQ(rt->chan->len(c), cap > 1);
		if (cap > 1)
			CHECK_EQ(recv_int(c), 1);
		check_drained(c, sizeof(int));
	}
}

CASE(CH_014, "closing twice fails and leaves the channel closed")
{
	for (int64_t cap = 0; cap <= 2; cap += 2) {
		assay_chan *c = chan_int(cap);

		if (cap > 0)
			send_int(c, 1);
		close_chan(c);
		CHECK_EQ(rt->chan->close(c), ASSAY_CLOSE_CLOSED);
		if (cap > 0)
			CHECK_EQ(recv_int(c), 1);
		CHECK_EQ(rt->chan->close(c), ASSAY_CLOSE_CLOSED);
		check_drained(c, sizeof(int));
	}
}

CASE(CH_015, "closing a nil channel fails")
{
	CHECK_EQ(rt->chan->close(NULL), ASSAY_CLOSE_NIL);
}

/* ---- the panics, as deaths -------------------------------------------------------------- */

#define PANICS(text)                                                           \
	ENDS(.status = 2, .first = "panic: " text,                             \
	     .match = {"goroutine [0-9]+ \\[running\\]:"})

CASE_TABLE(CH_012, send_on_closed, (int64_t cap),
	   ROW(unbuffered, (0), "send on a closed unbuffered channel panics",
	       NEEDS(NEED(core, panic)), PANICS("send on closed channel")),
	   ROW(buffered, (3), "send on a closed channel with room panics",
	       NEEDS(NEED(core, panic)), PANICS("send on closed channel")))
{
	assay_chan *c = chan_int(cap);
	int v = 1;

	close_chan(c);
	die_of(rt->chan->send(c, &v, ASSAY_FOREVER));
}

static void send_or_die(void *arg)
{
	int v = 1;

	die_of(rt->chan->send(arg, &v, ASSAY_FOREVER));
}

CASE_OF(CH_013, panic, "a blocked sender panics when the channel is closed",
	NEEDS(NEED(core, panic)), PANICS("send on closed channel"))
{
	assay_chan *c = chan_int(0);

	go(send_or_die, c);
	settle(1);
	go(close_it, c);
	sleep_ns(upto(5 * SEC));
}

CASE_OF(CH_014, panic, "closing a closed channel panics",
	NEEDS(NEED(core, panic)), PANICS("close of closed channel"))
{
	assay_chan *c = chan_int(0);

	close_chan(c);
	die_of(rt->chan->close(c));
}

CASE_OF(CH_015, panic, "closing a nil channel panics", NEEDS(NEED(core, panic)),
	PANICS("close of nil channel"))
{
	die_of(rt->chan->close(NULL));
}
