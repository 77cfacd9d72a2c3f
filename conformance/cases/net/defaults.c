/* What the kernel is told of every TCP connection. */
#include "np.h"

static int descriptor_of(assay_conn *c)
{
	char local[80], remote[80];
	int fd;

	REQUIRE_EQ(rt->net->local_addr(c, local, sizeof(local)), ASSAY_OK);
	REQUIRE_EQ(rt->net->remote_addr(c, remote, sizeof(remote)), ASSAY_OK);
	fd = tcp_descriptor(local, remote);
	REQUIRE_CMP(fd, >=, 0);
	return fd;
}

/* ---- NP-055: unless told otherwise ---------------------------------------- */

static void check_defaults(assay_conn *c)
{
	int fd = descriptor_of(c);

	CHECK_EQ(tcp_option(fd, TCP_OPTION_NO_DELAY), 1);
	CHECK_EQ(tcp_option(fd, TCP_OPTION_KEEP_ALIVE), 1);
	CHECK_EQ(tcp_option(fd, TCP_OPTION_IDLE), 15);
	CHECK_EQ(tcp_option(fd, TCP_OPTION_INTERVAL), 15);
}

CASE(NP_055, "no delay, and keep-alive after 15 s, dialed and accepted alike",
     NEEDS(NEED_PAIR, NEED(net, local_addr), NEED(net, remote_addr)))
{
	struct pair p = pair_of(TCP);

	check_defaults(p.w);
	check_defaults(p.r);
	end_pair(&p);
}

/* ---- NP-054: as it is asked for ------------------------------------------- */

#define NEEDS_KEEPALIVE                                                        \
	NEEDS(NEED_PAIR, NEED(net, local_addr), NEED(net, remote_addr),        \
	      NEED(net, keepalive), NEED(net, dial_keepalive),                 \
	      NEED(net, listen_keepalive))

static const struct assay_keepalive some = {30 * SEC, 7 * SEC, 3, 0};

static void check_keepalive(assay_conn *c, int idle, int interval, int probes)
{
	int fd = descriptor_of(c);

	CHECK_EQ(tcp_option(fd, TCP_OPTION_KEEP_ALIVE), 1);
	CHECK_EQ(tcp_option(fd, TCP_OPTION_IDLE), idle);
	CHECK_EQ(tcp_option(fd, TCP_OPTION_INTERVAL), interval);
	CHECK_EQ(tcp_option(fd, TCP_OPTION_COUNT), probes);
}

static void set_keepalive(assay_conn *c, int64_t idle, int64_t interval,
			  int32_t probes)
{
	struct assay_keepalive k = {idle, interval, probes, 0};

	REQUIRE_EQ(rt->net->keepalive(c, &k), ASSAY_OK);
}

CASE(NP_054, "keep-alive of a connection is what it is told to be",
     NEEDS_KEEPALIVE)
{
	struct pair p = pair_of(TCP);

	REQUIRE_EQ(rt->net->keepalive(p.w, &some), ASSAY_OK);
	check_keepalive(p.w, 30, 7, 3);
	set_keepalive(p.w, -1, 5 * SEC, -1);
	check_keepalive(p.w, 30, 5, 3);
	set_keepalive(p.w, 2500 * MS, 1, 4);
	check_keepalive(p.w, 3, 1, 4);
	set_keepalive(p.w, 0, -1, 0);
	check_keepalive(p.w, 15, 1, 9);
	REQUIRE_EQ(rt->net->keepalive(p.w, NULL), ASSAY_OK);
	CHECK_EQ(tcp_option(descriptor_of(p.w), TCP_OPTION_KEEP_ALIVE), 0);
	check_defaults(p.r);
	end_pair(&p);
}

/* Dialed and accepted with that, or without any. */
static struct pair pair_with(const struct assay_keepalive *k)
{
	struct server s = {.network = "tcp"};
	struct pair p;

	REQUIRE_EQ(rt->net->listen_keepalive("tcp", "127.0.0.1:0", k, &s.l),
		   ASSAY_OK);
	REQUIRE_EQ(rt->net->listener_addr(s.l, s.address, sizeof(s.address)),
		   ASSAY_OK);
	REQUIRE_EQ(rt->net->dial_keepalive("tcp", s.address, ASSAY_FOREVER, k,
					   &p.w),
		   ASSAY_OK);
	p.r = accept_one(&s);
	end_server(&s);
	return p;
}

CASE_OF(NP_054, dialed, "the dialer and the listener can be told, too",
	NEEDS_KEEPALIVE)
{
	static const struct assay_keepalive usual = {0, 0, 0, 0};
	static const struct assay_keepalive left = {-1, 8 * SEC, -1, 0};
	struct pair p = pair_with(&some);

	check_keepalive(p.w, 30, 7, 3);
	check_keepalive(p.r, 30, 7, 3);
	end_pair(&p);
	p = pair_with(&usual);
	check_keepalive(p.w, 15, 15, 9);
	check_keepalive(p.r, 15, 15, 9);
	end_pair(&p);
	p = pair_with(NULL);
	CHECK_EQ(tcp_option(descriptor_of(p.w), TCP_OPTION_KEEP_ALIVE), 0);
	CHECK_EQ(tcp_option(descriptor_of(p.r), TCP_OPTION_KEEP_ALIVE), 0);
	CHECK_EQ(tcp_option(descriptor_of(p.w), TCP_OPTION_NO_DELAY), 1);
	REQUIRE_EQ(rt->net->keepalive(p.w, &left), ASSAY_OK);
	CHECK_EQ(tcp_option(descriptor_of(p.w), TCP_OPTION_INTERVAL), 8);
	end_pair(&p);
	p = pair_with(&left);
	CHECK_NE(tcp_option(descriptor_of(p.w), TCP_OPTION_IDLE), 15);
	CHECK_NE(tcp_option(descriptor_of(p.r), TCP_OPTION_IDLE), 15);
	end_pair(&p);
}
