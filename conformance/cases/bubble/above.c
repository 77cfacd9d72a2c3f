/*
 * What stands above channels and timers works in a bubble by itself:
 * connections in memory, and contexts.
 */
#include "bub.h"

/* ---- BUB-033 ---------------------------------------------------------------- */

#define NEEDS_PIPE                                                             \
	NEEDS(NEED_BUBBLE, NEED(net, mem_pipe), NEED(net, read),               \
	      NEED(net, write), NEED(net, close), NEED(net, free),             \
	      NEED(net, read_deadline))

struct ends {
	assay_conn *a, *b;
};

static struct ends mem_pipe(void)
{
	assay_conn *end[2];

	REQUIRE_EQ(rt->net->mem_pipe(end), ASSAY_OK);
	return (struct ends){end[0], end[1]};
}

static void close_ends(struct ends e)
{
	rt->net->close(e.a);
	rt->net->close(e.b);
	rt->net->free(e.a);
	rt->net->free(e.b);
}

static void write_late(void *conn)
{
	size_t n = 0;

	sleep_ns(HOUR);
	CHECK_EQ(rt->net->write(conn, "late", 4, &n), ASSAY_OK);
	CHECK_EQ(n, 4);
}

static void read_late(void *unused)
{
	struct ends e = mem_pipe();
	int64_t begin = now();
	char buf[8];
	size_t n = 0;

	(void)unused;
	go(write_late, e.a);
	CHECK_EQ(rt->net->read(e.b, buf, sizeof(buf), &n), ASSAY_OK);
	CHECK_EQ(n, 4);
	CHECK_BYTES(buf, "late", 4);
	CHECK_EQ(now(), begin + HOUR);
	bubble_wait();
	close_ends(e);
}

CASE(BUB_033, "to wait for a connection in memory is durable", NEEDS_PIPE)
{
	in_bubble(read_late, NULL);
}

static void read_in_vain(void *unused)
{
	struct ends e = mem_pipe();
	int64_t end = in(HOUR);
	char buf[8];
	size_t n = 0;

	(void)unused;
	rt->net->read_deadline(e.b, end);
	CHECK_EQ(rt->net->read(e.b, buf, sizeof(buf), &n), ASSAY_TIMEOUT);
	CHECK_EQ(now(), end);
	close_ends(e);
}

CASE_OF(BUB_033, deadline, "and its deadlines are on the bubble's clock",
	NEEDS_PIPE)
{
	in_bubble(read_in_vain, NULL);
}

/* ---- BUB-034 ---------------------------------------------------------------- */

static void time_out(void *unused)
{
	assay_context *c;
	int64_t begin = now();

	(void)unused;
	REQUIRE_EQ(ext->context->with_timeout(ext->context->background(),
					      5 * SEC, 0, &c),
		   ASSAY_OK);
	sleep_ns(5 * SEC - 1);
	bubble_wait();
	CHECK_EQ(ext->context->err(c), 0);
	sleep_ns(1);
	bubble_wait();
	CHECK_EQ(ext->context->err(c), ASSAY_DEADLINE);
	CHECK_EQ(now(), begin + 5 * SEC);
	ext->context->free(c);
}

CASE(BUB_034, "a context's timeout passes on the bubble's clock",
     NEEDS(NEED_BUBBLE, NEED_EXT(context, background),
	   NEED_EXT(context, with_timeout), NEED_EXT(context, err),
	   NEED_EXT(context, free)))
{
	in_bubble(time_out, NULL);
}

static void one_more(void *n)
{
	mark(n);
}

static void cancel_and_wait(void *n)
{
	assay_context *c;
	assay_after *a;

	REQUIRE_EQ(ext->context->with_cancel(ext->context->background(), &c),
		   ASSAY_OK);
	REQUIRE_EQ(ext->context->after_func(c, one_more, n, &a), ASSAY_OK);
	bubble_wait();
	CHECK_EQ(count(n), 0);
	CHECK_EQ(ext->context->cancel(c, 0), ASSAY_OK);
	bubble_wait();
	CHECK_EQ(count(n), 1);
	ext->context->after_free(a);
	ext->context->free(c);
}

CASE_OF(BUB_034, after, "what is to run at its end has, after a wait",
	NEEDS(NEED_BUBBLE, NEED_EXT(context, background),
	      NEED_EXT(context, with_cancel), NEED_EXT(context, after_func),
	      NEED_EXT(context, cancel), NEED_EXT(context, after_free),
	      NEED_EXT(context, free)))
{
	atomic_int n = 0;

	in_bubble(cancel_and_wait, &n);
	CHECK_EQ(count(&n), 1);
}
