/*
 * packet_test.c - datagrams.
 */
#include <unistd.h>

#include "net_test.h"

static goro_conn *bound(const char *network, const char *at, char *address)
{
	goro_conn *c = NULL;

	UNIT_EQ(goro_packet_listen(network, at, &c), GORO_OK);
	UNIT_EQ(goro_conn_local_addr(c, address, GORO_ADDR_MAX), GORO_OK);
	return c;
}

static void to_and_fro(const char *network, const char *at_a, const char *at_b)
{
	char a_addr[GORO_ADDR_MAX], b_addr[GORO_ADDR_MAX], from[GORO_ADDR_MAX];
	goro_conn *a = bound(network, at_a, a_addr);
	goro_conn *b = bound(network, at_b, b_addr);
	char buf[8];
	size_t n;

	UNIT_EQ(goro_conn_write_to(a, "one", 3, b_addr), GORO_OK);
	UNIT_EQ(goro_conn_write_to(a, "", 0, b_addr), GORO_OK);
	UNIT_EQ(goro_conn_write_to(a, "much too long", 13, b_addr), GORO_OK);
	UNIT_EQ(goro_conn_read_from(b, buf, sizeof(buf), &n, from,
				    sizeof(from)),
		GORO_OK);
	UNIT_EQ(n, 3);
	UNIT_STR(from, a_addr);
	UNIT_EQ(goro_conn_read_from(b, buf, sizeof(buf), &n, NULL, 0), GORO_OK);
	UNIT_EQ(n, 0);
	UNIT_EQ(goro_conn_read(b, buf, sizeof(buf), &n), GORO_OK);
	UNIT_EQ(n, 8);
	UNIT_EQ(goro_conn_read_deadline(b, in(2 * MS)), GORO_OK);
	UNIT_EQ(goro_conn_read_from(b, buf, sizeof(buf), &n, from, 1),
		GORO_TIMEOUT);
	UNIT_EQ(n, 0);
	goro_conn_free(a);
	goro_conn_free(b);
}

static void udp(void)
{
	to_and_fro("udp", "127.0.0.1:0", "127.0.0.1:0");
	to_and_fro("udp4", "127.0.0.1:0", "localhost:0");
	if (net_have_ipv6())
		to_and_fro("udp6", "[::1]:0", "[::1]:0");
}

static void unixgram(void)
{
	char a[GORO_ADDR_MAX], b[GORO_ADDR_MAX];

	net_path(a, sizeof(a), "a");
	net_path(b, sizeof(b), "b");
	to_and_fro("unixgram", a, b);
	unlink(a);
	unlink(b);
}

/* One socket for both families names IPv4 senders as such. */
static void both_families(void)
{
	char any[GORO_ADDR_MAX], to[GORO_ADDR_MAX], from[GORO_ADDR_MAX];
	char a_addr[GORO_ADDR_MAX], buf[8];
	goro_conn *all, *a;
	size_t n;

	if (!net_have_ipv6())
		return;
	all = bound("udp", ":0", any);
	a = bound("udp", "127.0.0.1:0", a_addr);
	snprintf(to, sizeof(to), "127.0.0.1%s", strrchr(any, ':'));
	UNIT_EQ(goro_conn_write_to(a, "x", 1, to), GORO_OK);
	UNIT_EQ(goro_conn_read_from(all, buf, sizeof(buf), &n, from,
				    sizeof(from)),
		GORO_OK);
	UNIT_STR(from, a_addr);
	UNIT_EQ(goro_conn_write_to(all, "y", 1, from), GORO_OK);
	UNIT_EQ(goro_conn_read_from(a, buf, sizeof(buf), &n, from,
				    sizeof(from)),
		GORO_OK);
	UNIT_STR(from, to);
	goro_conn_free(all);
	goro_conn_free(a);
}

static void connected(void)
{
	char address[GORO_ADDR_MAX], from[GORO_ADDR_MAX], buf[8];
	goro_conn *server = bound("udp", "127.0.0.1:0", address), *c;
	size_t n;

	UNIT_EQ(goro_dial("udp", address, GORO_FOREVER, &c), GORO_OK);
	UNIT_EQ(goro_conn_write(c, "ping", 4, NULL), GORO_OK);
	UNIT_EQ(goro_conn_read_from(server, buf, sizeof(buf), &n, from,
				    sizeof(from)),
		GORO_OK);
	UNIT_EQ(goro_conn_write_to(server, "pong", 4, from), GORO_OK);
	UNIT_EQ(goro_conn_read(c, buf, sizeof(buf), &n), GORO_OK);
	UNIT_EQ(n, 4);
	FAILS(goro_conn_write_to(c, "x", 1, address), GORO_NET_OTHER,
	      ": use of WriteTo with pre-connected connection");
	UNIT_EQ(goro_conn_shutdown(c, GORO_SHUT_WRITE), GORO_ENOTSUP);
	goro_conn_free(c);
	goro_conn_free(server);
}

static void errors(void)
{
	char address[GORO_ADDR_MAX], text[200];
	goro_conn *c = bound("udp", "127.0.0.1:0", address), *none = NULL;
	static char big[70000];

	UNIT_EQ(goro_conn_remote_addr(c, text, sizeof(text)), GORO_ENOTSUP);
	FAILS(goro_conn_write(c, "x", 1, NULL), GORO_NET_OTHER,
	      ": write: destination address required");
	FAILS(goro_conn_write_to(c, big, sizeof(big), address), GORO_NET_OTHER,
	      ": sendto: message too long");
	FAILS(goro_conn_write_to(c, "x", 1, "[::1]:9"), GORO_NET_ADDR,
	      "->[::1]:9: address ::1: non-IPv4 address");
	UNIT_EQ(goro_conn_write_to(c, "x", 1, "foo"), GORO_NET_ADDR);
	UNIT_STR(goro_net_error(), "address foo: missing port in address");
	UNIT_EQ(goro_packet_listen("tcp", "127.0.0.1:0", &none), GORO_ENOTSUP);
	goro_conn_close(c);
	FAILS(goro_conn_write_to(c, "x", 1, address), GORO_NET_CLOSED,
	      ": use of closed network connection");
	UNIT_EQ(goro_conn_read_from(c, big, 1, NULL, text, sizeof(text)),
		GORO_NET_CLOSED);
	goro_conn_free(c);
}

static const struct unit_test tests[] = {
	{"UDP", udp},
	{"unix datagrams", unixgram},
	{"one socket for IPv4 and IPv6", both_families},
	{"a connected socket", connected},
	{"errors", errors},
	{NULL, NULL},
};

const struct unit_suite net_packet = {"datagrams", tests};
