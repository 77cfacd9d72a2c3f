/*
 * addr.c - goro's addresses: what can be read can be printed, and what is
 * printed is read as the same again.
 */
#include "net/net.h"

#include "fuzz.h"

static bool same(const struct netaddr *a, const struct netaddr *b)
{
	return a->len == b->len && memcmp(&a->u, &b->u, a->len) == 0;
}

static void print(const struct netaddr *a, char buf[GORO_ADDR_MAX])
{
	char small[8];
	int n = goro__netaddr_print(a, buf, GORO_ADDR_MAX);

	must(n >= 0 && n < GORO_ADDR_MAX && strlen(buf) == (size_t)n);
	must(goro__netaddr_print(a, small, sizeof(small)) == n);
	must(strncmp(small, buf, sizeof(small) - 1) == 0);
}

/* Whether it reads as a literal address and a port in numbers. */
static bool read_ip(const char *text, struct netaddr *a)
{
	struct hostport h;
	struct neterr e;

	memset(&h, 0xa5, sizeof(h));
	if (goro__split_hostport(text, &h, &e) != GORO_OK) {
		must(memchr(e.text, '\0', sizeof(e.text)));
		return false;
	}
	must(memchr(h.host, '\0', sizeof(h.host)));
	must(h.port <= 65535);
	must(!h.service || (h.service > text && h.service[-1] == ':'));
	return !h.service && goro__netaddr_literal(a, h.host, h.port);
}

static void check_ip(const char *text)
{
	struct netaddr a, again, other;
	char buf[GORO_ADDR_MAX];

	if (!read_ip(text, &a))
		return;
	print(&a, buf);
	must(read_ip(buf, &again));
	must(same(&a, &again));
	if (goro__netaddr_is_ipv4(&a)) {
		must(goro__netaddr_as(&a, AF_INET6, &other));
		must(goro__netaddr_is_ipv4(&other) ||
		     goro__netaddr_is_wildcard(&other));
	}
}

static void check_unix(const char *name)
{
	char buf[GORO_ADDR_MAX];
	struct netaddr a;

	if (!goro__netaddr_unix(&a, name))
		return;
	must(a.len <= sizeof(a.u.un));
	print(&a, buf);
	must(strcmp(buf, name) == 0 || *name == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	goro__network(text);
	check_ip(text);
	check_unix(text);
	free(text);
	return 0;
}
