/* kit.c - the parts of np.h that are more than a short form. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

/* ---- one call ------------------------------------------------------------- */

int read_some(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status;

	*got = SIZE_MAX;
	status = rt->net->read(c, buf, n, got);
	REQUIRE_CMP(*got, <=, n);
	if (status == ASSAY_OK && n > 0)
		REQUIRE_CMP(*got, >=, 1);
	else
		CHECK_EQ(*got, 0);
	return status;
}

int write_some(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	int status;

	*done = SIZE_MAX;
	status = rt->net->write(c, buf, n, done);
	if (status == ASSAY_OK)
		CHECK_EQ(*done, n);
	REQUIRE_CMP(*done, <=, n);
	return status;
}

void read_all(assay_conn *c, void *buf, size_t n)
{
	unsigned char *p = buf;
	size_t got;

	for (; n > 0; p += got, n -= got)
		REQUIRE_EQ(read_some(c, p, n, &got), ASSAY_OK);
}

void write_all(assay_conn *c, const void *buf, size_t n)
{
	size_t done;

	REQUIRE_EQ(write_some(c, buf, n, &done), ASSAY_OK);
}

int read_fails(assay_conn *c)
{
	unsigned char byte;
	size_t got;

	return read_some(c, &byte, 1, &got);
}

int write_fails(assay_conn *c)
{
	size_t done;
	int status = write_some(c, "!", 1, &done);

	if (status != ASSAY_OK)
		CHECK_EQ(done, 0);
	return status;
}

void read_deadline(assay_conn *c, int64_t deadline)
{
	REQUIRE_EQ(rt->net->read_deadline(c, deadline), ASSAY_OK);
}

void write_deadline(assay_conn *c, int64_t deadline)
{
	REQUIRE_EQ(rt->net->write_deadline(c, deadline), ASSAY_OK);
}

void close_conn(assay_conn *c)
{
	REQUIRE_EQ(rt->net->close(c), ASSAY_OK);
}

void end_conn(assay_conn *c)
{
	close_conn(c);
	rt->net->free(c);
}

/* ---- the stream ----------------------------------------------------------- */

/* Near places differ by the product, far ones by the last term. */
static unsigned char stream_byte(uint32_t at)
{
	return (unsigned char)(((at * 0x9e3779b1u) >> 24) ^ (at >> 21));
}

void stream_bytes(void *buf, size_t n, int64_t at)
{
	unsigned char *p = buf;

	for (size_t i = 0; i < n; i++)
		p[i] = stream_byte((uint32_t)at + (uint32_t)i);
}

size_t stream_equal(const void *buf, size_t n, int64_t at)
{
	const unsigned char *p = buf;
	size_t i = 0;

	while (i < n && p[i] == stream_byte((uint32_t)at + (uint32_t)i))
		i++;
	return i;
}

void write_stream(assay_conn *c, int64_t n, size_t most)
{
	unsigned char *buf = malloc(most);
	int64_t at = 0;

	REQUIRE(buf != NULL);
	while (at < n) {
		int64_t piece = 1 + rnd_below((int64_t)most);

		if (piece > n - at)
			piece = n - at;
		stream_bytes(buf, (size_t)piece, at);
		write_all(c, buf, (size_t)piece);
		at += piece;
	}
	free(buf);
}

int64_t read_stream(assay_conn *c, int64_t at, size_t most, int *status)
{
	unsigned char *buf = malloc(most);
	int64_t first = at;
	size_t got;

	REQUIRE(buf != NULL);
	for (;; at += (int64_t)got) {
		size_t n = 1 + (size_t)rnd_below((int64_t)most);

		*status = read_some(c, buf, n, &got);
		if (*status != ASSAY_OK)
			break;
		REQUIRE_EQ(stream_equal(buf, got, at), got);
	}
	free(buf);
	return at - first;
}

/* ---- servers and pairs ---------------------------------------------------- */

struct server serve_at(const char *network, const char *address)
{
	struct server s = {.network = network};

	REQUIRE_EQ(rt->net->listen(network, address, &s.l), ASSAY_OK);
	REQUIRE(s.l != NULL);
	REQUIRE_EQ(rt->net->listener_addr(s.l, s.address, sizeof(s.address)),
		   ASSAY_OK);
	return s;
}

static struct server serve_unix(void)
{
	char dir[64] = "/tmp/assay-np-XXXXXX", path[80];
	struct server s;

	REQUIRE(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/s", dir);
	s = serve_at("unix", path);
	CHECK_STR(s.address, path);
	memcpy(s.dir, dir, sizeof(dir));
	return s;
}

struct server serve(enum net_kind kind)
{
	if (kind == UNIX)
		return serve_unix();
	if (kind == TCP6 && !have_ipv6())
		skip("no IPv6 here");
	if (kind == TCP6)
		return serve_at("tcp", "[::1]:0");
	return serve_at("tcp", "127.0.0.1:0");
}

assay_conn *dial_server(const struct server *s)
{
	assay_conn *c = NULL;

	REQUIRE_EQ(rt->net->dial(s->network, s->address, ASSAY_FOREVER, &c),
		   ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

assay_conn *accept_one(const struct server *s)
{
	assay_conn *c = NULL;

	REQUIRE_EQ(rt->net->accept(s->l, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

void close_server(struct server *s)
{
	REQUIRE_EQ(rt->net->listener_close(s->l), ASSAY_OK);
}

void free_server(struct server *s)
{
	rt->net->listener_free(s->l);
	if (s->dir[0] == '\0')
		return;
	(void)unlink(s->address);
	CHECK_EQ(rmdir(s->dir), 0);
}

void end_server(struct server *s)
{
	close_server(s);
	free_server(s);
}

assay_conn *conn_of(int fd)
{
	assay_conn *c = NULL;

	REQUIRE_CMP(fd, >=, 0);
	REQUIRE_EQ(rt->net->from_fd(fd, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

struct pair connect_to(const struct server *s)
{
	struct pair p;

	p.w = dial_server(s);
	p.r = accept_one(s);
	return p;
}

struct pair pair_of(enum net_kind kind)
{
	assay_conn *both[2] = {NULL, NULL};
	struct server s;
	struct pair p;

	if (kind == OS_PIPE || kind == MEM_PIPE) {
		REQUIRE_EQ(kind == OS_PIPE ? rt->net->os_pipe(both)
					   : rt->net->mem_pipe(both),
			   ASSAY_OK);
		return (struct pair){.w = both[1], .r = both[0]};
	}
	s = serve(kind);
	p = connect_to(&s);
	end_server(&s);
	return p;
}

void end_pair(struct pair *p)
{
	end_conn(p->w);
	end_conn(p->r);
}

struct half half_of(const struct server *s)
{
	struct half h;

	h.fd = connect_fd(s->address);
	h.c = accept_one(s);
	return h;
}

int64_t connections(int64_t n)
{
	int64_t most = goroutines(n), fds = descriptor_limit();

	/* two a connection, and some for whatever else is open */
	return fds < 2 * most + 64 ? (fds - 64) / 2 : most;
}

/* ---- calls in goroutines -------------------------------------------------- */

static void call_ended(struct call *call)
{
	const char *text = rt->net->error == NULL || call->status == ASSAY_OK
				   ? NULL
				   : rt->net->error();

	call->end = now();
	snprintf(call->text, sizeof(call->text), "%s", text ? text : "");
	/* release: pairs with the acquire of becomes() and still_unset() */
	atomic_store_explicit(&call->over, 1, memory_order_release);
}

static void do_read(void *arg)
{
	struct call *call = arg;

	call->begin = now();
	call->status = read_some(call->c, call->buf, call->n, &call->got);
	call_ended(call);
}

static void do_write(void *arg)
{
	struct call *call = arg;

	call->begin = now();
	call->status = write_some(call->c, call->buf, call->n, &call->got);
	call_ended(call);
}

static void do_accept(void *arg)
{
	struct call *call = arg;

	call->begin = now();
	call->status = rt->net->accept(call->l, &call->accepted);
	if (call->status == ASSAY_OK)
		CHECK(call->accepted != NULL);
	call_ended(call);
}

void start_read(struct call *call, assay_conn *c, void *buf, size_t n)
{
	*call = (struct call){.c = c, .buf = buf, .n = n};
	go(do_read, call);
}

void start_write(struct call *call, assay_conn *c, const void *buf, size_t n)
{
	*call = (struct call){.c = c, .n = n};
	memcpy(&call->buf, &buf, sizeof(buf));
	go(do_write, call);
}

void start_accept(struct call *call, assay_listener *l)
{
	*call = (struct call){.l = l};
	go(do_accept, call);
}

static bool is_over(struct call *call)
{
	return atomic_load_explicit(&call->over, memory_order_acquire) != 0;
}

bool stays_blocked(struct call *call, int64_t n)
{
	settle(n);
	if (!is_over(call))
		sleep_ns(2 * MS);
	if (is_over(call))
		note("the call is over: status %d, %zu bytes", call->status,
		     call->got);
	return !is_over(call);
}

bool read_blocks(struct call *call, assay_conn *c)
{
	static char byte;

	start_read(call, c, &byte, 1);
	return stays_blocked(call, 1);
}

bool ends(struct call *call)
{
	return becomes(&call->over, 1);
}

void check_ends(struct call *call, int status)
{
	REQUIRE(ends(call));
	CHECK_EQ(call->status, status);
	CHECK_EQ(call->got, 0);
}

/* ---- full buffers --------------------------------------------------------- */

enum { PIECE = 1 << 18 };

/* A try that was made in time, so that the kernel has said that it is full. */
static bool is_full(assay_conn *c, const void *buf, int64_t *at)
{
	int64_t due = in(6 * MS), begin;
	size_t done;

	write_deadline(c, due);
	begin = now();
	if (write_some(c, buf, PIECE, &done) == ASSAY_OK)
		REQUIRE_CMP(*at, <, 1 << 30);
	*at += (int64_t)done;
	return done == 0 && begin < due - 3 * MS;
}

int64_t fill(assay_conn *c)
{
	static unsigned char buf[PIECE];
	int64_t at = 0;

	for (int full = 0; full < 2;) {
		stream_bytes(buf, PIECE, at);
		full = is_full(c, buf, &at) ? full + 1 : 0;
	}
	write_deadline(c, ASSAY_FOREVER);
	return at;
}

unsigned char *large(void)
{
	unsigned char *buf = malloc(LARGE);

	REQUIRE(buf != NULL);
	stream_bytes(buf, LARGE, 0);
	return buf;
}

void take_bytes(assay_conn *c, int64_t at, int64_t n)
{
	static unsigned char buf[PIECE];
	int64_t end = at + n;
	size_t got;

	for (; at < end; at += (int64_t)got) {
		size_t most = end - at < PIECE ? (size_t)(end - at) : PIECE;

		REQUIRE_EQ(read_some(c, buf, most, &got), ASSAY_OK);
		REQUIRE_EQ(stream_equal(buf, got, at), got);
	}
}
