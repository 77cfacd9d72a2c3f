/*
 * dup.c - what a select leaves behind on its other channels, and the same
 * channel in several cases (SE-014 to SE-018).
 */
#include "kit/sync_kit.h"

#define WIDE 64

static bool all_bytes(const unsigned char *p, unsigned char v)
{
	for (size_t i = 0; i < WIDE; i++)
		if (p[i] != v)
			return false;
	return true;
}

/* Only buffer `only` was stored to, with bytes of v. */
static int stores_wrong(unsigned char buffers[3][WIDE], size_t only,
			unsigned char v)
{
	int wrong = 0;

	for (size_t i = 0; i < 3; i++) {
		wrong += !all_bytes(buffers[i], i == only ? v : 0xAA);
		memset(buffers[i], 0xAA, WIDE);
	}
	return wrong;
}

struct wide {
	assay_chan *c;
	unsigned char bytes[WIDE];
};

static void send_wide(void *arg)
{
	struct wide *w = arg;

	settle(1); /* main waits in its select */
	send(w->c, w->bytes);
}

/* Three channels, ready at once or while the select waits for them. */
static void store_one(bool waits, int64_t count)
{
	unsigned char buffers[3][WIDE];
	struct assay_case cases[3];
	struct wide w;
	int wrong = 0;

	memset(buffers, 0xAA, sizeof(buffers));
	for (size_t i = 0; i < 3; i++)
		cases[i] = case_recv(chan(WIDE, waits ? 0 : 1), buffers[i]);
	for (int64_t t = 0; t < count; t++) {
		size_t ready = (size_t)(t % 3);

		w.c = cases[ready].c;
		memset(w.bytes, (int)(t & 0x7f), WIDE);
		if (waits)
			go(send_wide, &w);
		else
			send(w.c, w.bytes);
		wrong += select_cases(cases, 3, NULL) != ready;
		wrong += stores_wrong(buffers, ready, w.bytes[0]);
	}
	CHECK_EQ(wrong, 0);
}

/* All ready: the choice is random, and what was not taken stays in place. */
static void store_any(int64_t count)
{
	unsigned char buffers[3][WIDE], v[WIDE];
	struct assay_case cases[3];
	int wrong = 0;

	memset(buffers, 0xAA, sizeof(buffers));
	memset(v, 0x11, WIDE);
	for (size_t i = 0; i < 3; i++) {
		cases[i] = case_recv(chan(WIDE, 1), buffers[i]);
		send(cases[i].c, v);
	}
	for (int64_t t = 0; t < count; t++) {
		size_t taken = select_cases(cases, 3, NULL);

		wrong += stores_wrong(buffers, taken, 0x11);
		for (size_t i = 0; i < 3; i++)
			wrong += rt->chan->len(cases[i].c) != (i != taken);
		send(cases[taken].c, v);
	}
	CHECK_EQ(wrong, 0);
}

CASE(SE_014, "only the case taken stores to its variable",
     NEEDS(NEED(chan, select), NEED(chan, len)))
{
	store_one(false, 300);
	store_one(true, 6);
	store_any(300);
}

/* ---- ghosts ------------------------------------------------------------- */

struct group {
	assay_chan *c, *d, *done;
	int a, b;
	atomic_int a_done, b_done;
};

static void select_ccd(void *arg)
{
	struct group *g = arg;
	struct assay_case cases[3] = {case_recv(g->c, &g->a),
				      case_recv(g->c, &g->a),
				      case_recv(g->d, &g->a)};

	CHECK_EQ(select_cases(cases, 3, NULL), 2);
	mark(&g->a_done);
}

static void receive_c(void *arg)
{
	struct group *g = arg;

	g->b = recv_int(g->c);
	mark(&g->b_done);
}

/* A waits on c, c and d, B on c, in either order; d wakes A, c then B. */
static void ghost_receiver(bool b_first)
{
	struct group g = {.c = chan_int(0), .d = chan_int(0)};

	go(b_first ? receive_c : select_ccd, &g);
	settle(1);
	go(b_first ? select_ccd : receive_c, &g);
	settle(2);
	send_int(g.d, 7);
	REQUIRE(becomes(&g.a_done, 1));
	CHECK_EQ(g.a, 7);
	CHECK_EQ(count(&g.b_done), 0);
	settle(1);
	CHECK_EQ(rt->chan->send(g.c, &(int){8}, in(upto(5 * SEC))), ASSAY_OK);
	REQUIRE(becomes(&g.b_done, 1));
	CHECK_EQ(g.b, 8);
	CHECK_EQ(try_send(g.c, &(int){9}), ASSAY_AGAIN);
}

static void select_sends(void *arg)
{
	static const int ghost = 1, real = 2;
	struct group *g = arg;
	struct assay_case cases[3] = {case_send(g->c, &ghost),
				      case_send(g->d, &real),
				      case_send(g->c, &ghost)};

	CHECK_EQ(select_cases(cases, 3, NULL), 1);
	mark(&g->a_done);
}

static void send_c(void *arg)
{
	struct group *g = arg;

	send_int(g->c, 3);
	mark(&g->b_done);
}

static void ghost_sender(bool b_first)
{
	struct group g = {.c = chan_int(0), .d = chan_int(0)};

	go(b_first ? send_c : select_sends, &g);
	settle(1);
	go(b_first ? select_sends : send_c, &g);
	settle(2);
	CHECK_EQ(recv_int(g.d), 2);
	REQUIRE(becomes(&g.a_done, 1));
	settle(1);
	CHECK_EQ(recv_int(g.c), 3);
	REQUIRE(becomes(&g.b_done, 1));
	CHECK_EQ(try_recv(g.c, &g.a), ASSAY_AGAIN);
}

/* Closing d wakes the select too. */
static void ghost_after_close(void)
{
	struct group g = {.c = chan_int(0), .d = chan_int(0)};

	go(select_ccd, &g);
	settle(1);
	close_chan(g.d);
	REQUIRE(becomes(&g.a_done, 1));
	CHECK_EQ(try_send(g.c, &(int){1}), ASSAY_AGAIN);
	go(receive_c, &g);
	send_int(g.c, 5);
	REQUIRE(becomes(&g.b_done, 1));
	CHECK_EQ(g.b, 5);
}

CASE(SE_015, "a select that was woken waits on no other channel any more",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	for (int i = 0; i < 3; i++) {
		ghost_receiver(false);
		ghost_receiver(true);
		ghost_sender(false);
		ghost_sender(true);
	}
	ghost_after_close();
}

static void take_then_c(void *arg)
{
	struct group *g = arg;
	struct assay_case cases[2] = {case_recv(g->c, &g->a),
				      case_recv(g->d, &g->a)};

	CHECK_EQ(select_cases(cases, 2, NULL), 1);
	mark(&g->a_done);
	g->a = recv_int(g->c);
	mark(&g->a_done);
}

/* The select was last in c's list: who queues behind it must be found. */
CASE_OF(SE_015, last, "waiters that queue behind a departed select wake",
	NEEDS(NEED(chan, select)))
{
	struct group g = {.c = chan_int(0), .d = chan_int(0)};

	go(receive_c, &g);
	settle(1);
	go(take_then_c, &g);
	settle(2);
	send_int(g.d, 1);
	REQUIRE(becomes(&g.a_done, 1));
	settle(2);
	send_int(g.c, 10);
	REQUIRE(becomes(&g.b_done, 1));
	CHECK_EQ(g.b, 10);
	CHECK_EQ(count(&g.a_done), 1);
	send_int(g.c, 11);
	REQUIRE(becomes(&g.a_done, 2));
	CHECK_EQ(g.a, 11);
}

static void take_then_others(void *arg)
{
	struct group *g = arg;
	assay_chan *e = chan_int(0);
	struct assay_case first[2] = {case_recv(g->c, &g->a),
				      case_recv(g->d, &g->a)};
	struct assay_case then[2] = {case_recv(e, &g->b),
				     case_recv(g->done, NULL)};

	CHECK_EQ(select_cases(first, 2, NULL), 1);
	mark(&g->a_done);
	CHECK_EQ(select_cases(then, 2, NULL), 1);
	mark(&g->a_done);
}

/* What the first select left on c would be taken for a part of the next. */
CASE_OF(SE_015, again, "a select is not woken by a channel of the one before",
	NEEDS(NEED(chan, select)))
{
	struct group g = {.c = chan_int(0),
			  .d = chan_int(0),
			  .done = chan_signal(0),
			  .a = -1,
			  .b = -1};

	go(take_then_others, &g);
	settle(1);
	send_int(g.d, 1);
	REQUIRE(becomes(&g.a_done, 1));
	settle(1);
	CHECK_EQ(try_send(g.c, &(int){2}), ASSAY_AGAIN);
	CHECK_EQ(count(&g.a_done), 1);
	close_chan(g.done);
	REQUIRE(becomes(&g.a_done, 2));
	CHECK_EQ(g.a, 1);
	CHECK_EQ(g.b, -1);
}

/* ---- one channel, many cases -------------------------------------------- */

static void select_both_ways(void *arg)
{
	static const int own = 50;
	struct group *g = arg;
	struct assay_case cases[4] = {
		case_send(g->c, &own), case_recv(g->c, &g->a),
		case_recv(g->c, &g->a), case_send(g->c, &own)};
	size_t i = select_cases(cases, 4, NULL);

	g->b = (int)i;
	mark(&g->a_done);
}

static void start_both_ways(struct group *g)
{
	*g = (struct group){.c = chan_int(0), .a = -1};
	go(select_both_ways, g);
	CHECK(still_unset(&g->a_done));
}

CASE_OF(SE_016, partner, "send and receive of one channel wait for another",
	.flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	struct group g;

	start_both_ways(&g);
	CHECK(stays(&g.a_done, 0));
	send_int(g.c, 60);
	REQUIRE(becomes(&g.a_done, 1));
	CHECK_EQ(g.a, 60);
	CHECK_EITHER(g.b, 1, 2);
	CHECK_EQ(try_recv(g.c, &g.a), ASSAY_AGAIN);
	start_both_ways(&g);
	CHECK_EQ(recv_int(g.c), 50);
	REQUIRE(becomes(&g.a_done, 1));
	CHECK_EQ(g.a, -1);
	CHECK_EITHER(g.b, 0, 3);
	CHECK_EQ(try_send(g.c, &(int){1}), ASSAY_AGAIN);
}

CASE_OF(SE_016, buffered, "of many cases on one channel one takes one value",
	NEEDS(NEED(chan, select), NEED(chan, len)))
{
	assay_chan *c = chan_int(4);
	int got[4], v = 7, wrong = 0;
	struct assay_case cases[8];

	for (size_t i = 0; i < 4; i++) {
		cases[2 * i] = case_recv(c, &got[i]);
		cases[2 * i + 1] = case_send(c, &v);
	}
	for (int t = 0; t < 500; t++) {
		int64_t before = rt->chan->len(c);
		size_t i = select_cases(cases, 8, NULL);

		wrong += rt->chan->len(c) != before + (i % 2 ? 1 : -1);
		wrong += i % 2 == 0 && got[i / 2] != 7;
	}
	CHECK_EQ(wrong, 0);
}

/* ---- two goroutines that send and receive on one channel ---------------- */

struct self {
	assay_chan *c, *done;
	int me;
	int64_t count, sent, received, own;
};

static void self_select(void *arg)
{
	struct self *s = arg;
	int v = -1;
	struct assay_case there[2] = {case_send(s->c, &s->me),
				      case_recv(s->c, &v)};
	struct assay_case back[2] = {there[1], there[0]};

	for (int64_t i = 0; i < s->count; i++) {
		bool turned = s->me == 1 && i % 2 == 1;
		size_t taken = select_cases(turned ? back : there, 2, NULL);

		if ((taken == 0) != turned) {
			s->sent++;
			continue;
		}
		s->received++;
		s->own += v == s->me;
	}
	send_signal(s->done);
}

static void two_selves(struct self *s, int64_t cap)
{
	assay_chan *c = chan_int(cap), *done = chan_signal(2);

	for (int me = 0; me < 2; me++) {
		s[me] = (struct self){
			.c = c, .done = done, .me = me, .count = rounds(1000)};
		go(self_select, &s[me]);
	}
	join(done, 2);
}

CASE(SE_017, "two that send and receive on one channel never meet themselves",
     NEEDS(NEED(chan, select)))
{
	struct self s[2];

	two_selves(s, 0);
	CHECK_EQ(s[0].own, 0);
	CHECK_EQ(s[1].own, 0);
	CHECK_EQ(s[0].sent, s[1].received);
	CHECK_EQ(s[1].sent, s[0].received);
	CHECK_EQ(s[0].sent + s[0].received, s[0].count);
}

CASE(SE_018, "the same with a buffer of 10 ends",
     NEEDS(NEED(chan, select), NEED(chan, len)))
{
	struct self s[2];

	two_selves(s, 10);
	CHECK_EQ(s[0].sent + s[1].sent - s[0].received - s[1].received,
		 rt->chan->len(s[0].c));
}
