/* Elements of any size pass whole. */
#include <stdlib.h>

#include "ch.h"

/* Those of Go's tests, and their neighbours that are no power of two. */
static const size_t sizes[] = {0,   1,   2,   3,    4,    5,    7,    8,
			       12,  16,  24,  31,   32,   33,   40,   63,
			       100, 128, 129, 1000, 1023, 1024, 4097, 65535};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))
#define GUARD 64 /* bytes behind a value that nobody may touch */
#define EXTRA 3  /* values sent beyond what the buffer holds */

/* Every byte depends on the number of the value and on its place. */
static void fill_value(unsigned char *p, size_t size, int number)
{
	for (size_t i = 0; i < size; i++)
		p[i] = (unsigned char)(i * 7 + i / 251 + (size_t)number * 89 +
				       1);
}

static unsigned char *new_value(size_t size)
{
	unsigned char *p = malloc(size + GUARD);

	REQUIRE(p != NULL);
	return p;
}

/* Values on their way through one channel, sent or received by a goroutine. */
struct stream {
	assay_chan *c;
	size_t size;
	int n;
	assay_chan *done;
};

static void send_stream(const struct stream *s)
{
	unsigned char *v = new_value(s->size);

	for (int i = 0; i < s->n; i++) {
		fill_value(v, s->size, i);
		send(s->c, v);
		/* Gone by value: what happens to v now must not show. */
		memset(v, 0xee, s->size);
	}
	free(v);
}

static void check_received(const struct stream *s, int number,
			   const unsigned char *got, unsigned char *want)
{
	memset(want, 0xa5, s->size + GUARD);
	fill_value(want, s->size, number);
	CHECK_MSG(memcmp(got, want, s->size) == 0,
		  "value %d of %zu bytes arrived changed", number, s->size);
	CHECK_MSG(memcmp(got + s->size, want + s->size, GUARD) == 0,
		  "a value of %zu bytes was written too long", s->size);
}

static void recv_stream(const struct stream *s)
{
	unsigned char *got = new_value(s->size), *want = new_value(s->size);

	for (int i = 0; i < s->n; i++) {
		memset(got, 0xa5, s->size + GUARD);
		CHECK(recv(s->c, got));
		check_received(s, i, got, want);
	}
	free(got);
	free(want);
}

static void stream_out(void *arg)
{
	const struct stream *s = arg;

	send_stream(s);
	send_signal(s->done);
}

static void stream_in(void *arg)
{
	const struct stream *s = arg;

	recv_stream(s);
	send_signal(s->done);
}

/*
 * For every size a goroutine waits at its channel, in fn; then main does the
 * other half.  So every way of a value is taken: from or to a parked
 * goroutine, through the buffer, and refilling it.
 */
static void check_sizes(int cap, assay_fn fn,
			void (*other_half)(const struct stream *))
{
	struct stream s[SIZES];
	assay_chan *done = chan_signal(0);

	for (size_t i = 0; i < SIZES; i++) {
		s[i] = (struct stream){.c = chan(sizes[i], cap),
				       .size = sizes[i],
				       .n = cap + EXTRA,
				       .done = done};
		go(fn, &s[i]);
	}
	settle(SIZES);
	for (size_t i = 0; i < SIZES; i++)
		other_half(&s[i]);
	join(done, SIZES);
}

CASE(CH_033, "elements of 0 to 65535 bytes pass intact", .flags = CASE_VALGRIND)
{
	static const int caps[] = {0, 1, 8};

	for (int k = 0; k < 3; k++) {
		check_sizes(caps[k], stream_out, recv_stream);
		check_sizes(caps[k], stream_in, send_stream);
	}
}

CASE(CH_034, "channels of empty elements are signals that len counts",
     NEEDS(NEED(chan, len)))
{
	assay_chan *c = chan_signal(8);
	unsigned char untouched = 0x5a;

	for (int i = 0; i < 5; i++)
		send_signal(c);
	CHECK_EQ(rt->chan->len(c), 5);
	for (int i = 4; i >= 0; i--) {
		CHECK(recv(c, &untouched));
		CHECK_EQ(rt->chan->len(c), i);
	}
	CHECK_EQ(untouched, 0x5a);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(try_send(c, NULL), ASSAY_OK);
	CHECK_EQ(try_send(c, NULL), ASSAY_AGAIN);
}

/* ---- CH-046 ------------------------------------------------------------------- */

/* As an interface value of Go: two words that belong together. */
struct fat {
	uint64_t id, not_id;
};

struct fat_source {
	assay_chan *c;
	uint64_t from, to;
};

static void send_fat(void *arg)
{
	const struct fat_source *s = arg;

	for (uint64_t i = s->from; i < s->to; i++) {
		struct fat f = {.id = i, .not_id = ~i};

		send(s->c, &f);
	}
}

CASE(CH_046, "two-word values are never torn")
{
	static const int caps[] = {0, 1, 5};
	uint64_t n = (uint64_t)rounds(500);

	for (int k = 0; k < 3; k++) {
		assay_chan *c = chan(sizeof(struct fat), caps[k]);
		uint64_t sum = 0;

		for (uint64_t i = 0; i < 4; i++) {
			struct fat_source s = {c, i * n, (i + 1) * n};

			go_copy(send_fat, &s, sizeof(s));
		}
		for (uint64_t i = 0; i < 4 * n; i++) {
			struct fat f = {0, 0};

			REQUIRE(recv(c, &f));
			CHECK_EQ(f.not_id, ~f.id);
			sum += f.id;
		}
		CHECK_EQ(sum, 4 * n * (4 * n - 1) / 2);
	}
}
