/*
 * What goes in at one end comes out at the other: addresses, order, content,
 * counts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kit/work.h"
#include "np.h"
#include "outside.h"

#define NEED_ADDRS NEED(net, local_addr), NEED(net, remote_addr)

/* ---- NP-005: addresses ---------------------------------------------------- */

static void check_both_ways(const struct pair *p)
{
	char buf[8];

	write_all(p->w, "there", 5);
	read_all(p->r, buf, 5);
	CHECK_BYTES(buf, "there", 5);
	write_all(p->r, "back", 4);
	read_all(p->w, buf, 4);
	CHECK_BYTES(buf, "back", 4);
}

static void check_addresses(const struct server *s, const struct pair *p)
{
	char at[4][160];

	REQUIRE_EQ(rt->net->local_addr(p->w, at[0], sizeof(at[0])), ASSAY_OK);
	REQUIRE_EQ(rt->net->remote_addr(p->w, at[1], sizeof(at[1])), ASSAY_OK);
	REQUIRE_EQ(rt->net->local_addr(p->r, at[2], sizeof(at[2])), ASSAY_OK);
	REQUIRE_EQ(rt->net->remote_addr(p->r, at[3], sizeof(at[3])), ASSAY_OK);
	CHECK_STR(at[1], s->address);
	CHECK_STR(at[2], s->address);
	CHECK_STR(at[0], at[3]);
	CHECK_MSG(strcmp(at[0], at[1]) != 0, "both ends are %s", at[0]);
}

static int port_in(const char *address, const char *host)
{
	size_t n = strlen(host);

	REQUIRE(CHECK_BYTES(address, host, n));
	REQUIRE_EQ(address[n], ':');
	return atoi(address + n + 1);
}

CASE_TABLE(NP_005, check_port_0, (enum net_kind kind, const char *host),
	   ROW1((TCP, "127.0.0.1"),
		"port 0 is a free port that can be read back and dialed",
		NEEDS(NEED_PAIR, NEED_ADDRS)),
	   ROW(ipv6, (TCP6, "[::1]"), "the same by IPv6",
	       NEEDS(NEED_PAIR, NEED_ADDRS)))
{
	struct server s = serve(kind), other = serve(kind);
	struct pair p = connect_to(&s);
	int port = port_in(s.address, host);

	CHECK_GT(port, 0);
	CHECK_LT(port, 65536);
	CHECK_NE(port, port_in(other.address, host));
	check_addresses(&s, &p);
	check_both_ways(&p);
	end_pair(&p);
	end_server(&s);
	end_server(&other);
}

CASE_OF(NP_005, unix, "a unix socket is dialed by its path", NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(UNIX);

	check_both_ways(&p);
	end_pair(&p);
}

CASE_OF(NP_005, versions, "tcp4 and tcp6 are the two by name", NEEDS(NEED_PAIR))
{
	struct server four = serve_at("tcp4", "127.0.0.1:0"), six;
	struct pair p = connect_to(&four);

	check_both_ways(&p);
	end_pair(&p);
	end_server(&four);
	if (!have_ipv6())
		return;
	six = serve_at("tcp6", "[::1]:0");
	p = connect_to(&six);
	check_both_ways(&p);
	end_pair(&p);
	end_server(&six);
}

CASE_OF(NP_005, name, "a host may be a name", NEEDS(NEED_PAIR))
{
	struct server s;
	struct pair p;

	if (!have_localhost())
		skip("localhost is no name here");
	s = serve_at("tcp4", "localhost:0");
	snprintf(s.address, sizeof(s.address), "localhost:%d",
		 port_in(s.address, "127.0.0.1"));
	p = connect_to(&s);
	check_both_ways(&p);
	end_pair(&p);
	end_server(&s);
}

/* The peer that accept gives is the one that dialed, also out of several. */
CASE_OF(NP_005, peers, "each accept gives the next peer, by its address",
	NEEDS(NEED_PAIR, NEED_ADDRS))
{
	struct server s = serve(TCP);
	assay_conn *dialed[5], *accepted;

	for (int i = 0; i < 5; i++)
		dialed[i] = dial_server(&s);
	for (int i = 0; i < 5; i++) {
		struct pair p = {.w = dialed[i],
				 .r = accepted = accept_one(&s)};

		check_addresses(&s, &p);
		check_both_ways(&p);
		end_conn(accepted);
		end_conn(dialed[i]);
	}
	end_server(&s);
}

/* ---- NP-006: order and content -------------------------------------------- */

struct sender {
	assay_conn *c;
	int64_t n;
	size_t most;
};

static void send_stream(void *arg)
{
	const struct sender *s = arg;

	write_stream(s->c, s->n, s->most);
	close_conn(s->c);
	finish();
}

CASE_TABLE(NP_006, check_stream, (enum net_kind kind, int64_t n, size_t most),
	   ROW1((TCP, rounds(64 << 20), 1 << 18),
		"64 MiB come in order and whole", .procs = {1, 4},
		.timeout_ms = 30000, NEEDS(NEED_PAIR)),
	   ROW(small, (TCP, rounds(1 << 20), 1 << 10),
	       "so they do in small pieces", NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX, rounds(16 << 20), 1 << 17), "on a unix socket",
	       .procs = {1, 2}, NEEDS(NEED_PAIR)),
	   ROW(ipv6, (TCP6, rounds(8 << 20), 1 << 17), "by IPv6", .procs = {2},
	       NEEDS(NEED_PAIR)),
	   ROW(os_pipe, (OS_PIPE, rounds(8 << 20), 1 << 17),
	       "through a pipe of the system", .procs = {1, 2},
	       NEEDS(NEED_PIPE)))
{
	struct pair p = pair_of(kind);
	struct sender s = {.c = p.w, .n = n, .most = most};
	int status;

	go_copy(send_stream, &s, sizeof(s));
	CHECK_EQ(read_stream(p.r, 0, most, &status), n);
	CHECK_EQ(status, ASSAY_EOF);
	REQUIRE(becomes(&finished, 1));
	end_conn(p.r);
}

static void take_stream(void *arg)
{
	assay_conn *c = arg;
	int status;

	CHECK_EQ(read_stream(c, 0, 1 << 16, &status), rounds(2 << 20));
	CHECK_EQ(status, ASSAY_EOF);
	finish();
}

CASE_OF(NP_006, both_ways, "on three connections, both ways at once",
	NEEDS(NEED_PAIR, NEED(net, shutdown)))
{
	struct pair p[3];

	for (int i = 0; i < 3; i++) {
		p[i] = pair_of(i == 2 ? UNIX : TCP);
		go(take_stream, p[i].w);
		go(take_stream, p[i].r);
	}
	for (int i = 0; i < 3; i++) {
		write_stream(p[i].w, rounds(2 << 20), 1 << 16);
		write_stream(p[i].r, rounds(2 << 20), 1 << 14);
		REQUIRE_EQ(rt->net->shutdown(p[i].w, ASSAY_SHUT_WRITE),
			   ASSAY_OK);
		REQUIRE_EQ(rt->net->shutdown(p[i].r, ASSAY_SHUT_WRITE),
			   ASSAY_OK);
	}
	REQUIRE(becomes(&finished, 6));
	for (int i = 0; i < 3; i++)
		end_pair(&p[i]);
}

/* ---- NP-007, NP-008: a write is whole ------------------------------------- */

/* The reader is slow at first, then as fast as it can. */
CASE_TABLE(NP_007, write_waits, (enum net_kind kind),
	   ROW1((TCP), "a write waits for the reader and goes on with it",
		NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS(NEED_PAIR)),
	   ROW(os_pipe, (OS_PIPE), "through a pipe of the system",
	       NEEDS(NEED_PIPE)))
{
	struct pair p = pair_of(kind);
	unsigned char *buf = large();
	static struct call call;

	start_write(&call, p.w, buf, LARGE);
	CHECK(stays_blocked(&call, 1));
	for (int64_t i = 0; i < 32; i++) {
		take_bytes(p.r, i << 13, 1 << 13);
		sleep_ns(MS / 4);
	}
	CHECK_EQ(atomic_load_explicit(&call.over, memory_order_acquire), 0);
	take_bytes(p.r, 32 << 13, LARGE - (32 << 13));
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	CHECK_EQ(call.got, LARGE);
	end_pair(&p);
	free(buf);
}

/* While reads of odd sizes free a little room at a time. */
CASE_TABLE(NP_008, one_call_is_whole, (enum net_kind kind),
	   ROW1((TCP), "one call writes all, in however many parts",
		NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS(NEED_PAIR)),
	   ROW(os_pipe, (OS_PIPE), "through a pipe of the system",
	       NEEDS(NEED_PIPE)))
{
	struct pair p = pair_of(kind);
	unsigned char *buf = large();
	static struct call call;
	int64_t at = 0, n = rounds(LARGE);

	start_write(&call, p.w, buf, (size_t)n);
	while (at < n) {
		int64_t piece = 1 + rnd_below(100000);

		if (piece > n - at)
			piece = n - at;
		take_bytes(p.r, at, piece);
		at += piece;
	}
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	CHECK_EQ(call.got, n);
	close_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	free(buf);
}

/* What a write that ends early says it has written is what can be read. */
static void check_partial(struct call *call, struct pair *p, bool all)
{
	int status;
	int64_t n;

	CHECK_GT(call->got, 0);
	CHECK_LT(call->got, LARGE);
	if (!all)
		return;
	n = read_stream(p->r, 0, 1 << 18, &status);
	CHECK_EQ(status, ASSAY_EOF);
	CHECK_EQ(call->got, n);
}

static enum net_kind late_kind;

/* False: so busy a machine that the deadline passed before the write began. */
static bool ends_by_deadline(int64_t unit)
{
	struct pair p = pair_of(late_kind);
	unsigned char *buf = large();
	static struct call call;

	write_deadline(p.w, in(unit));
	start_write(&call, p.w, buf, LARGE);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_TIMEOUT);
	close_conn(p.w);
	if (call.got > 0)
		check_partial(&call, &p, true);
	free(buf);
	return IS(call.got, >, 0);
}

CASE_OF(NP_008, deadline, "but for a deadline, with the count up to there",
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	late_kind = TCP;
	CHECK_SOME_UNIT(ends_by_deadline, 20 * MS);
	late_kind = UNIX;
	CHECK_SOME_UNIT(ends_by_deadline, 20 * MS);
}

CASE_OF(NP_008, closed, "but for a close, with the count up to there",
	NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(UNIX);
	static struct call call;

	start_write(&call, p.w, large(), LARGE);
	CHECK(stays_blocked(&call, 1));
	close_conn(p.w);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_NET_CLOSED);
	check_partial(&call, &p, true);
}

static void ends_by_peer(enum net_kind kind)
{
	struct pair p = pair_of(kind);
	static struct call call;

	start_write(&call, p.w, large(), LARGE);
	CHECK(stays_blocked(&call, 1));
	close_conn(p.r);
	REQUIRE(ends(&call));
	CHECK_EITHER(call.status, ASSAY_NET_PIPE, ASSAY_NET_RESET);
	check_partial(&call, &p, false);
}

CASE_OF(NP_008, peer_closed, "but for an error", NEEDS(NEED_PAIR))
{
	ends_by_peer(TCP);
	ends_by_peer(UNIX);
}
