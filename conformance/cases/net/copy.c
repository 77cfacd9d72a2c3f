/* NP-053: from file to socket and from socket to socket. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

#define NEEDS_COPY                                                             \
	NEEDS(NEED_PAIR, NEED_PIPE, NEED(net, from_fd), NEED(net, copy),       \
	      NEED(net, write_deadline))

enum { FILE_AT = 10 }; /* where the copy of a file begins */

/* What a copy gives, and what the peer has got of the stream from `at` on. */
struct outcome_of_copy {
	int status;
	int64_t done, at, came;
	assay_conn *to, *from;
	int64_t most;
};

static atomic_int over;

static void take_stream(void *arg)
{
	struct outcome_of_copy *o = arg;
	int status;

	o->came = read_stream(o->to, o->at, 100000, &status);
	CHECK_EQ(status, ASSAY_EOF);
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&over, 1, memory_order_release);
}

/* From `from` to the pair, whose other end gets all and nothing else. */
static void copy_to(enum net_kind kind, assay_conn *from, int64_t at,
		    int64_t most, int64_t size)
{
	static int runs;
	static struct outcome_of_copy o;
	int64_t want = most < 0 || most > size ? size : most;
	struct pair p = pair_of(kind);

	o = (struct outcome_of_copy){.to = p.r, .at = at, .done = -1};
	go(take_stream, &o);
	o.status = rt->net->copy(p.w, from, most, &o.done);
	CHECK_EQ(o.status, most > size ? ASSAY_EOF : ASSAY_OK);
	CHECK_EQ(o.done, want);
	close_conn(p.w);
	REQUIRE(becomes(&over, ++runs));
	CHECK_EQ(o.came, want);
	end_conn(p.r);
	rt->net->free(p.w);
}

static const int64_t sizes[] = {0, 1, 65536, 16 << 20};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* The whole, and of what is small a part and more than there is, too. */
#define LIMITS(size)                                                           \
	{                                                                      \
		-1, (size), (size) / 3, (size) + 1                             \
	}

/* ---- from a file ---------------------------------------------------------- */

static int file_of(int64_t size)
{
	char path[64] = "/tmp/assay-np-XXXXXX";
	unsigned char *bytes = malloc((size_t)size + FILE_AT);
	int fd = mkostemp(path, O_CLOEXEC);

	REQUIRE(bytes != NULL);
	REQUIRE_CMP(fd, >=, 0);
	unlink(path);
	stream_bytes(bytes, (size_t)size + FILE_AT, 0);
	REQUIRE_EQ(write(fd, bytes, (size_t)size + FILE_AT), size + FILE_AT);
	free(bytes);
	return fd;
}

static void copy_file(enum net_kind kind, int64_t size, int64_t most)
{
	int fd = file_of(size), same = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	assay_conn *c;

	REQUIRE_CMP(same, >=, 0);
	REQUIRE_EQ(lseek(fd, FILE_AT, SEEK_SET), FILE_AT);
	c = conn_of(fd);
	copy_to(kind, c, FILE_AT, most, size);
	CHECK_EQ(lseek(same, 0, SEEK_CUR),
		 FILE_AT + (most < 0 || most > size ? size : most));
	close(same);
	end_conn(c);
}

static void copy_files(enum net_kind kind, int n)
{
	for (int i = 0; i < n; i++) {
		const int64_t limits[] = LIMITS(sizes[i]);

		for (int k = 0; k < (sizes[i] < LARGE ? 4 : 1); k++)
			copy_file(kind, sizes[i], limits[k]);
	}
}

CASE(NP_053, "from a file to a socket: the bytes from its offset on",
     .flags = CASE_NOT_SANITIZED, NEEDS_COPY)
{
	copy_files(TCP, SIZES);
}

CASE_OF(NP_053, other, "to a unix socket and to a pipe", NEEDS_COPY)
{
	copy_files(UNIX, SIZES - 1);
	copy_files(OS_PIPE, SIZES - 1);
}

/* The kernel sends no such file, nor knows its size. */
CASE_OF(NP_053, unsendable, "what the kernel cannot send is copied", NEEDS_COPY)
{
	struct pair p = pair_of(TCP);
	int fd = open("/proc/self/auxv", O_RDONLY | O_CLOEXEC);
	char want[4096], came[4096];
	int64_t done = -1;
	assay_conn *c;
	ssize_t n;

	REQUIRE_CMP(fd, >=, 0);
	n = pread(fd, want, sizeof(want), 0);
	REQUIRE_CMP(n, >, 0);
	c = conn_of(fd);
	CHECK_EQ(rt->net->copy(p.w, c, -1, &done), ASSAY_OK);
	REQUIRE_EQ(done, n);
	read_all(p.r, came, (size_t)n);
	CHECK_BYTES(came, want, (size_t)n);
	end_conn(c);
	end_pair(&p);
}

/* ---- from a socket -------------------------------------------------------- */

struct source {
	assay_conn *c;
	int64_t size;
};

static atomic_int sources; /* that have ended */

static void write_source(void *arg)
{
	const struct source *s = arg;

	write_stream(s->c, s->size, 200000);
	close_conn(s->c);
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&sources, 1, memory_order_release);
}

static void copy_socket(enum net_kind from, enum net_kind to, int64_t size,
			int64_t most)
{
	static int runs;
	struct pair p = pair_of(from);
	struct source s = {p.w, size};
	int64_t want = most < 0 || most > size ? size : most;
	int status;

	go_copy(write_source, &s, sizeof(s));
	copy_to(to, p.r, 0, most, size);
	CHECK_EQ(read_stream(p.r, want, 100000, &status), size - want);
	CHECK_EQ(status, ASSAY_EOF);
	end_conn(p.r);
	REQUIRE(becomes(&sources, ++runs));
	rt->net->free(p.w);
}

static void copy_sockets(enum net_kind from, enum net_kind to, int n)
{
	for (int i = 0; i < n; i++) {
		const int64_t limits[] = LIMITS(sizes[i]);

		for (int k = 0; k < (sizes[i] < LARGE ? 4 : 1); k++)
			copy_socket(from, to, sizes[i], limits[k]);
	}
}

CASE_OF(NP_053, sockets, "from a socket to a socket, as much as was asked for",
	.flags = CASE_NOT_SANITIZED, NEEDS_COPY)
{
	copy_sockets(TCP, TCP, SIZES);
}

/* A runtime may keep a pipe for each P. */
CASE_OF(NP_053, closed, "copies between sockets leave nothing open", NEEDS_COPY)
{
	int64_t open;

	copy_socket(TCP, TCP, 1, -1);
	open = descriptors();
	for (int i = 0; i < 40; i++)
		copy_socket(TCP, TCP, 1, -1);
	CHECK_LT(descriptors(), open + 20);
}

CASE_OF(NP_053, unlike, "between sockets and pipes of several kinds",
	NEEDS_COPY)
{
	copy_sockets(UNIX, TCP, SIZES - 1);
	copy_sockets(TCP, UNIX, SIZES - 1);
	copy_sockets(OS_PIPE, TCP, SIZES - 1);
	copy_sockets(TCP, OS_PIPE, SIZES - 1);
}

CASE_OF(NP_053, memory, "from and to pipes in memory",
	NEEDS(NEED(net, mem_pipe), NEED(net, copy), NEED_PAIR, NEED_PIPE))
{
	copy_sockets(MEM_PIPE, TCP, SIZES - 1);
	copy_sockets(TCP, MEM_PIPE, SIZES - 1);
	copy_sockets(MEM_PIPE, OS_PIPE, SIZES - 1);
}

/* ---- in the middle -------------------------------------------------------- */

/* Nobody reads until the deadline is over; then what went out is there. */
static void copy_late(assay_conn *from, int64_t at)
{
	struct pair p = pair_of(TCP);
	int64_t done = 0;
	int status;

	/* on a busy machine it may be late before the first byte */
	for (int64_t unit = 30 * MS; done == 0; unit *= 2) {
		int64_t due = in(unit);

		write_deadline(p.w, due);
		REQUIRE_EQ(rt->net->copy(p.w, from, -1, &done), ASSAY_TIMEOUT);
		CHECK_GE(now(), due);
	}
	close_conn(p.w);
	CHECK_EQ(read_stream(p.r, at, 100000, &status), done);
	CHECK_EQ(status, ASSAY_EOF);
	end_conn(p.r);
}

CASE_OF(NP_053, deadline, "a write deadline ends it: so much has gone out",
	.flags = CASE_NOT_SANITIZED, NEEDS_COPY)
{
	struct pair p = pair_of(TCP);
	struct source s = {p.w, LARGE};
	int fd = file_of(LARGE);
	assay_conn *c;

	REQUIRE_EQ(lseek(fd, FILE_AT, SEEK_SET), FILE_AT);
	c = conn_of(fd);
	copy_late(c, FILE_AT);
	end_conn(c);
	go_copy(write_source, &s, sizeof(s));
	copy_late(p.r, 0);
}

/* The source has nothing yet: its own read deadline counts, and no other. */
static void copy_waits(enum net_kind from)
{
	struct pair p = pair_of(from), q = pair_of(TCP);
	int64_t due = in(20 * MS), done = -1;
	struct source s = {p.w, 3};

	write_deadline(p.r, 1);
	read_deadline(q.w, 1);
	read_deadline(p.r, due);
	CHECK_EQ(rt->net->copy(q.w, p.r, -1, &done), ASSAY_TIMEOUT);
	CHECK_GE(now(), due);
	CHECK_EQ(done, 0);
	read_deadline(p.r, ASSAY_FOREVER);
	go_copy(write_source, &s, sizeof(s));
	CHECK_EQ(rt->net->copy(q.w, p.r, -1, &done), ASSAY_OK);
	CHECK_EQ(done, 3);
	end_conn(p.r);
	end_pair(&q);
}

CASE_OF(NP_053, waiting, "it waits for its source, until a read deadline",
	NEEDS(NEED_PAIR, NEED(net, copy), NEED_DEADLINES))
{
	copy_waits(TCP);
	copy_waits(UNIX);
	REQUIRE(becomes(&sources, 2));
}
