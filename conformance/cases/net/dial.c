/*
 * Dialing: in time, too late, in vain, to an address that is none, and until
 * a context ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

#define NEEDS_DIAL NEEDS(NEED_PAIR, NEED_TEXT)

/* The status of a dial that fails. */
static int dial_fails(const char *network, const char *address,
		      int64_t deadline)
{
	assay_conn *c = NULL;
	int status = rt->net->dial(network, address, deadline, &c);

	CHECK_NE(status, ASSAY_OK);
	CHECK_PTR(c, ==, NULL);
	return status;
}

static assay_conn *dial_by(const struct server *s, int64_t deadline)
{
	assay_conn *c = NULL;

	REQUIRE_EQ(rt->net->dial(s->network, s->address, deadline, &c),
		   ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

/* ---- NP-028: deadlines ---------------------------------------------------- */

CASE_TABLE(
	NP_028, dial_is_past, (enum net_kind kind),
	ROW1((TCP),
	     "a dial with a past deadline times out, though somebody listens",
	     NEEDS_DIAL),
	ROW(unix, (UNIX), "on a unix socket", NEEDS_DIAL))
{
	struct server s = serve(kind);
	int64_t past[] = {in(-5 * SEC), in(-1 * MS), 1, INT64_MIN};
	int64_t begin = now();

	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		CHECK_EQ(dial_fails(s.network, s.address, past[i]),
			 ASSAY_TIMEOUT);
		CHECK_SAID(TIMEOUT_TEXT);
	}
	CHECK_LT(now() - begin, upto(2 * SEC));
	end_conn(dial_by(&s, ASSAY_FOREVER));
	end_server(&s);
}

static char nowhere[64];

static bool dial_times_out(int64_t unit)
{
	int64_t begin = now(), due = begin + unit, end;

	CHECK_EQ(dial_fails("tcp", nowhere, due), ASSAY_TIMEOUT);
	end = now();
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(end, due);
	return IS(end - begin, <, unit + unit / 2);
}

CASE_OF(NP_028, hangs, "a dial that hangs ends at its deadline", NEEDS_DIAL)
{
	full_address(nowhere, sizeof(nowhere));
	CHECK_SOME_UNIT(dial_times_out, 50 * MS);
}

CASE_OF(NP_028, far, "a deadline that is as far as can be is none", NEEDS_DIAL)
{
	struct server s = serve(TCP);
	int64_t far[] = {INT64_MAX, INT64_MAX - 1, in(HOUR)};

	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		struct pair p;
		char byte;

		p.w = dial_by(&s, far[i]);
		p.r = accept_one(&s);
		write_all(p.w, "x", 1);
		read_all(p.r, &byte, 1);
		end_pair(&p);
	}
	end_server(&s);
}

CASE_SOME_UNIT_OF(NP_028, over, dialed_in_time_waits, 30 * MS,
		  "the dial's deadline is none of the connection's", NEEDS_DIAL)
{
	struct server s = serve(TCP);
	static struct call call;
	assay_conn *c = NULL;
	int64_t due = in(unit);
	struct pair p;

	if (!IS(rt->net->dial(s.network, s.address, due, &c), ==, ASSAY_OK)) {
		CHECK_GE(now(), due);
		return false;
	}
	p = (struct pair){.w = c, .r = accept_one(&s)};
	CHECK(read_blocks(&call, p.w));
	sleep_ns(2 * unit);
	CHECK_EQ(atomic_load_explicit(&call.over, memory_order_acquire), 0);
	write_all(p.w, "x", 1);
	write_all(p.r, "y", 1);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	end_pair(&p);
	end_server(&s);
	return true;
}

static atomic_int finished;

static void dial_nowhere(void *arg)
{
	int64_t due = *(const int64_t *)arg;

	CHECK_EQ(dial_fails("tcp", nowhere, due), ASSAY_TIMEOUT);
	CHECK_GE(now(), due);
	/* release: pairs with the acquire loads of the case */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

/* This goroutine runs on while four others dial, and none has ended. */
static bool dials_park(int64_t unit)
{
	int64_t due = in(unit);
	int ended;

	atomic_store_explicit(&finished, 0, memory_order_relaxed);
	for (int i = 0; i < 4; i++)
		go_copy(dial_nowhere, &due, sizeof(due));
	sleep_ns(unit / 8);
	for (int i = 0; i < 100; i++)
		yield();
	ended = atomic_load_explicit(&finished, memory_order_acquire);
	REQUIRE(becomes(&finished, 4));
	return IS(ended, ==, 0);
}

CASE_OF(NP_028, parks, "a dial that hangs parks its goroutine only",
	.procs = {1}, NEEDS_DIAL)
{
	full_address(nowhere, sizeof(nowhere));
	CHECK_SOME_UNIT(dials_park, 60 * MS);
}

/* ---- NP-029: in vain ------------------------------------------------------ */

CASE(NP_029, "nobody listens: connection refused", NEEDS_DIAL)
{
	char address[64], text[256];
	int64_t before;

	nobody_address(address, sizeof(address));
	snprintf(text, sizeof(text), "dial tcp %s: connect: connection refused",
		 address);
	CHECK_EQ(dial_fails("tcp", address, ASSAY_FOREVER), ASSAY_NET_REFUSED);
	CHECK_SAID(text);
	before = descriptors();
	for (int i = 0; i < 20; i++)
		CHECK_EQ(dial_fails("tcp", address, in(HOUR)),
			 ASSAY_NET_REFUSED);
	CHECK_EQ(descriptors(), before);
}

CASE_OF(NP_029, unix, "so it is at the socket of one who has gone", NEEDS_DIAL)
{
	struct server s = serve(UNIX);
	char path[200];

	snprintf(path, sizeof(path), "%s.old", s.address);
	stale_path(path);
	CHECK_EQ(dial_fails("unix", path, ASSAY_FOREVER), ASSAY_NET_REFUSED);
	CHECK_SAID("connect: connection refused");
	unlink(path);
	/* and if there is none, the error is another */
	CHECK_EQ(dial_fails("unix", path, ASSAY_FOREVER), ASSAY_NET_OTHER);
	CHECK_SAID("no such file or directory");
	end_server(&s);
}

CASE_OF(NP_029, port, "a number that is no port", NEEDS_DIAL)
{
	static const char *const addresses[] = {"127.0.0.1:65536",
						"127.0.0.1:99999",
						"127.0.0.1:-1", "[::1]:70000"};
	assay_listener *l = NULL;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "address %s: invalid port",
			 strrchr(addresses[i], ':') + 1);
		CHECK_EQ(dial_fails("tcp", addresses[i], ASSAY_FOREVER),
			 ASSAY_NET_ADDR);
		CHECK_SAID(text);
		CHECK_EQ(rt->net->listen("tcp", addresses[i], &l),
			 ASSAY_NET_ADDR);
		CHECK_SAID(text);
	}
	CHECK_PTR(l, ==, NULL);
}

CASE_OF(NP_029, address, "what is no address at all", NEEDS_DIAL)
{
	static const char *const addresses[] = {"127.0.0.1", "::1", "1:2:3",
						"[::1", "[::1]"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		CHECK_EQ(dial_fails("tcp", addresses[i], ASSAY_FOREVER),
			 ASSAY_NET_ADDR);
}

CASE_OF(NP_029, in_use, "a port that is listened on cannot be again",
	NEEDS(NEED_PAIR, NEED_TEXT, NEED(net, packet_listen),
	      NEED(net, local_addr)))
{
	struct server s = serve(TCP);
	assay_listener *l = NULL;
	assay_conn *udp = NULL, *c = NULL;
	char address[64], text[256];

	snprintf(text, sizeof(text),
		 "listen tcp %s: bind: address already in use", s.address);
	CHECK_EQ(rt->net->listen("tcp", s.address, &l), ASSAY_NET_OTHER);
	CHECK_SAID(text);
	CHECK_PTR(l, ==, NULL);
	end_server(&s);
	REQUIRE_EQ(rt->net->packet_listen("udp", "127.0.0.1:0", &udp),
		   ASSAY_OK);
	REQUIRE_EQ(rt->net->local_addr(udp, address, sizeof(address)),
		   ASSAY_OK);
	snprintf(text, sizeof(text),
		 "listen udp %s: bind: address already in use", address);
	CHECK_EQ(rt->net->packet_listen("udp", address, &c), ASSAY_NET_OTHER);
	CHECK_SAID(text);
	CHECK_PTR(c, ==, NULL);
	end_conn(udp);
}

/* ---- NP-030: until a context ends ----------------------------------------- */

#define NEEDS_CONTEXT                                                          \
	NEEDS(NEED_PAIR, NEED_TEXT, NEED_EXT(context, background),             \
	      NEED_EXT(context, with_cancel), NEED_EXT(context, with_timeout), \
	      NEED_EXT(context, cancel), NEED_EXT(context, free),              \
	      NEED_EXT(context, dial))

static assay_context *context(void)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->with_cancel(ext->context->background(), &c),
		   ASSAY_OK);
	return c;
}

static void cancel(assay_context *c)
{
	REQUIRE_EQ(ext->context->cancel(c, 0), ASSAY_OK);
}

static int context_dial_fails(assay_context *of, const char *address)
{
	assay_conn *c = NULL;
	int status = ext->context->dial(of, "tcp", address, &c);

	CHECK_NE(status, ASSAY_OK);
	CHECK_PTR(c, ==, NULL);
	return status;
}

static void cancel_soon(void *arg)
{
	sleep_ns(10 * MS);
	cancel(arg);
}

CASE(NP_030, "a dial ends when its context is cancelled", NEEDS_CONTEXT)
{
	assay_context *c = context();
	int64_t begin = now();

	full_address(nowhere, sizeof(nowhere));
	go(cancel_soon, c);
	CHECK_EQ(context_dial_fails(c, nowhere), ASSAY_NET_CANCELED);
	CHECK_SAID("operation was canceled");
	CHECK_GE(now() - begin, 10 * MS);
	CHECK_LT(now() - begin, upto(3 * SEC));
	ext->context->free(c);
}

CASE_OF(NP_030, before, "or does not begin if it has been", NEEDS_CONTEXT)
{
	struct server s = serve(TCP);
	assay_context *c = context();

	cancel(c);
	CHECK_EQ(context_dial_fails(c, s.address), ASSAY_NET_CANCELED);
	CHECK_SAID("operation was canceled");
	ext->context->free(c);
	end_server(&s);
}

CASE_OF(NP_030, deadline, "a context's deadline is a timeout", NEEDS_CONTEXT)
{
	assay_context *c = NULL;
	int64_t due = in(30 * MS);

	full_address(nowhere, sizeof(nowhere));
	REQUIRE_EQ(ext->context->with_timeout(ext->context->background(),
					      30 * MS, 0, &c),
		   ASSAY_OK);
	CHECK_EQ(context_dial_fails(c, nowhere), ASSAY_TIMEOUT);
	CHECK_SAID(TIMEOUT_TEXT);
	CHECK_GE(now(), due);
	CHECK_LT(now(), due + upto(3 * SEC));
	ext->context->free(c);
}

CASE_OF(NP_030, after, "a connection outlives the context it was dialed with",
	NEEDS_CONTEXT)
{
	struct server s = serve(TCP);
	assay_context *of = context();
	struct pair p = {NULL, NULL};
	char byte;

	REQUIRE_EQ(ext->context->dial(of, "tcp", s.address, &p.w), ASSAY_OK);
	REQUIRE(p.w != NULL);
	p.r = accept_one(&s);
	cancel(of);
	ext->context->free(of);
	sleep_ns(2 * MS);
	write_all(p.w, "x", 1);
	read_all(p.r, &byte, 1);
	CHECK_EQ(byte, 'x');
	end_pair(&p);
	end_server(&s);
}
