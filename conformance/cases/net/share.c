/*
 * A connection or a listener that several goroutines use: who reads gets
 * bytes that nobody else gets, who writes is not cut into, who accepts has a
 * peer of its own.
 */
#include <stdlib.h>

#include "kit/work.h"
#include "np.h"

/* ---- NP-016: readers ------------------------------------------------------ */

enum { READERS = 4 };

/* How often each value was read, relaxed: looked at when all have ended. */
static _Atomic int64_t seen[251], seen_all;

/* The bytes count up modulo 251, also within what one read gets. */
static void read_part(void *arg)
{
	unsigned char buf[1000];
	size_t got;
	int status;

	while ((status = read_some(arg, buf, 1 + (size_t)rnd_below(1000),
				   &got)) == ASSAY_OK) {
		for (size_t i = 0; i < got; i++) {
			REQUIRE_CMP(buf[i], <, 251);
			if (i > 0)
				REQUIRE_EQ(buf[i], (buf[i - 1] + 1) % 251);
			atomic_fetch_add_explicit(&seen[buf[i]], 1,
						  memory_order_relaxed);
		}
		atomic_fetch_add_explicit(&seen_all, (int64_t)got,
					  memory_order_relaxed);
	}
	CHECK_EQ(status, ASSAY_EOF);
	finish();
}

static void write_counting(assay_conn *c, int64_t n)
{
	unsigned char buf[3001];

	for (int64_t at = 0; at < n;) {
		int64_t piece = 1 + rnd_below(sizeof(buf));

		if (piece > n - at)
			piece = n - at;
		for (int64_t i = 0; i < piece; i++)
			buf[i] = (unsigned char)((at + i) % 251);
		write_all(c, buf, (size_t)piece);
		at += piece;
		if (at % 16 == 0)
			yield();
	}
}

CASE_TABLE(NP_016, each_byte_once, (enum net_kind kind),
	   ROW1((TCP), "each byte goes to one of several readers",
		NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS(NEED_PAIR)))
{
	struct pair p = pair_of(kind);
	int64_t n = 251 * rounds(4000);

	go_many(READERS, read_part, p.r);
	settle(READERS);
	write_counting(p.w, n);
	close_conn(p.w);
	REQUIRE(becomes(&finished, READERS));
	CHECK_EQ(atomic_load_explicit(&seen_all, memory_order_relaxed), n);
	for (int i = 0; i < 251; i++)
		CHECK_EQ(atomic_load_explicit(&seen[i], memory_order_relaxed),
			 n / 251);
	end_conn(p.r);
}

/* Each single byte ends one read: nobody is woken in vain, or forgotten. */
CASE_OF(NP_016, one_each, "a byte ends one of the reads that wait",
	NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(TCP);
	static struct call calls[READERS];
	static unsigned char bytes[READERS];
	int sum = 0;

	for (int i = 0; i < READERS; i++)
		start_read(&calls[i], p.r, &bytes[i], 1);
	settle(READERS);
	for (int i = 1; i <= READERS; i++) {
		unsigned char byte = (unsigned char)(1 << i);
		int over;
		int64_t end = in(upto(5 * SEC));

		write_all(p.w, &byte, 1);
		do {
			sleep_ns(1 * MS);
			over = 0;
			for (int k = 0; k < READERS; k++)
				over += atomic_load_explicit(
					&calls[k].over, memory_order_acquire);
		} while (over < i && now() < end);
		REQUIRE_EQ(over, i);
	}
	for (int i = 0; i < READERS; i++) {
		CHECK_EQ(calls[i].status, ASSAY_OK);
		sum += bytes[i];
	}
	CHECK_EQ(sum, 2 + 4 + 8 + 16);
	end_pair(&p);
}

/* The part of NP-015 that can be had: many at once are fine. */
CASE(NP_015, "hundreds of reads at once on one connection are all served",
     .procs = {1, 4}, NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(TCP);
	int64_t n = goroutines(500), sum = 0;
	struct call *calls = calloc((size_t)n, sizeof(*calls));
	unsigned char *bytes = calloc((size_t)n, 1);

	REQUIRE(calls != NULL && bytes != NULL);
	for (int64_t i = 0; i < n; i++)
		start_read(&calls[i], p.r, &bytes[i], 1);
	settle(n);
	for (int64_t i = 0; i < n; i++)
		write_all(p.w, "\3", 1);
	for (int64_t i = 0; i < n; i++) {
		REQUIRE(ends(&calls[i]));
		CHECK_EQ(calls[i].status, ASSAY_OK);
		sum += bytes[i];
	}
	CHECK_EQ(sum, 3 * n);
	end_pair(&p);
	free(calls);
	free(bytes);
}

/* ---- NP-017: writers ------------------------------------------------------ */

enum { WRITERS = 4, BLOCKS = 8, BLOCK = 1 << 16 };

struct writer {
	assay_conn *c;
	size_t size;
	unsigned char tag;
};

/* A block is the writer's tag, its own number, and those again and again. */
static void write_blocks(void *arg)
{
	const struct writer *w = arg;
	unsigned char *buf = malloc(w->size);

	REQUIRE(buf != NULL);
	for (unsigned char k = 0; k < BLOCKS; k++) {
		for (size_t i = 0; i < w->size; i += 2) {
			buf[i] = w->tag;
			buf[i + 1] = k;
		}
		write_all(w->c, buf, w->size);
	}
	free(buf);
	finish();
}

static void check_blocks(assay_conn *c, size_t size)
{
	unsigned char *buf = malloc(size), next[WRITERS] = {0};

	REQUIRE(buf != NULL);
	for (int n = 0; n < WRITERS * BLOCKS; n++) {
		read_all(c, buf, size);
		REQUIRE_CMP(buf[0], <, WRITERS);
		REQUIRE_EQ(buf[1], next[buf[0]]);
		next[buf[0]]++;
		REQUIRE(memcmp(buf, buf + 2, size - 2) == 0);
	}
	free(buf);
}

CASE_TABLE(NP_017, blocks_stay_whole, (enum net_kind kind, size_t size),
	   ROW1((TCP, BLOCK),
		"what one write writes is not cut into by another",
		NEEDS(NEED_PAIR)),
	   ROW(large, (TCP, BLOCK << 3), "also if it waits in the middle",
	       .procs = {1, 4}, NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX, BLOCK << 2), "on a unix socket", NEEDS(NEED_PAIR)),
	   ROW(os_pipe, (OS_PIPE, BLOCK << 1), "through a pipe of the system",
	       NEEDS(NEED_PIPE)))
{
	struct pair p = pair_of(kind);

	for (unsigned char i = 0; i < WRITERS; i++) {
		struct writer w = {.c = p.w, .size = size, .tag = i};

		go_copy(write_blocks, &w, sizeof(w));
	}
	/* all have begun before anything is read */
	sleep_ns(3 * MS);
	check_blocks(p.r, size);
	REQUIRE(becomes(&finished, WRITERS));
	end_pair(&p);
}

/* ---- NP-041: acceptors ---------------------------------------------------- */

enum { ACCEPTORS = 10, DIALS = 100 };

static atomic_int greeted[DIALS + 1]; /* by the number that a peer sent */
static atomic_int accepted;
static assay_listener *listener;

static void accept_on(void *arg)
{
	int own = 0, status;
	assay_conn *c;

	(void)arg;
	while ((status = rt->net->accept(listener, &c)) == ASSAY_OK) {
		unsigned char number = 0;

		read_all(c, &number, 1);
		REQUIRE_CMP(number, <=, DIALS);
		/* release: pairs with the acquire loads of the case */
		atomic_fetch_add_explicit(&greeted[number], 1,
					  memory_order_release);
		write_all(c, &number, 1);
		end_conn(c);
		own++;
	}
	CHECK_EQ(status, ASSAY_NET_CLOSED);
	atomic_fetch_add_explicit(&accepted, own, memory_order_release);
	finish();
}

CASE_TABLE(NP_041, one_acceptor_each, (enum net_kind kind),
	   ROW1((TCP), "each connection goes to one of several who accept",
		NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX), "on a unix socket", NEEDS(NEED_PAIR)))
{
	struct server s = serve(kind);
	assay_conn *dialed[DIALS];

	listener = s.l;
	go_many(ACCEPTORS, accept_on, NULL);
	settle(ACCEPTORS);
	for (unsigned char i = 0; i < DIALS; i++) {
		dialed[i] = dial_server(&s);
		write_all(dialed[i], &i, 1);
	}
	for (unsigned char i = 0; i < DIALS; i++) {
		unsigned char number = DIALS;

		read_all(dialed[i], &number, 1);
		CHECK_EQ(number, i);
		CHECK_EQ(read_fails(dialed[i]), ASSAY_EOF);
		end_conn(dialed[i]);
	}
	close_server(&s);
	REQUIRE(becomes(&finished, ACCEPTORS));
	CHECK_EQ(atomic_load_explicit(&accepted, memory_order_acquire), DIALS);
	for (int i = 0; i < DIALS; i++)
		CHECK_EQ(
			atomic_load_explicit(&greeted[i], memory_order_acquire),
			1);
	free_server(&s);
}
