/* DL-012: whoever waits for the network may be woken from outside. */
#include "dl.h"
#include "net/np.h"

CASE(DL_012, "a lone accept waits for ever", LIVES_ON(300), NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);

	accept_one(&s);
}

CASE_OF(DL_012, goroutine, "also when main waits for who accepts",
	LIVES_ON(250), NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);
	static struct call call;

	start_accept(&call, s.l);
	recv_int(chan_int(0));
}

CASE_OF(DL_012, read, "a lone read waits for ever", LIVES_ON(250),
	NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(TCP);

	read_fails(p.r);
}

CASE_OF(DL_012, udp, "so does one for a datagram", LIVES_ON(250),
	NEEDS(NEED(net, packet_listen), NEED(net, read_from)))
{
	assay_conn *c = NULL;
	char byte, from[80];
	size_t got;

	REQUIRE_EQ(rt->net->packet_listen("udp", "127.0.0.1:0", &c), ASSAY_OK);
	rt->net->read_from(c, &byte, 1, &got, from, sizeof(from));
}

CASE_OF(DL_012, os_pipe, "and one from a pipe of the system", LIVES_ON(250),
	NEEDS(NEED_PIPE))
{
	struct pair p = pair_of(OS_PIPE);

	read_fails(p.r);
}

CASE_OF(DL_012, write, "and a write that nobody reads", LIVES_ON(250),
	NEEDS(NEED_PIPE))
{
	static const char buf[1 << 20];
	struct pair p = pair_of(OS_PIPE);

	write_all(p.w, buf, sizeof(buf));
}
