/*
 * late.c - operations whose deadline has passed: what can be done at once is
 * done, whatever the clock says (CH-053, CH-054, SE-036).
 */
#include "ch.h"
#include "kit/sync_kit.h"

#define UNTOUCHED 77

/* Deadlines that have passed, and are not ASSAY_POLL. */
enum { PASTS = 3 };

static int64_t past(int i)
{
	return i == 0 ? 1 : i == 1 ? now() / 2 : now() - 1;
}

/* An operation beside a goroutine that is parked, or soon will be. */
static int until_parked(int (*try)(struct op *, int64_t), struct op *op, int i)
{
	int64_t end = in(upto(10 * SEC));
	int status;

	do {
		settle(1);
		status = try(op, past(i));
	} while (status == ASSAY_TIMEOUT && !parking_is_known() && now() < end);
	return status;
}

static int recv_late(struct op *op, int64_t deadline)
{
	int v = -1, status = rt->chan->recv(op->c, &v, deadline);

	if (status == ASSAY_OK)
		CHECK_EQ(v, op->v);
	return status;
}

static int send_late(struct op *op, int64_t deadline)
{
	int v = 54;

	return rt->chan->send(op->c, &v, deadline);
}

/* A goroutine's operation, and a late one that meets it. */
static void meets_parked(assay_fn fn, int (*try)(struct op *, int64_t), int i)
{
	struct op op = {.c = chan_int(0), .v = 53};

	go(fn, &op);
	CHECK_EQ(until_parked(try, &op, i), ASSAY_OK);
	REQUIRE(becomes(&op.done, 1));
	CHECK_EQ(op.status, ASSAY_OK);
	CHECK_EQ(op.v, fn == do_recv ? 54 : 53);
	drop(op.c);
}

static void recv_each(assay_chan *c, int want, int value, int i)
{
	int v = UNTOUCHED;

	CHECK_EQ(rt->chan->recv(c, &v, past(i)), want);
	CHECK_EQ(v, value);
}

static void receives_late(int i)
{
	assay_chan *c = chan_int(2), *empty = chan_int(i % 2);

	send_int(c, 1);
	send_int(c, 2);
	recv_each(c, ASSAY_OK, 1, i);
	close_chan(c);
	recv_each(c, ASSAY_OK, 2, i);
	recv_each(c, ASSAY_CLOSED, 0, i);
	recv_each(empty, ASSAY_TIMEOUT, UNTOUCHED, i);
	recv_each(NULL, ASSAY_TIMEOUT, UNTOUCHED, i);
	meets_parked(do_send, recv_late, i);
	drop(c);
	drop(empty);
}

CASE(CH_053, "a receive whose deadline has passed takes what is there",
     .flags = CASE_VALGRIND)
{
	for (int64_t n = rounds(10); n > 0; n--)
		for (int i = 0; i < PASTS; i++)
			receives_late(i);
}

static void send_each(assay_chan *c, int want, int i)
{
	int v = UNTOUCHED;

	CHECK_EQ(rt->chan->send(c, &v, past(i)), want);
}

static void sends_late(int i)
{
	assay_chan *c = chan_int(1), *none = chan_int(0);

	send_each(c, ASSAY_OK, i);
	send_each(c, ASSAY_TIMEOUT, i);
	CHECK_EQ(recv_int(c), UNTOUCHED);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	send_each(none, ASSAY_TIMEOUT, i);
	CHECK_EQ(try_recv(none, NULL), ASSAY_AGAIN);
	send_each(NULL, ASSAY_TIMEOUT, i);
	close_chan(c);
	send_each(c, ASSAY_SEND_CLOSED, i);
	CHECK_EQ(try_recv(c, NULL), ASSAY_CLOSED);
	meets_parked(do_recv, send_late, i);
	drop(c);
	drop(none);
}

CASE(CH_054, "a send whose deadline has passed uses what room there is",
     .flags = CASE_VALGRIND)
{
	for (int64_t n = rounds(10); n > 0; n--)
		for (int i = 0; i < PASTS; i++)
			sends_late(i);
}

/* ---- select ------------------------------------------------------------------------- */

/* Of three cases the one at `place` is ready, or none. */
static void select_late(struct assay_case ready, size_t place, int want, int i)
{
	struct assay_case cases[3];
	size_t chosen = NO_CASE;
	int v = UNTOUCHED;

	for (size_t k = 0; k < 3; k++)
		cases[k] = k == place ? ready
			   : k % 2    ? case_send(chan_int(0), &v)
				      : case_recv(chan_int(0), &v);
	CHECK_EQ(rt->chan->select(cases, 3, past(i), &chosen), want);
	CHECK_EQ(chosen, want == ASSAY_TIMEOUT ? NO_CASE : place);
	CHECK_EQ(v, UNTOUCHED);
}

static void each_kind(size_t place, int i)
{
	assay_chan *full = chan_int(1), *room = chan_int(1);
	assay_chan *closed = chan_int(0);
	int in = -1, out = 36;

	send_int(full, 35);
	close_chan(closed);
	select_late(case_recv(full, &in), place, ASSAY_OK, i);
	CHECK_EQ(in, 35);
	select_late(case_send(room, &out), place, ASSAY_OK, i);
	CHECK_EQ(recv_int(room), 36);
	select_late(case_recv(closed, &in), place, ASSAY_CLOSED, i);
	CHECK_EQ(in, 0);
	select_late(case_send(closed, &out), place, ASSAY_SEND_CLOSED, i);
	select_late(case_recv(full, &in), place, ASSAY_TIMEOUT, i);
	select_late(case_recv(NULL, &in), place, ASSAY_TIMEOUT, i);
}

CASE(SE_036, "a select whose deadline has passed takes the case that is ready",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	size_t chosen = NO_CASE;

	for (size_t place = 0; place < 3; place++)
		for (int i = 0; i < PASTS; i++)
			each_kind(place, i);
	for (int i = 0; i < PASTS; i++)
		CHECK_EQ(rt->chan->select(NULL, 0, past(i), &chosen),
			 ASSAY_TIMEOUT);
	CHECK_EQ(chosen, NO_CASE);
}

static int select_recv_late(struct op *op, int64_t deadline)
{
	int v = -1;
	struct assay_case cases[] = {case_recv(op->c, &v),
				     case_recv(NULL, NULL)};
	size_t chosen = NO_CASE;
	int status = rt->chan->select(cases, 2, deadline, &chosen);

	if (status == ASSAY_OK)
		CHECK_EQ(v, op->v);
	CHECK_EQ(chosen, status == ASSAY_OK ? 0 : NO_CASE);
	return status;
}

static int select_send_late(struct op *op, int64_t deadline)
{
	int v = 54;
	struct assay_case cases[] = {case_recv(NULL, NULL),
				     case_send(op->c, &v)};
	size_t chosen = NO_CASE;
	int status = rt->chan->select(cases, 2, deadline, &chosen);

	CHECK_EQ(chosen, status == ASSAY_OK ? 1 : NO_CASE);
	return status;
}

CASE_OF(SE_036, parked, "it meets a goroutine that is parked",
	NEEDS(NEED(chan, select)))
{
	for (int64_t n = rounds(10); n > 0; n--)
		for (int i = 0; i < PASTS; i++) {
			meets_parked(do_send, select_recv_late, i);
			meets_parked(do_recv, select_send_late, i);
		}
}

/*
 * Of n fair coins one of the two faces shows n / 2 + 2.45 * sqrt(n) times once
 * in a million: that is (2 * hits - n)^2 > 24 * n.
 */
CASE_OF(SE_036, fair, "of two that are ready it takes either as often",
	NEEDS(NEED(chan, select)))
{
	struct assay_case cases[] = {case_recv(chan_int(1), NULL),
				     case_recv(chan_int(1), NULL)};
	int64_t n = trials(10000), hits[2] = {0, 0}, off;

	send_int(cases[0].c, 1);
	send_int(cases[1].c, 1);
	for (int64_t k = 0; k < n; k++) {
		size_t i = NO_CASE;

		REQUIRE_EQ(
			rt->chan->select(cases, 2, past((int)(k % PASTS)), &i),
			ASSAY_OK);
		REQUIRE_CMP(i, <, 2);
		hits[i]++;
		send_int(cases[i].c, 1);
	}
	off = hits[0] - hits[1];
	CHECK_MSG(off * off <= 24 * n,
		  "case 0 of 2 taken %" PRId64 " times of %" PRId64, hits[0],
		  n);
}
