/*
 * dial_test.c - dials that end early, and where they end up.
 */
#include "net_test.h"

static char nowhere[GORO_ADDR_MAX];

static void past(void)
{
	static const int64_t deadlines[] = {0, 1, -1, INT64_MIN};
	struct place p = net_place("tcp");
	goro_conn *c = NULL;

	for (size_t i = 0; i < 4; i++)
		FAILS(goro_dial("tcp", p.address, deadlines[i], &c),
		      GORO_TIMEOUT, ": i/o timeout");
	UNIT_EQ(goro_dial("tcp", "localhost:1", 1, &c), GORO_TIMEOUT);
	UNIT_STR(goro_net_error(), "dial tcp: lookup localhost: i/o timeout");
	UNIT_EQ(goro_dial("tcp", "foo", 1, &c), GORO_NET_ADDR);
	CU_ASSERT_PTR_NULL(c);
	net_leave(&p);
}

static void hangs(void)
{
	int before = net_descriptors();
	int64_t due;
	goro_conn *c = NULL;

	net_hang(nowhere, sizeof(nowhere));
	due = in(20 * MS);
	FAILS(goro_dial("tcp", nowhere, due, &c), GORO_TIMEOUT,
	      ": i/o timeout");
	CU_ASSERT_TRUE(goro_now() >= due);
	CU_ASSERT_PTR_NULL(c);
	net_unhang();
	UNIT_EQ(net_descriptors(), before);
}

static void cancel_later(void *cancel)
{
	goro_sleep(5 * MS);
	goro_close(cancel);
}

static void canceled(void)
{
	goro_chan *cancel = goro_make(0, 0);
	goro_conn *c = NULL;

	net_hang(nowhere, sizeof(nowhere));
	goro_go(cancel_later, cancel);
	FAILS(goro_dial_cancel("tcp", nowhere, in(10 * GORO_SECOND), cancel,
			       &c),
	      GORO_NET_CANCELED, ": operation was canceled");
	FAILS(goro_dial_cancel("tcp", nowhere, GORO_FOREVER, cancel, &c),
	      GORO_NET_CANCELED, ": operation was canceled");
	UNIT_EQ(goro_dial_cancel("tcp", "localhost:1", GORO_FOREVER, cancel,
				 &c),
		GORO_NET_CANCELED);
	UNIT_STR(goro_net_error(),
		 "dial tcp: lookup localhost: operation was canceled");
	CU_ASSERT_PTR_NULL(c);
	net_unhang();
	goro_chan_free(cancel);
}

static void in_time(void)
{
	goro_chan *cancel = goro_make(0, 0);
	struct place p = net_place("tcp");
	struct net_call call;
	goro_conn *c[2];

	UNIT_EQ(goro_dial_cancel("tcp", p.address, in(GORO_SECOND), cancel,
				 &c[0]),
		GORO_OK);
	UNIT_EQ(goro_accept(p.l, &c[1]), GORO_OK);
	goro_close(cancel);
	net_start_read(&call, c[0], 1);
	CU_ASSERT_TRUE(net_waits(&call));
	UNIT_EQ(goro_conn_write(c[0], "x", 1, NULL), GORO_OK);
	UNIT_EQ(goro_conn_write(c[1], "y", 1, NULL), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&call));
	UNIT_EQ(call.status, GORO_OK);
	net_end_pair(c);
	net_leave(&p);
	goro_chan_free(cancel);
}

static void names(void)
{
	struct place p = net_place("tcp");
	char address[GORO_ADDR_MAX];
	goro_conn *c = NULL;

	snprintf(address, sizeof(address), "localhost%s",
		 strrchr(p.address, ':'));
	UNIT_EQ(goro_dial("tcp4", address, in(10 * GORO_SECOND), &c), GORO_OK);
	goro_conn_free(c);
	UNIT_EQ(goro_dial("udp4", "localhost:domain", GORO_FOREVER, &c),
		GORO_OK);
	goro_conn_remote_addr(c, address, sizeof(address));
	UNIT_STR(address, "127.0.0.1:53");
	goro_conn_free(c);
	net_leave(&p);
}

/* No host, and an IPv6 wildcard where only IPv4 is listened on. */
static void wildcards(void)
{
	struct place p = net_place("tcp4");
	const char *port = strrchr(p.address, ':');
	char address[GORO_ADDR_MAX];
	goro_conn *c = NULL;

	UNIT_EQ(goro_dial("tcp", port, GORO_FOREVER, &c), GORO_OK);
	goro_conn_remote_addr(c, address, sizeof(address));
	UNIT_STR(address, p.address);
	goro_conn_free(c);
	snprintf(address, sizeof(address), "[::]%s", port);
	UNIT_EQ(goro_dial("tcp", address, GORO_FOREVER, &c), GORO_OK);
	goro_conn_free(c);
	net_leave(&p);
}

static const struct unit_test tests[] = {
	{"a past deadline", past},
	{"a dial that hangs", hangs},
	{"a cancelled one", canceled},
	{"neither matters afterwards", in_time},
	{"names of hosts and ports", names},
	{"wildcards", wildcards},
	{NULL, NULL},
};

const struct unit_suite net_dial = {"dial", tests};
