/*
 * addr_test.c - addresses read and printed, against what Go says to them.
 */
#include "net_test.h"

struct text {
	const char *in, *out;
};

static void literals(void)
{
	static const struct text all[] = {
		{"127.0.0.1", "127.0.0.1:80"},
		{"255.255.255.255", "255.255.255.255:80"},
		{"::1", "[::1]:80"},
		{"::", "[::]:80"},
		{"::ffff:1.2.3.4", "1.2.3.4:80"},
		{"::1.2.3.4", "[::102:304]:80"},
		{"2001:DB8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]:80"},
		{"1:0:2:3:4:5:6:7", "[1:0:2:3:4:5:6:7]:80"},
		{"1:2:3:4:5:6:0:0", "[1:2:3:4:5:6::]:80"},
		{"1:0:0:2:0:0:0:3", "[1:0:0:2::3]:80"},
		{"0:0:1:2:3:4:5:6", "[::1:2:3:4:5:6]:80"},
		{"fe80::1%lo", "[fe80::1%lo]:80"},
		{"fe80::1%4000000", "[fe80::1%4000000]:80"},
	};
	struct netaddr a;
	char buf[GORO_ADDR_MAX];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		CU_ASSERT_TRUE(goro__netaddr_literal(&a, all[i].in, 80));
		UNIT_EQ(goro__netaddr_print(&a, buf, sizeof(buf)),
			strlen(all[i].out));
		UNIT_STR(buf, all[i].out);
	}
}

static void no_literals(void)
{
	static const char *const all[] = {
		"",
		"localhost",
		"1.2.3",
		"127.0.0.01",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.4%lo",
		"::1%",
		"::g",
		":::",
		"1:2:3:4:5:6:7:8:9",
		"12345::",
		" ::1",
		"1.2.3.4 ",
	};
	struct netaddr a;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		CU_ASSERT_FALSE(goro__netaddr_literal(&a, all[i], 80));
}

static void cut(void)
{
	struct netaddr a;
	char buf[5] = "xxxx";

	goro__netaddr_literal(&a, "127.0.0.1", 80);
	UNIT_EQ(goro__netaddr_print(&a, buf, sizeof(buf)), 12);
	UNIT_STR(buf, "127.");
}

static void unix_names(void)
{
	struct netaddr a;
	char buf[GORO_ADDR_MAX], name[120];

	CU_ASSERT_TRUE(goro__netaddr_unix(&a, "/a/b"));
	UNIT_EQ(a.len, offsetof(struct sockaddr_un, sun_path) + 5);
	goro__netaddr_print(&a, buf, sizeof(buf));
	UNIT_STR(buf, "/a/b");

	CU_ASSERT_TRUE(goro__netaddr_unix(&a, "@abc"));
	UNIT_EQ(a.len, offsetof(struct sockaddr_un, sun_path) + 4);
	UNIT_EQ(a.u.un.sun_path[0], '\0');
	goro__netaddr_print(&a, buf, sizeof(buf));
	UNIT_STR(buf, "@abc");

	CU_ASSERT_TRUE(goro__netaddr_unix(&a, ""));
	UNIT_EQ(a.len, offsetof(struct sockaddr_un, sun_path));
	goro__netaddr_print(&a, buf, sizeof(buf));
	UNIT_STR(buf, "@");

	memset(name, 'n', sizeof(name));
	name[107] = '\0';
	CU_ASSERT_TRUE(goro__netaddr_unix(&a, name));
	goro__netaddr_print(&a, buf, sizeof(buf));
	UNIT_STR(buf, name);
	name[107] = 'n';
	name[108] = '\0';
	CU_ASSERT_FALSE(goro__netaddr_unix(&a, name));
	name[0] = '@';
	CU_ASSERT_TRUE(goro__netaddr_unix(&a, name));
	UNIT_EQ(a.len, sizeof(struct sockaddr_un));
	goro__netaddr_print(&a, buf, sizeof(buf));
	UNIT_STR(buf, name);
}

static void split(void)
{
	static const struct {
		const char *in, *host, *service;
		unsigned port;
	} all[] = {
		{":0", "", NULL, 0},
		{"a:", "a", NULL, 0},
		{"a:80", "a", NULL, 80},
		{"a:+080", "a", NULL, 80},
		{"a:-0", "a", NULL, 0},
		{"a:65535", "a", NULL, 65535},
		{"a:http", "a", "http", 0},
		{"a:80x", "a", "80x", 0},
		{"[::1]:9", "::1", NULL, 9},
		{"[fe80::1%lo]:9", "fe80::1%lo", NULL, 9},
		{"[]:9", "", NULL, 9},
	};
	struct hostport h;
	struct neterr e;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		UNIT_EQ(goro__split_hostport(all[i].in, &h, &e), GORO_OK);
		UNIT_STR(h.host, all[i].host);
		CU_ASSERT_EQUAL(!h.service, !all[i].service);
		if (h.service && all[i].service)
			UNIT_STR(h.service, all[i].service);
		UNIT_EQ(h.port, all[i].port);
	}
}

static void no_split(void)
{
	static const struct text all[] = {
		{"", "address : missing port in address"},
		{"foo", "address foo: missing port in address"},
		{"a:99999", "address 99999: invalid port"},
		{"a:65536", "address 65536: invalid port"},
		{"a:-1", "address -1: invalid port"},
		{"a:99999999999999999999",
		 "address 99999999999999999999: invalid port"},
		{"1:2:3", "address 1:2:3: too many colons in address"},
		{"[::1]", "address [::1]: missing port in address"},
		{"[::1", "address [::1: missing ']' in address"},
		{"[::1]x:1", "address [::1]x:1: missing port in address"},
		{"[::1]:1:2", "address [::1]:1:2: too many colons in address"},
		{"a[:1", "address a[:1: unexpected '[' in address"},
		{"a]:1", "address a]:1: unexpected ']' in address"},
		{"[a]]:1", "address [a]]:1: missing port in address"},
		{"[[a]:1", "address [[a]:1: unexpected '[' in address"},
		{"[a]:1]", "address [a]:1]: unexpected ']' in address"},
	};
	struct hostport h;
	struct neterr e;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		UNIT_EQ(goro__split_hostport(all[i].in, &h, &e), GORO_NET_ADDR);
		UNIT_STR(e.text, all[i].out);
	}
}

static void long_host(void)
{
	char address[400];
	struct hostport h;
	struct neterr e;

	memset(address, 'a', sizeof(address));
	strcpy(address + 300, ":80");
	UNIT_EQ(goro__split_hostport(address, &h, &e), GORO_NET_OTHER);
	UNIT_STR(net_tail(e.text, ": no such host"), ": no such host");
}

static void families(void)
{
	struct netaddr a, b;
	char buf[GORO_ADDR_MAX];

	goro__netaddr_literal(&a, "1.2.3.4", 5);
	CU_ASSERT_TRUE(goro__netaddr_as(&a, AF_INET6, &b));
	UNIT_EQ(b.u.sa.sa_family, AF_INET6);
	CU_ASSERT_TRUE(goro__netaddr_is_ipv4(&b));
	goro__netaddr_print(&b, buf, sizeof(buf));
	UNIT_STR(buf, "1.2.3.4:5");

	goro__netaddr_literal(&a, "0.0.0.0", 5);
	CU_ASSERT_TRUE(goro__netaddr_as(&a, AF_INET6, &b));
	goro__netaddr_print(&b, buf, sizeof(buf));
	UNIT_STR(buf, "[::]:5");

	goro__netaddr_literal(&a, "::", 5);
	CU_ASSERT_TRUE(goro__netaddr_as(&a, AF_INET, &b));
	goro__netaddr_print(&b, buf, sizeof(buf));
	UNIT_STR(buf, "0.0.0.0:5");

	goro__netaddr_literal(&a, "::1", 5);
	CU_ASSERT_FALSE(goro__netaddr_as(&a, AF_INET, &b));
}

static const struct unit_test tests[] = {
	{"literal addresses", literals},
	{"what is none", no_literals},
	{"a text is cut", cut},
	{"unix names", unix_names},
	{"host and port", split},
	{"what is no host and port", no_split},
	{"a host that is too long", long_host},
	{"an address for another family", families},
	{NULL, NULL},
};

const struct unit_suite net_addr = {"addresses", tests};
