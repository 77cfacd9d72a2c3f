/*
 * Closing: it wakes whoever waits, ends everything that comes after, and
 * leaves alone whoever gets the descriptor's number next.
 */
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"
#include "np.h"

static void check_closed(struct call *call)
{
	check_ends(call, ASSAY_NET_CLOSED);
	CHECK_MSG(strstr(call->text, CLOSED_TEXT) != NULL,
		  "\"%s\" lacks \"%s\"", call->text, CLOSED_TEXT);
}

/* ---- NP-011: reads and writes that wait ----------------------------------- */

CASE_TABLE(NP_011, close_wakes_read, (enum net_kind kind),
	   ROW1((TCP), "close ends a blocked read of its own connection",
		.flags = CASE_VALGRIND, NEEDS(NEED_PAIR, NEED_TEXT)),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS(NEED_PAIR, NEED_TEXT)))
{
	struct pair p = pair_of(kind);
	static struct call call;

	CHECK(read_blocks(&call, p.r));
	close_conn(p.r);
	check_closed(&call);
	CHECK_EQ(read_fails(p.w), ASSAY_EOF);
	rt->net->free(p.r);
	end_conn(p.w);
}

CASE_OF(NP_011, os_pipe, "on a pipe of the system", NEEDS(NEED_PIPE))
{
	struct pair p = pair_of(OS_PIPE);
	static struct call call;

	CHECK(read_blocks(&call, p.r));
	close_conn(p.r);
	check_ends(&call, ASSAY_NET_CLOSED);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_PIPE);
	end_conn(p.w);
}

CASE_OF(NP_011, dialed, "on the side that dialed", NEEDS(NEED_PAIR, NEED_TEXT))
{
	struct pair p = pair_of(TCP);
	static struct call call;

	CHECK(read_blocks(&call, p.w));
	close_conn(p.w);
	check_closed(&call);
}

CASE_OF(NP_011, write, "close ends a blocked write",
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct pair p = pair_of(UNIX), tcp = pair_of(TCP);
	static struct call calls[2];
	unsigned char *buf = large();

	fill(p.w);
	start_write(&calls[0], p.w, "0123456789", 10);
	start_write(&calls[1], tcp.w, buf, LARGE);
	CHECK(stays_blocked(&calls[0], 2));
	close_conn(p.w);
	check_ends(&calls[0], ASSAY_NET_CLOSED);
	CHECK(stays_blocked(&calls[1], 1));
	close_conn(tcp.w);
	REQUIRE(ends(&calls[1]));
	CHECK_EQ(calls[1].status, ASSAY_NET_CLOSED);
	free(buf);
}

/* All of them: who does the call, who waits for a turn, the other direction. */
CASE_OF(NP_011, all, "close ends all reads and writes that wait",
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct pair p = pair_of(UNIX);
	static struct call reads[8], writes[8];
	static char bytes[8];

	fill(p.w);
	for (int i = 0; i < 8; i++) {
		start_read(&reads[i], p.w, &bytes[i], 1);
		start_write(&writes[i], p.w, "!", 1);
	}
	CHECK(stays_blocked(&reads[0], 16));
	close_conn(p.w);
	for (int i = 0; i < 8; i++) {
		check_ends(&reads[i], ASSAY_NET_CLOSED);
		check_ends(&writes[i], ASSAY_NET_CLOSED);
	}
}

CASE_OF(NP_011, deadline, "that is no timeout, also with a deadline ahead",
	NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT))
{
	struct pair p = pair_of(TCP);
	static struct call call;

	read_deadline(p.r, in(HOUR));
	CHECK(read_blocks(&call, p.r));
	close_conn(p.r);
	check_closed(&call);
	CHECK_PTR(strstr(call.text, "timeout"), ==, NULL);
}

/* ... or with one that has passed: closed comes first. */
CASE_OF(NP_011, late, "nor is it one after a deadline has passed",
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct pair p = pair_of(TCP);

	read_deadline(p.r, in(-1 * MS));
	write_deadline(p.r, in(-1 * MS));
	CHECK_EQ(read_fails(p.r), ASSAY_TIMEOUT);
	close_conn(p.r);
	CHECK_EQ(read_fails(p.r), ASSAY_NET_CLOSED);
	CHECK_EQ(write_fails(p.r), ASSAY_NET_CLOSED);
}

/* A close that comes while the read is just about to park. */
static void read_to_the_end(void *arg)
{
	assay_conn *c = arg;

	yield();
	CHECK_EQ(read_fails(c), ASSAY_NET_CLOSED);
	finish();
}

CASE_OF(NP_011, often, "close meets a read in any state", NEEDS(NEED_PAIR))
{
	struct server s = serve(UNIX);
	int n = (int)rounds(300);

	for (int i = 1; i <= n; i++) {
		struct pair p = connect_to(&s);

		go(read_to_the_end, p.r);
		for (int64_t k = rnd_below(6); k > 0; k--)
			yield();
		if (i % 4 == 0)
			sleep_ns(rnd_below(30000));
		close_conn(p.r);
		REQUIRE(becomes(&finished, i));
		rt->net->free(p.r);
		end_conn(p.w);
	}
	end_server(&s);
}

/* ---- NP-012: listeners ---------------------------------------------------- */

#define NEEDS_SERVER NEEDS(NEED_SERVER, NEED_TEXT)

CASE_TABLE(NP_012, close_wakes_accept, (enum net_kind kind),
	   ROW1((TCP), "close ends every blocked accept", NEEDS_SERVER),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS_SERVER))
{
	struct server s = serve(kind);
	static struct call calls[4];

	for (int i = 0; i < 4; i++)
		start_accept(&calls[i], s.l);
	CHECK(stays_blocked(&calls[0], 4));
	close_server(&s);
	for (int i = 0; i < 4; i++) {
		check_closed(&calls[i]);
		CHECK_PTR(calls[i].accepted, ==, NULL);
	}
	free_server(&s);
}

/* Its port may be in use by others by now: then once more. */
static bool listens_again(void)
{
	struct server s = serve(TCP);
	struct pair p = connect_to(&s);
	assay_listener *again = NULL;
	int status;

	/* the server's end first: the port rests for a minute */
	end_conn(p.r);
	CHECK_EQ(read_fails(p.w), ASSAY_EOF);
	end_conn(p.w);
	end_server(&s);
	status = rt->net->listen("tcp", s.address, &again);
	if (status != ASSAY_OK)
		return false;
	s.l = again;
	p = connect_to(&s);
	write_all(p.w, "x", 1);
	end_server(&s);
	return true;
}

CASE_OF(NP_012, again, "a port can be listened on again", NEEDS(NEED_PAIR))
{
	CHECK(listens_again() || listens_again() || listens_again());
}

CASE_OF(NP_012, again_unix, "so can a path, which close removes",
	NEEDS(NEED_PAIR))
{
	struct server s = serve(UNIX);

	CHECK_EQ(access(s.address, F_OK), 0);
	close_server(&s);
	CHECK_NE(access(s.address, F_OK), 0);
	rt->net->listener_free(s.l);
	REQUIRE_EQ(rt->net->listen("unix", s.address, &s.l), ASSAY_OK);
	end_conn(dial_server(&s));
	end_server(&s);
}

CASE_OF(NP_012, refused, "nobody is let in after the close", NEEDS(NEED_PAIR))
{
	struct server s = serve(TCP);
	assay_conn *c = NULL;

	end_server(&s);
	CHECK_EQ(rt->net->dial("tcp", s.address, ASSAY_FOREVER, &c),
		 ASSAY_NET_REFUSED);
	CHECK_PTR(c, ==, NULL);
}

CASE_OF(NP_012, connections, "connections outlive their listener",
	NEEDS(NEED_PAIR))
{
	struct server s = serve(TCP);
	struct pair p = connect_to(&s);
	char buf[4];

	end_server(&s);
	write_all(p.w, "more", 4);
	read_all(p.r, buf, 4);
	CHECK_BYTES(buf, "more", 4);
	end_pair(&p);
}

/* ---- NP-013: after the close ---------------------------------------------- */

#define CHECK_CLOSED(status)                                                   \
	do {                                                                   \
		CHECK_EQ(status, ASSAY_NET_CLOSED);                            \
		CHECK_SAID(CLOSED_TEXT);                                       \
	} while (0)

CASE_TABLE(
	NP_013, all_fail, (enum net_kind kind),
	ROW1((TCP), "every call after the close fails, close too",
	     NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT, NEED(net, shutdown))),
	ROW(unix, (UNIX), "on a unix socket",
	    NEEDS(NEED_PAIR, NEED_DEADLINES, NEED_TEXT, NEED(net, shutdown))))
{
	struct pair p = pair_of(kind);

	write_all(p.r, "x", 1);
	write_all(p.w, "x", 1);
	close_conn(p.w);
	for (int i = 0; i < 2; i++) {
		CHECK_CLOSED(read_fails(p.w));
		CHECK_CLOSED(write_fails(p.w));
		CHECK_CLOSED(rt->net->read_deadline(p.w, in(HOUR)));
		CHECK_CLOSED(rt->net->write_deadline(p.w, ASSAY_FOREVER));
		CHECK_CLOSED(rt->net->shutdown(p.w, ASSAY_SHUT_WRITE));
		CHECK_CLOSED(rt->net->close(p.w));
	}
	end_conn(p.r);
	rt->net->free(p.w);
}

CASE_OF(NP_013, os_pipe, "on a pipe of the system",
	NEEDS(NEED_PIPE, NEED_DEADLINES))
{
	struct pair p = pair_of(OS_PIPE);

	close_conn(p.r);
	CHECK_EQ(read_fails(p.r), ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->read_deadline(p.r, in(HOUR)), ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->close(p.r), ASSAY_NET_CLOSED);
	close_conn(p.w);
	CHECK_EQ(write_fails(p.w), ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->close(p.w), ASSAY_NET_CLOSED);
}

CASE_OF(NP_013, listener, "and on a listener",
	NEEDS(NEED_PAIR, NEED_TEXT, NEED(net, listener_deadline)))
{
	struct server s = serve(TCP);
	assay_conn *waiting = dial_server(&s), *c = NULL;

	close_server(&s);
	for (int i = 0; i < 2; i++) {
		CHECK_CLOSED(rt->net->accept(s.l, &c));
		CHECK_CLOSED(rt->net->listener_deadline(s.l, in(HOUR)));
		CHECK_CLOSED(rt->net->listener_close(s.l));
	}
	CHECK_PTR(c, ==, NULL);
	rt->net->listener_free(s.l);
	end_conn(waiting);
}

/* ---- NP-014: numbers that are used again ---------------------------------- */

/*
 * Sockets of the kernel's that nobody else knows, so that any byte too many
 * or too few in them is the work of a wrong number.
 */
enum { CANARIES = 6 };

struct canaries {
	int fds[CANARIES][2];
};

static void open_canaries(struct canaries *all)
{
	for (int i = 0; i < CANARIES; i++) {
		socket_pair(all->fds[i]);
		for (int k = 0; k < 2; k++)
			REQUIRE_EQ(write(all->fds[i][k], "canary", 6), 6);
	}
}

static void close_canaries(struct canaries *all)
{
	char buf[64];

	for (int i = 0; i < CANARIES; i++) {
		for (int k = 0; k < 2; k++) {
			REQUIRE_EQ(read(all->fds[i][k], buf, sizeof(buf)), 6);
			REQUIRE(CHECK_BYTES(buf, "canary", 6));
			REQUIRE_EQ(read(all->fds[i][k], buf, 1), -1);
		}
		for (int k = 0; k < 2; k++)
			REQUIRE_EQ(close(all->fds[i][k]), 0);
	}
}

/* On one P the one that waited runs after the number is used again. */
CASE(NP_014, "who was blocked never touches the descriptor's next owner",
     .procs = {1}, NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct server s = serve(UNIX);
	static struct call reading, writing;
	char buf[64];

	for (int64_t i = rounds(20); i > 0; i--) {
		struct pair p = connect_to(&s);
		struct canaries all;

		fill(p.w);
		start_write(&writing, p.w, "!", 1);
		start_read(&reading, p.w, buf, sizeof(buf));
		CHECK(stays_blocked(&reading, 2));
		close_conn(p.w);
		open_canaries(&all);
		check_ends(&reading, ASSAY_NET_CLOSED);
		check_ends(&writing, ASSAY_NET_CLOSED);
		close_canaries(&all);
		rt->net->free(p.w);
		end_conn(p.r);
	}
	end_server(&s);
}

static void keep_canaries(void *arg)
{
	(void)arg;
	while (!stopped()) {
		struct canaries all;

		open_canaries(&all);
		yield();
		close_canaries(&all);
		yield();
	}
	finish();
}

/* One connection of the storm, and those at work on it. */
struct fought {
	struct pair p;
	atomic_int users;
};

static void leave(struct fought *f)
{
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&f->users, 1, memory_order_release);
}

static bool is_end(int status)
{
	return status == ASSAY_NET_CLOSED || status == ASSAY_EOF ||
	       status == ASSAY_NET_PIPE || status == ASSAY_NET_RESET;
}

static void read_on(void *arg)
{
	struct fought *f = arg;
	char buf[256];
	int status;
	size_t got;

	while ((status = read_some(f->p.r, buf, sizeof(buf), &got)) == ASSAY_OK)
		;
	CHECK_MSG(is_end(status), "status %d is no end", status);
	leave(f);
}

static void write_on(void *arg)
{
	struct fought *f = arg;
	size_t done;
	int status;

	while ((status = write_some(f->p.w, "storm", 5, &done)) == ASSAY_OK)
		yield();
	CHECK_MSG(is_end(status), "status %d is no end", status);
	leave(f);
}

static void storm(void *arg)
{
	struct server s = serve(UNIX);

	(void)arg;
	for (int64_t i = rounds(100); i > 0; i--) {
		struct fought f = {.p = connect_to(&s)};

		go(read_on, &f);
		go(write_on, &f);
		for (int64_t k = rnd_below(5); k > 0; k--)
			yield();
		if (i % 8 == 0)
			sleep_ns(rnd_below(100000));
		close_conn(i % 2 ? f.p.r : f.p.w);
		close_conn(i % 2 ? f.p.w : f.p.r);
		REQUIRE(becomes(&f.users, 2));
		rt->net->free(f.p.r);
		rt->net->free(f.p.w);
	}
	end_server(&s);
	finish();
}

CASE_OF(NP_014, storm, "nor does anybody in a storm of closes",
	NEEDS(NEED_PAIR))
{
	struct pair first = pair_of(UNIX);
	int64_t before;

	/* whatever the runtime keeps open for good is open now */
	end_pair(&first);
	before = descriptors();
	go_many(3, storm, NULL);
	go(keep_canaries, NULL);
	REQUIRE(becomes(&finished, 3));
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	REQUIRE(becomes(&finished, 4));
	CHECK_EQ(descriptors(), before);
}
