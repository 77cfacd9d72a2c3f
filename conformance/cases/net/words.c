/*
 * The whole text of an error: the operation, the network, whose connection it
 * was and the cause.
 */
#include <stdio.h>

#include "np.h"

#define NEED_NAMES NEED(net, local_addr), NEED(net, remote_addr), NEED_TEXT

static char who[300]; /* of the connection that fails */

static void check_words(const char *op, const char *network, const char *whose,
			const char *cause)
{
	char text[500];

	snprintf(text, sizeof(text), "%s %s%s: %s", op, network, whose, cause);
	CHECK_STR(rt->net->error(), text);
}

static const char *both_ends(assay_conn *c)
{
	char local[120], remote[120];

	REQUIRE_EQ(rt->net->local_addr(c, local, sizeof(local)), ASSAY_OK);
	REQUIRE_EQ(rt->net->remote_addr(c, remote, sizeof(remote)), ASSAY_OK);
	snprintf(who, sizeof(who), " %s->%s", local, remote);
	return who;
}

/* ---- NP-068: connections -------------------------------------------------- */

CASE_TABLE(NP_068, late, (enum net_kind kind, const char *network),
	   ROW1((TCP, "tcp"),
		"a deadline that has passed, of TCP: both ends are named",
		NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_NAMES)),
	   ROW(unix, (UNIX, "unix"), "of a unix socket",
	       NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_NAMES)))
{
	struct pair p = pair_of(kind);
	assay_conn *ends[] = {p.w, p.r};

	for (int i = 0; i < 2; i++) {
		const char *whose = both_ends(ends[i]);

		read_deadline(ends[i], 1);
		write_deadline(ends[i], 1);
		for (int again = 0; again < 2; again++) {
			CHECK_EQ(read_fails(ends[i]), ASSAY_TIMEOUT);
			check_words("read", network, whose, TIMEOUT_TEXT);
			CHECK_EQ(write_fails(ends[i]), ASSAY_TIMEOUT);
			check_words("write", network, whose, TIMEOUT_TEXT);
		}
	}
	end_pair(&p);
}

CASE_TABLE(NP_068, closed, (enum net_kind kind, const char *network),
	   ROW(closed, (TCP, "tcp"), "what was closed, of TCP",
	       NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_NAMES)),
	   ROW(closed_unix, (UNIX, "unix"), "of a unix socket",
	       NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_NAMES)))
{
	struct pair p = pair_of(kind);
	const char *whose = both_ends(p.w);
	char local[130];

	REQUIRE_EQ(rt->net->local_addr(p.w, local + 1, sizeof(local) - 1),
		   ASSAY_OK);
	local[0] = ' ';
	close_conn(p.w);
	CHECK_EQ(read_fails(p.w), ASSAY_NET_CLOSED);
	check_words("read", network, whose, CLOSED_TEXT);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_CLOSED);
	check_words("write", network, whose, CLOSED_TEXT);
	CHECK_EQ(rt->net->close(p.w), ASSAY_NET_CLOSED);
	check_words("close", network, whose, CLOSED_TEXT);
	CHECK_EQ(rt->net->read_deadline(p.w, 1), ASSAY_NET_CLOSED);
	check_words("set", network, local, CLOSED_TEXT);
	CHECK_EQ(rt->net->write_deadline(p.w, 1), ASSAY_NET_CLOSED);
	check_words("set", network, local, CLOSED_TEXT);
	rt->net->free(p.w);
	end_conn(p.r);
}

/* ---- NP-068: what is accepted from ---------------------------------------- */

CASE_TABLE(NP_068, listener, (enum net_kind kind, const char *network),
	   ROW(listener, (TCP, "tcp"), "a listener of TCP",
	       NEEDS(NEED_SERVER, NEED(net, listener_deadline), NEED_TEXT)),
	   ROW(listener_unix, (UNIX, "unix"), "of a unix socket",
	       NEEDS(NEED_SERVER, NEED(net, listener_deadline), NEED_TEXT)))
{
	struct server s = serve(kind);
	assay_conn *c = NULL;

	snprintf(who, sizeof(who), " %s", s.address);
	REQUIRE_EQ(rt->net->listener_deadline(s.l, 1), ASSAY_OK);
	CHECK_EQ(rt->net->accept(s.l, &c), ASSAY_TIMEOUT);
	check_words("accept", network, who, TIMEOUT_TEXT);
	close_server(&s);
	CHECK_EQ(rt->net->accept(s.l, &c), ASSAY_NET_CLOSED);
	check_words("accept", network, who, CLOSED_TEXT);
	CHECK_EQ(rt->net->listener_close(s.l), ASSAY_NET_CLOSED);
	check_words("close", network, who, CLOSED_TEXT);
	/* Go has no more than the cause here */
	CHECK_EQ(rt->net->listener_deadline(s.l, 1), ASSAY_NET_CLOSED);
	CHECK_STR(rt->net->error(), CLOSED_TEXT);
	free_server(&s);
}

/* ---- NP-068: without addresses -------------------------------------------- */

CASE_OF(NP_068, in_memory, "the pipe in memory has no addresses",
	NEEDS(NEED_MEM, NEED_DEADLINES, NEED_TEXT))
{
	struct pair p = pair_of(MEM_PIPE);

	read_deadline(p.r, 1);
	write_deadline(p.w, 1);
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	check_words("read", "pipe", "", TIMEOUT_TEXT);
	CHECK_EQ(write_fails(p.w), ASSAY_TIMEOUT);
	check_words("write", "pipe", "", TIMEOUT_TEXT);
	end_pair(&p);
}

CASE_OF(NP_068, refused, "a dial that is refused names the other end alone",
	NEEDS(NEED_PAIR, NEED_TEXT))
{
	struct server s = serve(TCP);
	assay_conn *c = NULL;

	snprintf(who, sizeof(who), " %s", s.address);
	end_server(&s);
	CHECK_EQ(rt->net->dial("tcp", who + 1, ASSAY_FOREVER, &c),
		 ASSAY_NET_REFUSED);
	check_words("dial", "tcp", who, "connect: connection refused");
	CHECK_EQ(rt->net->dial("tcp", who + 1, 1, &c), ASSAY_TIMEOUT);
	check_words("dial", "tcp", who, TIMEOUT_TEXT);
}

CASE_OF(NP_068, os_pipe, "ends of a pipe have numbers for names",
	NEEDS(NEED_PIPE, NEED_DEADLINES, NEED_TEXT))
{
	struct pair p = pair_of(OS_PIPE);

	read_deadline(p.r, 1);
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	check_words("read", "|0", "", TIMEOUT_TEXT);
	fill(p.w);
	write_deadline(p.w, 1);
	CHECK_EQ(write_fails(p.w), ASSAY_TIMEOUT);
	check_words("write", "|1", "", TIMEOUT_TEXT);
	close_conn(p.r);
	close_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_NET_CLOSED);
	check_words("read", "|0", "", "file already closed");
	CHECK_EQ(write_fails(p.w), ASSAY_NET_CLOSED);
	check_words("write", "|1", "", "file already closed");
	CHECK_EQ(rt->net->close(p.w), ASSAY_NET_CLOSED);
	check_words("close", "|1", "", "file already closed");
	CHECK_EQ(rt->net->read_deadline(p.r, 1), ASSAY_NET_CLOSED);
	CHECK_STR(rt->net->error(), "use of closed file");
	rt->net->free(p.r);
	rt->net->free(p.w);
}

static void fail_and_end(void *done)
{
	assay_conn *c;

	CHECK_EQ(rt->net->dial("tcp", "no port", ASSAY_FOREVER, &c),
		 ASSAY_NET_ADDR);
	CHECK_SAID("no port");
	send_signal(done);
}

static void has_no_error(void *done)
{
	const char *text = rt->net->error();

	CHECK_STR(text == NULL ? "" : text, "");
	send_signal(done);
}

/* A new goroutine often has the stack of one that has ended. */
CASE_OF(NP_068, own, "a new goroutine has no error of an older one",
	NEEDS(NEED(net, dial), NEED_TEXT))
{
	assay_chan *done = chan_signal(0);

	for (int i = 0; i < 100; i++) {
		go(i % 2 == 0 ? fail_and_end : has_no_error, done);
		wait_for(done);
		yield();
	}
}
