/* Channels as things: their sizes, their handles, ranges over them. */
#include "ch.h"

/* ---- len and cap ---------------------------------------------------------------- */

static void check_len_cap(assay_chan *c, int64_t len, int64_t cap)
{
	CHECK_EQ(rt->chan->len(c), len);
	CHECK_EQ(rt->chan->cap(c), cap);
}

CASE(CH_024, "len counts the values in the buffer, cap is that of make",
     NEEDS(NEED(chan, len), NEED(chan, cap)))
{
	static const int caps[] = {1, 2, 3, 5, 7, 9, 10, 100, 1000};

	check_len_cap(NULL, 0, 0);
	check_len_cap(chan_int(0), 0, 0);
	check_len_cap(chan_signal(0), 0, 0);
	for (size_t k = 0; k < sizeof(caps) / sizeof(caps[0]); k++) {
		int64_t cap = caps[k];
		assay_chan *c = chan_int(cap);

		check_len_cap(c, 0, cap);
		for (int i = 0; i < cap; i++) {
			send_int(c, i);
			check_len_cap(c, i + 1, cap);
		}
		close_chan(c);
		check_len_cap(c, cap, cap);
		for (int64_t i = cap; i-- > 0;) {
			(void)recv_int(c);
			check_len_cap(c, i, cap);
		}
		check_len_cap(c, 0, cap);
	}
}

CASE(CH_025, "a blocked sender does not count in len",
     NEEDS(NEED(chan, len), NEED(chan, cap)))
{
	static struct op s[4];
	assay_chan *c[2] = {chan_int(0), chan_int(2)};

	send_int(c[1], 0);
	send_int(c[1], 0);
	for (int i = 0; i < 4; i++) {
		s[i].c = c[i % 2];
		go(do_send, &s[i]);
	}
	settle(4);
	check_len_cap(c[0], 0, 0);
	check_len_cap(c[1], 2, 2);
	for (int i = 0; i < 2; i++) {
		(void)recv_int(c[0]);
		check_len_cap(c[0], 0, 0);
	}
	for (int i = 0; i < 4; i++)
		(void)recv_int(c[1]);
	check_len_cap(c[1], 0, 2);
}

/* ---- make ------------------------------------------------------------------------- */

static void check_not_made(size_t elem, int64_t cap)
{
	int status = ASSAY_OK;

	CHECK_PTR(rt->chan->make(elem, cap, &status), ==, NULL);
	CHECK_EQ(status, ASSAY_CHAN_SIZE);
	CHECK_PTR(rt->chan->make(elem, cap, NULL), ==, NULL);
}

CASE(CH_026, "a channel with a size out of range is not made")
{
	check_not_made(sizeof(int), -1);
	check_not_made(0, -1);
	check_not_made(8, INT64_C(1) << 59);
	check_not_made(8, INT64_C(1) << 60);
	/* 2^61 elements of 8 bytes: the product wraps round to zero. */
	check_not_made(8, INT64_C(1) << 61);
	check_not_made(8, INT64_MAX);
	check_not_made(1, INT64_MAX);
	check_not_made(8, INT64_MIN);
	(void)chan(8, 1);
}

#define PANICS                                                                 \
	ENDS(.status = 2, .first = "panic: makechan: size out of range",       \
	     .match = {"goroutine [0-9]+ \\[running\\]:"})

CASE_TABLE(CH_026, make_or_die, (size_t elem, int64_t cap),
	   ROW(negative, (sizeof(int), -1),
	       "making a channel of negative size panics",
	       NEEDS(NEED(core, panic)), PANICS),
	   ROW(bytes, (8, INT64_C(1) << 59),
	       "making a channel of too many bytes panics",
	       NEEDS(NEED(core, panic)), PANICS),
	   ROW(most, (8, INT64_MAX),
	       "making a channel of the largest size panics",
	       NEEDS(NEED(core, panic)), PANICS))
{
	int status = ASSAY_OK;

	(void)rt->chan->make(elem, cap, &status);
	die_of(status);
}

/* ---- handles ------------------------------------------------------------------------- */

struct handle {
	assay_chan *c;
};

static void send_through_copy(void *arg)
{
	struct handle copy = *(struct handle *)arg;

	send_int(copy.c, 35);
	CHECK_EQ(recv_int(copy.c), 36);
	close_chan(copy.c);
}

CASE(CH_035, "copies of a handle are the same channel")
{
	struct handle h = {chan_int(0)}, copy = h;

	go_copy(send_through_copy, &copy, sizeof(copy));
	copy.c = NULL;
	CHECK_EQ(recv_int(h.c), 35);
	send_int(h.c, 36);
	CHECK(!recv(h.c, NULL));
}

/* A request carries the channel for its answer. */
struct request {
	int number;
	assay_chan *reply;
};

static void serve(void *arg)
{
	assay_chan *requests = *(assay_chan **)arg;
	struct request r;

	while (recv(requests, &r))
		send_int(r.reply, r.number * 2);
}

CASE(CH_036, "handles are equal by origin and travel over channels",
     .flags = CASE_VALGRIND)
{
	assay_chan *a = chan_int(0), *b = chan_int(0), *got = NULL;
	assay_chan *chans = chan(sizeof(assay_chan *), 2);
	assay_chan *requests = chan(sizeof(struct request), 0);

	CHECK_PTR(a, !=, b);
	send(chans, &a);
	send(chans, &b);
	CHECK(recv(chans, &got));
	CHECK_PTR(got, ==, a);
	CHECK(recv(chans, &got));
	CHECK_PTR(got, ==, b);

	for (int i = 0; i < 3; i++)
		go_copy(serve, &requests, sizeof(requests));
	for (int i = 0; i < 50; i++) {
		struct request r = {.number = i, .reply = chan_int(0)};

		send(requests, &r);
		CHECK_EQ(recv_int(r.reply), i * 2);
	}
	close_chan(requests);
}

/* ---- range ----------------------------------------------------------------------------- */

struct range {
	assay_chan *c;
	int n;
};

static void send_and_close(void *arg)
{
	const struct range *r = arg;

	for (int i = 0; i < r->n; i++)
		send_int(r->c, i);
	close_chan(r->c);
}

CASE(CH_037, "a range sees every value and ends at close",
     .flags = CASE_VALGRIND)
{
	for (int cap = 0; cap <= 8; cap += 4)
		for (int n = 0; n <= 100; n += 25) {
			struct range r = {chan_int(cap), n};
			int seen = 0, v;

			go_copy(send_and_close, &r, sizeof(r));
			while (recv(r.c, &v)) {
				CHECK_EQ(v, seen);
				seen++;
			}
			CHECK_EQ(seen, n);
		}
}

/* ---- a value that nobody wants ----------------------------------------------------------- */

/* Plain memory: ordered by the discarded values alone. */
struct silent {
	assay_chan *c;
	int written;
};

static void write_and_send(void *arg)
{
	struct silent *s = arg;

	for (int i = 1; i <= 50; i++) {
		s->written = i;
		send_int(s->c, i);
		wait_for(s->c);
	}
}

CASE(CH_041, "a discarded value synchronises all the same",
     NEEDS(NEED(chan, len)))
{
	struct silent s = {.c = chan_int(0)};
	assay_chan *buffered = chan_int(2);

	go(write_and_send, &s);
	for (int i = 1; i <= 50; i++) {
		CHECK_EQ(rt->chan->recv(s.c, NULL, ASSAY_FOREVER), ASSAY_OK);
		CHECK_EQ(s.written, i);
		send_int(s.c, 0);
	}
	send_int(buffered, 1);
	send_int(buffered, 2);
	CHECK_EQ(try_recv(buffered, NULL), ASSAY_OK);
	CHECK_EQ(rt->chan->len(buffered), 1);
	CHECK_EQ(recv_int(buffered), 2);
	close_chan(buffered);
	CHECK_EQ(try_recv(buffered, NULL), ASSAY_CLOSED);
}
