/* Regular files: no poller can wait for them, so they keep a thread busy. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

#define NEEDS_FILE                                                             \
	NEEDS(NEED_CONN, NEED_DEADLINES, NEED_TEXT, NEED(net, from_fd))

static char path[64] = "/tmp/assay-np-XXXXXX";

/* Makes the file, which goes when its last descriptor is closed. */
static int make_file(void)
{
	int fd = mkostemp(path, O_CLOEXEC);

	REQUIRE_CMP(fd, >=, 0);
	return fd;
}

static int open_file(int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	REQUIRE_CMP(fd, >=, 0);
	return fd;
}

CASE(NP_034, "a regular file has no deadlines, but can be read and written",
     .flags = CASE_VALGRIND, NEEDS_FILE)
{
	assay_conn *w = conn_of(make_file()), *r = conn_of(open_file(O_RDONLY));
	char buf[16];
	size_t got;

	unlink(path);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(rt->net->read_deadline(r, in(HOUR)),
			 ASSAY_NET_NO_DEADLINE);
		CHECK_SAID("file type does not support deadline");
		CHECK_EQ(rt->net->write_deadline(w, in(-1 * SEC)),
			 ASSAY_NET_NO_DEADLINE);
		CHECK_SAID("file type does not support deadline");
		write_all(w, "content", 7);
		REQUIRE_EQ(read_some(r, buf, sizeof(buf), &got), ASSAY_OK);
		CHECK_EQ(got, 7);
		CHECK_BYTES(buf, "content", 7);
		CHECK_EQ(read_fails(r), ASSAY_EOF);
	}
	end_conn(r);
	CHECK_EQ(read_fails(w), ASSAY_EOF);
	close_conn(w);
	CHECK_EQ(write_fails(w), ASSAY_NET_CLOSED);
	rt->net->free(w);
}

/* ---- NP-035: others run --------------------------------------------------- */

static atomic_int stop, turns, finished;

static void take_turns(void *arg)
{
	(void)arg;
	/* relaxed: a flag that carries no data */
	while (atomic_load_explicit(&stop, memory_order_relaxed) == 0) {
		atomic_fetch_add_explicit(&turns, 1, memory_order_relaxed);
		yield();
	}
	/* release: pairs with the acquire load in becomes() */
	atomic_store_explicit(&finished, 1, memory_order_release);
}

enum { CHUNK = 16 << 20, CHUNKS = 6 };

static unsigned char *chunk;

/* Writes or reads 96 MiB, 16 at a time. */
static void pass_over_file(bool writes)
{
	assay_conn *c = conn_of(open_file(writes ? O_WRONLY : O_RDONLY));

	for (int i = 0; i < CHUNKS; i++)
		if (writes)
			write_all(c, chunk, CHUNK);
		else
			read_all(c, chunk, CHUNK);
	end_conn(c);
}

/* The counter gets turns, at least when the monitor has had time to look. */
static bool others_run(bool writes)
{
	int before = atomic_load_explicit(&turns, memory_order_relaxed);
	int64_t end = in(upto(2 * SEC));

	do
		pass_over_file(writes);
	while (atomic_load_explicit(&turns, memory_order_relaxed) == before &&
	       now() < end);
	return atomic_load_explicit(&turns, memory_order_relaxed) > before;
}

static void check_content(void)
{
	assay_conn *c = conn_of(open_file(O_RDONLY));
	int status;

	CHECK_EQ(read_stream(c, 0, 1 << 20, &status), CHUNK);
	CHECK_EQ(status, ASSAY_EOF);
	end_conn(c);
}

CASE(NP_035, "a regular file keeps a thread busy, not the scheduler",
     .procs = {1}, .flags = CASE_NOT_SANITIZED, NEEDS_FILE)
{
	assay_conn *c = conn_of(make_file());

	chunk = malloc(CHUNK);
	REQUIRE(chunk != NULL);
	stream_bytes(chunk, CHUNK, 0);
	write_all(c, chunk, CHUNK);
	end_conn(c);
	check_content();
	go(take_turns, NULL);
	CHECK(others_run(true));
	CHECK(others_run(false));
	unlink(path);
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	CHECK(becomes(&finished, 1));
	free(chunk);
}
