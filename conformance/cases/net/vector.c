/* NP-052: a write of many parts. */
#include <stdlib.h>

#include "np.h"

#define NEED_VECTOR                                                            \
	NEED_PAIR, NEED_PIPE, NEED(net, writev), NEED(net, write_deadline)
#define NEEDS_VECTOR NEEDS(NEED_VECTOR)

enum { MOST_PARTS = 1500 };

/* Parts of the stream, from its begin: of 0, 1, 2 ... bytes, again from 0. */
struct vector {
	struct assay_bytes parts[MOST_PARTS];
	unsigned char *bytes;
	size_t n, all;
};

static struct vector *vector_of(size_t n, size_t size)
{
	struct vector *v = calloc(1, sizeof(*v));

	REQUIRE(v != NULL);
	v->n = n;
	for (size_t i = 0; i < n; i++)
		v->all += v->parts[i].n = i * size % (size * 7);
	v->bytes = malloc(v->all + 1);
	REQUIRE(v->bytes != NULL);
	stream_bytes(v->bytes, v->all, 0);
	for (size_t i = 0, at = 0; i < n; at += v->parts[i++].n)
		v->parts[i].at = v->bytes + at;
	return v;
}

static void free_vector(struct vector *v)
{
	free(v->bytes);
	free(v);
}

/* What is left in the parts is what follows the first `done` bytes. */
static void check_left(const struct vector *v, size_t done)
{
	size_t at = done, left = 0;

	for (size_t i = 0; i < v->n; i++)
		left += v->parts[i].n;
	REQUIRE_EQ(left, v->all - done);
	for (size_t i = 0; i < v->n; i++) {
		if (v->parts[i].n == 0)
			continue;
		REQUIRE_EQ((const unsigned char *)v->parts[i].at - v->bytes,
			   at);
		at += v->parts[i].n;
	}
}

/* ---- all of it ------------------------------------------------------------ */

static atomic_int over;
static int64_t came;

static void take_stream(void *c)
{
	int status;

	came = read_stream(c, 0, 5000, &status);
	CHECK_EQ(status, ASSAY_EOF);
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&over, 1, memory_order_release);
}

static void write_parts(enum net_kind kind, size_t n, size_t size)
{
	static int runs;
	struct pair p = pair_of(kind);
	struct vector *v = vector_of(n, size);
	size_t done = SIZE_MAX;

	go(take_stream, p.r);
	REQUIRE_EQ(rt->net->writev(p.w, v->parts, n, &done), ASSAY_OK);
	CHECK_EQ(done, v->all);
	check_left(v, done);
	close_conn(p.w);
	REQUIRE(becomes(&over, ++runs));
	CHECK_EQ(came, v->all);
	end_conn(p.r);
	rt->net->free(p.w);
	free_vector(v);
}

CASE(NP_052, "0 to 1500 parts, some of them empty, go out in their order",
     NEEDS_VECTOR)
{
	static const enum net_kind kinds[] = {TCP, UNIX, OS_PIPE};
	static const size_t counts[] = {0, 1, 2, 8, 1023, 1024, 1025, 1500};

	for (int k = 0; k < 3; k++) {
		write_parts(kinds[k], 2, 1); /* one byte in all */
		for (int i = 0; i < 8; i++)
			write_parts(kinds[k], counts[i], 3);
	}
}

/* ---- a part of it --------------------------------------------------------- */

CASE_OF(NP_052, deadline, "what did not go out in time is left in the parts",
	NEEDS_VECTOR)
{
	struct pair p = pair_of(TCP);
	struct vector *v = vector_of(MOST_PARTS, 8000);
	size_t done = 0, rest;

	/* on a busy machine it may be late before the first byte */
	for (int64_t unit = 20 * MS; done == 0; unit *= 2) {
		write_deadline(p.w, in(unit));
		REQUIRE_EQ(rt->net->writev(p.w, v->parts, v->n, &done),
			   ASSAY_TIMEOUT);
	}
	CHECK_LT(done, v->all);
	check_left(v, done);
	go(take_stream, p.r);
	write_deadline(p.w, ASSAY_FOREVER);
	REQUIRE_EQ(rt->net->writev(p.w, v->parts, v->n, &rest), ASSAY_OK);
	CHECK_EQ(rest, v->all - done);
	check_left(v, v->all);
	close_conn(p.w);
	REQUIRE(becomes(&over, 1));
	CHECK_EQ(came, v->all);
}

static void take_some_and_end(void *c)
{
	take_bytes(c, 0, 100000);
	end_conn(c);
}

CASE_OF(NP_052, past,
	"a past write deadline sends none, a read deadline is no "
	"matter",
	NEEDS(NEED_VECTOR, NEED(net, read_deadline)))
{
	struct pair p = pair_of(TCP);
	struct assay_bytes part = {"abc", 3};
	size_t done = 99;
	char got[3];

	write_deadline(p.w, 1);
	CHECK_EQ(rt->net->writev(p.w, &part, 1, &done), ASSAY_TIMEOUT);
	CHECK_EQ(done, 0);
	CHECK_EQ(part.n, 3);
	write_deadline(p.w, ASSAY_FOREVER);
	read_deadline(p.w, 1);
	CHECK_EQ(rt->net->writev(p.w, &part, 1, &done), ASSAY_OK);
	CHECK_EQ(done, 3);
	read_all(p.r, got, 3);
	end_pair(&p);
}

CASE_OF(NP_052, gone, "a peer that goes in the middle: so much was sent",
	NEEDS(NEED_VECTOR, NEED_TEXT))
{
	static const enum net_kind kinds[] = {TCP, UNIX};

	for (int k = 0; k < 2; k++) {
		struct pair p = pair_of(kinds[k]);
		struct vector *v = vector_of(MOST_PARTS, 2000);
		size_t done = 0;
		int status;

		go(take_some_and_end, p.r);
		status = rt->net->writev(p.w, v->parts, v->n, &done);
		CHECK_EITHER(status, ASSAY_NET_RESET, ASSAY_NET_PIPE);
		CHECK_MSG(said(k == 0 ? "writev tcp " : "writev unix ") &&
				  said(": writev: "),
			  "\"%s\"", rt->net->error());
		CHECK_GE(done, 100000);
		check_left(v, done);
		end_conn(p.w);
		free_vector(v);
	}
}

/* ---- in memory ------------------------------------------------------------ */

static void take_two_and_end(void *c)
{
	take_bytes(c, 0, 2);
	end_conn(c);
}

static void take_four_and_end(void *c)
{
	take_bytes(c, 0, 4);
	end_conn(c);
}

/* Writes 2, 3 and 2 bytes of the stream to a reader of some of them. */
static int write_three(assay_fn reader, size_t *done, struct vector *v)
{
	static const size_t sizes[] = {2, 3, 2};
	struct pair p = pair_of(MEM_PIPE);
	int status;

	for (size_t i = 0, at = 0; i < 3; at += sizes[i++])
		v->parts[i] = (struct assay_bytes){v->bytes + at, sizes[i]};
	go(reader, p.r);
	status = rt->net->writev(p.w, v->parts, 3, done);
	end_conn(p.w);
	check_left(v, *done);
	return status;
}

CASE_OF(NP_052, memory, "of a pipe in memory, too: all, or up to its end",
	NEEDS(NEED_MEM, NEED(net, writev)))
{
	static unsigned char bytes[7];
	static struct vector v = {.bytes = bytes, .n = 3, .all = sizeof(bytes)};
	size_t done = 99;

	stream_bytes(bytes, sizeof(bytes), 0);
	CHECK_EQ(write_three(take_stream, &done, &v), ASSAY_OK);
	CHECK_EQ(done, 7);
	REQUIRE(becomes(&over, 1));
	CHECK_EQ(came, 7);
	CHECK_EQ(write_three(take_four_and_end, &done, &v),
		 ASSAY_NET_PIPE_CLOSED);
	CHECK_EQ(done, 4);
	CHECK_EQ(write_three(take_two_and_end, &done, &v),
		 ASSAY_NET_PIPE_CLOSED);
	CHECK_EQ(done, 2);
}
