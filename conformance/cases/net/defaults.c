/* NP-055: what the kernel is told of every TCP connection. */
#include "np.h"

static void check_defaults(assay_conn *c)
{
	char local[80], remote[80];
	int fd;

	REQUIRE_EQ(rt->net->local_addr(c, local, sizeof(local)), ASSAY_OK);
	REQUIRE_EQ(rt->net->remote_addr(c, remote, sizeof(remote)), ASSAY_OK);
	fd = tcp_descriptor(local, remote);
	REQUIRE_CMP(fd, >=, 0);
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
