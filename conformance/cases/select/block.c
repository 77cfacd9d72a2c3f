/*
 * block.c - a select that waits, and what wakes it; default; deadlines;
 * nil channels (SE-005 to SE-008, SE-023).
 */
#include "kit/sync_kit.h"

/* A goroutine in a select of three: receive a, receive b, send on c. */
struct three {
	assay_chan *a, *b, *c, *done;
	int in_a, in_b, out;
	size_t index;
	int status;
	atomic_int returned;
};

static void select_three(void *arg)
{
	struct three *s = arg;
	struct assay_case cases[3] = {case_recv(s->a, &s->in_a),
				      case_recv(s->b, &s->in_b),
				      case_send(s->c, &s->out)};

	s->index = select_cases(cases, 3, &s->status);
	mark(&s->returned);
	send_signal(s->done);
}

static void start_three(struct three *s, int64_t cap_ab)
{
	*s = (struct three){.a = chan_int(cap_ab),
			    .b = chan_int(cap_ab),
			    .c = chan_int(1),
			    .done = chan_signal(0),
			    .in_a = -1,
			    .in_b = -1,
			    .out = 9};
	send_int(s->c, 5);
	go(select_three, s);
	CHECK(still_unset(&s->returned));
}

static void after_three(struct three *s, size_t index, int status, int in_a,
			int in_b)
{
	wait_for(s->done);
	CHECK_EQ(s->index, index);
	CHECK_EQ(s->status, status);
	CHECK_EQ(s->in_a, in_a);
	CHECK_EQ(s->in_b, in_b);
	CHECK_EQ(recv_int(s->c), index == 2 ? 9 : 5);
}

/* Nobody waits on c any more. */
static void no_ghost(assay_chan *c)
{
	int v = 0;

	CHECK_EQ(rt->chan->len(c), 0);
	CHECK_EQ(try_recv(c, &v), ASSAY_AGAIN);
	if (rt->chan->cap(c) == 0)
		CHECK_EQ(try_send(c, &v), ASSAY_AGAIN);
}

static void woken_by_send(int64_t cap)
{
	struct three s;

	start_three(&s, cap);
	send_int(s.b, 42);
	after_three(&s, 1, ASSAY_OK, -1, 42);
	no_ghost(s.a);
	no_ghost(s.b);
	no_ghost(s.c);
}

static void woken_by_receive(void)
{
	struct three s;

	start_three(&s, 0);
	CHECK_EQ(recv_int(s.c), 5);
	after_three(&s, 2, ASSAY_OK, -1, -1);
	no_ghost(s.a);
	no_ghost(s.b);
	no_ghost(s.c);
}

static void woken_by_close(void)
{
	struct three s;

	start_three(&s, 0);
	close_chan(s.a);
	after_three(&s, 0, ASSAY_CLOSED, 0, -1);
	no_ghost(s.b);
	no_ghost(s.c);
}

CASE(SE_005, "a select with no ready case waits until one is",
     .flags = CASE_VALGRIND,
     NEEDS(NEED(chan, select), NEED(chan, len), NEED(chan, cap)))
{
	woken_by_send(0);
	woken_by_send(1);
	woken_by_receive();
	woken_by_close();
}

CASE_OF(SE_005, deadline, "a select gives up at its deadline, leaving nothing",
	NEEDS(NEED(chan, select), NEED(chan, len), NEED(chan, cap)))
{
	assay_chan *a = chan_int(0), *b = chan_int(0);
	int got = -1, v = 1;
	struct assay_case cases[2] = {case_recv(a, &got), case_send(b, &v)};
	size_t chosen = NO_CASE;
	int64_t end = in(10 * MS);

	CHECK_EQ(rt->chan->select(cases, 2, end, &chosen), ASSAY_TIMEOUT);
	CHECK_GE(now(), end);
	CHECK_EQ(chosen, NO_CASE);
	CHECK_EQ(got, -1);
	no_ghost(a);
	no_ghost(b);
	chosen = NO_CASE;
	CHECK_EQ(rt->chan->select(NULL, 0, in(2 * MS), &chosen), ASSAY_TIMEOUT);
	CHECK_EQ(chosen, NO_CASE);
}

/* ---- default ------------------------------------------------------------ */

static void default_of_none(void)
{
	assay_chan *empty = chan_int(1), *full = chan_int(1), *sync;
	int got = -1, v = 1, status;
	struct assay_case cases[4];

	sync = chan_int(0);
	send_int(full, 3);
	cases[0] = case_recv(empty, &got);
	cases[1] = case_send(full, &v);
	cases[2] = case_recv(sync, &got);
	cases[3] = case_send(sync, &v);
	for (size_t n = 0; n <= 4; n++) {
		CHECK_EQ(select_default(cases, n, &status), NO_CASE);
		CHECK_EQ(status, ASSAY_AGAIN);
	}
	CHECK_EQ(got, -1);
	no_ghost(empty);
	no_ghost(sync);
	CHECK_EQ(recv_int(full), 3);
}

/* The ready case is tried in every place of three. */
static void never_default(int64_t count, bool closed)
{
	assay_chan *ready = chan_int(1), *no1 = chan_int(0), *no2 = chan_int(0);
	int64_t wrong = 0;

	if (closed)
		close_chan(ready);
	for (int64_t i = 0; i < count; i++) {
		struct assay_case cases[3] = {case_recv(no1, NULL),
					      case_recv(no2, NULL),
					      case_recv(no1, NULL)};
		size_t place = (size_t)(i % 3);

		cases[place].c = ready;
		if (!closed)
			send_int(ready, 1);
		wrong += select_default(cases, 3, NULL) != place;
	}
	CHECK_EQ(wrong, 0);
}

static void room_is_never_default(int64_t count)
{
	assay_chan *room = chan_int(1), *no = chan_int(0);
	int v = 4;
	int64_t wrong = 0;
	struct assay_case cases[2] = {case_recv(no, NULL), case_send(room, &v)};

	for (int64_t i = 0; i < count; i++) {
		wrong += select_default(cases, 2, NULL) != 1;
		wrong += try_recv(room, NULL) != ASSAY_OK;
	}
	CHECK_EQ(wrong, 0);
}

static void send_eight(void *arg)
{
	send_int(arg, 8);
}

static void receive_one(void *arg)
{
	assay_chan **c = arg;

	send_int(c[1], recv_int(c[0]));
}

/* A partner that is parked on an unbuffered channel makes a case ready. */
static void parked_is_ready(void)
{
	assay_chan *c = chan_int(0), *no = chan_int(0), *back = chan_int(1);
	assay_chan *pair[2] = {c, back};
	int got = -1, v = 6;
	struct assay_case from[2] = {case_recv(no, NULL), case_recv(c, &got)};
	struct assay_case to[2] = {case_recv(no, NULL), case_send(c, &v)};

	go(send_eight, c);
	settle(1);
	CHECK_EQ(select_default(from, 2, NULL), 1);
	CHECK_EQ(got, 8);
	go(receive_one, pair);
	settle(1);
	CHECK_EQ(select_default(to, 2, NULL), 1);
	CHECK_EQ(recv_int(back), 6);
}

CASE(SE_006, "default runs if no case is ready, and only then",
     .flags = CASE_VALGRIND,
     NEEDS(NEED(chan, select), NEED(chan, len), NEED(chan, cap)))
{
	int64_t n = rounds(10000);

	default_of_none();
	never_default(n, false);
	never_default(n, true);
	room_is_never_default(n);
	for (int i = 0; i < 5; i++)
		parked_is_ready();
}

/* ---- nil channels ------------------------------------------------------- */

static void poll_nil(const struct assay_case *cases, size_t n)
{
	size_t chosen = NO_CASE;

	CHECK_EQ(rt->chan->select(cases, n, ASSAY_POLL, &chosen), ASSAY_AGAIN);
	CHECK_EQ(rt->chan->select(cases, n, in(3 * MS), &chosen),
		 ASSAY_TIMEOUT);
	CHECK_EQ(chosen, NO_CASE);
}

CASE_OF(SE_008, ignored, "a nil channel in a case is never ready",
	.flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	assay_chan *c = chan_int(1);
	int got = -1, v = 1, wrong = 0;
	struct assay_case nils[3] = {case_recv(NULL, &got), case_send(NULL, &v),
				     case_recv(NULL, NULL)};

	for (size_t n = 1; n <= 3; n++)
		poll_nil(nils, n);
	CHECK_EQ(got, -1);
	for (size_t place = 0; place < 3; place++) {
		struct assay_case cases[3] = {nils[0], nils[1], nils[2]};

		cases[place] = case_recv(c, &got);
		for (int i = 0; i < 100; i++) {
			send_int(c, i);
			wrong += select_cases(cases, 3, NULL) != place;
			wrong += got != i;
		}
	}
	CHECK_EQ(wrong, 0);
}

/* Nils beside a channel that makes it wait: the parking path. */
CASE_OF(SE_008, parked, "nil cases do not disturb a select that waits",
	NEEDS(NEED(chan, select), NEED(chan, len)))
{
	struct three s = {.b = chan_int(0),
			  .done = chan_signal(0),
			  .in_a = -1,
			  .in_b = -1,
			  .out = 9};

	go(select_three, &s);
	CHECK(still_unset(&s.returned));
	send_int(s.b, 3);
	wait_for(s.done);
	CHECK_EQ(s.index, 1);
	CHECK_EQ(s.status, ASSAY_OK);
	CHECK_EQ(s.in_b, 3);
	CHECK_EQ(s.in_a, -1);
}

/* ---- every pairing ------------------------------------------------------ */

/* One end of a transfer: plain, or through a select of 1 or 2 cases. */
struct end {
	assay_chan *c, *done;
	int32_t dir;
	int cases; /* 0: plain */
	int v;
};

static struct assay_case case_at_end(struct end *e, assay_chan *c)
{
	return e->dir == ASSAY_SEND ? case_send(c, &e->v) : case_recv(c, &e->v);
}

static void meet(void *arg)
{
	struct end *e = arg;
	struct assay_case cases[2] = {case_at_end(e, e->c),
				      case_at_end(e, chan_int(0))};

	if (e->cases > 0)
		CHECK_EQ(select_cases(cases, (size_t)e->cases, NULL), 0);
	else if (e->dir == ASSAY_SEND)
		send_int(e->c, e->v);
	else
		e->v = recv_int(e->c);
	send_signal(e->done);
}

static void pair(int sender, int receiver, bool sender_first)
{
	assay_chan *c = chan_int(0), *done = chan_signal(2);
	struct end to = {c, done, ASSAY_SEND, sender, 77};
	struct end from = {c, done, ASSAY_RECV, receiver, -1};

	go(meet, sender_first ? &to : &from);
	settle(1);
	go(meet, sender_first ? &from : &to);
	join(done, 2);
	CHECK_MSG(from.v == 77, "sender %d, receiver %d: %d", sender, receiver,
		  from.v);
}

CASE(SE_023, "plain and select ends meet in all nine pairings",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	for (int s = 0; s <= 2; s++) {
		for (int r = 0; r <= 2; r++) {
			pair(s, r, false);
			pair(s, r, true);
		}
	}
}
