/* A dial of several addresses: which one wins, when, and what is left over. */
#include <stdio.h>
#include <stdlib.h>

#include "np.h"

#define NEEDS_ANY                                                              \
	NEEDS(NEED_CONN, NEED(net, dial_any), NEED(net, remote_addr),          \
	      NEED_TEXT, NEED(inspect, num_goroutine))

static const char *const both[] = {"::1", "127.0.0.1"};

/* A port at which ::1 answers in the one way and 127.0.0.1 in the other. */
static int port_of_both(enum answer v6, enum answer v4)
{
	if (!have_ipv6())
		skip("no IPv6 here");
	for (int i = 0; i < 20; i++) {
		int port = answer_at("::1", 0, v6);

		if (answer_at("127.0.0.1", port, v4) == port)
			return port;
	}
	skip("no port that is free in both families");
}

static int dial_both(int port, int64_t delay, int64_t deadline, assay_conn **c)
{
	*c = NULL;
	return rt->net->dial_any(both, 2, port, delay, deadline, c);
}

/* What is there before, and must be all that is there afterwards. */
struct before {
	int64_t descriptors, goroutines;
};

static struct before take_stock(void)
{
	struct before b = {.goroutines = rt->inspect->num_goroutine()};
	int port = answer_at("127.0.0.1", 0, ANSWERING);
	assay_conn *c = NULL;

	/* what the first connection opens stays open */
	REQUIRE_EQ(rt->net->dial_any(&both[1], 1, port, 0, ASSAY_FOREVER, &c),
		   ASSAY_OK);
	end_conn(c);
	b.descriptors = descriptors();
	return b;
}

static void check_nothing_left(struct before b)
{
	int64_t end = in(upto(3 * SEC));

	while ((descriptors() != b.descriptors ||
		rt->inspect->num_goroutine() != b.goroutines) &&
	       now() < end)
		sleep_ns(5 * MS);
	CHECK_EQ(descriptors(), b.descriptors);
	CHECK_EQ(rt->inspect->num_goroutine(), b.goroutines);
}

static void check_peer(assay_conn *c, const char *ip)
{
	char text[80];

	REQUIRE(c != NULL);
	REQUIRE_EQ(rt->net->remote_addr(c, text, sizeof(text)), ASSAY_OK);
	CHECK_MSG(strstr(text, ip) != NULL, "%s is not %s", text, ip);
	end_conn(c);
}

/* ---- NP-050 --------------------------------------------------------------- */

static void silent_first(int64_t asked, int64_t delay)
{
	int port = port_of_both(SILENT, ANSWERING);
	struct before b = take_stock();
	int64_t begin = now(), took;
	assay_conn *c;

	REQUIRE_EQ(dial_both(port, asked, ASSAY_FOREVER, &c), ASSAY_OK);
	took = now() - begin;
	CHECK_GE(took, delay);
	CHECK_LT(took, delay + upto(2 * SEC));
	check_peer(c, "127.0.0.1");
	check_nothing_left(b);
}

CASE(NP_050, "the second family comes after the delay, if the first is silent",
     NEEDS_ANY)
{
	silent_first(60 * MS, 60 * MS);
}

CASE_OF(NP_050, usual, "which is 300 ms", .procs = {2}, NEEDS_ANY)
{
	silent_first(0, 300 * MS);
}

CASE_OF(NP_050, refusing, "at once if the first refuses", NEEDS_ANY)
{
	int port = port_of_both(REFUSING, ANSWERING);
	struct before b = take_stock();
	int64_t begin = now();
	assay_conn *c;

	REQUIRE_EQ(dial_both(port, HOUR, ASSAY_FOREVER, &c), ASSAY_OK);
	CHECK_LT(now() - begin, upto(3 * SEC));
	check_peer(c, "127.0.0.1");
	check_nothing_left(b);
}

CASE_OF(NP_050, answering, "not at all if the first answers", NEEDS_ANY)
{
	int port = port_of_both(ANSWERING, ANSWERING);
	struct before b = take_stock();
	assay_conn *c;

	REQUIRE_EQ(dial_both(port, HOUR, ASSAY_FOREVER, &c), ASSAY_OK);
	check_peer(c, "::1");
	check_nothing_left(b);
}

CASE_OF(NP_050, neither, "if both refuse the first one's error is told",
	NEEDS_ANY)
{
	int port = port_of_both(REFUSING, REFUSING);
	struct before b = take_stock();
	assay_conn *c;

	CHECK_EQ(dial_both(port, 10 * MS, ASSAY_FOREVER, &c),
		 ASSAY_NET_REFUSED);
	CHECK_SAID("[::1]");
	CHECK_SAID("connection refused");
	CHECK_PTR(c, ==, NULL);
	check_nothing_left(b);
}

CASE_OF(NP_050, late, "both silent: the deadline ends it", NEEDS_ANY)
{
	int port = port_of_both(SILENT, SILENT);
	struct before b = take_stock();
	int64_t due = in(80 * MS);
	assay_conn *c;

	CHECK_EQ(dial_both(port, 10 * MS, due, &c), ASSAY_TIMEOUT);
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(now(), due);
	CHECK_LT(now() - due, upto(2 * SEC));
	check_nothing_left(b);
}

CASE_OF(NP_050, turn, "without a delay there is no second at the same time",
	NEEDS_ANY)
{
	int port = port_of_both(SILENT, ANSWERING);
	assay_conn *c;

	CHECK_EQ(dial_both(port, -1, in(60 * MS), &c), ASSAY_TIMEOUT);
	CHECK_SAID(TIMEOUT_TEXT);
}

CASE_OF(NP_050, close, "of two that answer at once one stays", NEEDS_ANY)
{
	int port = port_of_both(ANSWERING, ANSWERING);
	struct before b = take_stock();
	assay_conn *c;

	for (int i = 0; i < 50; i++) {
		REQUIRE_EQ(dial_both(port, 1 + rnd_below(20000), ASSAY_FOREVER,
				     &c),
			   ASSAY_OK);
		REQUIRE(c != NULL);
		end_conn(c);
	}
	check_nothing_left(b);
}

/* ---- NP-051 --------------------------------------------------------------- */

static int row_port;
static atomic_int ended;

struct row {
	int64_t time, share; /* before the second address is tried */
};

static void dial_row(void *arg)
{
	static const char *const row[] = {"127.0.0.2", "127.0.0.1"};
	const struct row *r = arg;
	int64_t begin = now(), took;
	assay_conn *c = NULL;
	int status =
		rt->net->dial_any(row, 2, row_port, -1, begin + r->time, &c);

	took = now() - begin;
	CHECK_GE(took, r->share);
	if (r->share == r->time) {
		CHECK_EQ(status, ASSAY_TIMEOUT);
	} else if (CHECK_EQ(status, ASSAY_OK)) {
		CHECK_LT(took, r->time);
		check_peer(c, "127.0.0.1");
	}
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&ended, 1, memory_order_release);
}

CASE(NP_051, "each address has its share of the time, but 2 s if there are",
     .procs = {2}, NEEDS_ANY)
{
	static const struct row rows[] = {
		{1 * SEC, 1 * SEC},
		{3 * SEC, 2 * SEC},
		{6 * SEC, 3 * SEC},
	};

	do
		row_port = answer_at("127.0.0.2", 0, SILENT);
	while (answer_at("127.0.0.1", row_port, ANSWERING) != row_port);
	for (int i = 0; i < 3; i++)
		go_copy(dial_row, &rows[i], sizeof(rows[i]));
	CHECK(becomes(&ended, 3));
}
