/*
 * listen_test.c - listeners: their addresses, files, ends and limits.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "net_test.h"

static void listens_at(const char *network, const char *address,
		       const char *prefix)
{
	goro_listener *l;
	char addr[GORO_ADDR_MAX];

	UNIT_EQ(goro_listen(network, address, &l), GORO_OK);
	UNIT_EQ(goro_listener_addr(l, addr, sizeof(addr)), GORO_OK);
	CU_ASSERT_EQUAL(strncmp(addr, prefix, strlen(prefix)), 0);
	CU_ASSERT_NOT_EQUAL(strcmp(addr, prefix), 0);
	goro_listener_free(l);
}

static void addresses(void)
{
	listens_at("tcp", "127.0.0.1:0", "127.0.0.1:");
	listens_at("tcp", "localhost:0", "127.0.0.1:");
	listens_at("tcp", "[::ffff:127.0.0.1]:0", "127.0.0.1:");
	listens_at("tcp4", ":0", "0.0.0.0:");
	listens_at("unix", "", "@");
	listens_at("unix", "@goro-test", "@goro-tes");
	if (!net_have_ipv6())
		return;
	listens_at("tcp", "", "[::]:");
	listens_at("tcp", "0.0.0.0:0", "[::]:");
	listens_at("tcp6", ":0", "[::]:");
	listens_at("tcp", "[::1]:0", "[::1]:");
}

static int dial_at(const char *host, const char *port)
{
	char address[GORO_ADDR_MAX];
	goro_conn *c;
	int status;

	snprintf(address, sizeof(address), "%s%s", host, port);
	status = goro_dial("tcp", address, in(10 * GORO_SECOND), &c);
	if (status == GORO_OK)
		goro_conn_free(c);
	return status;
}

static void both_families(void)
{
	goro_listener *l;
	char addr[GORO_ADDR_MAX];

	if (!net_have_ipv6())
		return;
	UNIT_EQ(goro_listen("tcp", ":0", &l), GORO_OK);
	goro_listener_addr(l, addr, sizeof(addr));
	UNIT_EQ(dial_at("127.0.0.1", strrchr(addr, ':')), GORO_OK);
	UNIT_EQ(dial_at("[::1]", strrchr(addr, ':')), GORO_OK);
	goro_listener_free(l);
	UNIT_EQ(goro_listen("tcp6", ":0", &l), GORO_OK);
	goro_listener_addr(l, addr, sizeof(addr));
	UNIT_EQ(dial_at("127.0.0.1", strrchr(addr, ':')), GORO_NET_REFUSED);
	UNIT_EQ(dial_at("[::1]", strrchr(addr, ':')), GORO_OK);
	goro_listener_free(l);
}

static void again(void)
{
	struct place p = net_place("tcp"), q = {.network = "tcp"};
	goro_conn *c[2];

	net_connect(&p, c);
	net_leave(&p);
	UNIT_EQ(goro_listen("tcp", p.address, &q.l), GORO_OK);
	net_end_pair(c);
	goro_listener_free(q.l);
}

static void unix_file(void)
{
	struct place p = net_place("unix"), q;

	UNIT_EQ(access(p.address, F_OK), 0);
	UNIT_EQ(goro_listener_close(p.l), GORO_OK);
	UNIT_EQ(access(p.address, F_OK), -1);
	/* a second close, or the free, takes no other's file away */
	q = net_place("unix");
	UNIT_EQ(goro_listener_close(p.l), GORO_NET_CLOSED);
	goro_listener_free(p.l);
	UNIT_EQ(access(q.address, F_OK), 0);
	goro_listener_free(q.l);
	UNIT_EQ(access(q.address, F_OK), -1);
}

static void wakes(const char *network)
{
	struct place p = net_place(network);
	struct net_call call;

	net_start_accept(&call, p.l);
	CU_ASSERT_TRUE(net_waits(&call));
	UNIT_EQ(goro_listener_deadline(p.l, in(2 * MS)), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&call));
	UNIT_EQ(call.status, GORO_TIMEOUT);
	UNIT_EQ(goro_listener_deadline(p.l, GORO_FOREVER), GORO_OK);
	net_start_accept(&call, p.l);
	CU_ASSERT_TRUE(net_waits(&call));
	UNIT_EQ(goro_listener_close(p.l), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&call));
	UNIT_EQ(call.status, GORO_NET_CLOSED);
	goro_listener_free(p.l);
}

static void ends(void)
{
	wakes("tcp");
	wakes("unix");
}

/* All descriptors but the free ones among the first n are in use then. */
static void limit(rlim_t n, struct rlimit *old)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, old);
	r = *old;
	r.rlim_cur = n;
	setrlimit(RLIMIT_NOFILE, &r);
}

static void too_many(void)
{
	struct place p = net_place("tcp");
	goro_conn *c[2] = {NULL, NULL}, *none = NULL;
	struct rlimit old;
	int next;

	UNIT_EQ(goro_dial("tcp", p.address, GORO_FOREVER, &c[0]), GORO_OK);
	next = dup(0);
	close(next);
	limit((rlim_t)next, &old);
	FAILS(goro_accept(p.l, &c[1]), GORO_NET_MFILE,
	      ": accept4: too many open files");
	FAILS(goro_dial("tcp", p.address, GORO_FOREVER, &none), GORO_NET_MFILE,
	      ": socket: too many open files");
	setrlimit(RLIMIT_NOFILE, &old);
	UNIT_EQ(goro_accept(p.l, &c[1]), GORO_OK);
	net_end_pair(c);
	net_leave(&p);
}

static const struct unit_test tests[] = {
	{"addresses", addresses},
	{"a wildcard takes both families", both_families},
	{"a port can be listened on again", again},
	{"the file of a unix socket", unix_file},
	{"deadline and close wake accept", ends},
	{"too many open files", too_many},
	{NULL, NULL},
};

const struct unit_suite net_listen = {"listen", tests};
