/* FIL-001: named pipes. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/np.h"

#define NEEDS_FILE NEEDS(NEED_CONN, NEED(net, from_fd))

static char dir[64] = "/tmp/assay-fil-XXXXXX", path[80];

static int open_fifo(int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	REQUIRE_CMP(fd, >=, 0);
	return fd;
}

/* The end to read of a new pipe, and one to write, both open at once. */
struct fifo {
	assay_conn *r;
	int w;
};

static struct fifo new_fifo(int flags)
{
	static int last;
	struct fifo f = {.r = NULL};
	int both, r;

	if (last == 0)
		REQUIRE(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/%d", dir, last++);
	REQUIRE_EQ(mkfifo(path, 0600), 0);
	/* while this is open neither of the others waits for its peer */
	both = open_fifo(O_RDWR);
	r = open_fifo(O_RDONLY | flags);
	f.w = open_fifo(O_WRONLY);
	close(both);
	f.r = conn_of(r);
	return f;
}

static void check_next(struct call *call, const char *want)
{
	REQUIRE(ends(call));
	CHECK_EQ(call->status, ASSAY_OK);
	CHECK_EQ(call->got, strlen(want));
	CHECK_BYTES(call->buf, want, strlen(want));
}

static void put(int fd, const char *text)
{
	REQUIRE_EQ(write(fd, text, strlen(text)), strlen(text));
}

/* The first writer goes, the second stays; then nobody is left. */
static void two_writers(struct fifo *f)
{
	static struct call call;
	static char buf[16];
	int second;

	start_read(&call, f->r, buf, sizeof(buf));
	CHECK(stays_blocked(&call, 1));
	put(f->w, "first");
	check_next(&call, "first");
	second = open_fifo(O_WRONLY);
	close(f->w);
	start_read(&call, f->r, buf, sizeof(buf));
	CHECK(stays_blocked(&call, 1));
	put(second, "second");
	check_next(&call, "second");
	start_read(&call, f->r, buf, sizeof(buf));
	CHECK(stays_blocked(&call, 1));
	close(second);
	check_ends(&call, ASSAY_EOF);
	CHECK_EQ(read_fails(f->r), ASSAY_EOF);
}

static void pass_over_fifo(int flags)
{
	struct fifo f = new_fifo(flags);

	for (int i = 0; i < 3; i++) {
		two_writers(&f);
		f.w = open_fifo(O_WRONLY);
	}
	close(f.w);
	end_conn(f.r);
	unlink(path);
	CHECK_EQ(rmdir(dir), 0);
}

CASE(FIL_001, "a named pipe: data of two writers, then EOF, and once more",
     NEEDS_FILE)
{
	pass_over_fifo(0);
}

CASE_OF(FIL_001, nonblock, "opened with O_NONBLOCK", NEEDS_FILE)
{
	pass_over_fifo(O_NONBLOCK);
}

enum { READERS = 100 };

CASE_OF(FIL_001, threads, "who waits for one holds no thread", NEEDS_FILE)
{
	static struct call calls[READERS];
	static char bytes[READERS];
	struct fifo f[READERS];

	for (int i = 0; i < READERS; i++) {
		f[i] = new_fifo(i % 2 == 0 ? 0 : O_NONBLOCK);
		unlink(path);
		start_read(&calls[i], f[i].r, &bytes[i], 1);
	}
	settle(READERS);
	CHECK_LT(thread_count(), case_procs() + 10);
	for (int i = 0; i < READERS; i++) {
		put(f[i].w, "x");
		REQUIRE(ends(&calls[i]));
		CHECK_EQ(calls[i].status, ASSAY_OK);
		close(f[i].w);
		end_conn(f[i].r);
	}
	CHECK_EQ(rmdir(dir), 0);
}
