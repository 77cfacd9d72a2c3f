/*
 * dial.c - the calls that dial, and the addresses that they try.  A name with
 * IPv6 and IPv4 addresses is tried in both families (race.c).
 */
#include <string.h>

#include "sock.h"
#include "sched/outside.h"

static bool has_two_families(const struct attempts *a)
{
	for (size_t i = 1; i < a->as.n; i++)
		if (goro__netaddr_is_ipv4(&a->as.at[i]) !=
		    goro__netaddr_is_ipv4(&a->as.at[0]))
			return true;
	return false;
}

/* Tries all addresses.  delay is that of goro_dial_any(). */
static int try_all(struct attempts *a, const char *address, int64_t delay,
		   const struct until *p, goro_conn **out)
{
	char text[GORO_ADDR_MAX];
	int status;

	delay = delay == 0 ? 300 * GORO_MILLISECOND : delay;
	if (delay > 0 && strcmp(a->net->name, "tcp") == 0 &&
	    has_two_families(a))
		status = goro__race(a, delay, p);
	else
		status = goro__try_in_turn(a, p);
	if (status == GORO_OK) {
		*out = &a->made->conn;
		return status;
	}
	goro__net_name(a->net, address, a->about, text);
	return goro__net_fail(&a->error, "dial", a->net->name, "", text);
}

static int fail(const char *network, int status, const char *text)
{
	struct neterr e;

	goro__neterr(&e, status, "%s", text);
	return goro__net_fail(&e, "dial", network, "", "");
}

static const struct goro_keepalive defaults = {.idle = 0};

static int dial(const char *network, const char *address, const struct until *p,
		const struct goro_keepalive *k, goro_conn **out)
{
	struct attempts a = {.keepalive = k};
	struct neterr e;

	if (!network || !address || !out)
		return goro__net_invalid();
	a.net = goro__network(network);
	if (!a.net)
		return goro__net_unknown("dial", network);
	if (!*address)
		return fail(network, GORO_NET_OTHER, "missing address");
	if (goro__net_resolve(a.net, address, p, &a.as, &e) != GORO_OK)
		return goro__net_fail(&e, "dial", network, "", "");
	return try_all(&a, address, 0, p, out);
}

int goro_dial_cancel(const char *network, const char *address, int64_t deadline,
		     goro_chan *cancel, goro_conn **out)
{
	AS_GOROUTINE();
	const struct until p = {.deadline = deadline, .cancel = cancel};

	return dial(network, address, &p, &defaults, out);
}

int goro_dial(const char *network, const char *address, int64_t deadline,
	      goro_conn **out)
{
	AS_GOROUTINE();
	const struct until p = {.deadline = deadline};

	return dial(network, address, &p, &defaults, out);
}

int goro_dial_keepalive(const char *network, const char *address,
			int64_t deadline, const struct goro_keepalive *k,
			goro_conn **out)
{
	AS_GOROUTINE();
	const struct until p = {.deadline = deadline};

	return dial(network, address, &p, k, out);
}

int goro_dial_any(const char *const *addresses, size_t n, int32_t port,
		  int64_t delay, int64_t deadline, goro_conn **out)
{
	AS_GOROUTINE();
	const struct until p = {.deadline = deadline};
	struct attempts a = {.net = goro__network("tcp"),
			     .keepalive = &defaults};

	if (!addresses || n == 0 || n > NETADDRS_MAX || port < 0 ||
	    port > UINT16_MAX || !out)
		return goro__net_invalid();
	for (; a.as.n < n; a.as.n++)
		if (!addresses[a.as.n] ||
		    !goro__netaddr_literal(&a.as.at[a.as.n], addresses[a.as.n],
					   (unsigned)port))
			return fail("tcp", GORO_NET_ADDR, "invalid IP address");
	return try_all(&a, "", delay, &p, out);
}
