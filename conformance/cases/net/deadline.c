/*
 * Deadlines of reads: in the future and in the past, set, moved and cleared
 * while a read waits.
 */
#include "np.h"

#define NEEDS_TCP NEEDS(NEED_PAIR, NEED_DEADLINES)
#define NEEDS_OS NEEDS(NEED_PIPE, NEED_DEADLINES)

static struct pair pair;

/* ---- NP-018: in the future ------------------------------------------------ */

/* Not before the deadline, and at most a tenth after. */
static bool times_out(int64_t unit)
{
	int64_t begin = now(), due = begin + unit, end;

	read_deadline(pair.r, due);
	CHECK_EQ(read_fails(pair.r), ASSAY_TIMEOUT);
	end = now();
	if (rt->net->error != NULL)
		CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	return IS(end - begin, <=, unit + unit / 10);
}

CASE_TABLE(NP_018, times_out_on, (enum net_kind kind),
	   ROW1((TCP), "a read deadline ends a read in time, with nothing read",
		.flags = CASE_VALGRIND,
		NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT)),
	   ROW(unix, (UNIX), "on a unix socket",
	       NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT)),
	   ROW(os_pipe, (OS_PIPE), "on a pipe of the system",
	       NEEDS(NEED_PIPE, NEED_DEADLINES, NEED_TEXT)))
{
	pair = pair_of(kind);
	CHECK_SOME_UNIT(times_out, 20 * MS);
	/* the data that comes later is not lost */
	write_all(pair.w, "x", 1);
	CHECK_EQ(read_fails(pair.r), ASSAY_TIMEOUT);
	read_deadline(pair.r, ASSAY_FOREVER);
	read_all(pair.r, (char[1]){0}, 1);
	end_pair(&pair);
}

CASE_OF(NP_018, met, "data before the deadline is read, and after it again",
	NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	static struct call call;

	for (int i = 0; i < 3; i++) {
		read_deadline(p.r, in(HOUR));
		CHECK(read_blocks(&call, p.r));
		write_all(p.w, "x", 1);
		REQUIRE(ends(&call));
		CHECK_EQ(call.status, ASSAY_OK);
		read_deadline(p.r, in(2 * MS));
		CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	}
	end_pair(&p);
}

/* The clock of the run stands still: it is the machine's that ends it. */
CASE_OF(NP_018, virtual, "in virtual time a deadline is as far as it was set",
	.flags = CASE_VIRTUAL_TIME, NEEDS(NEED_PIPE, NEED_DEADLINES))
{
	struct pair p = pair_of(OS_PIPE);

	for (int i = 0; i < 3; i++) {
		int64_t begin = kernel_now(), took;

		read_deadline(p.r, in(20 * MS));
		CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
		took = kernel_now() - begin;
		CHECK_GE(took, 20 * MS);
		CHECK_LT(took, upto(2 * SEC));
		sleep_ns(HOUR);
	}
	end_pair(&p);
}

/* All that wait, not only the one whose turn it is. */
CASE_OF(NP_018, several, "a deadline ends every read that waits", NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	static struct call calls[4];
	char bytes[4];
	int64_t due = in(20 * MS);

	read_deadline(p.r, due);
	for (int i = 0; i < 4; i++)
		start_read(&calls[i], p.r, &bytes[i], 1);
	for (int i = 0; i < 4; i++) {
		check_ends(&calls[i], ASSAY_TIMEOUT);
		CHECK_GE(calls[i].end, due);
	}
	end_pair(&p);
}

/* ---- NP-019: in the past -------------------------------------------------- */

CASE_TABLE(NP_019, is_past, (enum net_kind kind),
	   ROW1((TCP), "a past deadline fails each read, though data is there",
		NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT)),
	   ROW(unix, (UNIX), "on a unix socket",
	       NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT)),
	   ROW(os_pipe, (OS_PIPE), "on a pipe of the system",
	       NEEDS(NEED_PIPE, NEED_DEADLINES, NEED_TEXT)))
{
	struct pair p = pair_of(kind);
	int64_t past[] = {in(-5 * SEC), in(-1 * MS), 1};
	char buf[8];

	write_all(p.w, "queued", 6);
	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		read_deadline(p.r, past[i]);
		for (int k = 0; k < 2; k++) {
			CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
			if (rt->net->error != NULL)
				CHECK_SAID(TIMEOUT_TEXT);
		}
	}
	read_deadline(p.r, ASSAY_FOREVER);
	read_all(p.r, buf, 6);
	CHECK_BYTES(buf, "queued", 6);
	end_pair(&p);
}

/* There is a byte.  On a busy machine the sleep may end before the deadline. */
static bool read_is_past(int64_t unit)
{
	int status;

	read_deadline(pair.r, in(unit));
	sleep_ns(3 * unit);
	status = read_fails(pair.r);
	if (status == ASSAY_OK)
		write_all(pair.w, "x", 1);
	else
		CHECK_EQ(read_fails(pair.r), ASSAY_TIMEOUT);
	return IS(status, ==, ASSAY_TIMEOUT);
}

CASE_TABLE(NP_019, read_is_past_on, (enum net_kind kind),
	   ROW(unseen, (TCP), "and one that passed while nobody waited",
	       NEEDS_TCP),
	   ROW(unseen_unix, (UNIX), "on a unix socket", NEEDS_TCP),
	   ROW(unseen_os_pipe, (OS_PIPE), "on a pipe of the system", NEEDS_OS))
{
	char byte = 0;

	pair = pair_of(kind);
	write_all(pair.w, "x", 1);
	CHECK_SOME_UNIT(read_is_past, 1 * MS);
	read_deadline(pair.r, in(HOUR));
	read_all(pair.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	end_pair(&pair);
}

/* ---- NP-020: cleared ------------------------------------------------------ */

/* The read goes on to wait, and data that comes after all is read. */
static void check_waits(struct pair *p, struct call *call, int64_t ns)
{
	CHECK(stays_blocked(call, 1));
	sleep_ns(ns);
	CHECK_EQ(atomic_load_explicit(&call->over, memory_order_acquire), 0);
	write_all(p->w, "x", 1);
	REQUIRE(ends(call));
	CHECK_EQ(call->status, ASSAY_OK);
	CHECK_EQ(call->got, 1);
	CHECK_EQ(*(char *)call->buf, 'x');
}

CASE_TABLE(NP_020, is_cleared, (enum net_kind kind),
	   ROW1((TCP), "a cleared deadline does not fire", NEEDS_TCP),
	   ROW(os_pipe, (OS_PIPE), "on a pipe of the system", NEEDS_OS))
{
	struct pair p = pair_of(kind);
	static struct call call;
	char byte;

	read_deadline(p.r, in(-5 * SEC));
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	read_deadline(p.r, in(20 * MS));
	read_deadline(p.r, ASSAY_FOREVER);
	start_read(&call, p.r, &byte, 1);
	check_waits(&p, &call, 100 * MS);
	end_pair(&p);
}

/* False, as in what follows: so busy a machine that it passed before. */
CASE_SOME_UNIT_OF(NP_020, blocked, is_cleared_late, 30 * MS,
		  "also if it is cleared while a read waits", NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	static struct call call;
	int64_t due;

	read_deadline(p.r, in(HOUR));
	CHECK(read_blocks(&call, p.r));
	due = in(unit);
	read_deadline(p.r, due);
	read_deadline(p.r, ASSAY_FOREVER);
	if (!IS(now(), <, due))
		return false;
	check_waits(&p, &call, 2 * unit);
	end_pair(&p);
	return true;
}

/* What the connection leaves behind is nobody else's. */
CASE_OF(NP_020, next, "nor does that of a closed connection fire later",
	NEEDS_TCP)
{
	struct server s = serve(UNIX);
	static struct call call;
	struct pair p;
	char byte;

	for (int i = 0; i < 20; i++) {
		p = connect_to(&s);
		read_deadline(p.r, in(20 * MS));
		write_deadline(p.w, in(20 * MS));
		end_pair(&p);
	}
	p = connect_to(&s);
	start_read(&call, p.r, &byte, 1);
	check_waits(&p, &call, 50 * MS);
	end_pair(&p);
	end_server(&s);
}

/* ---- NP-021: set while a read waits --------------------------------------- */

static void is_set_late(enum net_kind kind, int64_t first)
{
	struct pair p = pair_of(kind);
	static struct call call;
	int64_t due;

	read_deadline(p.r, first);
	CHECK(read_blocks(&call, p.r));
	due = in(20 * MS);
	read_deadline(p.r, due);
	check_ends(&call, ASSAY_TIMEOUT);
	CHECK_GE(call.end, due);
	CHECK_LT(call.end, due + upto(3 * SEC));
	/* a past one wakes at once */
	read_deadline(p.r, first);
	CHECK(read_blocks(&call, p.r));
	read_deadline(p.r, in(-1 * SEC));
	check_ends(&call, ASSAY_TIMEOUT);
	end_pair(&p);
}

CASE(NP_021, "a deadline that is set while a read waits ends it",
     .flags = CASE_VALGRIND, NEEDS_TCP)
{
	is_set_late(TCP, ASSAY_FOREVER);
}

CASE_OF(NP_021, unix, "on a unix socket", NEEDS_TCP)
{
	is_set_late(UNIX, ASSAY_FOREVER);
}

CASE_OF(NP_021, os_pipe, "on a pipe of the system", NEEDS_OS)
{
	is_set_late(OS_PIPE, ASSAY_FOREVER);
}

CASE_OF(NP_021, earlier, "so does one that is moved to an earlier time",
	NEEDS_TCP)
{
	is_set_late(TCP, in(HOUR));
	is_set_late(UNIX, in(HOUR));
}

/* ---- NP-022: moved to a later time ---------------------------------------- */

static enum net_kind moved_kind;

static bool is_moved(int64_t unit, int times)
{
	struct pair p = pair_of(moved_kind);
	static struct call call;
	bool in_time = true;
	int64_t due = in(2 * unit);
	char byte;

	read_deadline(p.r, due);
	start_read(&call, p.r, &byte, 1);
	/* not settle(), which would not find one that has timed out */
	sleep_ns(unit / 2);
	for (int i = 0; i < times; i++) {
		int64_t before = due;

		if (i > 0)
			sleep_ns(unit);
		due = in(4 * unit);
		read_deadline(p.r, due);
		in_time = in_time && IS(now(), <, before);
	}
	check_ends(&call, ASSAY_TIMEOUT);
	if (in_time)
		CHECK_GE(call.end, due);
	CHECK_LT(call.end, due + upto(3 * SEC));
	end_pair(&p);
	return in_time;
}

static bool moved_once(int64_t unit)
{
	return is_moved(unit, 1);
}

static bool moved_often(int64_t unit)
{
	return is_moved(unit, 4);
}

CASE(NP_022, "a deadline moved to a later time does not fire at the old one",
     NEEDS_TCP)
{
	moved_kind = TCP;
	CHECK_SOME_UNIT(moved_once, 15 * MS);
}

CASE_OF(NP_022, often, "however often it is moved", NEEDS_TCP)
{
	moved_kind = UNIX;
	CHECK_SOME_UNIT(moved_often, 10 * MS);
}

CASE_OF(NP_022, os_pipe, "on a pipe of the system", NEEDS_OS)
{
	moved_kind = OS_PIPE;
	CHECK_SOME_UNIT(moved_once, 15 * MS);
}

CASE_SOME_UNIT_OF(NP_022, between, next_read_waits, 25 * MS,
		  "a deadline of the last read is not that of the next",
		  NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	static struct call call;
	int64_t due = in(unit);
	size_t got;
	char byte;

	read_deadline(p.r, due);
	write_all(p.w, "y", 1);
	if (!IS(read_some(p.r, &byte, 1, &got), !=, ASSAY_TIMEOUT)) {
		CHECK_GE(now(), due);
		return false;
	}
	read_deadline(p.r, in(HOUR));
	start_read(&call, p.r, &byte, 1);
	check_waits(&p, &call, 2 * unit);
	end_pair(&p);
	return true;
}

/* ---- NP-025: two of them -------------------------------------------------- */

static void are_two(enum net_kind kind)
{
	struct pair p = pair_of(kind);
	char byte;

	write_all(p.w, "x", 1);
	read_deadline(p.r, in(-1 * SEC));
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	write_all(p.r, "y", 1);
	read_deadline(p.r, ASSAY_FOREVER);
	write_deadline(p.r, in(-1 * SEC));
	read_all(p.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	CHECK_EQ(write_fails(p.r), ASSAY_TIMEOUT);
	read_deadline(p.r, in(-1 * SEC));
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	CHECK_EQ(write_fails(p.r), ASSAY_TIMEOUT);
	/* the peer has its own, and got what was written in time */
	write_all(p.w, "z", 1);
	read_all(p.w, &byte, 1);
	CHECK_EQ(byte, 'y');
	write_deadline(p.r, ASSAY_FOREVER);
	write_all(p.r, "w", 1);
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	read_all(p.w, &byte, 1);
	CHECK_EQ(byte, 'w');
	end_pair(&p);
}

CASE(NP_025, "reads and writes have a deadline each", NEEDS_TCP)
{
	are_two(TCP);
	are_two(UNIX);
}

CASE_OF(NP_025, blocked, "also while one of each waits", NEEDS_TCP)
{
	struct pair p = pair_of(UNIX);
	static struct call reading, writing;
	int64_t due;
	char byte;

	fill(p.w);
	start_read(&reading, p.w, &byte, 1);
	start_write(&writing, p.w, "!", 1);
	CHECK(stays_blocked(&reading, 2));
	due = in(15 * MS);
	write_deadline(p.w, due);
	check_ends(&writing, ASSAY_TIMEOUT);
	CHECK_GE(writing.end, due);
	CHECK(stays_blocked(&reading, 1));
	start_write(&writing, p.w, "!", 1);
	check_ends(&writing, ASSAY_TIMEOUT);
	write_deadline(p.w, ASSAY_FOREVER);
	start_write(&writing, p.w, "!", 1);
	CHECK(stays_blocked(&writing, 2));
	read_deadline(p.w, in(15 * MS));
	check_ends(&reading, ASSAY_TIMEOUT);
	CHECK(stays_blocked(&writing, 1));
	end_conn(p.r);
	REQUIRE(ends(&writing));
}
