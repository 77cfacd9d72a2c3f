/*
 * addr.c - networks and addresses: reads, prints and converts them.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

const struct network *goro__network(const char *name)
{
	static const struct network all[] = {
		{"tcp", AF_UNSPEC, SOCK_STREAM},
		{"tcp4", AF_INET, SOCK_STREAM},
		{"tcp6", AF_INET6, SOCK_STREAM},
		{"udp", AF_UNSPEC, SOCK_DGRAM},
		{"udp4", AF_INET, SOCK_DGRAM},
		{"udp6", AF_INET6, SOCK_DGRAM},
		{"unix", AF_UNIX, SOCK_STREAM},
		{"unixgram", AF_UNIX, SOCK_DGRAM},
		{"unixpacket", AF_UNIX, SOCK_SEQPACKET},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

/* ---- made ----------------------------------------------------------------- */

void goro__netaddr_ipv4(struct netaddr *a, struct in_addr ip, unsigned port)
{
	*a = (struct netaddr){.len = sizeof(a->u.in)};
	a->u.in.sin_family = AF_INET;
	a->u.in.sin_addr = ip;
	a->u.in.sin_port = htons((uint16_t)port);
}

void goro__netaddr_ipv6(struct netaddr *a, const struct in6_addr *ip,
			unsigned port, unsigned scope)
{
	struct in_addr v4;

	if (IN6_IS_ADDR_V4MAPPED(ip)) {
		memcpy(&v4, &ip->s6_addr[12], sizeof(v4));
		goro__netaddr_ipv4(a, v4, port);
		return;
	}
	*a = (struct netaddr){.len = sizeof(a->u.in6)};
	a->u.in6.sin6_family = AF_INET6;
	a->u.in6.sin6_addr = *ip;
	a->u.in6.sin6_port = htons((uint16_t)port);
	a->u.in6.sin6_scope_id = scope;
}

bool goro__netaddr_unix(struct netaddr *a, const char *name)
{
	size_t n = strlen(name);
	bool abstract = name[0] == '@';

	*a = (struct netaddr){.len = offsetof(struct sockaddr_un, sun_path)};
	a->u.un.sun_family = AF_UNIX;
	if (n + !abstract > sizeof(a->u.un.sun_path) || n == 0)
		return n == 0;
	memcpy(a->u.un.sun_path, name, n);
	if (abstract)
		a->u.un.sun_path[0] = '\0';
	/* An abstract name ends with its length, and "@" alone is none. */
	if (n > 1 || !abstract)
		a->len += (socklen_t)n + !abstract;
	return true;
}

static unsigned port_of(const struct netaddr *a)
{
	return ntohs(a->u.sa.sa_family == AF_INET ? a->u.in.sin_port
						  : a->u.in6.sin6_port);
}

bool goro__netaddr_is_ipv4(const struct netaddr *a)
{
	return a->u.sa.sa_family == AF_INET ||
	       (a->u.sa.sa_family == AF_INET6 &&
		IN6_IS_ADDR_V4MAPPED(&a->u.in6.sin6_addr));
}

bool goro__netaddr_is_wildcard(const struct netaddr *a)
{
	if (a->u.sa.sa_family == AF_INET)
		return a->u.in.sin_addr.s_addr == htonl(INADDR_ANY);
	return a->u.sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&a->u.in6.sin6_addr);
}

bool goro__netaddr_as(const struct netaddr *a, int family, struct netaddr *out)
{
	*out = *a;
	if (a->u.sa.sa_family == family)
		return true;
	if (family == AF_INET && goro__netaddr_is_wildcard(a)) {
		goro__netaddr_ipv4(out, (struct in_addr){0}, port_of(a));
	} else if (family == AF_INET6 && a->u.sa.sa_family == AF_INET) {
		goro__netaddr_ipv6(out, &in6addr_any, port_of(a), 0);
		if (goro__netaddr_is_wildcard(a))
			return true;
		out->u.in6.sin6_addr.s6_addr[10] = 0xff;
		out->u.in6.sin6_addr.s6_addr[11] = 0xff;
		memcpy(&out->u.in6.sin6_addr.s6_addr[12], &a->u.in.sin_addr, 4);
	} else {
		return false;
	}
	return true;
}

/* ---- printed -------------------------------------------------------------- */

/* Finds the longest run of two or more zero groups; of equals the first. */
static void zero_run(const uint8_t *ip, int *from, int *to)
{
	*from = *to = 8;
	for (int i = 0, end; i < 8; i = end + 1) {
		for (end = i; end < 8 && !ip[2 * end] && !ip[2 * end + 1];)
			end++;
		if (end - i >= 2 && end - i > *to - *from) {
			*from = i;
			*to = end;
		}
	}
}

/* Prints ip as Go does.  inet_ntop() has another form for "::1.2.3.4". */
static void print_ipv6(const struct in6_addr *ip, char *s, size_t n)
{
	const uint8_t *b = ip->s6_addr;
	int from, to, len = 0;

	zero_run(b, &from, &to);
	s[0] = '\0';
	for (int i = 0; i < 8; i++) {
		if (i == from) {
			len += snprintf(s + len, n - (size_t)len, "::");
			i = to;
		} else if (i > 0) {
			len += snprintf(s + len, n - (size_t)len, ":");
		}
		if (i < 8)
			len += snprintf(s + len, n - (size_t)len, "%x",
					b[2 * i] << 8 | b[2 * i + 1]);
	}
}

static void print_zone(unsigned scope, char *s, size_t n)
{
	char name[IF_NAMESIZE];

	if (scope == 0)
		s[0] = '\0';
	else if (if_indextoname(scope, name))
		snprintf(s, n, "%%%s", name);
	else
		snprintf(s, n, "%%%u", scope);
}

/* Prints "@" for no name, and "@" as the first byte of an abstract one. */
static int print_unix(const struct netaddr *a, char *buf, size_t n)
{
	const char *path = a->u.un.sun_path;
	size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t len = a->len > head ? a->len - head : 0;
	bool path_name = len > 0 && path[0] != '\0';
	const char *rest = len > 0 && !path_name ? path + 1 : path;

	len -= rest > path;
	return snprintf(buf, n, "%s%.*s", path_name ? "" : "@",
			(int)strnlen(rest, len), rest);
}

static int print_ip(const struct netaddr *a, char *buf, size_t n)
{
	char ip[INET6_ADDRSTRLEN], zone[IF_NAMESIZE + 2];
	const struct in6_addr *v6 = &a->u.in6.sin6_addr;

	if (a->bare)
		return snprintf(buf, n, ":%u", port_of(a));
	if (goro__netaddr_is_ipv4(a)) {
		inet_ntop(AF_INET,
			  a->u.sa.sa_family == AF_INET
				  ? (const void *)&a->u.in.sin_addr
				  : (const void *)&v6->s6_addr[12],
			  ip, sizeof(ip));
		return snprintf(buf, n, "%s:%u", ip, port_of(a));
	}
	print_ipv6(v6, ip, sizeof(ip));
	print_zone(a->u.in6.sin6_scope_id, zone, sizeof(zone));
	return snprintf(buf, n, "[%s%s]:%u", ip, zone, port_of(a));
}

int goro__netaddr_print(const struct netaddr *a, char *buf, size_t n)
{
	if (a->len == 0)
		return snprintf(buf, n, "%s", "");
	if (a->u.sa.sa_family == AF_UNIX)
		return print_unix(a, buf, n);
	return print_ip(a, buf, n);
}

void goro__net_name(const struct network *net, const char *address,
		    const struct netaddr *a, char *text)
{
	if (net->family == AF_UNIX)
		snprintf(text, GORO_ADDR_MAX, "%s", address);
	else
		goro__netaddr_print(a, text, GORO_ADDR_MAX);
}

/* ---- read ----------------------------------------------------------------- */

/* Returns the number of an interface, given by name or number; 0: none. */
static unsigned zone_number(const char *zone)
{
	unsigned scope = if_nametoindex(zone);
	char *end;
	unsigned long number;

	if (scope || *zone < '0' || *zone > '9')
		return scope;
	number = strtoul(zone, &end, 10);
	return *end == '\0' && number <= UINT32_MAX ? (unsigned)number : 0;
}

bool goro__netaddr_literal(struct netaddr *a, const char *host, unsigned port)
{
	struct in_addr v4;
	struct in6_addr v6;
	char ip[INET6_ADDRSTRLEN];
	const char *zone = strrchr(host, '%');
	size_t n = zone ? (size_t)(zone - host) : strlen(host);

	if (!zone && inet_pton(AF_INET, host, &v4) == 1) {
		goro__netaddr_ipv4(a, v4, port);
		return true;
	}
	if (n >= sizeof(ip) || (zone && zone[1] == '\0'))
		return false;
	memcpy(ip, host, n);
	ip[n] = '\0';
	if (inet_pton(AF_INET6, ip, &v6) != 1)
		return false;
	goro__netaddr_ipv6(a, &v6, port, zone ? zone_number(zone + 1) : 0);
	return true;
}

/*
 * Reads a decimal number with an optional sign; "" is 0.  False if s is none.
 * For a number far out of range *port is another one out of range.
 */
static bool read_port(const char *s, long *port)
{
	bool negative = *s == '-';
	long n = 0;

	s += negative || *s == '+';
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (n <= 65535)
			n = n * 10 + (*s - '0');
	}
	*port = negative ? -n : n;
	return true;
}

static int bad(struct neterr *e, const char *address, const char *why)
{
	return goro__neterr(e, GORO_NET_ADDR, "address %.120s: %s", address,
			    why);
}

/* Sets where the host begins and ends.  Returns NULL, or what is wrong. */
static const char *find_host(const char *s, const char *colon,
			     const char **begin, const char **end)
{
	if (*s != '[') {
		*begin = s;
		*end = colon;
		if (memchr(s, ':', (size_t)(colon - s)))
			return "too many colons in address";
	} else {
		*begin = s + 1;
		*end = strchr(s, ']');
		if (!*end)
			return "missing ']' in address";
		if (*end + 1 != colon)
			return (*end)[1] == ':' ? "too many colons in address"
						: "missing port in address";
	}
	if (strchr(*begin, '['))
		return "unexpected '[' in address";
	if (strchr(*s == '[' ? colon : s, ']'))
		return "unexpected ']' in address";
	return NULL;
}

int goro__split_hostport(const char *address, struct hostport *h,
			 struct neterr *e)
{
	const char *colon = strrchr(address, ':');
	const char *begin, *end, *wrong;
	long port = 0;

	if (!colon)
		return bad(e, address, "missing port in address");
	wrong = find_host(address, colon, &begin, &end);
	if (wrong)
		return bad(e, address, wrong);
	h->service = read_port(colon + 1, &port) ? NULL : colon + 1;
	if (port < 0 || port > 65535)
		return bad(e, colon + 1, "invalid port");
	h->port = (unsigned)port;
	if ((size_t)(end - begin) >= sizeof(h->host))
		return goro__neterr(e, GORO_NET_OTHER,
				    "lookup %.100s...: no such host", begin);
	memcpy(h->host, begin, (size_t)(end - begin));
	h->host[end - begin] = '\0';
	return GORO_OK;
}
