/*
 * pipe_test.c - the connection in memory.
 */
#include "net_test.h"

static void pair(goro_conn *c[2])
{
	UNIT_EQ(goro_mem_pipe(c), GORO_OK);
}

static void synchronous(void)
{
	struct net_call w;
	goro_conn *c[2];
	char buf[4];
	size_t n;

	pair(c);
	net_start_write(&w, c[0], "abcdef");
	CU_ASSERT_TRUE(net_waits(&w));
	UNIT_EQ(goro_conn_read(c[1], buf, 0, &n), GORO_OK);
	UNIT_EQ(goro_conn_read(c[1], buf, 4, &n), GORO_OK);
	UNIT_EQ(n, 4);
	CU_ASSERT_EQUAL(memcmp(buf, "abcd", 4), 0);
	CU_ASSERT_TRUE(net_waits(&w));
	UNIT_EQ(goro_conn_read(c[1], buf, 4, &n), GORO_OK);
	UNIT_EQ(n, 2);
	CU_ASSERT_EQUAL(memcmp(buf, "ef", 2), 0);
	CU_ASSERT_TRUE(net_ends(&w));
	UNIT_EQ(w.status, GORO_OK);
	UNIT_EQ(w.done, 6);
	net_end_pair(c);
}

/* Both ways at once, and a write of nothing meets a read. */
static void both_ways(void)
{
	struct net_call a, b;
	goro_conn *c[2];
	char buf[4];
	size_t n = 9;

	pair(c);
	net_start_write(&a, c[0], "a");
	net_start_write(&b, c[1], "b");
	UNIT_EQ(goro_conn_read(c[0], buf, 4, &n), GORO_OK);
	UNIT_EQ(buf[0], 'b');
	UNIT_EQ(goro_conn_read(c[1], buf, 4, &n), GORO_OK);
	UNIT_EQ(buf[0], 'a');
	CU_ASSERT_TRUE(net_ends(&a) && net_ends(&b));
	net_start_write(&a, c[0], "");
	CU_ASSERT_TRUE(net_waits(&a));
	UNIT_EQ(goro_conn_read(c[1], buf, 4, &n), GORO_OK);
	UNIT_EQ(n, 0);
	CU_ASSERT_TRUE(net_ends(&a));
	net_end_pair(c);
}

static void closed(void)
{
	static const char text[] = "io: read/write on closed pipe";
	goro_conn *c[2];
	char byte;

	pair(c);
	UNIT_EQ(goro_conn_close(c[0]), GORO_OK);
	UNIT_EQ(goro_conn_close(c[0]), GORO_OK);
	UNIT_EQ(goro_conn_read(c[0], &byte, 1, NULL), GORO_NET_PIPE_CLOSED);
	UNIT_STR(goro_net_error(), text);
	UNIT_EQ(goro_conn_write(c[0], &byte, 1, NULL), GORO_NET_PIPE_CLOSED);
	UNIT_EQ(goro_conn_read(c[1], &byte, 1, NULL), GORO_EOF);
	UNIT_STR(goro_net_error(), "EOF");
	UNIT_EQ(goro_conn_write(c[1], &byte, 1, NULL), GORO_NET_PIPE_CLOSED);
	UNIT_EQ(goro_conn_deadline(c[0], GORO_FOREVER), GORO_NET_PIPE_CLOSED);
	UNIT_EQ(goro_conn_deadline(c[1], GORO_FOREVER), GORO_NET_PIPE_CLOSED);
	UNIT_STR(goro_net_error(), text);
	net_end_pair(c);
}

static void close_wakes(void)
{
	struct net_call r, w;
	goro_conn *c[2];

	for (int end = 0; end < 2; end++) {
		pair(c);
		net_start_read(&r, c[0], 4);
		CU_ASSERT_TRUE(net_waits(&r));
		goro_conn_close(c[end]);
		CU_ASSERT_TRUE(net_ends(&r));
		UNIT_EQ(r.status, end ? GORO_EOF : GORO_NET_PIPE_CLOSED);
		net_end_pair(c);

		pair(c);
		net_start_write(&w, c[0], "abc");
		CU_ASSERT_TRUE(net_waits(&w));
		goro_conn_close(c[end]);
		CU_ASSERT_TRUE(net_ends(&w));
		UNIT_EQ(w.status, GORO_NET_PIPE_CLOSED);
		UNIT_EQ(w.done, 0);
		net_end_pair(c);
	}
}

static void deadlines(void)
{
	goro_conn *c[2];
	struct net_call r;
	char byte;

	pair(c);
	UNIT_EQ(goro_conn_deadline(c[0], 1), GORO_OK);
	UNIT_EQ(goro_conn_read(c[0], &byte, 1, NULL), GORO_TIMEOUT);
	UNIT_STR(goro_net_error(), "read pipe: i/o timeout");
	UNIT_EQ(goro_conn_write(c[0], &byte, 1, NULL), GORO_TIMEOUT);
	UNIT_STR(goro_net_error(), "write pipe: i/o timeout");
	UNIT_EQ(goro_conn_read_deadline(c[0], GORO_FOREVER), GORO_OK);
	net_start_read(&r, c[0], 1);
	CU_ASSERT_TRUE(net_waits(&r));
	UNIT_EQ(goro_conn_read_deadline(c[0], in(MS)), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&r));
	UNIT_EQ(r.status, GORO_TIMEOUT);
	/* set, moved and cleared again while nobody looks */
	for (int i = 0; i < 100; i++) {
		goro_conn_deadline(c[0], in(i % 3 ? GORO_SECOND : 1));
		if (i % 5 == 0)
			goro_yield();
	}
	goro_conn_deadline(c[0], GORO_FOREVER);
	net_start_read(&r, c[0], 1);
	CU_ASSERT_TRUE(net_waits(&r));
	UNIT_EQ(goro_conn_write(c[1], "x", 1, NULL), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&r));
	UNIT_EQ(r.status, GORO_OK);
	goro_conn_deadline(c[1], in(GORO_SECOND));
	net_end_pair(c);
}

/* What was read before the deadline counts. */
static void partly_written(void)
{
	struct net_call w;
	goro_conn *c[2];
	char buf[2];

	pair(c);
	net_start_write(&w, c[0], "abcdef");
	UNIT_EQ(goro_conn_read(c[1], buf, 2, NULL), GORO_OK);
	UNIT_EQ(goro_conn_write_deadline(c[0], 1), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&w));
	UNIT_EQ(w.status, GORO_TIMEOUT);
	UNIT_EQ(w.done, 2);
	net_end_pair(c);
}

static void writes_stay_together(void)
{
	enum { WRITERS = 4 };
	struct net_call w[WRITERS];
	static const char *const text[] = {"aaaaaa", "bbbbbb", "cccccc",
					   "dddddd"};
	goro_conn *c[2];
	char buf[6 * WRITERS], part[3];
	size_t n, all = 0;

	pair(c);
	for (int i = 0; i < WRITERS; i++)
		net_start_write(&w[i], c[0], text[i]);
	for (; all < sizeof(buf); all += n) {
		UNIT_EQ(goro_conn_read(c[1], part, 3, &n), GORO_OK);
		memcpy(buf + all, part, n);
	}
	for (size_t i = 0; i < sizeof(buf); i++)
		UNIT_EQ(buf[i], buf[i - i % 6]);
	for (int i = 0; i < WRITERS; i++)
		CU_ASSERT_TRUE(net_ends(&w[i]));
	net_end_pair(c);
}

static void no_such_call(void)
{
	goro_conn *c[2];
	char text[16];

	pair(c);
	UNIT_EQ(goro_conn_local_addr(c[0], text, sizeof(text)), GORO_OK);
	UNIT_STR(text, "pipe");
	UNIT_EQ(goro_conn_remote_addr(c[0], text, sizeof(text)), GORO_OK);
	UNIT_STR(text, "pipe");
	UNIT_EQ(goro_conn_shutdown(c[0], GORO_SHUT_READ), GORO_ENOTSUP);
	UNIT_EQ(goro_conn_write_to(c[0], "x", 1, ":1"), GORO_ENOTSUP);
	UNIT_EQ(goro_conn_read_from(c[0], text, 1, NULL, NULL, 0),
		GORO_ENOTSUP);
	net_end_pair(c);
}

static const struct unit_test tests[] = {
	{"a write waits for reads", synchronous},
	{"both ways", both_ways},
	{"closed", closed},
	{"close wakes", close_wakes},
	{"deadlines", deadlines},
	{"partly written", partly_written},
	{"writes stay together", writes_stay_together},
	{"calls that it does not have", no_such_call},
	{NULL, NULL},
};

const struct unit_suite net_pipe = {"in memory", tests};
