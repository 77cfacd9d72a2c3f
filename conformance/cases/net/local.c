/* NP-047: unix sockets that keep records, under every kind of name. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

#define NEEDS_LOCAL                                                            \
	NEEDS(NEED_PAIR, NEED(net, packet_listen), NEED(net, read_from),       \
	      NEED(net, write_to), NEED(net, local_addr))

enum name_kind { BY_PATH, ABSTRACT, AUTOMATIC, NAME_KINDS };

static char dir[64] = "/tmp/assay-np-XXXXXX";

/* An address of that kind that nobody has yet. */
static void new_name(enum name_kind kind, char *name, size_t n)
{
	static int last;

	last++;
	if (kind == BY_PATH)
		snprintf(name, n, "%s/%d", dir, last);
	else if (kind == ABSTRACT)
		snprintf(name, n, "@assay-np-%d-%d", (int)getpid(), last);
	else
		name[0] = '\0';
}

static void remove_name(const char *name)
{
	if (name[0] == '/')
		(void)unlink(name);
}

/* A name that was asked for is had; an automatic one is abstract. */
static void check_name(const char *asked, const char *had)
{
	if (asked[0] != '\0')
		CHECK_STR(had, asked);
	else
		CHECK(had[0] == '@' && had[1] != '\0');
}

/* ---- datagrams ------------------------------------------------------------ */

struct post {
	assay_conn *c;
	char name[80], asked[80];
};

static struct post post_at(enum name_kind kind)
{
	struct post p = {.c = NULL};

	new_name(kind, p.asked, sizeof(p.asked));
	REQUIRE_EQ(rt->net->packet_listen("unixgram", p.asked, &p.c), ASSAY_OK);
	REQUIRE_EQ(rt->net->local_addr(p.c, p.name, sizeof(p.name)), ASSAY_OK);
	check_name(p.asked, p.name);
	return p;
}

static void end_post(struct post *p)
{
	end_conn(p->c);
	remove_name(p->asked);
}

/* To `to`, which sends it back. */
static void echo_datagram(struct post *from, struct post *to, size_t n)
{
	unsigned char buf[2000];
	char name[80];
	size_t got = SIZE_MAX;

	stream_bytes(buf, n, 0);
	REQUIRE_EQ(rt->net->write_to(from->c, buf, n, to->name), ASSAY_OK);
	REQUIRE_EQ(rt->net->read_from(to->c, buf, sizeof(buf), &got, name,
				      sizeof(name)),
		   ASSAY_OK);
	CHECK_EQ(got, n);
	CHECK_STR(name, from->name);
	REQUIRE_EQ(rt->net->write_to(to->c, buf, got, name), ASSAY_OK);
	got = SIZE_MAX;
	REQUIRE_EQ(rt->net->read_from(from->c, buf, sizeof(buf), &got, name,
				      sizeof(name)),
		   ASSAY_OK);
	CHECK_EQ(got, n);
	CHECK_EQ(stream_equal(buf, n, 0), n);
}

CASE(NP_047, "unixgram: echoes of 1, 1000 and 0 bytes by each kind of name",
     NEEDS_LOCAL)
{
	REQUIRE(mkdtemp(dir) != NULL);
	for (int from = 0; from < NAME_KINDS; from++)
		for (int to = 0; to < NAME_KINDS; to++) {
			struct post a = post_at((enum name_kind)from);
			struct post b = post_at((enum name_kind)to);

			echo_datagram(&a, &b, 1);
			echo_datagram(&a, &b, 1000);
			echo_datagram(&a, &b, 0);
			echo_datagram(&b, &a, 7);
			end_post(&a);
			end_post(&b);
		}
	CHECK_EQ(rmdir(dir), 0);
}

/* ---- records of a connection ---------------------------------------------- */

/* Each write is read by itself, though all are there. */
static void pass_records(assay_conn *w, assay_conn *r)
{
	static const size_t sizes[] = {1, 1000, 7, 1};
	unsigned char buf[2000];
	size_t got;

	for (int i = 0; i < 4; i++) {
		stream_bytes(buf, sizes[i], i);
		write_all(w, buf, sizes[i]);
	}
	for (int i = 0; i < 4; i++) {
		REQUIRE_EQ(read_some(r, buf, sizeof(buf), &got), ASSAY_OK);
		CHECK_EQ(got, sizes[i]);
		CHECK_EQ(stream_equal(buf, got, i), got);
	}
}

static void records_by(enum name_kind kind)
{
	char asked[80];
	struct server s;
	struct pair p;

	new_name(kind, asked, sizeof(asked));
	s = serve_at("unixpacket", asked);
	check_name(asked, s.address);
	p = connect_to(&s);
	pass_records(p.w, p.r);
	pass_records(p.r, p.w);
	close_conn(p.w);
	CHECK_EQ(read_fails(p.r), ASSAY_EOF);
	end_conn(p.r);
	rt->net->free(p.w);
	end_server(&s);
	remove_name(asked);
}

CASE_OF(NP_047, records, "unixpacket keeps records, by each kind of name",
	NEEDS_LOCAL)
{
	REQUIRE(mkdtemp(dir) != NULL);
	for (int kind = 0; kind < NAME_KINDS; kind++)
		records_by((enum name_kind)kind);
	CHECK_EQ(rmdir(dir), 0);
}
