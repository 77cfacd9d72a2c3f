/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include <stdio.h>
#include <unistd.h>

#include "kit/sync_kit.h"
#include "net/np.h"

CASE_OF(NP_025, apart, "to set one deadline leaves the other passed",
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct pair p = pair_of(TCP);

	write_deadline(p.w, 1);
	read_deadline(p.w, ASSAY_FOREVER);
	CHECK_EQ(write_fails(p.w), ASSAY_TIMEOUT);
	write_deadline(p.w, ASSAY_FOREVER);
	read_deadline(p.w, 1);
	write_deadline(p.w, in(HOUR));
	CHECK_EQ(read_fails(p.w), ASSAY_TIMEOUT);
	end_pair(&p);
}

CASE_OF(NP_016, turns, "readers of one connection are served in their turn",
	NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(TCP);
	static struct call call[4];
	static char b[4];

	for (int i = 0; i < 4; i++) {
		start_read(&call[i], p.r, &b[i], 1);
		CHECK(stays_blocked(&call[i], i + 1));
	}
	for (int i = 0; i < 4; i++) {
		write_all(p.w, &"abcd"[i], 1);
		REQUIRE(ends(&call[i]));
		CHECK_EQ(b[i], "abcd"[i]);
	}
	end_pair(&p);
}

CASE_OF(NP_048, again, "a second close leaves the path to who has it now",
	NEEDS(NEED_PAIR))
{
	struct server s = serve(UNIX), next;

	close_server(&s);
	next = serve_at("unix", s.address);
	CHECK_EQ(rt->net->listener_close(s.l), ASSAY_NET_CLOSED);
	rt->net->listener_free(s.l);
	CHECK_EQ(access(s.address, F_OK), 0);
	end_server(&next);
}

CASE_OF(NP_036, nothing,
	"a write of nothing waits for a read, which gets nothing",
	NEEDS(NEED_MEM, NEED_DEADLINES))
{
	struct pair p = pair_of(MEM_PIPE);
	static struct call call;
	char buf[4];
	size_t got = 9;

	start_write(&call, p.w, "", 0);
	CHECK(stays_blocked(&call, 1));
	CHECK_EQ(rt->net->read(p.r, buf, sizeof(buf), &got), ASSAY_OK);
	CHECK_EQ(got, 0);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	end_pair(&p);
}

CASE_OF(NP_036, late, "of a close and a passed deadline the close is told",
	NEEDS(NEED_MEM, NEED_DEADLINES))
{
	struct pair p = pair_of(MEM_PIPE);

	read_deadline(p.r, 1);
	write_deadline(p.r, 1);
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	close_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	CHECK_EQ(write_fails(p.r), ASSAY_NET_PIPE_CLOSED);
	end_conn(p.r);
}

CASE_OF(NP_036, peer, "no deadline is set once the other end is closed",
	NEEDS(NEED_MEM, NEED_DEADLINES))
{
	struct pair p = pair_of(MEM_PIPE);

	close_conn(p.w);
	CHECK_EQ(rt->net->read_deadline(p.r, ASSAY_FOREVER),
		 ASSAY_NET_PIPE_CLOSED);
	CHECK_EQ(rt->net->write_deadline(p.r, in(HOUR)), ASSAY_NET_PIPE_CLOSED);
	end_conn(p.r);
}

CASE_OF(NP_036, both, "of both closes the own is told",
	NEEDS(NEED_MEM, NEED_DEADLINES))
{
	struct pair p = pair_of(MEM_PIPE);

	close_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	close_conn(p.r);
	CHECK_EQ(read_fails(p.r), ASSAY_NET_PIPE_CLOSED);
	CHECK_EQ(read_fails(p.w), ASSAY_NET_PIPE_CLOSED);
}

CASE_OF(NP_010, whole, "a shutdown of both sides ends both", .timeout_ms = 5000,
	NEEDS(NEED_PAIR, NEED(net, shutdown)))
{
	struct pair p = pair_of(TCP);

	CHECK_EQ(rt->net->shutdown(p.w, ASSAY_SHUT_READ | ASSAY_SHUT_WRITE),
		 ASSAY_OK);
	CHECK_EQ(read_fails(p.w), ASSAY_EOF);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_PIPE);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	end_pair(&p);
}

CASE_OF(NP_031, refused, "nor is nothing read or written",
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct pair p = pair_of(TCP);
	char b;
	size_t n;

	write_deadline(p.w, 1);
	read_deadline(p.w, 1);
	CHECK_EQ(rt->net->write(p.w, &b, 0, &n), ASSAY_TIMEOUT);
	CHECK_EQ(rt->net->read(p.w, &b, 0, &n), ASSAY_OK);
	close_conn(p.w);
	CHECK_EQ(rt->net->write(p.w, &b, 0, &n), ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->read(p.w, &b, 0, &n), ASSAY_NET_CLOSED);
	end_conn(p.r);
}

CASE_OF(NP_069, conn, "a closed connection still tells its addresses",
	NEEDS(NEED_PAIR, NEED(net, local_addr), NEED(net, remote_addr)))
{
	struct pair p = pair_of(TCP);
	char a[2][128], b[2][128];

	CHECK_EQ(rt->net->local_addr(p.w, a[0], 128), ASSAY_OK);
	CHECK_EQ(rt->net->remote_addr(p.w, a[1], 128), ASSAY_OK);
	close_conn(p.w);
	CHECK_EQ(rt->net->local_addr(p.w, b[0], 128), ASSAY_OK);
	CHECK_EQ(rt->net->remote_addr(p.w, b[1], 128), ASSAY_OK);
	CHECK_STR(a[0], b[0]);
	CHECK_STR(a[1], b[1]);
	end_conn(p.r);
}

CASE_OF(NP_069, listener, "a closed listener still tells its address",
	NEEDS(NEED_PAIR))
{
	struct server s = serve(TCP);
	char a[128];

	close_server(&s);
	CHECK_EQ(rt->net->listener_addr(s.l, a, sizeof(a)), ASSAY_OK);
	CHECK_STR(a, s.address);
	free_server(&s);
}

CASE_OF(NP_051, error, "if all addresses fail the error is the first one's",
	NEEDS(NEED(net, dial_any), NEED_TEXT))
{
	static const char *const some[] = {"127.0.0.1", "127.0.0.2"};
	assay_conn *c = NULL;

	CHECK_EQ(rt->net->dial_any(some, 2, 1, 0, ASSAY_FOREVER, &c),
		 ASSAY_NET_REFUSED);
	CHECK_SAID("dial tcp 127.0.0.1:1: connect: connection refused");
}

CASE_OF(NP_050, error, "if both families fail the error is the first one's",
	NEEDS(NEED(net, dial_any), NEED_TEXT))
{
	static const char *const both[] = {"127.0.0.1", "ff02::1"};
	assay_conn *c = NULL;

	CHECK_EQ(rt->net->dial_any(both, 2, 1, 0, ASSAY_FOREVER, &c),
		 ASSAY_NET_REFUSED);
	CHECK_SAID("dial tcp 127.0.0.1:1: connect: connection refused");
}
