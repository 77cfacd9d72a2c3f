/* The end of a stream, of half of it, and reads that ask for nothing. */
#include <stdio.h>
#include <unistd.h>

#include "kit/work.h"
#include "np.h"

/* ---- NP-009: the end of the stream ---------------------------------------- */

enum { SOME = 60000 }; /* fits, and takes several reads */

CASE_TABLE(NP_009, eof_after_data, (enum net_kind kind),
	   ROW1((TCP), "a peer's close is EOF after all data, again and again",
		.flags = CASE_VALGRIND, NEEDS(NEED_PAIR, NEED_TEXT)),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS(NEED_PAIR, NEED_TEXT)),
	   ROW(os_pipe, (OS_PIPE), "through a pipe of the system",
	       NEEDS(NEED_PIPE, NEED_TEXT)))
{
	struct pair p = pair_of(kind);
	int status;

	write_stream(p.w, SOME, SOME);
	close_conn(p.w);
	CHECK_EQ(read_stream(p.r, 0, 9000, &status), SOME);
	CHECK_EQ(status, ASSAY_EOF);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	CHECK_SAID("EOF");
	end_conn(p.r);
}

static void eof_wakes(enum net_kind kind)
{
	struct pair p = pair_of(kind);
	static struct call call;

	CHECK(read_blocks(&call, p.r));
	close_conn(p.w);
	check_ends(&call, ASSAY_EOF);
	end_conn(p.r);
}

CASE_OF(NP_009, parked, "EOF wakes a parked reader", NEEDS(NEED_PAIR))
{
	eof_wakes(TCP);
	eof_wakes(UNIX);
}

CASE_OF(NP_009, parked_pipe, "at a pipe of the system, too", NEEDS(NEED_PIPE))
{
	eof_wakes(OS_PIPE);
}

/* The reader has slept when both come, and is told of them but once. */
static void read_data_and_end(void *arg)
{
	char buf[16];
	size_t got;

	REQUIRE_EQ(read_some(arg, buf, sizeof(buf), &got), ASSAY_OK);
	CHECK_EQ(got, 4);
	CHECK_BYTES(buf, "last", 4);
	CHECK_EQ(read_some(arg, buf, sizeof(buf), &got), ASSAY_EOF);
	finish();
}

CASE_TABLE(NP_009, end_comes_with_data, (enum net_kind kind),
	   ROW(together, (TCP), "the last data and the end may come together",
	       NEEDS(NEED_SERVER)),
	   ROW(together_unix, (UNIX), "on a unix socket", NEEDS(NEED_SERVER)))
{
	struct server s = serve(kind);

	for (int i = 1; i <= 10; i++) {
		struct half h = half_of(&s);

		go(read_data_and_end, h.c);
		settle(1);
		REQUIRE_EQ(write(h.fd, "last", 4), 4);
		close(h.fd);
		REQUIRE(becomes(&finished, i));
		end_conn(h.c);
	}
	end_server(&s);
}

CASE_OF(NP_009, reset, "a connection that breaks is no EOF",
	NEEDS(NEED_SERVER, NEED_TEXT))
{
	struct server s = serve(TCP);
	struct half h = half_of(&s), parked = half_of(&s);
	static struct call call;

	reset_fd(h.fd);
	CHECK_EQ(read_fails(h.c), ASSAY_NET_RESET);
	CHECK_SAID("connection reset by peer");
	CHECK(read_blocks(&call, parked.c));
	reset_fd(parked.fd);
	check_ends(&call, ASSAY_NET_RESET);
	end_server(&s);
}

/* ---- NP-010: half of it --------------------------------------------------- */

CASE_TABLE(NP_010, half_closes, (enum net_kind kind),
	   ROW1((TCP), "shutdown of the write side ends one direction",
		NEEDS(NEED_PAIR, NEED(net, shutdown))),
	   ROW(unix, (UNIX), "on a unix socket",
	       NEEDS(NEED_PAIR, NEED(net, shutdown))))
{
	struct pair p = pair_of(kind);
	static struct call parked;
	char buf[8];

	write_all(p.w, "last", 4);
	REQUIRE_EQ(rt->net->shutdown(p.w, ASSAY_SHUT_WRITE), ASSAY_OK);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_PIPE);
	read_all(p.r, buf, 4);
	CHECK_BYTES(buf, "last", 4);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	/* the other direction is as it was */
	start_read(&parked, p.w, buf, sizeof(buf));
	CHECK(stays_blocked(&parked, 1));
	write_all(p.r, "answer", 6);
	REQUIRE(ends(&parked));
	CHECK_EQ(parked.status, ASSAY_OK);
	CHECK_EQ(parked.got, 6);
	CHECK_BYTES(buf, "answer", 6);
	REQUIRE_EQ(rt->net->shutdown(p.r, ASSAY_SHUT_WRITE), ASSAY_OK);
	CHECK_EQ(read_fails(p.w), ASSAY_EOF);
	end_pair(&p);
}

static void read_half_closes(enum net_kind kind)
{
	struct pair p = pair_of(kind);
	static struct call call;
	char byte;

	CHECK(read_blocks(&call, p.r));
	REQUIRE_EQ(rt->net->shutdown(p.r, ASSAY_SHUT_READ), ASSAY_OK);
	check_ends(&call, ASSAY_EOF);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	write_all(p.r, "x", 1);
	read_all(p.w, &byte, 1);
	CHECK_EQ(byte, 'x');
	end_pair(&p);
}

CASE_OF(NP_010, read_side, "shutdown of the read side ends the other one",
	NEEDS(NEED_PAIR, NEED(net, shutdown)))
{
	read_half_closes(TCP);
	read_half_closes(UNIX);
}

CASE_OF(NP_010, parked, "shutdown wakes the peer that waits",
	NEEDS(NEED_PAIR, NEED(net, shutdown)))
{
	struct pair p = pair_of(TCP);
	static struct call call;

	CHECK(read_blocks(&call, p.r));
	REQUIRE_EQ(rt->net->shutdown(p.w, ASSAY_SHUT_WRITE), ASSAY_OK);
	check_ends(&call, ASSAY_EOF);
	end_pair(&p);
}

CASE_OF(NP_010, in_vain, "shutdown of what the peer has reset fails",
	NEEDS(NEED_PAIR, NEED_TEXT, NEED(net, shutdown), NEED(net, local_addr),
	      NEED(net, remote_addr)))
{
	struct server s = serve(TCP);
	struct half h = half_of(&s);
	char local[64], remote[64], text[200];

	REQUIRE_EQ(rt->net->local_addr(h.c, local, sizeof(local)), ASSAY_OK);
	REQUIRE_EQ(rt->net->remote_addr(h.c, remote, sizeof(remote)), ASSAY_OK);
	reset_fd(h.fd);
	CHECK_EQ(read_fails(h.c), ASSAY_NET_RESET);
	snprintf(text, sizeof(text),
		 "close tcp %s->%s: shutdown: transport endpoint is not "
		 "connected",
		 local, remote);
	CHECK_EQ(rt->net->shutdown(h.c, ASSAY_SHUT_WRITE), ASSAY_NET_OTHER);
	CHECK_SAID(text);
	CHECK_EQ(rt->net->shutdown(h.c, ASSAY_SHUT_READ), ASSAY_NET_OTHER);
	CHECK_SAID(text);
	end_conn(h.c);
	end_server(&s);
}

/* ---- NP-031: nothing is asked for ----------------------------------------- */

static void zero_reads(enum net_kind kind)
{
	struct pair p = pair_of(kind);
	size_t got;
	char byte;

	/* nothing there; something there; the end; */
	CHECK_EQ(read_some(p.r, &byte, 0, &got), ASSAY_OK);
	write_all(p.w, "x", 1);
	CHECK_EQ(read_some(p.r, &byte, 0, &got), ASSAY_OK);
	read_all(p.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	CHECK_EQ(read_some(p.r, &byte, 0, &got), ASSAY_OK);
	close_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	CHECK_EQ(read_some(p.r, &byte, 0, &got), ASSAY_OK);
	end_conn(p.r);
}

CASE(NP_031, "a read of nothing returns 0 at once", NEEDS(NEED_PAIR))
{
	zero_reads(TCP);
	zero_reads(UNIX);
}

CASE_OF(NP_031, os_pipe, "from a pipe of the system, too", NEEDS(NEED_PIPE))
{
	zero_reads(OS_PIPE);
}
