/*
 * choice.c - which ready case a select takes: the only one, or any with
 * equal chance (SE-001 to SE-004, SE-009, SE-034, the half of SE-010).
 *
 * Bounds fail a fair choice once in a million runs.
 */
#include "kit/sync_kit.h"

#define MANY 16

/* Of n fair coins: (2 * hits - n)^2 / n is at most 4.891676^2. */
static bool half(int64_t hits, int64_t n)
{
	double off = (double)(2 * hits - n);

	return off * off <= 4.891676 * 4.891676 * (double)n;
}

/* The channels of the cases that are ready are kept full. */
static void refill(struct assay_case *cases, size_t n, const bool *ready)
{
	for (size_t i = 0; i < n; i++)
		if (ready[i])
			send_int(cases[i].c, (int)i);
}

/* hits[i]: how often case i was taken. */
static void tally(struct assay_case *cases, size_t n, const bool *ready,
		  int64_t deadline, int64_t count, int64_t *hits)
{
	for (int64_t t = 0; t < count; t++) {
		size_t i = NO_CASE;

		REQUIRE_EQ(rt->chan->select(cases, n, deadline, &i), ASSAY_OK);
		REQUIRE_CMP(i, <, n);
		REQUIRE_EQ(ready[i], true);
		hits[i]++;
		send_int(cases[i].c, (int)i);
	}
}

static void receive_cases(struct assay_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cases[i] = case_recv(chan_int(1), NULL);
}

/* Case i has the only ready channel: a value, or room. */
static void one_ready(size_t only, int32_t dir)
{
	assay_chan *c[3];
	struct assay_case cases[3];
	int in[3] = {-1, -1, -1}, out[3] = {10, 11, 12}, status = -1;
	bool starts_full;

	for (size_t i = 0; i < 3; i++) {
		c[i] = chan_int(1);
		starts_full = (i == only) == (dir == ASSAY_RECV);
		if (starts_full)
			send_int(c[i], 20 + (int)i);
		cases[i] = dir == ASSAY_RECV ? case_recv(c[i], &in[i])
					     : case_send(c[i], &out[i]);
	}
	CHECK_EQ(select_cases(cases, 3, &status), only);
	CHECK_EQ(status, ASSAY_OK);
	for (size_t i = 0; i < 3; i++) {
		CHECK_EQ(rt->chan->len(c[i]), dir == ASSAY_SEND);
		CHECK_EQ(in[i],
			 i == only && dir == ASSAY_RECV ? 20 + (int)i : -1);
		if (dir == ASSAY_SEND)
			CHECK_EQ(recv_int(c[i]),
				 i == only ? 10 + (int)i : 20 + (int)i);
	}
}

CASE(SE_001, "the one ready case runs, the others are untouched",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select), NEED(chan, len)))
{
	for (size_t i = 0; i < 3; i++) {
		one_ready(i, ASSAY_RECV);
		one_ready(i, ASSAY_SEND);
	}
}

static void two_full(int64_t deadline)
{
	struct assay_case cases[2];
	const bool ready[2] = {true, true};
	int64_t hits[2] = {0, 0}, n = trials(10000);

	receive_cases(cases, 2);
	refill(cases, 2, ready);
	tally(cases, 2, ready, deadline, n, hits);
	CHECK_MSG(half(hits[0], n),
		  "case 0 of 2 taken %" PRId64 " times of %" PRId64, hits[0],
		  n);
}

CASE(SE_002, "two ready cases are taken equally often",
     NEEDS(NEED(chan, select)))
{
	two_full(ASSAY_FOREVER);
	two_full(ASSAY_POLL);
}

/* Whether a select takes the case that the one before took. */
CASE_OF(SE_002, turns, "ready cases are taken at random, not in turns",
	NEEDS(NEED(chan, select)))
{
	struct assay_case cases[2];
	const bool ready[2] = {true, true};
	int64_t again = 0, n = trials(10000);
	size_t last = 0;

	receive_cases(cases, 2);
	refill(cases, 2, ready);
	for (int64_t t = 0; t < n; t++) {
		int64_t hits[2] = {0, 0};

		tally(cases, 2, ready, ASSAY_FOREVER, 1, hits);
		again += hits[last];
		last = hits[1] == 1;
	}
	CHECK_MSG(half(again, n),
		  "the same case again %" PRId64 " times of %" PRId64, again,
		  n);
}

/* The chi-square that one fair tally in a million exceeds. */
static double chi_limit(size_t ready)
{
	switch (ready) {
	case 2:
		return 23.928;
	case 3:
		return 27.632;
	case 5:
		return 33.377;
	default:
		return 56.494; /* 16 */
	}
}

static double chi_square(const int64_t *hits, const bool *ready, size_t n,
			 double each)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		if (ready[i])
			sum += ((double)hits[i] - each) *
			       ((double)hits[i] - each) / each;
	return sum;
}

/*
 * A place per case: R ready, e an empty channel, n nil, s a send case on a
 * full channel.  Only the Rs may be taken, all as often.
 */
static void uniform(const char *places)
{
	struct assay_case cases[MANY];
	size_t n = strlen(places), k = 0;
	int64_t hits[MANY] = {0}, count = trials(20000);
	bool ready[MANY] = {false};
	int v = 0;

	REQUIRE_CMP(n, <=, MANY);
	receive_cases(cases, n);
	for (size_t i = 0; i < n; i++) {
		ready[i] = places[i] == 'R';
		k += ready[i];
		if (places[i] == 'n')
			cases[i].c = NULL;
		if (places[i] == 's') {
			send_int(cases[i].c, 0);
			cases[i] = case_send(cases[i].c, &v);
		}
	}
	refill(cases, n, ready);
	tally(cases, n, ready, ASSAY_FOREVER, count, hits);
	CHECK_MSG(chi_square(hits, ready, n, (double)count / (double)k) <=
			  chi_limit(k),
		  "%s is not uniform: %" PRId64 ", %" PRId64 ", %" PRId64
		  ", %" PRId64 " ...",
		  places, hits[0], hits[1], hits[2], hits[3]);
}

CASE_OF(SE_003, many, "3, 5 and 16 ready cases are taken equally often",
	NEEDS(NEED(chan, select)))
{
	uniform("RRR");
	uniform("RRRRR");
	uniform("RRRRRRRRRRRRRRRR");
}

CASE_OF(SE_003, among, "cases that are not ready do not shift the choice",
	NEEDS(NEED(chan, select)))
{
	uniform("eeRR");
	uniform("RReeee");
	uniform("eRennR");
	uniform("nsReseRssssR");
	uniform("eReeeReReReReeee");
}

static void send_0_or_1(void *arg)
{
	static const int value[2] = {0, 1};
	struct assay_case cases[2];

	for (int i = 0; i < 2; i++)
		cases[i] = case_send(arg, &value[i]);
	for (int i = 0; i < 100; i++)
		(void)select_cases(cases, 2, NULL);
}

CASE(SE_004, "two send cases on one channel: both values come",
     NEEDS(NEED(chan, select)))
{
	for (int cap = 0; cap <= 100; cap += 100) {
		assay_chan *c = chan_int(cap);
		int ones = 0;

		go(send_0_or_1, c);
		for (int i = 0; i < 100; i++)
			ones += recv_int(c);
		CHECK_GT(ones, 10);
		CHECK_LT(ones, 90);
	}
}

CASE(SE_009, "a closed channel is a ready case among the others",
     NEEDS(NEED(chan, select)))
{
	assay_chan *closed = chan_int(1), *full = chan_int(1);
	int a, b, status, wrong = 0;
	struct assay_case cases[2] = {case_recv(closed, &a),
				      case_recv(full, &b)};
	int64_t n = trials(10000), zeros = 0;

	close_chan(closed);
	send_int(full, 7);
	for (int64_t i = 0; i < n; i++) {
		a = b = -1;
		if (select_cases(cases, 2, &status) == 0) {
			wrong += status != ASSAY_CLOSED || a != 0 || b != -1;
			zeros++;
			continue;
		}
		wrong += status != ASSAY_OK || b != 7 || a != -1;
		send_int(full, 7);
	}
	CHECK_EQ(wrong, 0);
	CHECK_MSG(half(zeros, n), "closed taken %" PRId64 " of %" PRId64, zeros,
		  n);
}

CASE_OF(SE_010, half, "a send case on a closed channel competes fairly",
	NEEDS(NEED(chan, select)))
{
	assay_chan *closed = chan_int(1), *full = chan_int(1);
	int v = 1, status, wrong = 0;
	struct assay_case cases[2] = {case_recv(full, NULL),
				      case_send(closed, &v)};
	int64_t n = trials(10000), panics = 0;

	close_chan(closed);
	send_int(full, 7);
	for (int64_t i = 0; i < n; i++) {
		if (select_cases(cases, 2, &status) == 1) {
			wrong += status != ASSAY_SEND_CLOSED;
			panics++;
			continue;
		}
		wrong += status != ASSAY_OK;
		send_int(full, 7);
	}
	CHECK_EQ(wrong, 0);
	CHECK_MSG(half(panics, n), "panicked %" PRId64 " of %" PRId64, panics,
		  n);
}

/* ---- selects that wait -------------------------------------------------- */

/* One goroutine selects `count` times; begun says that it is about to. */
struct waiter {
	struct assay_case cases[MANY];
	size_t n;
	int64_t count, hits[MANY];
	atomic_int begun, ended;
};

static void select_often(void *arg)
{
	struct waiter *w = arg;

	for (int64_t t = 0; t < w->count; t++) {
		mark(&w->begun);
		w->hits[select_cases(w->cases, w->n, NULL)]++;
	}
	mark(&w->ended);
}

/* It is parked by now, or else finds the other side ready: both are fair. */
static void wait_till_parked(struct waiter *w, int64_t t)
{
	while (count(&w->begun) <= t)
		yield();
	for (int i = 0; i < 8; i++)
		yield();
}

/*
 * A place per case: r receives from and s sends to the one channel that gets
 * its other side, e receives from one that never does.  `side` says which of
 * the cases have that side; of these each is taken as often.
 */
static void waits_uniformly(const char *places, char side)
{
	static struct waiter w;
	assay_chan *c = chan_int(0), *never = chan_int(0);
	bool fits[MANY] = {false};
	size_t k = 0;
	int v = 0;

	w = (struct waiter){.n = strlen(places), .count = trials(1000)};
	for (size_t i = 0; i < w.n; i++) {
		fits[i] = places[i] == side;
		k += fits[i];
		w.cases[i] = places[i] == 's' ? case_send(c, &v)
					      : case_recv(c, NULL);
		if (places[i] == 'e')
			w.cases[i].c = never;
	}
	go(select_often, &w);
	for (int64_t t = 0; t < w.count; t++) {
		wait_till_parked(&w, t);
		if (side == 'r')
			send_int(c, 0);
		else
			(void)recv_int(c);
	}
	REQUIRE(becomes(&w.ended, 1)); /* its cases are in use till then */
	CHECK_MSG(chi_square(w.hits, fits, w.n, (double)w.count / (double)k) <=
			  chi_limit(k),
		  "of %s, %c is not uniform: %" PRId64 ", %" PRId64 ", %" PRId64
		  ", %" PRId64 ", %" PRId64,
		  places, side, w.hits[0], w.hits[1], w.hits[2], w.hits[3],
		  w.hits[4]);
}

CASE(SE_034, "a select that waits takes equal cases of a channel equally often",
     NEEDS(NEED(chan, select)))
{
	waits_uniformly("rr", 'r');
	waits_uniformly("rer", 'r');
	waits_uniformly("rrer", 'r');
	waits_uniformly("ss", 's');
	waits_uniformly("erres", 'r');
	waits_uniformly("srsrs", 's');
}
