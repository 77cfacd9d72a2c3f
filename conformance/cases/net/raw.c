/* NP-056: calls of the program's own on the descriptor of a connection. */
#include <unistd.h>

#include "np.h"

#define NEEDS_RAW                                                              \
	NEEDS(NEED_PAIR, NEED(net, raw_read), NEED(net, raw_write),            \
	      NEED_DEADLINES, NEED_TEXT)

/* What the function saw, and when it says that it is done. */
struct raw {
	assay_conn *c;
	int done_at;      /* the last call; 0: the one that takes a byte */
	atomic_int calls; /* begun */
	char got[16];
	size_t n;
	int status;
	atomic_int over;
};

/* Takes a byte if there is one. */
static bool take_byte(void *arg, int fd)
{
	struct raw *r = arg;
	int call;

	if (read(fd, &r->got[r->n], 1) == 1)
		r->n++;
	/* release: pairs with the acquire load in becomes() */
	call = 1 +
	       atomic_fetch_add_explicit(&r->calls, 1, memory_order_release);
	return r->done_at ? call == r->done_at : r->n > 0;
}

static void read_raw(void *arg)
{
	struct raw *r = arg;

	r->status = rt->net->raw_read(r->c, take_byte, r);
	if (r->status != ASSAY_OK && r->status != ASSAY_TIMEOUT)
		CHECK_SAID(CLOSED_TEXT);
	atomic_store_explicit(&r->over, 1, memory_order_release);
}

static void start_raw(struct raw *r, assay_conn *c, int done_at)
{
	*r = (struct raw){.c = c, .done_at = done_at};
	go(read_raw, r);
	REQUIRE(becomes(&r->calls, 1));
	settle(1);
	CHECK(still_unset(&r->over));
}

CASE(NP_056, "the function is called each time there is something, until done",
     NEEDS_RAW)
{
	struct pair p = pair_of(TCP);
	static struct raw r;

	start_raw(&r, p.r, 3);
	CHECK_EQ(count(&r.calls), 1);
	write_all(p.w, "a", 1);
	REQUIRE(becomes(&r.calls, 2));
	settle(1);
	CHECK(still_unset(&r.over));
	write_all(p.w, "b", 1);
	REQUIRE(becomes(&r.over, 1));
	CHECK_EQ(r.status, ASSAY_OK);
	CHECK_EQ(r.n, 2);
	CHECK_BYTES(r.got, "ab", 2);
	CHECK_EQ(count(&r.calls), 3);
	end_pair(&p);
}

CASE_OF(NP_056, end, "deadlines and close end it as they end a read", NEEDS_RAW)
{
	struct pair p = pair_of(TCP);
	static struct raw r;
	int64_t due;

	start_raw(&r, p.r, 9);
	due = in(20 * MS);
	read_deadline(p.r, due);
	REQUIRE(becomes(&r.over, 1));
	CHECK_EQ(r.status, ASSAY_TIMEOUT);
	CHECK_GE(now(), due);
	r = (struct raw){.c = p.r};
	CHECK_EQ(rt->net->raw_read(p.r, take_byte, &r), ASSAY_TIMEOUT);
	CHECK_EQ(r.calls, 0);
	read_deadline(p.r, ASSAY_FOREVER);
	start_raw(&r, p.r, 9);
	close_conn(p.r);
	REQUIRE(becomes(&r.over, 1));
	CHECK_EQ(r.status, ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->raw_read(p.r, take_byte, &r), ASSAY_NET_CLOSED);
	CHECK_EQ(rt->net->raw_write(p.r, take_byte, &r), ASSAY_NET_CLOSED);
	end_conn(p.w);
}

/*
 * What raw calls leave is there for reads, and the other way round.  A runtime
 * may hear late of bytes that were read meanwhile, and call for nothing.
 */
CASE_OF(NP_056, mixed, "what it leaves is read by others", NEEDS_RAW)
{
	struct pair p = pair_of(TCP);
	static struct raw r;
	char buf[8];
	size_t got;

	for (int i = 0; i < 20; i++) {
		write_all(p.w, "x", 1);
		REQUIRE_EQ(read_some(p.r, buf, sizeof(buf), &got), ASSAY_OK);
		CHECK_EQ(got, 1);
		start_raw(&r, p.r, 0);
		write_all(p.w, "abc", 3);
		REQUIRE(becomes(&r.over, 1));
		CHECK_EQ(r.n, 1);
		read_deadline(p.r, in(upto(5 * SEC)));
		REQUIRE_EQ(read_some(p.r, buf, sizeof(buf), &got), ASSAY_OK);
		CHECK_EQ(got, 2);
		CHECK_BYTES(buf, "bc", 2);
		read_deadline(p.r, ASSAY_FOREVER);
	}
	end_pair(&p);
}

/* ---- writing -------------------------------------------------------------- */

static bool put_bytes(void *arg, int fd)
{
	static const char zeros[1 << 16];
	struct raw *r = arg;

	atomic_fetch_add_explicit(&r->calls, 1, memory_order_release);
	return write(fd, zeros, sizeof(zeros)) > 0;
}

static void write_raw(void *arg)
{
	struct raw *r = arg;

	r->status = rt->net->raw_write(r->c, put_bytes, r);
	atomic_store_explicit(&r->over, 1, memory_order_release);
}

CASE_OF(NP_056, write, "a raw write waits for room", NEEDS_RAW)
{
	struct pair p = pair_of(UNIX);
	int64_t n = fill(p.w);
	static struct raw r;

	r = (struct raw){.c = p.w};
	go(write_raw, &r);
	REQUIRE(becomes(&r.calls, 1));
	settle(1);
	CHECK(still_unset(&r.over));
	take_bytes(p.r, 0, n);
	REQUIRE(becomes(&r.over, 1));
	CHECK_EQ(r.status, ASSAY_OK);
	end_pair(&p);
}
