/*
 * Addresses: which are none, and in which words that is said (NP-063); how they
 * are printed (NP-064); ports that have a name (NP-065).
 */
#include <stdio.h>

#include "np.h"

#define NEEDS_ADDRESS                                                          \
	NEEDS(NEED_PAIR, NEED_TEXT, NEED(net, packet_listen),                  \
	      NEED(net, remote_addr))

enum how { DIAL, LISTEN, PACKETS };

struct bad {
	const char *network, *address;
	int status;
	const char *text; /* behind "dial tcp" */
};

/* The status of a call that has to fail. */
static int fails(enum how how, const char *network, const char *address)
{
	assay_listener *l = NULL;
	assay_conn *c = NULL;
	int status;

	if (how == DIAL)
		status = rt->net->dial(network, address, in(10 * SEC), &c);
	else if (how == LISTEN)
		status = rt->net->listen(network, address, &l);
	else
		status = rt->net->packet_listen(network, address, &c);
	CHECK_PTR(c, ==, NULL);
	CHECK_PTR(l, ==, NULL);
	return status;
}

static void check_fails(enum how how, const struct bad *b)
{
	char text[400];

	snprintf(text, sizeof(text), "%s %s%s", how == DIAL ? "dial" : "listen",
		 b->network, b->text);
	CHECK_MSG(fails(how, b->network, b->address) == b->status,
		  "another status for \"%s\"", b->address);
	CHECK_MSG(strcmp(rt->net->error(), text) == 0, "\"%s\", not \"%s\"",
		  rt->net->error(), text);
}

static void check_all(const struct bad *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_fails(DIAL, &b[i]);
		check_fails(LISTEN, &b[i]);
		check_fails(PACKETS, &b[i]);
	}
}

#define ALL(table) check_all(table, sizeof(table) / sizeof((table)[0]))

/* ---- NP-063: what is no address ------------------------------------------ */

CASE(NP_063, "what is wrong with the form of an address", NEEDS_ADDRESS)
{
	static const struct bad table[] = {
#define BAD(network, address, why)                                             \
	{network, address, ASSAY_NET_ADDR, ": address " address ": " why}
		BAD("tcp", "127.0.0.1", "missing port in address"),
		BAD("udp", "[::1]", "missing port in address"),
		BAD("tcp", "[::1]x:80", "missing port in address"),
		BAD("tcp", "[::1]]:80", "missing port in address"),
		BAD("tcp", "[::1", "missing ']' in address"),
		BAD("tcp4", "[a:b:80", "missing ']' in address"),
		BAD("tcp", "1:2:3", "too many colons in address"),
		BAD("tcp6", "::1", "too many colons in address"),
		BAD("tcp", "[::1]:1:2", "too many colons in address"),
		BAD("tcp", "[a[b]:80", "unexpected '[' in address"),
		BAD("tcp", "a[b:80", "unexpected '[' in address"),
		BAD("tcp", "a]b:80", "unexpected ']' in address"),
	};

	ALL(table);
}

CASE_OF(NP_063, port, "a port that there is not", NEEDS_ADDRESS)
{
	static const struct bad table[] = {
#define PORT(port)                                                             \
	{"tcp", "127.0.0.1:" port, ASSAY_NET_ADDR,                             \
	 ": address " port ": invalid port"}
		PORT("65536"),
		PORT("-1"),
		PORT("+65536"),
		PORT("99999999999999999999"),
	};

	ALL(table);
}

CASE(NP_066, "a name that no service has", NEEDS_ADDRESS)
{
	static const struct bad table[] = {
#define NAME(network, port)                                                    \
	{network, "127.0.0.1:" port, ASSAY_NET_ADDR,                           \
	 ": lookup " network "/" port ": unknown port"}
		NAME("tcp", "no-such-service"),
		NAME("udp", "no-such-service"),
		NAME("tcp", "1x"),
		NAME("tcp", "0x1"),
		NAME("tcp", "+-1"),
	};

	ALL(table);
}

CASE_OF(NP_063, family, "an address of the other family", NEEDS_ADDRESS)
{
	static const struct bad table[] = {
		{"tcp4", "[::1]:1", ASSAY_NET_ADDR,
		 ": address ::1: no suitable address found"},
		{"tcp6", "127.0.0.1:1", ASSAY_NET_ADDR,
		 ": address 127.0.0.1: no suitable address found"},
		{"tcp6", "[::ffff:127.0.0.1]:1", ASSAY_NET_ADDR,
		 ": address ::ffff:127.0.0.1: no suitable address found"},
	};

	ALL(table);
}

CASE_OF(NP_063, network, "a network that there is not", .flags = CASE_ASKS,
	NEEDS_ADDRESS)
{
	static const char *const names[] = {"foo", "tcp5", "TCP", "tcp ",
					    "unixx"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[100];
		struct bad b = {names[i], "127.0.0.1:1", ASSAY_ENOTSUP, text};

		snprintf(text, sizeof(text), ": unknown network %s", names[i]);
		check_all(&b, 1);
	}
}

#define HOST(host)                                                             \
	{                                                                      \
		"tcp", host ":1", ASSAY_NET_OTHER,                             \
			": lookup " host ": no such host"                      \
	}

/* Nobody asks the network for these. */
CASE_OF(NP_063, name, "a name that no host may have", NEEDS_ADDRESS)
{
	static const struct bad table[] = {
		HOST("a..b"),
		HOST("-x-"),
		HOST("x y"),
	};

	ALL(table);
}

CASE_OF(NP_063, host, "a number of IPv4 in a form that is none", NEEDS_ADDRESS)
{
	static const struct bad table[] = {
		HOST("127.1"),
		HOST("0127.0.0.1"),
		HOST("1.2.3"),
	};

	ALL(table);
}

CASE_OF(NP_063, kind, "a listener of datagrams, and datagrams of a listener",
	.flags = CASE_ASKS, NEEDS_ADDRESS)
{
	static const struct bad udp = {
		"udp", "127.0.0.1:0", ASSAY_ENOTSUP,
		" 127.0.0.1:0: address 127.0.0.1:0: unexpected address type"};

	check_fails(LISTEN, &udp);
	CHECK_EQ(fails(PACKETS, "tcp", "127.0.0.1:0"), ASSAY_ENOTSUP);
}

CASE_OF(NP_063, none, "no address", NEEDS_ADDRESS)
{
	static const struct bad tcp = {"tcp", "", ASSAY_NET_OTHER,
				       ": missing address"};
	static const struct bad unix_ = {"unix", "", ASSAY_NET_OTHER,
					 ": missing address"};

	check_fails(DIAL, &tcp);
	check_fails(DIAL, &unix_);
}

/* ---- NP-064: how it is printed ------------------------------------------- */

/* An address that nobody has, as the error of a listen at it prints it. */
static void check_printed(const char *address, const char *printed)
{
	char text[200];
	struct bad b = {"tcp", address, ASSAY_NET_OTHER, text};

	snprintf(text, sizeof(text),
		 " %s: bind: cannot assign requested address", printed);
	check_fails(LISTEN, &b);
}

CASE(NP_064, "an address of IPv6 is printed in its shortest form",
     NEEDS_ADDRESS)
{
	struct server s = serve(TCP6); /* or the case is skipped */

	check_printed("[2001:DB8::1]:1", "[2001:db8::1]:1");
	check_printed("[2001:db8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1");
	check_printed("[2001:db8:0:1:0:0:0:1]:1", "[2001:db8:0:1::1]:1");
	check_printed("[2001:db8:0:1:1:1:1:1]:1", "[2001:db8:0:1:1:1:1:1]:1");
	check_printed("[2001:0db8:1:2:3:4:5:0006]:1",
		      "[2001:db8:1:2:3:4:5:6]:1");
	check_printed("[2001:db8::]:1", "[2001:db8::]:1");
	check_printed("[0:0:2001:db8::0:1]:1", "[0:0:2001:db8::1]:1");
	check_printed("[2001:db8::192.0.2.33]:1", "[2001:db8::c000:221]:1");
	check_printed("[2001:db8:0:0:5::]:7", "[2001:db8:0:0:5::]:7");
	check_printed("[2001:db8::a0b:c0d]:65535", "[2001:db8::a0b:c0d]:65535");
	check_printed("[fe80::1%lo]:1", "[fe80::1%lo]:1");
	end_server(&s);
}

CASE_OF(NP_064, mapped, "one of IPv4 in its usual form", NEEDS_ADDRESS)
{
	struct server s = serve(TCP6);

	check_printed("[::ffff:198.51.100.1]:1", "198.51.100.1:1");
	check_printed("[::fffe:192.0.2.1]:1", "[::fffe:c000:201]:1");
	check_printed("198.51.100.255:00443", "198.51.100.255:443");
	end_server(&s);
}

/* The loopback has the number 1. */
CASE_OF(NP_064, zone, "a zone may be a number, with zeros in front",
	NEEDS_ADDRESS)
{
	static const char *const addresses[] = {
		"[fe80::1%lo]:1", "[fe80::1%1]:1", "[fe80::1%001]:1"};
	struct server s = serve(TCP6);

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		CHECK_EQ(fails(LISTEN, "tcp", addresses[i]), ASSAY_NET_OTHER);
		CHECK_MSG(strstr(rt->net->error(),
				 ": bind: cannot assign requested address"),
			  "%s: %s", addresses[i], rt->net->error());
	}
	end_server(&s);
}

/* Where a listener is that was asked for any free port there. */
static void check_anywhere(const char *network, const char *address,
			   const char *host)
{
	assay_listener *l = NULL;
	assay_conn *c = NULL;
	char told[80] = "";
	size_t n = strlen(host);

	if (strncmp(network, "udp", 3) == 0) {
		REQUIRE_EQ(rt->net->packet_listen(network, address, &c),
			   ASSAY_OK);
		CHECK_EQ(rt->net->local_addr(c, told, sizeof(told)), ASSAY_OK);
		end_conn(c);
	} else {
		REQUIRE_EQ(rt->net->listen(network, address, &l), ASSAY_OK);
		CHECK_EQ(rt->net->listener_addr(l, told, sizeof(told)),
			 ASSAY_OK);
		rt->net->listener_close(l);
		rt->net->listener_free(l);
	}
	CHECK_MSG(strncmp(told, host, n) == 0 && told[n] == ':' &&
			  told[n + 1] != '0',
		  "%s \"%s\" is at %s", network, address, told);
}

CASE_OF(NP_064, anywhere, "a listener of all addresses is one of both kinds",
	NEEDS(NEED_PAIR, NEED(net, packet_listen), NEED(net, local_addr)))
{
	struct server s = serve(TCP6);

	check_anywhere("tcp", ":0", "[::]");
	check_anywhere("tcp", "", "[::]");
	check_anywhere("tcp", "[::]:0", "[::]");
	check_anywhere("tcp", "0.0.0.0:0", "[::]");
	check_anywhere("tcp6", ":0", "[::]");
	check_anywhere("tcp4", ":0", "0.0.0.0");
	check_anywhere("tcp4", "", "0.0.0.0");
	check_anywhere("udp", ":0", "[::]");
	check_anywhere("udp", "0.0.0.0:0", "[::]");
	check_anywhere("udp", "", "[::]");
	end_server(&s);
}

CASE_OF(NP_064, path, "the path of a unix socket as it is", NEEDS_ADDRESS)
{
	static const struct bad gone = {
		"unix", "/nonexistent/socket", ASSAY_NET_OTHER,
		" /nonexistent/socket: connect: no such file or directory"};
	static const struct bad abstract = {
		"unix", "@assay-none", ASSAY_NET_REFUSED,
		" @assay-none: connect: connection refused"};
	static const struct bad nowhere = {
		"unix", "/nonexistent/socket", ASSAY_NET_OTHER,
		" /nonexistent/socket: bind: no such file or directory"};

	check_fails(DIAL, &gone);
	check_fails(DIAL, &abstract);
	check_fails(LISTEN, &nowhere);
}

/* ---- NP-065: ports that have a name --------------------------------------- */

CASE(NP_065, "a port may be the name of a service", NEEDS_ADDRESS)
{
	static const char *const names[] = {"domain", "DOMAIN", "53", "+53",
					    "0053"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char address[40], told[40] = "";
		assay_conn *c = NULL;

		snprintf(address, sizeof(address), "127.0.0.1:%s", names[i]);
		REQUIRE_EQ(rt->net->dial("udp", address, in(10 * SEC), &c),
			   ASSAY_OK);
		CHECK_EQ(rt->net->remote_addr(c, told, sizeof(told)), ASSAY_OK);
		CHECK_MSG(strcmp(told, "127.0.0.1:53") == 0, "%s is %s",
			  address, told);
		end_conn(c);
	}
}

CASE_OF(NP_065, streams, "names of TCP", NEEDS_ADDRESS)
{
	static const struct {
		const char *name, *port;
	} table[] = {{"telnet", "23"}, {"ftp", "21"},    {"FTP", "21"},
		     {"pop3", "110"},  {"imap2", "143"}, {"imaps", "993"}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[100], address[40];
		struct bad b = {"tcp", address, ASSAY_NET_REFUSED, text};

		/* Of 127.77.0.7: whoever offers these does so elsewhere. */
		snprintf(address, sizeof(address), "127.77.0.7:%s",
			 table[i].name);
		snprintf(text, sizeof(text),
			 " 127.77.0.7:%s: connect: connection refused",
			 table[i].port);
		check_fails(DIAL, &b);
	}
}
