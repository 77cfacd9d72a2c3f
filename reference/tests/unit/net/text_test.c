/*
 * text_test.c - what goro_net_error() says, against what Go said.
 */
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net_test.h"

struct text {
	const char *network, *address;
	int status;
	const char *text;
};

static void dials(void)
{
	static const struct text all[] = {
		{"tcp", "", GORO_NET_OTHER, "dial tcp: missing address"},
		{"tcp", "foo", GORO_NET_ADDR,
		 "dial tcp: address foo: missing port in address"},
		{"tcp", "127.0.0.1:99999", GORO_NET_ADDR,
		 "dial tcp: address 99999: invalid port"},
		{"tcp", "127.0.0.1:80x", GORO_NET_ADDR,
		 "dial tcp: lookup tcp/80x: unknown port"},
		{"udp", "127.0.0.1:80x", GORO_NET_ADDR,
		 "dial udp: lookup udp/80x: unknown port"},
		{"tcp", "127.0.0.1:", GORO_NET_REFUSED,
		 "dial tcp 127.0.0.1:0: connect: connection refused"},
		{"tcp", ":1", GORO_NET_REFUSED,
		 "dial tcp :1: connect: connection refused"},
		{"tcp", "127.0.0.01:1", GORO_NET_OTHER,
		 "dial tcp: lookup 127.0.0.01: no such host"},
		{"tcp", "[::ffff:127.0.0.1]:1", GORO_NET_REFUSED,
		 "dial tcp 127.0.0.1:1: connect: connection refused"},
		{"tcp4", "localhost:1", GORO_NET_REFUSED,
		 "dial tcp4 127.0.0.1:1: connect: connection refused"},
		{"tcp4", "[::1]:1", GORO_NET_ADDR,
		 "dial tcp4: address ::1: no suitable address found"},
		{"tcp6", "127.0.0.1:1", GORO_NET_ADDR,
		 "dial tcp6: address 127.0.0.1: no suitable address found"},
		{"foo", "127.0.0.1:1", GORO_ENOTSUP,
		 "dial foo: unknown network foo"},
		{"TCP", "127.0.0.1:1", GORO_ENOTSUP,
		 "dial TCP: unknown network TCP"},
		{"", "x", GORO_ENOTSUP, "dial: unknown network "},
		{"unix", "", GORO_NET_OTHER, "dial unix: missing address"},
		{"unix", "/nope/x", GORO_NET_OTHER,
		 "dial unix /nope/x: connect: no such file or directory"},
		{"unix", "/tmp", GORO_NET_REFUSED,
		 "dial unix /tmp: connect: connection refused"},
		{"unix", "@goro-nobody", GORO_NET_REFUSED,
		 "dial unix @goro-nobody: connect: connection refused"},
	};
	goro_conn *c = NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		UNIT_EQ(goro_dial(all[i].network, all[i].address, GORO_FOREVER,
				  &c),
			all[i].status);
		UNIT_STR(goro_net_error(), all[i].text);
		CU_ASSERT_PTR_NULL(c);
	}
}

/* Where localhost has no address of IPv6, it has the other's. */
static void other_family(void)
{
	const struct addrinfo v6 = {.ai_family = AF_INET6};
	struct addrinfo *found;
	goro_listener *l = NULL;
	goro_conn *c = NULL;

	if (getaddrinfo("localhost", NULL, &v6, &found) == 0) {
		freeaddrinfo(found);
		return;
	}
	UNIT_EQ(goro_dial("tcp6", "localhost:1", GORO_FOREVER, &c),
		GORO_NET_ADDR);
	UNIT_STR(goro_net_error(),
		 "dial tcp6: address localhost: no suitable address found");
	UNIT_EQ(goro_listen("tcp6", "localhost:0", &l), GORO_NET_ADDR);
	UNIT_STR(goro_net_error(),
		 "listen tcp6: address localhost: no suitable address found");
}

static void listens(void)
{
	static const struct text all[] = {
		{"tcp", "foo", GORO_NET_ADDR,
		 "listen tcp: address foo: missing port in address"},
		{"tcp", "127.0.0.1:x", GORO_NET_ADDR,
		 "listen tcp: lookup tcp/x: unknown port"},
		{"tcp", "1.2.3.4:0", GORO_NET_OTHER,
		 "listen tcp 1.2.3.4:0: bind: cannot assign requested address"},
		{"tcp4", "[::1]:0", GORO_NET_ADDR,
		 "listen tcp4: address ::1: no suitable address found"},
		{"udp", "127.0.0.1:0", GORO_ENOTSUP,
		 "listen udp 127.0.0.1:0: address 127.0.0.1:0: "
		 "unexpected address type"},
		{"foo", "x", GORO_ENOTSUP, "listen foo: unknown network foo"},
		{"unix", "/nope/x", GORO_NET_OTHER,
		 "listen unix /nope/x: bind: no such file or directory"},
	};
	goro_listener *l = NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		UNIT_EQ(goro_listen(all[i].network, all[i].address, &l),
			all[i].status);
		UNIT_STR(goro_net_error(), all[i].text);
		CU_ASSERT_PTR_NULL(l);
	}
}

static void long_path(void)
{
	char path[150], text[220];
	goro_conn *c = NULL;
	goro_listener *l = NULL;

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[108] = '\0';
	snprintf(text, sizeof(text), "dial unix %s: connect: invalid argument",
		 path);
	UNIT_EQ(goro_dial("unix", path, GORO_FOREVER, &c), GORO_NET_OTHER);
	UNIT_STR(goro_net_error(), text);
	snprintf(text, sizeof(text), "listen unix %s: bind: invalid argument",
		 path);
	UNIT_EQ(goro_listen("unix", path, &l), GORO_NET_OTHER);
	UNIT_STR(goro_net_error(), text);
}

/* "op network local->remote: what", or with the local address alone. */
static void says(goro_conn *c, const char *op, const char *network, bool both,
		 const char *what)
{
	char local[GORO_ADDR_MAX], remote[GORO_ADDR_MAX], text[300];

	goro_conn_local_addr(c, local, sizeof(local));
	goro_conn_remote_addr(c, remote, sizeof(remote));
	snprintf(text, sizeof(text), "%s %s %s%s%s: %s", op, network, local,
		 both ? "->" : "", both ? remote : "", what);
	UNIT_STR(goro_net_error(), text);
}

static void connection_texts(const char *network)
{
	static const char closed[] = "use of closed network connection";
	goro_conn *c[2];
	char byte;

	net_pair(network, c);
	goro_conn_deadline(c[0], 1);
	UNIT_EQ(goro_conn_read(c[0], &byte, 1, NULL), GORO_TIMEOUT);
	says(c[0], "read", network, true, "i/o timeout");
	UNIT_EQ(goro_conn_write(c[0], "", 0, NULL), GORO_TIMEOUT);
	says(c[0], "write", network, true, "i/o timeout");
	goro_conn_close(c[0]);
	UNIT_EQ(goro_conn_read(c[0], &byte, 0, NULL), GORO_NET_CLOSED);
	says(c[0], "read", network, true, closed);
	UNIT_EQ(goro_conn_write(c[0], &byte, 0, NULL), GORO_NET_CLOSED);
	says(c[0], "write", network, true, closed);
	UNIT_EQ(goro_conn_deadline(c[0], GORO_FOREVER), GORO_NET_CLOSED);
	says(c[0], "set", network, false, closed);
	UNIT_EQ(goro_conn_shutdown(c[0], GORO_SHUT_WRITE), GORO_NET_CLOSED);
	says(c[0], "close", network, true, closed);
	UNIT_EQ(goro_conn_close(c[0]), GORO_NET_CLOSED);
	says(c[0], "close", network, true, closed);
	UNIT_EQ(goro_conn_read(c[1], &byte, 1, NULL), GORO_EOF);
	UNIT_STR(goro_net_error(), "EOF");
	for (int i = 0; i < 100; i++)
		if (goro_conn_write(c[1], &byte, 1, NULL) != GORO_OK)
			break;
	says(c[1], "write", network, true, "write: broken pipe");
	net_end_pair(c);
}

static void connections(void)
{
	connection_texts("tcp");
	connection_texts("tcp4");
	connection_texts("unix");
	connection_texts("unixpacket");
	if (net_have_ipv6())
		connection_texts("tcp6");
}

static void listener_says(const struct place *p, const char *op,
			  const char *what)
{
	char text[300];

	snprintf(text, sizeof(text), "%s %s %s: %s", op, p->network, p->address,
		 what);
	UNIT_STR(goro_net_error(), text);
}

static void listener_texts(const char *network)
{
	static const char closed[] = "use of closed network connection";
	struct place p = net_place(network);
	goro_listener *l = NULL;
	goro_conn *c = NULL;

	UNIT_EQ(goro_listen(network, p.address, &l), GORO_NET_OTHER);
	listener_says(&p, "listen", "bind: address already in use");
	UNIT_EQ(goro_listener_deadline(p.l, 1), GORO_OK);
	UNIT_EQ(goro_accept(p.l, &c), GORO_TIMEOUT);
	listener_says(&p, "accept", "i/o timeout");
	goro_listener_close(p.l);
	UNIT_EQ(goro_accept(p.l, &c), GORO_NET_CLOSED);
	listener_says(&p, "accept", closed);
	UNIT_EQ(goro_listener_close(p.l), GORO_NET_CLOSED);
	listener_says(&p, "close", closed);
	UNIT_EQ(goro_listener_deadline(p.l, 1), GORO_NET_CLOSED);
	UNIT_STR(goro_net_error(), closed);
	goro_listener_free(p.l);
}

static void listeners(void)
{
	listener_texts("tcp");
	listener_texts("unix");
}

static void other_goroutine(void *arg)
{
	goro_conn *c = NULL;

	if (!*goro_net_error())
		goro_dial("other", "x", GORO_FOREVER, &c);
	goro_send(arg, &(int){strcmp(goro_net_error(),
				     "dial other: unknown network other")});
}

static void each_goroutine(void)
{
	goro_chan *done = goro_make(sizeof(int), 0);
	goro_conn *c = NULL;
	int differs = 1;

	UNIT_EQ(goro_dial("mine", "x", GORO_FOREVER, &c), GORO_ENOTSUP);
	goro_go(other_goroutine, done);
	goro_recv(done, &differs);
	UNIT_EQ(differs, 0);
	UNIT_STR(goro_net_error(), "dial mine: unknown network mine");
	goro_chan_free(done);
}

static const struct unit_test tests[] = {
	{"of dials", dials},
	{"of listens", listens},
	{"of a name of the other family", other_family},
	{"a unix path that is too long", long_path},
	{"of connections", connections},
	{"of listeners", listeners},
	{"each goroutine has its own", each_goroutine},
	{NULL, NULL},
};

const struct unit_suite net_text = {"texts", tests};
