/*
 * ken.c - many senders and receivers with sequence numbers over a few
 * channels, plain or by select (ST-002).
 *
 * A value is its sender, its channel and its number among those.  Channels
 * keep the order, so each receiver finds the numbers of one sender on one
 * channel rising; and together they find each number once.
 */
#include "kit/sync_kit.h"

enum { LANES = 4, PARTIES = 4, EACH = 60 };

struct net {
	int lanes;
	assay_chan *c[LANES], *done;
	int senders;
	/* relaxed counts, read when all are done */
	atomic_int_least64_t sum, count;
};

/* Sends or receives on one lane, or by selects over all (lane -1). */
struct party {
	struct net *net;
	int id, lane;
};

static int value_of(int sender, int lane, int number)
{
	return (sender * LANES + lane) << 16 | number;
}

static bool has_lane(const struct party *p, int lane)
{
	return p->lane == -1 || p->lane == lane;
}

static void send_lanes(void *arg)
{
	const struct party *p = arg;
	struct assay_case cases[LANES] = {{0}};
	int v[LANES], number[LANES] = {0}, left = 0;

	for (int i = 0; i < p->net->lanes; i++) {
		v[i] = value_of(p->id, i, ++number[i]);
		cases[i] =
			case_send(has_lane(p, i) ? p->net->c[i] : NULL, &v[i]);
		left += has_lane(p, i) ? EACH : 0;
	}
	for (; left > 0; left--) {
		size_t i = p->lane == -1
				   ? select_cases(cases, (size_t)p->net->lanes,
						  NULL)
				   : (size_t)p->lane;

		if (p->lane != -1)
			send_int(cases[i].c, v[i]);
		v[i] = value_of(p->id, (int)i, ++number[i]);
		if (number[i] > EACH)
			cases[i].c = NULL;
	}
	send_signal(p->net->done);
}

struct seen {
	int last[PARTIES * LANES]; /* number, by sender and lane */
	int64_t sum, count, disorder;
};

static void see(struct seen *s, size_t lane, int v)
{
	int from = v >> 16, number = v & 0xffff;

	s->count++;
	s->sum += v;
	if (from < 0 || from >= PARTIES * LANES ||
	    (size_t)from % LANES != lane || number <= s->last[from]) {
		s->disorder++;
		return;
	}
	s->last[from] = number;
}

/* Receives from the lanes until all are closed. */
static void receive_all(const struct party *p, struct seen *s)
{
	struct assay_case cases[LANES];
	int v = 0, open = 0;

	for (int i = 0; i < p->net->lanes; i++) {
		cases[i] = case_recv(has_lane(p, i) ? p->net->c[i] : NULL, &v);
		open += has_lane(p, i);
	}
	while (open > 0) {
		int status;
		size_t i = select_cases(cases, (size_t)p->net->lanes, &status);

		if (status == ASSAY_OK) {
			see(s, i, v);
			continue;
		}
		CHECK_EQ(status, ASSAY_CLOSED);
		cases[i].c = NULL;
		open--;
	}
}

static void receive_lanes(void *arg)
{
	const struct party *p = arg;
	struct seen s = {.count = 0};
	int v;

	if (p->lane == -1)
		receive_all(p, &s);
	else
		while (recv(p->net->c[p->lane], &v))
			see(&s, (size_t)p->lane, v);
	CHECK_EQ(s.disorder, 0);
	atomic_fetch_add_explicit(&p->net->sum, s.sum, memory_order_relaxed);
	atomic_fetch_add_explicit(&p->net->count, s.count,
				  memory_order_relaxed);
	send_signal(p->net->done);
}

/* Starts one party for each lane, or `selecting` that take all. */
static int start(struct net *net, assay_fn fn, int selecting)
{
	int n = selecting > 0 ? selecting : net->lanes;

	for (int i = 0; i < n; i++) {
		struct party p = {net, i, selecting > 0 ? -1 : i};

		go_copy(fn, &p, sizeof(p));
	}
	return n;
}

static void check_totals(struct net *net, int senders_each_lane)
{
	int64_t sum = 0, count = 0;

	for (int s = 0; s < net->senders; s++) {
		for (int i = 0; i < net->lanes; i++) {
			if (senders_each_lane == 1 && s != i)
				continue;
			count += EACH;
			sum += (int64_t)EACH * value_of(s, i, 0) +
			       EACH * (EACH + 1) / 2;
		}
	}
	CHECK_EQ(atomic_load_explicit(&net->count, memory_order_relaxed),
		 count);
	CHECK_EQ(atomic_load_explicit(&net->sum, memory_order_relaxed), sum);
}

/* 0 selecting ones: one for each lane, by plain sends or receives. */
static void run_net(int lanes, int cap, int senders, int receivers)
{
	struct net net = {.lanes = lanes, .done = chan_signal(0)};
	int receiving;

	for (int i = 0; i < lanes; i++)
		net.c[i] = chan_int(cap);
	receiving = start(&net, receive_lanes, receivers);
	net.senders = start(&net, send_lanes, senders);
	join(net.done, net.senders);
	for (int i = 0; i < lanes; i++)
		close_chan(net.c[i]);
	join(net.done, receiving);
	check_totals(&net, senders == 0);
	for (int i = 0; i < lanes; i++) {
		CHECK_EQ(try_recv(net.c[i], NULL), ASSAY_CLOSED);
		drop(net.c[i]);
	}
	drop(net.done);
}

CASE(ST_002, "senders and receivers with numbers over 2 to 4 channels",
     .timeout_ms = 20000, NEEDS(NEED(chan, select)))
{
	static const int caps[] = {0, 1, 10, 100};
	static const int parties[] = {0, 1, PARTIES};

	for (int lanes = 2; lanes <= LANES; lanes++)
		for (size_t cap = 0; cap < 4; cap++)
			for (size_t s = 0; s < 3; s++)
				for (size_t r = 0; r < 3; r++)
					run_net(lanes, caps[cap], parties[s],
						parties[r]);
}
