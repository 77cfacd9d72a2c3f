/*
 * What else can be waited for: unix sockets, pipes of the system, descriptors
 * made elsewhere; and the pipe in memory, which has no buffer at all.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"
#include "np.h"

/* ---- NP-033: pipes and unix sockets --------------------------------------- */

CASE(NP_033, "a pipe of the system: data, EOF, a broken pipe",
     .flags = CASE_VALGRIND, NEEDS(NEED_PIPE, NEED_TEXT))
{
	struct pair p = pair_of(OS_PIPE), broken = pair_of(OS_PIPE);
	static struct call call;
	char buf[8];

	start_read(&call, p.r, buf, sizeof(buf));
	CHECK(stays_blocked(&call, 1));
	write_all(p.w, "pipe", 4);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	CHECK_EQ(call.got, 4);
	CHECK_BYTES(buf, "pipe", 4);
	write_all(p.w, "end", 3);
	end_conn(p.w);
	read_all(p.r, buf, 3);
	CHECK_BYTES(buf, "end", 3);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	end_conn(p.r);
	end_conn(broken.r);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(write_fails(broken.w), ASSAY_NET_PIPE);
		CHECK_SAID("broken pipe");
	}
	end_conn(broken.w);
}

CASE_OF(NP_033, blocked, "the reader's close ends a blocked write",
	NEEDS(NEED_PIPE, NEED_DEADLINES))
{
	struct pair p = pair_of(OS_PIPE);
	static struct call call;

	fill(p.w);
	start_write(&call, p.w, "x", 1);
	CHECK(stays_blocked(&call, 1));
	close_conn(p.r);
	check_ends(&call, ASSAY_NET_PIPE);
	end_conn(p.w);
}

CASE_OF(NP_033, deadline, "deadlines of a pipe: of reads and of writes",
	NEEDS(NEED_PIPE, NEED_DEADLINES, NEED_TEXT))
{
	struct pair p = pair_of(OS_PIPE);
	int64_t due = in(10 * MS), n;

	read_deadline(p.r, due);
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(now(), due);
	n = fill(p.w);
	due = in(10 * MS);
	write_deadline(p.w, due);
	CHECK_EQ(write_fails(p.w), ASSAY_TIMEOUT);
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(now(), due);
	read_deadline(p.r, ASSAY_FOREVER);
	take_bytes(p.r, 0, n);
	end_pair(&p);
}

CASE_OF(NP_033, unix, "a unix socket that broke: a broken pipe",
	NEEDS(NEED_PAIR, NEED_TEXT))
{
	struct pair p = pair_of(UNIX);

	end_conn(p.r);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_PIPE);
	CHECK_SAID("broken pipe");
	CHECK_EQ(read_fails(p.w), ASSAY_EOF);
	end_conn(p.w);
}

CASE_OF(NP_033, tcp, "and TCP, where the peer is far away",
	NEEDS(NEED_PAIR, NEED_TEXT))
{
	struct pair p = pair_of(TCP);
	int64_t end = in(upto(5 * SEC));
	size_t done;
	int status;

	end_conn(p.r);
	/* the first is lost; its answer breaks the connection */
	while ((status = write_some(p.w, "x", 1, &done)) == ASSAY_OK) {
		REQUIRE_CMP(now(), <, end);
		sleep_ns(MS / 4);
	}
	CHECK_EITHER(status, ASSAY_NET_PIPE, ASSAY_NET_RESET);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_PIPE);
	end_conn(p.w);
}

static struct pair pair_from(int fds[2])
{
	struct pair p = {NULL, NULL};

	REQUIRE_EQ(rt->net->from_fd(fds[0], &p.w), ASSAY_OK);
	REQUIRE_EQ(rt->net->from_fd(fds[1], &p.r), ASSAY_OK);
	return p;
}

CASE_TABLE(NP_033, from_fd, (bool blocking),
	   ROW(from_fd, (false),
	       "a connection from a descriptor waits like any other",
	       NEEDS(NEED_CONN, NEED_DEADLINES, NEED(net, from_fd))),
	   ROW(from_blocking_fd, (true), "one that blocks is made to wait, too",
	       NEEDS(NEED_CONN, NEED_DEADLINES, NEED(net, from_fd))))
{
	static struct call call;
	int fds[2];
	struct pair p;
	int64_t due;
	char byte;

	socket_pair(fds);
	if (blocking)
		for (int i = 0; i < 2; i++)
			REQUIRE_EQ(fcntl(fds[i], F_SETFL, 0), 0);
	p = pair_from(fds);
	start_read(&call, p.r, &byte, 1);
	CHECK(stays_blocked(&call, 1));
	write_all(p.w, "x", 1);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	CHECK_EQ(byte, 'x');
	due = in(10 * MS);
	read_deadline(p.r, due);
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	CHECK_GE(now(), due);
	read_deadline(p.r, ASSAY_FOREVER);
	end_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	end_conn(p.r);
	/* it was the owner of both */
	CHECK_EQ(write(fds[0], "x", 1), -1);
	CHECK_EQ(write(fds[1], "x", 1), -1);
}

/* ---- NP-036: the pipe in memory ------------------------------------------- */

#define NEEDS_MEM NEEDS(NEED_MEM, NEED_DEADLINES, NEED_TEXT)
#define PIPE_TEXT "io: read/write on closed pipe"

static void check_pipe_closed(int status)
{
	CHECK_EQ(status, ASSAY_NET_PIPE_CLOSED);
	CHECK_SAID(PIPE_TEXT);
}

CASE(NP_036, "a write waits until all of it has been read", .procs = {1, 4},
     NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE);
	static struct call call;
	char buf[16];
	size_t got;

	start_write(&call, p.w, "0123456789", 10);
	CHECK(stays_blocked(&call, 1));
	read_all(p.r, buf, 4);
	CHECK_BYTES(buf, "0123", 4);
	CHECK(stays_blocked(&call, 1));
	REQUIRE_EQ(read_some(p.r, buf, sizeof(buf), &got), ASSAY_OK);
	CHECK_EQ(got, 6);
	CHECK_BYTES(buf, "456789", 6);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	CHECK_EQ(call.got, 10);
	end_pair(&p);
}

CASE_OF(NP_036, read, "a read waits for a write, and both ends can do both",
	NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE);
	static struct call there, back;
	char buf[2][8];

	start_read(&there, p.r, buf[0], sizeof(buf[0]));
	start_read(&back, p.w, buf[1], sizeof(buf[1]));
	CHECK(stays_blocked(&there, 2));
	write_all(p.r, "back", 4);
	REQUIRE(ends(&back));
	CHECK_EQ(back.got, 4);
	CHECK_BYTES(buf[1], "back", 4);
	CHECK(stays_blocked(&there, 1));
	write_all(p.w, "there", 5);
	REQUIRE(ends(&there));
	CHECK_EQ(there.got, 5);
	CHECK_BYTES(buf[0], "there", 5);
	end_pair(&p);
}

struct part {
	assay_conn *c;
	unsigned char tag;
};

static void write_parts(void *arg)
{
	const struct part *part = arg;
	unsigned char buf[100];

	memset(buf, part->tag, sizeof(buf));
	for (int i = 0; i < 20; i++)
		write_all(part->c, buf, sizeof(buf));
	finish();
}

/* Read in threes: no read has bytes of two writes, no write is cut into. */
CASE_OF(NP_036, writers, "writes follow one another whole", NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE);
	int left[3] = {20, 20, 20};

	for (unsigned char i = 0; i < 3; i++) {
		struct part part = {p.w, i};

		go_copy(write_parts, &part, sizeof(part));
	}
	for (int i = 0; i < 3 * 20; i++) {
		unsigned char buf[100];
		size_t got, n = 0;

		for (; n < sizeof(buf); n += got) {
			REQUIRE_EQ(read_some(p.r, buf + n, 3, &got), ASSAY_OK);
			REQUIRE_CMP(n + got, <=, sizeof(buf));
			CHECK_EQ(got, n < 99 ? 3 : 1);
			yield();
		}
		REQUIRE_CMP(buf[0], <, 3);
		left[buf[0]]--;
		for (size_t k = 1; k < sizeof(buf); k++)
			REQUIRE_EQ(buf[k], buf[0]);
	}
	REQUIRE(becomes(&finished, 3));
	for (int i = 0; i < 3; i++)
		CHECK_EQ(left[i], 0);
	end_pair(&p);
}

static void write_and_close(void *arg)
{
	write_stream(arg, rounds(1 << 20), 1 << 12);
	close_conn(arg);
	finish();
}

CASE_OF(NP_036, stream, "a stream comes in order and whole", NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE);
	int status;

	go(write_and_close, p.w);
	CHECK_EQ(read_stream(p.r, 0, 1 << 12, &status), rounds(1 << 20));
	CHECK_EQ(status, ASSAY_EOF);
	CHECK(becomes(&finished, 1));
	end_conn(p.r);
}

CASE_OF(NP_036, closed, "after a close: EOF there, an error here and to writes",
	NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE);

	close_conn(p.w);
	for (int i = 0; i < 2; i++) {
		check_pipe_closed(read_fails(p.w));
		check_pipe_closed(write_fails(p.w));
		check_pipe_closed(rt->net->read_deadline(p.w, ASSAY_FOREVER));
		check_pipe_closed(rt->net->write_deadline(p.w, in(HOUR)));
		CHECK_EQ(read_fails(p.r), ASSAY_EOF);
		check_pipe_closed(write_fails(p.r));
	}
	CHECK_EQ(rt->net->close(p.w), ASSAY_OK);
	end_conn(p.r);
	rt->net->free(p.w);
}

CASE_OF(NP_036, close_wakes, "a close ends what waits at both ends", NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE), q = pair_of(MEM_PIPE);
	static struct call calls[4];
	char bytes[2];

	start_read(&calls[0], p.r, &bytes[0], 1);
	start_read(&calls[1], q.r, &bytes[1], 1);
	CHECK(stays_blocked(&calls[0], 2));
	close_conn(p.w);
	check_ends(&calls[0], ASSAY_EOF);
	close_conn(q.r);
	check_ends(&calls[1], ASSAY_NET_PIPE_CLOSED);
	p = pair_of(MEM_PIPE);
	q = pair_of(MEM_PIPE);
	start_write(&calls[2], p.w, "x", 1);
	start_write(&calls[3], q.w, "x", 1);
	CHECK(stays_blocked(&calls[2], 2));
	close_conn(p.r);
	check_ends(&calls[2], ASSAY_NET_PIPE_CLOSED);
	close_conn(q.w);
	check_ends(&calls[3], ASSAY_NET_PIPE_CLOSED);
}

CASE_OF(NP_036, partial, "what was read of a write before the end is counted",
	NEEDS_MEM)
{
	struct pair p = pair_of(MEM_PIPE);
	static struct call call;
	char buf[4];

	start_write(&call, p.w, "0123456789", 10);
	read_all(p.r, buf, 3);
	write_deadline(p.w, in(5 * MS));
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_TIMEOUT);
	CHECK_EQ(call.got, 3);
	write_deadline(p.w, ASSAY_FOREVER);
	start_write(&call, p.w, "abcdefghij", 10);
	read_all(p.r, buf, 4);
	CHECK_BYTES(buf, "abcd", 4);
	close_conn(p.r);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_NET_PIPE_CLOSED);
	CHECK_EQ(call.got, 4);
}

/* ---- its deadlines -------------------------------------------------------- */

static struct pair mem;

static bool both_time_out(int64_t unit)
{
	int64_t due = in(unit), end;

	read_deadline(mem.r, due);
	CHECK_EQ(read_fails(mem.r), ASSAY_TIMEOUT);
	end = now();
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	if (!IS(end, <=, due + unit))
		return false;
	due = in(unit);
	write_deadline(mem.r, due);
	CHECK_EQ(write_fails(mem.r), ASSAY_TIMEOUT);
	end = now();
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	return IS(end, <=, due + unit);
}

CASE_OF(NP_036, deadline, "its deadlines: in the future, past, cleared, moved",
	NEEDS_MEM)
{
	static struct call reading, writing;
	int64_t due;
	char byte;

	mem = pair_of(MEM_PIPE);
	CHECK_SOME_UNIT(both_time_out, 10 * MS);
	/* past, though the peer is there */
	start_write(&writing, mem.w, "x", 1);
	CHECK(stays_blocked(&writing, 1));
	read_deadline(mem.r, in(-1 * SEC));
	CHECK_EQ(read_fails(mem.r), ASSAY_TIMEOUT);
	CHECK_EQ(read_fails(mem.r), ASSAY_TIMEOUT);
	read_deadline(mem.r, ASSAY_FOREVER);
	read_all(mem.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	REQUIRE(ends(&writing));
	CHECK_EQ(writing.status, ASSAY_OK);
	/* set while a read waits */
	start_read(&reading, mem.r, &byte, 1);
	CHECK(stays_blocked(&reading, 1));
	read_deadline(mem.r, in(HOUR));
	due = in(10 * MS);
	read_deadline(mem.r, due);
	check_ends(&reading, ASSAY_TIMEOUT);
	CHECK_GE(reading.end, due);
	/* cleared before it fires */
	read_deadline(mem.r, in(10 * MS));
	read_deadline(mem.r, ASSAY_FOREVER);
	start_read(&reading, mem.r, &byte, 1);
	sleep_ns(20 * MS);
	CHECK(stays_blocked(&reading, 1));
	write_deadline(mem.w, in(HOUR));
	write_all(mem.w, "y", 1);
	REQUIRE(ends(&reading));
	CHECK_EQ(byte, 'y');
	end_pair(&mem);
}
