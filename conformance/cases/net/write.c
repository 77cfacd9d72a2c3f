/* Deadlines of writes and of accept. */
#include <stdlib.h>

#include "np.h"

#define NEEDS_TCP NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT)
#define NEEDS_OS NEEDS(NEED_PIPE, NEED_DEADLINES, NEED_TEXT)

static struct pair pair;

/* ---- NP-023: writes ------------------------------------------------------- */

CASE_TABLE(NP_023, write_is_past, (enum net_kind kind),
	   ROW1((TCP), "a past deadline fails each write, though there is room",
		NEEDS_TCP),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS_TCP),
	   ROW(os_pipe, (OS_PIPE), "on a pipe of the system", NEEDS_OS))
{
	struct pair p = pair_of(kind);
	int64_t past[] = {in(-5 * SEC), in(-1 * MS), 1};
	char buf[4];

	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		write_deadline(p.w, past[i]);
		for (int k = 0; k < 2; k++) {
			CHECK_EQ(write_fails(p.w), ASSAY_TIMEOUT);
			CHECK_SAID(TIMEOUT_TEXT);
		}
	}
	/* what failed has left nothing behind */
	write_deadline(p.w, ASSAY_FOREVER);
	write_all(p.w, "good", 4);
	read_all(p.r, buf, 4);
	CHECK_BYTES(buf, "good", 4);
	end_pair(&p);
}

/* On a busy machine the sleep may end before the deadline. */
static bool write_is_past_unseen(int64_t unit)
{
	char byte;
	int status;

	write_deadline(pair.w, in(unit));
	sleep_ns(3 * unit);
	status = write_fails(pair.w);
	if (status == ASSAY_OK)
		read_all(pair.r, &byte, 1);
	return IS(status, ==, ASSAY_TIMEOUT);
}

CASE_TABLE(NP_023, write_is_past_on, (enum net_kind kind),
	   ROW(unseen, (TCP), "and one that passed while nobody waited",
	       NEEDS_TCP),
	   ROW(unseen_unix, (UNIX), "on a unix socket", NEEDS_TCP),
	   ROW(unseen_os_pipe, (OS_PIPE), "on a pipe of the system", NEEDS_OS))
{
	pair = pair_of(kind);
	CHECK_SOME_UNIT(write_is_past_unseen, 1 * MS);
	end_pair(&pair);
}

/* With nothing written: the buffers are full. */
static bool write_times_out(int64_t unit)
{
	int64_t begin = now(), due = begin + unit, end;

	write_deadline(pair.w, due);
	CHECK_EQ(write_fails(pair.w), ASSAY_TIMEOUT);
	end = now();
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	return IS(end - begin, <=, unit + unit / 10);
}

CASE_TABLE(NP_023, write_times_out_on, (enum net_kind kind),
	   ROW(future_unix, (UNIX), "on a unix socket", NEEDS_TCP),
	   ROW(future_os_pipe, (OS_PIPE), "on a pipe of the system", NEEDS_OS))
{
	int64_t n;

	pair = pair_of(kind);
	n = fill(pair.w);
	CHECK_SOME_UNIT(write_times_out, 20 * MS);
	CHECK_EQ(write_fails(pair.w), ASSAY_TIMEOUT);
	take_bytes(pair.r, 0, n);
	/* room alone does not help */
	CHECK_EQ(write_fails(pair.w), ASSAY_TIMEOUT);
	write_deadline(pair.w, ASSAY_FOREVER);
	write_all(pair.w, "x", 1);
	read_all(pair.r, (char[1]){0}, 1);
	close_conn(pair.w);
	CHECK_EQ(read_fails(pair.r), ASSAY_EOF);
}

/*
 * What the kernel took in all, if the deadlines were met in time: a writer that
 * is late writes nothing.
 */
static int64_t tcp_written;

static bool tcp_write_times_out(int64_t unit)
{
	unsigned char *buf = malloc(LARGE);
	int64_t due, end;
	size_t done;

	REQUIRE(buf != NULL);
	stream_bytes(buf, LARGE, tcp_written);
	due = in(unit);
	write_deadline(pair.w, due);
	CHECK_EQ(write_some(pair.w, buf, LARGE, &done), ASSAY_TIMEOUT);
	end = now();
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	CHECK_LT(done, LARGE);
	tcp_written += (int64_t)done;
	free(buf);
	return IS(end, <=, due + unit / 10) && IS(tcp_written, >, 0);
}

CASE_OF(NP_023, future, "what a write wrote until its deadline is counted",
	NEEDS_TCP)
{
	int status;

	pair = pair_of(TCP);
	CHECK_SOME_UNIT(tcp_write_times_out, 20 * MS);
	CHECK_EQ(write_fails(pair.w), ASSAY_TIMEOUT);
	CHECK_GT(tcp_written, 0);
	close_conn(pair.w);
	CHECK_EQ(read_stream(pair.r, 0, 1 << 18, &status), tcp_written);
	CHECK_EQ(status, ASSAY_EOF);
}

CASE_TABLE(NP_023, cleared_write_waits, (enum net_kind kind),
	   ROW(cleared, (UNIX), "a cleared deadline does not fire", NEEDS_TCP),
	   ROW(cleared_os_pipe, (OS_PIPE), "on a pipe of the system", NEEDS_OS))
{
	struct pair p = pair_of(kind);
	static struct call call;
	int64_t n = fill(p.w);
	char byte;

	write_deadline(p.w, in(-5 * SEC));
	CHECK_EQ(write_fails(p.w), ASSAY_TIMEOUT);
	write_deadline(p.w, in(20 * MS));
	write_deadline(p.w, ASSAY_FOREVER);
	start_write(&call, p.w, "x", 1);
	CHECK(stays_blocked(&call, 1));
	sleep_ns(60 * MS);
	CHECK_EQ(atomic_load_explicit(&call.over, memory_order_acquire), 0);
	take_bytes(p.r, 0, n);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	read_all(p.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	end_pair(&p);
}

static void late_write_deadline(int64_t first)
{
	struct pair p = pair_of(UNIX);
	static struct call call;
	int64_t due;

	fill(p.w);
	write_deadline(p.w, first);
	start_write(&call, p.w, "x", 1);
	CHECK(stays_blocked(&call, 1));
	due = in(20 * MS);
	write_deadline(p.w, due);
	check_ends(&call, ASSAY_TIMEOUT);
	CHECK_GE(call.end, due);
	CHECK_LT(call.end, due + upto(3 * SEC));
	write_deadline(p.w, first);
	start_write(&call, p.w, "x", 1);
	CHECK(stays_blocked(&call, 1));
	write_deadline(p.w, in(-1 * SEC));
	check_ends(&call, ASSAY_TIMEOUT);
	end_pair(&p);
}

CASE_OF(NP_023, set_late, "one that is set while a write waits ends it",
	NEEDS_TCP)
{
	late_write_deadline(ASSAY_FOREVER);
	late_write_deadline(in(HOUR));
}

CASE_OF(NP_023, set_late_tcp, "also by TCP", NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	unsigned char *buf = large();
	static struct call call;
	int64_t due;

	start_write(&call, p.w, buf, LARGE);
	CHECK(stays_blocked(&call, 1));
	due = in(20 * MS);
	write_deadline(p.w, due);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_TIMEOUT);
	CHECK_GE(call.end, due);
	CHECK_LT(call.end, due + upto(3 * SEC));
	end_pair(&p);
	free(buf);
}

/* False: so busy a machine that the first passed before it was moved. */
CASE_SOME_UNIT_OF(NP_023, moved, moved_write_waits, 30 * MS,
		  "one that is moved does not fire at the old time", NEEDS_TCP)
{
	struct pair p = pair_of(UNIX);
	static struct call call;
	int64_t first, due;
	bool in_time;

	fill(p.w);
	first = in(unit);
	write_deadline(p.w, first);
	start_write(&call, p.w, "x", 1);
	/* not settle(), which would not find one that has timed out */
	sleep_ns(unit / 2);
	due = in(3 * unit);
	write_deadline(p.w, due);
	in_time = IS(now(), <, first);
	check_ends(&call, ASSAY_TIMEOUT);
	if (in_time)
		CHECK_GE(call.end, due);
	end_pair(&p);
	return in_time;
}

/* ---- NP-024: accept ------------------------------------------------------- */

#define NEEDS_ACCEPT NEEDS(NEED_PAIR, NEED(net, listener_deadline), NEED_TEXT)

static struct server server;

static void accept_deadline(int64_t deadline)
{
	REQUIRE_EQ(rt->net->listener_deadline(server.l, deadline), ASSAY_OK);
}

static void check_accept_times_out(void)
{
	assay_conn *c = NULL;

	CHECK_EQ(rt->net->accept(server.l, &c), ASSAY_TIMEOUT);
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_PTR(c, ==, NULL);
}

/* With nobody there, and then with somebody who waits. */
CASE_TABLE(NP_024, accept_is_past, (enum net_kind kind),
	   ROW1((TCP),
		"a past deadline fails each accept, though somebody waits",
		NEEDS_ACCEPT),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS_ACCEPT))
{
	int64_t past[] = {in(-5 * SEC), in(-1 * MS), 1};
	assay_conn *c = NULL;

	server = serve(kind);
	for (int i = 0; i < 6; i++) {
		accept_deadline(past[i % 3]);
		check_accept_times_out();
		check_accept_times_out();
		if (i == 2)
			c = dial_server(&server);
	}
	accept_deadline(ASSAY_FOREVER);
	end_conn(accept_one(&server));
	end_conn(c);
	end_server(&server);
}

static bool accept_times_out(int64_t unit)
{
	int64_t begin = now(), due = begin + unit, end;

	accept_deadline(due);
	check_accept_times_out();
	end = now();
	CHECK_GE(end, due);
	return IS(end - begin, <=, unit + unit / 10);
}

CASE_OF(NP_024, future, "a deadline ends accept in time", NEEDS_ACCEPT)
{
	server = serve(TCP);
	accept_deadline(ASSAY_FOREVER);
	CHECK_SOME_UNIT(accept_times_out, 20 * MS);
	end_server(&server);
}

/* An accept that waits, and after ns still does, until somebody dials. */
static void check_accept_waits(struct call *call, int64_t ns)
{
	assay_conn *c;

	CHECK(stays_blocked(call, 1));
	sleep_ns(ns);
	CHECK_EQ(atomic_load_explicit(&call->over, memory_order_acquire), 0);
	c = dial_server(&server);
	REQUIRE(ends(call));
	CHECK_EQ(call->status, ASSAY_OK);
	end_conn(call->accepted);
	end_conn(c);
}

CASE_OF(NP_024, cleared, "a cleared deadline does not fire", NEEDS_ACCEPT)
{
	static struct call call;

	server = serve(TCP);
	accept_deadline(in(-5 * SEC));
	check_accept_times_out();
	accept_deadline(in(20 * MS));
	accept_deadline(ASSAY_FOREVER);
	start_accept(&call, server.l);
	check_accept_waits(&call, 100 * MS);
	end_server(&server);
}

CASE_OF(NP_024, set_late, "one that is set while accept waits ends it",
	NEEDS_ACCEPT)
{
	static struct call calls[3];
	int64_t due;

	server = serve(TCP);
	for (int i = 0; i < 3; i++)
		start_accept(&calls[i], server.l);
	CHECK(stays_blocked(&calls[0], 3));
	due = in(20 * MS);
	accept_deadline(due);
	for (int i = 0; i < 3; i++) {
		check_ends(&calls[i], ASSAY_TIMEOUT);
		CHECK_GE(calls[i].end, due);
		CHECK_LT(calls[i].end, due + upto(3 * SEC));
	}
	accept_deadline(ASSAY_FOREVER);
	start_accept(&calls[0], server.l);
	check_accept_waits(&calls[0], 1 * MS);
	end_server(&server);
}

CASE_OF(NP_024, accepted, "a connection does not get its listener's deadline",
	NEEDS_ACCEPT)
{
	struct pair p;
	char byte;

	server = serve(TCP);
	accept_deadline(in(HOUR));
	p = connect_to(&server);
	accept_deadline(in(-1 * SEC));
	check_accept_times_out();
	write_all(p.w, "x", 1);
	read_all(p.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	end_pair(&p);
	end_server(&server);
}
