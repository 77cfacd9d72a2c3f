/*
 * resolve.c - turns an address into those it stands for, and looks up names.
 *
 * libc's functions for that block their thread, for any time.  So a look-up is
 * a blocking call in a goroutine of its own.  The caller waits for it until its
 * deadline or cancel; after that the look-up ends by itself.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ref.h"
#include "net.h"
#include "wait/shared.h"

struct lookup {
	struct ref holders; /* the caller and the goroutine */
	goro_chan *done;    /* closed by the goroutine */
	const struct network *net;
	char host[256];    /* "": only the service */
	char service[256]; /* "": only the host */
	unsigned port;
	/* valid once done is closed */
	struct addrinfo *found;
	int failed; /* EAI_... */
	bool unknown_port;
};

static void let_go(struct lookup *l)
{
	if (!ref_put(&l->holders))
		return;
	if (l->found)
		freeaddrinfo(l->found);
	goro_chan_free(l->done);
	free(l);
}

/* ---- off the scheduler's threads ------------------------------------------ */

/* Finds a service by name without /etc/services. */
static bool well_known(const char *name, unsigned *port)
{
	static const struct {
		const char *name;
		unsigned port;
	} all[] = {
		{"domain", 53}, {"ftp", 21},   {"http", 80},   {"https", 443},
		{"smtp", 25},   {"ssh", 22},   {"telnet", 23}, {"imap2", 143},
		{"imaps", 993}, {"pop3", 110}, {"pop3s", 995},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcasecmp(all[i].name, name) == 0) {
			*port = all[i].port;
			return true;
		}
	return false;
}

static void look_up_service(struct lookup *l)
{
	struct servent entry, *found = NULL;
	char buf[2048];

	getservbyname_r(l->service, l->net->type == SOCK_STREAM ? "tcp" : "udp",
			&entry, buf, sizeof(buf), &found);
	if (found)
		l->port = ntohs((uint16_t)found->s_port);
	else
		l->unknown_port = !well_known(l->service, &l->port);
}

static void look_up(void *arg)
{
	struct lookup *l = arg;
	struct addrinfo hints = {.ai_family = l->net->family,
				 .ai_socktype = SOCK_STREAM};

	if (l->service[0])
		look_up_service(l);
	if (!l->host[0] || l->unknown_port)
		return;
	l->failed = getaddrinfo(l->host, NULL, &hints, &l->found);
	/* If it has only the other family's addresses, filter() reports it. */
	if (l->failed == 0 || hints.ai_family == AF_UNSPEC)
		return;
	hints.ai_family = AF_UNSPEC;
	if (getaddrinfo(l->host, NULL, &hints, &l->found) == 0)
		l->failed = 0;
}

/*
 * Returns a channel that limits look-ups: each holds a thread.  NULL: no
 * memory.
 */
static goro_chan *slots(void)
{
	enum { LOOKUPS_AT_ONCE = 500 }; /* as in Go */
	static _Atomic(goro_chan *) made;
	/* Pairs with the release below. */
	goro_chan *c = atomic_load_explicit(&made, memory_order_acquire);
	goro_chan *none = NULL;

	if (c)
		return c;
	c = goro__chan_make_shared(0, LOOKUPS_AT_ONCE);
	if (!c || atomic_compare_exchange_strong_explicit(&made, &none, c,
							  memory_order_acq_rel,
							  memory_order_acquire))
		return c;
	goro_chan_free(c);
	return none;
}

static void look_up_goroutine(void *arg)
{
	struct lookup *l = arg;
	goro_chan *slot = slots();

	if (slot)
		goro_send(slot, NULL);
	goro_blocking(look_up, l);
	if (slot)
		goro_recv(slot, NULL);
	goro_close(l->done);
	let_go(l);
}

/* ---- asking and waiting --------------------------------------------------- */

/* Waits for c.  GORO_OK if c was ready, else Go's error for the end of p. */
static int wait_for(goro_chan *c, const struct until *p, struct neterr *e)
{
	struct goro_case cases[] = {{.c = p->cancel, .dir = GORO_RECV},
				    {.c = c, .dir = GORO_RECV}};
	size_t chosen = 1;

	switch (goro_select_until(cases, 2, p->deadline, &chosen)) {
	case GORO_TIMEOUT:
	case GORO_AGAIN:
		return goro__neterr(e, GORO_TIMEOUT, "i/o timeout");
	default:
		if (chosen == 1)
			return GORO_OK;
		return goro__neterr(e, GORO_NET_CANCELED,
				    "operation was canceled");
	}
}

int goro__net_until(const struct until *p, struct neterr *e)
{
	if (p->cancel && wait_for(NULL, &(struct until){GORO_POLL, p->cancel},
				  e) == GORO_NET_CANCELED)
		return GORO_NET_CANCELED;
	if (p->deadline > goro_now())
		return GORO_OK;
	return goro__neterr(e, GORO_TIMEOUT, "i/o timeout");
}

static struct lookup *new_lookup(const struct network *net,
				 const struct hostport *h, bool with_host)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->done = goro_chan_make(0, 0, NULL);
	if (!l->done) {
		free(l);
		return NULL;
	}
	ref_init(&l->holders, 1);
	l->net = net;
	l->port = h->port;
	if (with_host)
		strcpy(l->host, h->host);
	if (h->service)
		strncpy(l->service, h->service, sizeof(l->service) - 1);
	return l;
}

static void prefix(struct neterr *e, const struct lookup *l)
{
	char text[sizeof(e->text)];

	memcpy(text, e->text, sizeof(text));
	if (l->host[0])
		goro__neterr(e, e->status, "lookup %.120s: %.70s", l->host,
			     text);
	else
		goro__neterr(e, e->status, "lookup %s/%.100s: %.70s",
			     l->net->name, l->service, text);
}

static int failure(const struct lookup *l, struct neterr *e)
{
	if (l->unknown_port)
		return goro__neterr(e, GORO_NET_ADDR,
				    "lookup %s/%.100s: unknown port",
				    l->net->name, l->service);
	if (l->failed == 0)
		return GORO_OK;
	if (l->failed == EAI_MEMORY)
		return goro__neterr(e, GORO_ENOMEM, "out of memory");
	goro__neterr(e, GORO_NET_OTHER, "%s",
		     l->failed == EAI_NONAME || l->failed == EAI_NODATA
			     ? "no such host"
			     : gai_strerror(l->failed));
	prefix(e, l);
	return e->status;
}

/* ---- the result ----------------------------------------------------------- */

static void add(struct netaddrs *as, const struct netaddr *a)
{
	if (as->n < NETADDRS_MAX)
		as->at[as->n++] = *a;
}

static void add_found(struct netaddrs *as, const struct lookup *l)
{
	const struct sockaddr_in6 *v6;
	struct netaddr a;

	for (const struct addrinfo *i = l->found; i; i = i->ai_next) {
		v6 = (const void *)i->ai_addr;
		if (i->ai_family == AF_INET)
			goro__netaddr_ipv4(
				&a,
				((const struct sockaddr_in *)(const void *)v6)
					->sin_addr,
				l->port);
		else if (i->ai_family == AF_INET6)
			goro__netaddr_ipv6(&a, &v6->sin6_addr, l->port,
					   v6->sin6_scope_id);
		else
			continue;
		add(as, &a);
	}
}

/* Keeps the addresses of net's family.  GORO_NET_ADDR if there are none. */
static int filter(struct netaddrs *as, const struct network *net,
		  const char *host, struct neterr *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < as->n; i++)
		if (net->family == AF_UNSPEC ||
		    net->family == as->at[i].u.sa.sa_family)
			as->at[kept++] = as->at[i];
	as->n = kept;
	if (kept > 0)
		return GORO_OK;
	return goro__neterr(e, GORO_NET_ADDR,
			    "address %.120s: no suitable address found", host);
}

/*
 * Adds 0.0.0.0 to "::": a machine that can listen on "::" may be unable to
 * connect to it.
 */
static void add_ipv4_wildcard(struct netaddrs *as, unsigned port)
{
	struct netaddr a;

	if (as->n != 1 || goro__netaddr_is_ipv4(&as->at[0]) ||
	    !goro__netaddr_is_wildcard(&as->at[0]))
		return;
	goro__netaddr_ipv4(&a, (struct in_addr){0}, port);
	add(as, &a);
}

static void add_bare(struct netaddrs *as, const struct network *net,
		     unsigned port)
{
	struct netaddr a;

	if (net->family == AF_INET6)
		goro__netaddr_ipv6(&a, &in6addr_any, port, 0);
	else
		goro__netaddr_ipv4(&a, (struct in_addr){0}, port);
	a.bare = true;
	add(as, &a);
}

/*
 * True for 127.1 and the like: libc takes them for addresses, Go refuses them.
 */
static bool looks_like_ipv4(const char *host)
{
	struct in_addr ip;

	return inet_aton(host, &ip) != 0;
}

static int look_up_names(const struct network *net, struct hostport *h,
			 bool with_host, const struct until *p,
			 struct netaddrs *out, struct neterr *e)
{
	struct lookup *l = new_lookup(net, h, with_host);
	int status;

	if (!l)
		return goro__neterr(e, GORO_ENOMEM, "out of memory");
	status = goro__net_until(p, e);
	if (status == GORO_OK) {
		ref_get(&l->holders);
		goro_go(look_up_goroutine, l);
		status = wait_for(l->done, p, e);
	}
	if (status != GORO_OK) {
		prefix(e, l);
	} else {
		status = failure(l, e);
		h->port = l->port;
		if (status == GORO_OK)
			add_found(out, l);
	}
	let_go(l);
	return status;
}

static int resolve_ip(const struct network *net, const char *address,
		      const struct until *p, struct netaddrs *out,
		      struct neterr *e)
{
	struct hostport h = {.port = 0};
	struct netaddr literal;
	bool name = false;
	int status = *address ? goro__split_hostport(address, &h, e) : GORO_OK;

	if (status != GORO_OK)
		return status;
	if (h.host[0])
		name = !goro__netaddr_literal(&literal, h.host, 0);
	if (name && looks_like_ipv4(h.host))
		return goro__neterr(e, GORO_NET_OTHER,
				    "lookup %.120s: no such host", h.host);
	if (name || h.service)
		status = look_up_names(net, &h, name, p, out, e);
	if (status != GORO_OK)
		return status;
	if (!h.host[0]) {
		add_bare(out, net, h.port);
		return GORO_OK;
	}
	if (!name) {
		goro__netaddr_literal(&literal, h.host, h.port);
		add(out, &literal);
	}
	add_ipv4_wildcard(out, h.port);
	return filter(out, net, h.host, e);
}

int goro__net_resolve(const struct network *net, const char *address,
		      const struct until *p, struct netaddrs *out,
		      struct neterr *e)
{
	out->n = 0;
	if (net->family != AF_UNIX)
		return resolve_ip(net, address, p, out, e);
	out->n = 1;
	/* A length that the kernel refuses: the error then names the call. */
	if (!goro__netaddr_unix(&out->at[0], address))
		out->at[0].len = sizeof(out->at[0].u) + 1;
	return GORO_OK;
}

const struct netaddr *goro__net_prefer_ipv4(const struct netaddrs *as)
{
	for (size_t i = 0; i < as->n; i++)
		if (goro__netaddr_is_ipv4(&as->at[i]))
			return &as->at[i];
	return &as->at[0];
}
