/* Datagrams of no bytes, room for none, and what a refused one leaves. */
#include "np.h"

#define NEEDS_DATAGRAMS                                                        \
	NEEDS(NEED_CONN, NEED(net, dial), NEED(net, packet_listen),            \
	      NEED(net, read_from), NEED(net, write_to),                       \
	      NEED(net, local_addr), NEED_DEADLINES, NEED_TEXT)

struct station {
	assay_conn *c;
	char address[80];
};

static struct station station(void)
{
	struct station s = {.c = NULL};

	REQUIRE_EQ(rt->net->packet_listen("udp", "127.0.0.1:0", &s.c),
		   ASSAY_OK);
	REQUIRE_EQ(rt->net->local_addr(s.c, s.address, sizeof(s.address)),
		   ASSAY_OK);
	return s;
}

static assay_conn *dial_udp(const char *address)
{
	assay_conn *c = NULL;

	REQUIRE_EQ(rt->net->dial("udp", address, ASSAY_FOREVER, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

/* The length of the next datagram, which must come. */
static size_t length_read(assay_conn *c)
{
	size_t got = SIZE_MAX;
	char buf[16];

	REQUIRE_EQ(rt->net->read(c, buf, sizeof(buf), &got), ASSAY_OK);
	return got;
}

static size_t length_read_from(assay_conn *c, char from[80])
{
	size_t got = SIZE_MAX;
	char buf[16];

	REQUIRE_EQ(rt->net->read_from(c, buf, sizeof(buf), &got, from, 80),
		   ASSAY_OK);
	return got;
}

/* ---- NP-044: no bytes ----------------------------------------------------- */

CASE(NP_044, "an empty datagram is one: 0 bytes and no error",
     .flags = CASE_VALGRIND, NEEDS_DATAGRAMS)
{
	static const size_t sizes[] = {3, 0, 5, 0, 0, 1};
	struct station a = station(), b = station();
	char from[80];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 6; i++)
			REQUIRE_EQ(rt->net->write_to(a.c, "abcde", sizes[i],
						     b.address),
				   ASSAY_OK);
		for (int i = 0; i < 6 && round == 0; i++) {
			CHECK_EQ(length_read_from(b.c, from), sizes[i]);
			CHECK_STR(from, a.address);
		}
		for (int i = 0; i < 6 && round == 1; i++)
			CHECK_EQ(length_read(b.c), sizes[i]);
	}
	end_conn(a.c);
	end_conn(b.c);
}

CASE_OF(NP_044, dialed, "also on a connected socket, both ways",
	NEEDS_DATAGRAMS)
{
	static const size_t sizes[] = {3, 0, 5};
	struct station at = station();
	assay_conn *c = dial_udp(at.address);
	char from[80];
	size_t done;

	for (int i = 0; i < 3; i++) {
		REQUIRE_EQ(write_some(c, "abcde", sizes[i], &done), ASSAY_OK);
		CHECK_EQ(length_read_from(at.c, from), sizes[i]);
	}
	for (int i = 0; i < 3; i++)
		REQUIRE_EQ(rt->net->write_to(at.c, "abcde", sizes[i], from),
			   ASSAY_OK);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(length_read(c), sizes[i]);
	end_conn(c);
	end_conn(at.c);
}

struct empty_read {
	assay_conn *c;
	size_t got;
	atomic_int over;
};

static void read_empty(void *arg)
{
	struct empty_read *r = arg;

	r->got = length_read(r->c);
	/* release: pairs with the acquire of becomes() and still_unset() */
	atomic_store_explicit(&r->over, 1, memory_order_release);
}

CASE_OF(NP_044, parked, "an empty one wakes a reader that waits",
	.procs = {1, 4}, NEEDS_DATAGRAMS)
{
	struct station a = station(), b = station();
	static struct empty_read r;

	r.c = b.c;
	r.got = SIZE_MAX;
	go(read_empty, &r);
	settle(1);
	CHECK(still_unset(&r.over));
	REQUIRE_EQ(rt->net->write_to(a.c, NULL, 0, b.address), ASSAY_OK);
	REQUIRE(becomes(&r.over, 1));
	CHECK_EQ(r.got, 0);
	end_conn(a.c);
	end_conn(b.c);
}

/* ---- NP-045: no room ------------------------------------------------------ */

CASE(NP_045, "room for nothing: read takes nothing, read_from all of it",
     NEEDS_DATAGRAMS)
{
	struct station a = station(), b = station();
	char from[80] = "", buf[9];
	size_t got = SIZE_MAX;

	REQUIRE_EQ(rt->net->write_to(a.c, "abc", 3, b.address), ASSAY_OK);
	REQUIRE_EQ(rt->net->write_to(a.c, "hello", 5, b.address), ASSAY_OK);
	CHECK_EQ(rt->net->read(b.c, buf, 0, &got), ASSAY_OK);
	CHECK_EQ(got, 0);
	got = SIZE_MAX;
	CHECK_EQ(rt->net->read_from(b.c, buf, 0, &got, from, sizeof(from)),
		 ASSAY_OK);
	CHECK_EQ(got, 0);
	CHECK_STR(from, a.address);
	REQUIRE_EQ(read_some(b.c, buf, sizeof(buf), &got), ASSAY_OK);
	CHECK_EQ(got, 5);
	CHECK_BYTES(buf, "hello", 5);
	end_conn(a.c);
	end_conn(b.c);
}

/* ---- NP-046: refused ------------------------------------------------------ */

static assay_conn *dial_nobody(void)
{
	char address[64];
	assay_conn *c;

	nobody_for_datagrams(address, sizeof(address));
	c = dial_udp(address);
	read_deadline(c, in(5 * SEC));
	write_all(c, "x", 1);
	return c;
}

CASE(NP_046, "who reads after a refused datagram is told so", NEEDS_DATAGRAMS)
{
	assay_conn *c = dial_nobody();

	CHECK_EQ(read_fails(c), ASSAY_NET_REFUSED);
	CHECK_SAID("read: connection refused");
	write_all(c, "y", 1);
	CHECK_EQ(read_fails(c), ASSAY_NET_REFUSED);
	end_conn(c);
}

CASE_OF(NP_046, write, "so is who writes, and the next write goes out",
	NEEDS_DATAGRAMS)
{
	assay_conn *c = dial_nobody();
	int status = ASSAY_OK;
	size_t done;

	/* the refusal comes soon, but not in the same moment */
	for (int i = 0; i < 1000 && status == ASSAY_OK; i++) {
		sleep_ns(1 * MS);
		status = write_some(c, "y", 1, &done);
	}
	CHECK_EQ(status, ASSAY_NET_REFUSED);
	CHECK_SAID("write: connection refused");
	write_all(c, "z", 1);
	end_conn(c);
}
