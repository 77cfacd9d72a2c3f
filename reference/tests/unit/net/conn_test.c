/*
 * conn_test.c - what holds for connections of every stream network.
 */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "net/sock.h"
#include "net_test.h"

static void each(void (*test)(const char *network))
{
	test("tcp");
	test("unix");
	test("unixpacket");
	if (net_have_ipv6())
		test("tcp6");
}

static void echo(const char *network)
{
	goro_conn *c[2];
	char buf[16];
	size_t n = 99;

	net_pair(network, c);
	UNIT_EQ(goro_conn_write(c[0], "hello", 5, &n), GORO_OK);
	UNIT_EQ(n, 5);
	UNIT_EQ(goro_conn_read(c[1], buf, sizeof(buf), &n), GORO_OK);
	UNIT_EQ(n, 5);
	UNIT_EQ(goro_conn_write(c[1], buf, n, NULL), GORO_OK);
	UNIT_EQ(goro_conn_read(c[0], buf, sizeof(buf), &n), GORO_OK);
	CU_ASSERT_EQUAL(memcmp(buf, "hello", 5), 0);
	net_end_pair(c);
}

static void echoes(void)
{
	each(echo);
}

static void half_close(const char *network)
{
	goro_conn *c[2];
	char buf[16];
	size_t n;

	net_pair(network, c);
	UNIT_EQ(goro_conn_shutdown(c[0], GORO_SHUT_WRITE), GORO_OK);
	UNIT_EQ(goro_conn_read(c[1], buf, sizeof(buf), &n), GORO_EOF);
	UNIT_EQ(n, 0);
	UNIT_EQ(goro_conn_write(c[1], "still", 5, NULL), GORO_OK);
	UNIT_EQ(goro_conn_read(c[0], buf, sizeof(buf), &n), GORO_OK);
	UNIT_EQ(n, 5);
	UNIT_EQ(goro_conn_write(c[0], "x", 1, &n), GORO_NET_PIPE);
	UNIT_EQ(n, 0);
	net_end_pair(c);
}

static void half_closes(void)
{
	each(half_close);
}

static void wakes(const char *network)
{
	struct net_call a, b;
	goro_conn *c[2];

	net_pair(network, c);
	net_start_read(&a, c[0], 8);
	net_start_read(&b, c[0], 8);
	CU_ASSERT_TRUE(net_waits(&a) && net_waits(&b));
	UNIT_EQ(goro_conn_close(c[0]), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&a) && net_ends(&b));
	UNIT_EQ(a.status, GORO_NET_CLOSED);
	UNIT_EQ(b.status, GORO_NET_CLOSED);
	net_end_pair(c);
}

static void close_wakes(void)
{
	each(wakes);
}

static void deadlines(const char *network)
{
	struct net_call call;
	goro_conn *c[2];
	int64_t due;

	net_pair(network, c);
	net_start_read(&call, c[0], 8);
	CU_ASSERT_TRUE(net_waits(&call));
	due = in(5 * MS);
	UNIT_EQ(goro_conn_read_deadline(c[0], due), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&call));
	UNIT_EQ(call.status, GORO_TIMEOUT);
	CU_ASSERT_TRUE(goro_now() >= due);
	UNIT_EQ(goro_conn_write(c[0], "x", 1, NULL), GORO_OK);
	UNIT_EQ(goro_conn_read_deadline(c[0], GORO_FOREVER), GORO_OK);
	net_start_read(&call, c[0], 8);
	CU_ASSERT_TRUE(net_waits(&call));
	UNIT_EQ(goro_conn_write(c[1], "y", 1, NULL), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&call));
	UNIT_EQ(call.done, 1);
	net_end_pair(c);
}

static void deadlines_move(void)
{
	each(deadlines);
}

static void addresses(void)
{
	struct place p = net_place("tcp");
	char a[GORO_ADDR_MAX], b[GORO_ADDR_MAX], small[4];
	goro_conn *c[2];

	net_connect(&p, c);
	UNIT_EQ(goro_conn_remote_addr(c[0], a, sizeof(a)), GORO_OK);
	UNIT_STR(a, p.address);
	UNIT_EQ(goro_conn_local_addr(c[1], a, sizeof(a)), GORO_OK);
	UNIT_STR(a, p.address);
	UNIT_EQ(goro_conn_local_addr(c[0], a, sizeof(a)), GORO_OK);
	UNIT_EQ(goro_conn_remote_addr(c[1], b, sizeof(b)), GORO_OK);
	UNIT_STR(a, b);
	UNIT_EQ(goro_conn_local_addr(c[0], small, sizeof(small)), GORO_OK);
	UNIT_STR(small, "127");
	goro_conn_close(c[0]);
	UNIT_EQ(goro_conn_local_addr(c[0], b, sizeof(b)), GORO_OK);
	UNIT_STR(a, b);
	net_end_pair(c);
	net_leave(&p);
}

static void unix_addresses(void)
{
	struct place p = net_place("unix");
	char a[GORO_ADDR_MAX];
	goro_conn *c[2];

	net_connect(&p, c);
	goro_conn_local_addr(c[0], a, sizeof(a));
	UNIT_STR(a, "@");
	goro_conn_remote_addr(c[0], a, sizeof(a));
	UNIT_STR(a, p.address);
	goro_conn_remote_addr(c[1], a, sizeof(a));
	UNIT_STR(a, "@");
	net_end_pair(c);
	net_leave(&p);
}

static int option(goro_conn *c, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	getsockopt(((struct sock *)c)->fd.sysfd, level, name, &value, &len);
	return value;
}

static void options(void)
{
	goro_conn *c[2];

	net_pair("tcp", c);
	for (int i = 0; i < 2; i++) {
		UNIT_EQ(option(c[i], IPPROTO_TCP, TCP_NODELAY), 1);
		UNIT_EQ(option(c[i], SOL_SOCKET, SO_KEEPALIVE), 1);
		UNIT_EQ(option(c[i], IPPROTO_TCP, TCP_KEEPIDLE), 15);
		UNIT_EQ(option(c[i], IPPROTO_TCP, TCP_KEEPINTVL), 15);
		UNIT_EQ(option(c[i], IPPROTO_TCP, TCP_KEEPCNT), 9);
	}
	net_end_pair(c);
}

static void bad_arguments(void)
{
	goro_conn *c[2], *none = NULL;
	char byte;
	size_t n = 9;

	net_pair("tcp", c);
	UNIT_EQ(goro_conn_read(NULL, &byte, 1, &n), GORO_EINVAL);
	UNIT_EQ(n, 0);
	n = 9;
	UNIT_EQ(goro_conn_read(c[0], NULL, 1, &n), GORO_EINVAL);
	UNIT_EQ(n, 0);
	UNIT_EQ(goro_conn_read(c[0], &byte, SIZE_MAX, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_write(c[0], NULL, 1, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_write(c[0], NULL, 0, NULL), GORO_OK);
	UNIT_EQ(goro_conn_shutdown(c[0], 0), GORO_EINVAL);
	UNIT_EQ(goro_conn_shutdown(c[0], 4), GORO_EINVAL);
	UNIT_EQ(goro_conn_local_addr(c[0], &byte, 0), GORO_EINVAL);
	UNIT_EQ(goro_conn_close(NULL), GORO_EINVAL);
	UNIT_EQ(goro_dial("tcp", NULL, 0, &none), GORO_EINVAL);
	UNIT_EQ(goro_dial(NULL, ":1", 0, &none), GORO_EINVAL);
	UNIT_EQ(goro_dial("tcp", ":1", 0, NULL), GORO_EINVAL);
	UNIT_EQ(goro_listen("tcp", ":1", NULL), GORO_EINVAL);
	UNIT_EQ(goro_accept(NULL, &none), GORO_EINVAL);
	UNIT_EQ(goro_mem_pipe(NULL), GORO_EINVAL);
	UNIT_EQ(goro_os_pipe(NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_from_fd(-1, &none), GORO_EINVAL);
	goro_conn_free(NULL);
	goro_listener_free(NULL);
	net_end_pair(c);
}

/* What a connection of another kind does not have, and wrong arguments. */
static void more_is_invalid(void)
{
	static const char *const none[] = {"nothing"};
	struct goro_bytes too_much = {none, SIZE_MAX}, no_place = {NULL, 1};
	goro_conn *tcp[2], *mem[2], *made;
	goro_listener *l;
	int fd;

	net_pair("tcp", tcp);
	UNIT_EQ(goro_mem_pipe(mem), GORO_OK);
	UNIT_EQ(goro_conn_writev(tcp[0], &too_much, 1, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_writev(tcp[0], &no_place, 1, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_writev(tcp[0], NULL, 1, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_writev(tcp[0], NULL, 0, NULL), GORO_OK);
	UNIT_EQ(goro_conn_copy(NULL, tcp[0], 1, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_copy(tcp[0], NULL, 1, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_copy(tcp[0], tcp[1], 0, NULL), GORO_OK);
	UNIT_EQ(goro_conn_fd(mem[0], &fd), GORO_ENOTSUP);
	UNIT_EQ(goro_conn_fd(NULL, &fd), GORO_EINVAL);
	UNIT_EQ(goro_conn_fd(tcp[0], NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_raw_read(tcp[0], NULL, NULL), GORO_EINVAL);
	UNIT_EQ(goro_conn_keepalive(mem[0], NULL), GORO_ENOTSUP);
	UNIT_EQ(goro_conn_read_msg(tcp[0], NULL, 0, NULL, NULL, 0, NULL),
		GORO_ENOTSUP);
	UNIT_EQ(goro_unlink_on_close(NULL, true), GORO_EINVAL);
	UNIT_EQ(goro_listener_from_fd(-1, &l), GORO_EINVAL);
	UNIT_EQ(goro_conn_fd(tcp[0], &fd), GORO_OK);
	UNIT_EQ(goro_listener_from_fd(fd, &l), GORO_ENOTSUP);
	UNIT_EQ(goro_dial_any(none, 0, 1, 0, GORO_FOREVER, &made), GORO_EINVAL);
	UNIT_EQ(goro_dial_any(none, 1, 70000, 0, GORO_FOREVER, &made),
		GORO_EINVAL);
	UNIT_EQ(goro_dial_any(none, 1, 1, 0, GORO_FOREVER, &made),
		GORO_NET_ADDR);
	goro_conn_free(mem[0]);
	goro_conn_free(mem[1]);
	net_end_pair(tcp);
}

static void descriptors(void)
{
	int before = net_descriptors();
	goro_conn *c[2];

	for (int i = 0; i < 20; i++) {
		net_pair("tcp", c);
		net_end_pair(c);
		net_pair("unix", c);
		net_end_pair(c);
	}
	UNIT_EQ(net_descriptors(), before);
}

static const struct unit_test tests[] = {
	{"echo", echoes},
	{"half close", half_closes},
	{"close wakes readers", close_wakes},
	{"deadlines move and go", deadlines_move},
	{"addresses", addresses},
	{"addresses of unix sockets", unix_addresses},
	{"Go's options", options},
	{"bad arguments", bad_arguments},
	{"bad arguments of further calls", more_is_invalid},
	{"no descriptor is left", descriptors},
	{NULL, NULL},
};

const struct unit_suite net_conn = {"connections", tests};
