/* NP-032: datagrams keep their bounds, and deadlines hold for them, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "np.h"

#define NEED_UDP                                                               \
	NEED(net, packet_listen), NEED(net, read_from), NEED(net, write_to),   \
		NEED(net, local_addr), NEED(net, close), NEED(net, free)
#define NEEDS_UDP NEEDS(NEED_UDP, NEED_DEADLINES, NEED_TEXT)

/* An unconnected socket, and its address. */
struct station {
	assay_conn *c;
	char address[80];
};

static struct station station_at(const char *address)
{
	struct station s = {.c = NULL};

	REQUIRE_EQ(rt->net->packet_listen("udp", address, &s.c), ASSAY_OK);
	REQUIRE(s.c != NULL);
	REQUIRE_EQ(rt->net->local_addr(s.c, s.address, sizeof(s.address)),
		   ASSAY_OK);
	return s;
}

static struct station station(void)
{
	return station_at("127.0.0.1:0");
}

static int take(struct station *at, void *buf, size_t n, size_t *got,
		char from[80])
{
	int status;

	*got = SIZE_MAX;
	strcpy(from, "nobody");
	status = rt->net->read_from(at->c, buf, n, got, from, 80);
	if (status == ASSAY_OK) {
		REQUIRE_CMP(*got, <=, n);
	} else {
		CHECK_EQ(*got, 0);
		CHECK_STR(from, "nobody");
	}
	return status;
}

static int take_fails(struct station *at)
{
	char byte, from[80];
	size_t got;

	return take(at, &byte, 1, &got, from);
}

static void post(struct station *from, struct station *to, const void *buf,
		 size_t n)
{
	REQUIRE_EQ(rt->net->write_to(from->c, buf, n, to->address), ASSAY_OK);
}

static void check_bounds(struct station *a, struct station *b)
{
	static const size_t sizes[] = {1, 1400, 7, 20000, 1, 9000, 3, 0, 5};
	static unsigned char buf[65536];
	char from[80];
	int64_t at = 0;
	size_t got;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		stream_bytes(buf, sizes[i], at);
		post(a, b, buf, sizes[i]);
		at += (int64_t)sizes[i];
	}
	at = 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		REQUIRE_EQ(take(b, buf, sizeof(buf), &got, from), ASSAY_OK);
		CHECK_EQ(got, sizes[i]);
		CHECK_EQ(stream_equal(buf, got, at), got);
		CHECK_STR(from, a->address);
		at += (int64_t)sizes[i];
	}
}

CASE(NP_032, "each datagram is read by itself", .flags = CASE_VALGRIND,
     NEEDS_UDP)
{
	struct station a = station(), b = station();

	check_bounds(&a, &b);
	check_bounds(&b, &a);
	end_conn(a.c);
	end_conn(b.c);
}

CASE_OF(NP_032, ipv6, "by IPv6", NEEDS_UDP)
{
	struct station a, b;

	if (!have_ipv6())
		skip("no IPv6 here");
	a = station_at("[::1]:0");
	b = station_at("[::1]:0");
	check_bounds(&a, &b);
}

/* The kernel has such a peer's address in another form. */
CASE(NP_062, "a socket of all addresses talks to a peer of IPv4", NEEDS_UDP)
{
	struct station all = station_at(":0");
	struct station peer = station_at("127.0.0.2:0");
	char buf[8] = "", from[80], address[80];
	size_t got;

	REQUIRE_EQ(rt->net->write_to(all.c, "here", 4, peer.address), ASSAY_OK);
	REQUIRE_EQ(take(&peer, buf, sizeof(buf), &got, from), ASSAY_OK);
	CHECK_BYTES(buf, "here", 4);
	snprintf(address, sizeof(address), "127.0.0.1%s",
		 strrchr(all.address, ':'));
	CHECK_STR(from, address);
	REQUIRE_EQ(rt->net->write_to(peer.c, "there", 5, from), ASSAY_OK);
	REQUIRE_EQ(take(&all, buf, sizeof(buf), &got, from), ASSAY_OK);
	CHECK_BYTES(buf, "there", 5);
	CHECK_STR(from, peer.address);
	end_conn(all.c);
	end_conn(peer.c);
}

CASE(NP_067, "a datagram may go to a broadcast address", NEEDS_UDP)
{
	struct station from = station();
	struct station all = station_at("127.255.255.255:0");
	char buf[8] = "", address[80];
	size_t got;

	REQUIRE_EQ(rt->net->write_to(from.c, "to all", 6, all.address),
		   ASSAY_OK);
	REQUIRE_EQ(take(&all, buf, sizeof(buf), &got, address), ASSAY_OK);
	CHECK_EQ(got, 6);
	CHECK_BYTES(buf, "to all", 6);
	CHECK_STR(address, from.address);
	end_conn(from.c);
	end_conn(all.c);
}

CASE_OF(NP_032, cut, "what does not fit is gone, and the next is whole",
	NEEDS_UDP)
{
	struct station a = station(), b = station();
	char buf[8] = "", from[80];
	size_t got;

	post(&a, &b, "0123456789", 10);
	post(&a, &b, "next", 4);
	REQUIRE_EQ(take(&b, buf, 4, &got, from), ASSAY_OK);
	CHECK_EQ(got, 4);
	CHECK_BYTES(buf, "0123", 4);
	REQUIRE_EQ(take(&b, buf, sizeof(buf), &got, from), ASSAY_OK);
	CHECK_EQ(got, 4);
	CHECK_BYTES(buf, "next", 4);
}

CASE_OF(NP_032, senders, "who sent it is told with each datagram", NEEDS_UDP)
{
	struct station to = station(), from[4];
	char buf[8], address[80];
	size_t got;

	for (int i = 0; i < 4; i++) {
		from[i] = station();
		post(&from[i], &to, &i, sizeof(i));
	}
	for (int i = 0; i < 4; i++) {
		int number = -1;

		REQUIRE_EQ(take(&to, buf, sizeof(buf), &got, address),
			   ASSAY_OK);
		CHECK_EQ(got, sizeof(number));
		memcpy(&number, buf, sizeof(number));
		CHECK_EQ(number, i);
		CHECK_STR(address, from[i].address);
	}
}

CASE_OF(NP_032, dialed, "a dialed socket keeps them apart, too",
	NEEDS(NEED_UDP, NEED(net, dial), NEED(net, read), NEED(net, write)))
{
	struct station at = station();
	char buf[64], from[80];
	assay_conn *c = NULL;
	size_t got;

	REQUIRE_EQ(rt->net->dial("udp", at.address, ASSAY_FOREVER, &c),
		   ASSAY_OK);
	write_all(c, "first", 5);
	write_all(c, "2nd", 3);
	REQUIRE_EQ(take(&at, buf, sizeof(buf), &got, from), ASSAY_OK);
	CHECK_EQ(got, 5);
	CHECK_BYTES(buf, "first", 5);
	REQUIRE_EQ(take(&at, buf, sizeof(buf), &got, from), ASSAY_OK);
	CHECK_EQ(got, 3);
	REQUIRE_EQ(rt->net->write_to(at.c, "one", 3, from), ASSAY_OK);
	REQUIRE_EQ(rt->net->write_to(at.c, "three", 5, from), ASSAY_OK);
	REQUIRE_EQ(read_some(c, buf, sizeof(buf), &got), ASSAY_OK);
	CHECK_EQ(got, 3);
	CHECK_BYTES(buf, "one", 3);
	REQUIRE_EQ(read_some(c, buf, sizeof(buf), &got), ASSAY_OK);
	CHECK_EQ(got, 5);
	CHECK_BYTES(buf, "three", 5);
	end_conn(c);
}

/* ---- waiting -------------------------------------------------------------- */

static struct station here, peer;

static bool take_times_out(int64_t unit)
{
	int64_t begin = now(), due = begin + unit, end;

	read_deadline(here.c, due);
	CHECK_EQ(take_fails(&here), ASSAY_TIMEOUT);
	end = now();
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	return IS(end - begin, <=, unit + unit / 10);
}

CASE_OF(NP_032, deadline, "a read deadline ends a read in time", NEEDS_UDP)
{
	here = station();
	CHECK_SOME_UNIT(take_times_out, 20 * MS);
}

CASE_OF(NP_032, past, "a past deadline fails each read and each write",
	NEEDS_UDP)
{
	char byte = 0, from[80];
	size_t got;

	here = station();
	peer = station();
	post(&peer, &here, "x", 1);
	read_deadline(here.c, in(-5 * SEC));
	write_deadline(here.c, in(-5 * SEC));
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(take_fails(&here), ASSAY_TIMEOUT);
		CHECK_EQ(rt->net->write_to(here.c, "y", 1, peer.address),
			 ASSAY_TIMEOUT);
		CHECK_SAID(TIMEOUT_TEXT);
	}
	read_deadline(here.c, ASSAY_FOREVER);
	write_deadline(here.c, in(HOUR));
	REQUIRE_EQ(take(&here, &byte, 1, &got, from), ASSAY_OK);
	CHECK_EQ(byte, 'x');
	post(&here, &peer, "z", 1);
	REQUIRE_EQ(take(&peer, &byte, 1, &got, from), ASSAY_OK);
	CHECK_EQ(byte, 'z');
}

struct take_call {
	int status;
	size_t got;
	char byte, from[80];
	int64_t end;
	atomic_int over;
};

static void take_one(void *arg)
{
	struct take_call *t = arg;

	t->status = take(&here, &t->byte, 1, &t->got, t->from);
	t->end = now();
	/* release: pairs with the acquire of becomes() and still_unset() */
	atomic_store_explicit(&t->over, 1, memory_order_release);
}

static void start_take(struct take_call *t)
{
	*t = (struct take_call){.status = -1};
	go(take_one, t);
	settle(1);
	sleep_ns(2 * MS);
	CHECK_EQ(atomic_load_explicit(&t->over, memory_order_acquire), 0);
}

CASE_OF(NP_032, parked, "a read parks until a datagram, a deadline or a close",
	.procs = {1, 4}, NEEDS_UDP)
{
	static struct take_call t;
	int64_t due;

	here = station();
	peer = station();
	start_take(&t);
	post(&peer, &here, "x", 1);
	REQUIRE(becomes(&t.over, 1));
	CHECK_EQ(t.status, ASSAY_OK);
	CHECK_EQ(t.byte, 'x');
	start_take(&t);
	due = in(20 * MS);
	read_deadline(here.c, due);
	REQUIRE(becomes(&t.over, 1));
	CHECK_EQ(t.status, ASSAY_TIMEOUT);
	CHECK_GE(t.end, due);
	read_deadline(here.c, ASSAY_FOREVER);
	start_take(&t);
	close_conn(here.c);
	REQUIRE(becomes(&t.over, 1));
	CHECK_EQ(t.status, ASSAY_NET_CLOSED);
	CHECK_EQ(take_fails(&here), ASSAY_NET_CLOSED);
	CHECK_SAID(CLOSED_TEXT);
	CHECK_EQ(rt->net->write_to(here.c, "y", 1, peer.address),
		 ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->close(here.c), ASSAY_NET_CLOSED);
}

CASE_OF(NP_032, refused,
	"a datagram that cannot be sent: the error has both "
	"addresses",
	NEEDS(NEED_UDP, NEED_TEXT, NEED(net, dial), NEED(net, write),
	      NEED(net, local_addr)))
{
	static char large[70000];
	struct station a = station(), b = station();
	char text[256], local[64];
	assay_conn *c = NULL;
	size_t n;

	CHECK_EQ(rt->net->write_to(a.c, large, sizeof(large), b.address),
		 ASSAY_NET_OTHER);
	snprintf(text, sizeof(text),
		 "write udp %s->%s: sendto: message too long", a.address,
		 b.address);
	CHECK_SAID(text);
	REQUIRE_EQ(rt->net->dial("udp", b.address, ASSAY_FOREVER, &c),
		   ASSAY_OK);
	REQUIRE_EQ(rt->net->local_addr(c, local, sizeof(local)), ASSAY_OK);
	CHECK_EQ(rt->net->write_to(c, "x", 1, b.address), ASSAY_NET_OTHER);
	snprintf(text, sizeof(text),
		 "write udp %s->%s: use of WriteTo with pre-connected "
		 "connection",
		 local, b.address);
	CHECK_SAID(text);
	CHECK_EQ(rt->net->write(c, large, sizeof(large), &n), ASSAY_NET_OTHER);
	CHECK_EQ(n, 0);
	snprintf(text, sizeof(text),
		 "write udp %s->%s: write: message too long", local, b.address);
	CHECK_SAID(text);
	CHECK_EQ(rt->net->write_to(a.c, "x", 1, "[::1]:1"), ASSAY_NET_ADDR);
	snprintf(text, sizeof(text),
		 "write udp %s->[::1]:1: address ::1: non-IPv4 address",
		 a.address);
	CHECK_SAID(text);
	post(&a, &b, "y", 1);
	end_conn(c);
	end_conn(a.c);
	end_conn(b.c);
}

static void check_got(struct station *at, size_t n)
{
	char buf[16], from[80];
	size_t got;

	REQUIRE_EQ(take(at, buf, sizeof(buf), &got, from), ASSAY_OK);
	CHECK_EQ(got, n);
}

CASE_OF(NP_032, words, "the errors of a read have the one address there is",
	NEEDS_UDP)
{
	struct station at = station();
	char text[160];

	read_deadline(at.c, 1);
	CHECK_EQ(take_fails(&at), ASSAY_TIMEOUT);
	snprintf(text, sizeof(text), "read udp %s: i/o timeout", at.address);
	CHECK_MSG(strcmp(rt->net->error(), text) == 0, "\"%s\", not \"%s\"",
		  rt->net->error(), text);
	close_conn(at.c);
	CHECK_EQ(take_fails(&at), ASSAY_NET_CLOSED);
	snprintf(text, sizeof(text),
		 "read udp %s: use of closed network connection", at.address);
	CHECK_MSG(strcmp(rt->net->error(), text) == 0, "\"%s\", not \"%s\"",
		  rt->net->error(), text);
}

CASE_OF(NP_052, datagrams, "of a packet socket the parts are one datagram",
	NEEDS(NEED_UDP, NEED(net, dial), NEED(net, writev)))
{
	struct station at = station();
	struct assay_bytes parts[] = {{"a", 1}, {"", 0}, {"bc", 2}, {"", 0}};
	struct assay_bytes empty[] = {{"", 0}, {"", 0}};
	assay_conn *c = NULL;
	size_t done = 99;

	REQUIRE_EQ(rt->net->dial("udp", at.address, ASSAY_FOREVER, &c),
		   ASSAY_OK);
	CHECK_EQ(rt->net->writev(c, parts, 4, &done), ASSAY_OK);
	CHECK_EQ(done, 3);
	check_got(&at, 3);
	CHECK_EQ(rt->net->writev(c, empty, 2, &done), ASSAY_OK);
	CHECK_EQ(done, 0);
	post(&at, &at, "last", 4);
	check_got(&at, 4);
	end_conn(c);
	end_conn(at.c);
}

CASE_OF(NP_032, streams, "a stream has no datagrams", .flags = CASE_ASKS,
	NEEDS(NEED_UDP, NEED_PAIR, NEED_MEM))
{
	struct pair p[] = {pair_of(TCP), pair_of(MEM_PIPE)};
	char buf[16], from[80];
	size_t got;

	for (size_t i = 0; i < 2; i++) {
		CHECK_EQ(rt->net->write_to(p[i].w, "x", 1, "127.0.0.1:1"),
			 ASSAY_ENOTSUP);
		CHECK_EQ(rt->net->read_from(p[i].r, buf, sizeof(buf), &got,
					    from, sizeof(from)),
			 ASSAY_ENOTSUP);
		end_pair(&p[i]);
	}
}

/* ---- several readers ------------------------------------------------------ */

enum { TAKERS = 4, POSTS = 200 };

static atomic_int taken[POSTS], takers_ended;

static void take_many(void *arg)
{
	char buf[16], from[80];
	size_t got;
	int status;

	(void)arg;
	while ((status = take(&here, buf, sizeof(buf), &got, from)) ==
	       ASSAY_OK) {
		int number;

		REQUIRE_EQ(got, sizeof(number));
		memcpy(&number, buf, sizeof(number));
		REQUIRE_CMP(number, >=, 0);
		REQUIRE_CMP(number, <, POSTS);
		/* release: pairs with the acquire loads of the case */
		atomic_fetch_add_explicit(&taken[number], 1,
					  memory_order_release);
	}
	CHECK_EQ(status, ASSAY_NET_CLOSED);
	atomic_fetch_add_explicit(&takers_ended, 1, memory_order_release);
}

CASE_OF(NP_032, takers, "each datagram goes to one of several readers",
	NEEDS_UDP)
{
	here = station();
	peer = station();
	go_many(TAKERS, take_many, NULL);
	settle(TAKERS);
	for (int i = 0; i < POSTS; i++) {
		post(&peer, &here, &i, sizeof(i));
		/* what is not read in time is lost: one after another */
		REQUIRE(becomes(&taken[i], 1));
	}
	close_conn(here.c);
	REQUIRE(becomes(&takers_ended, TAKERS));
	for (int i = 0; i < POSTS; i++)
		CHECK_EQ(atomic_load_explicit(&taken[i], memory_order_acquire),
			 1);
}
