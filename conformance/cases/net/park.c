/*
 * Waiting for the network parks the goroutine and nothing else: its P runs
 * others, and its thread does.
 */
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"
#include "np.h"

static atomic_int turns;

static void take_turns(void *arg)
{
	(void)arg;
	while (!stopped()) {
		atomic_fetch_add_explicit(&turns, 1, memory_order_release);
		yield();
	}
	finish();
}

/* ---- NP-001: the P is free ------------------------------------------------ */

/* A counter gets a thousand turns while the call is blocked. */
static void check_others_run(struct call *call)
{
	CHECK(stays_blocked(call, 1));
	go(take_turns, NULL);
	CHECK(becomes(&turns, 1000));
	CHECK_EQ(atomic_load_explicit(&call->over, memory_order_acquire), 0);
}

static void end_turns(void)
{
	CHECK_ALL_STOP(1);
}

CASE_TABLE(NP_001, read_parks, (enum net_kind kind),
	   ROW1((TCP), "a blocked read parks the goroutine, and others run",
		.procs = {1}, NEEDS(NEED_PAIR)),
	   ROW(unix, (UNIX), "on a unix socket", .procs = {1},
	       NEEDS(NEED_PAIR)),
	   ROW(os_pipe, (OS_PIPE), "on a pipe of the system", .procs = {1},
	       NEEDS(NEED_PIPE)))
{
	struct pair p = pair_of(kind);
	static struct call call;
	static char buf[8];

	start_read(&call, p.r, buf, sizeof(buf));
	check_others_run(&call);
	write_all(p.w, "data", 4);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	CHECK_EQ(call.got, 4);
	CHECK_BYTES(buf, "data", 4);
	end_turns();
	end_pair(&p);
}

CASE_OF(NP_001, accept, "a blocked accept parks the goroutine", .procs = {1},
	NEEDS(NEED_PAIR))
{
	struct server s = serve(TCP);
	static struct call call;
	assay_conn *c;

	start_accept(&call, s.l);
	check_others_run(&call);
	c = dial_server(&s);
	REQUIRE(ends(&call));
	REQUIRE_EQ(call.status, ASSAY_OK);
	end_turns();
	end_conn(call.accepted);
	end_conn(c);
	end_server(&s);
}

CASE_OF(NP_001, write, "a blocked write parks the goroutine", .procs = {1},
	NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	struct pair p = pair_of(UNIX);
	static struct call call;
	static char buf[4096];
	int64_t waiting = fill(p.w);

	start_write(&call, p.w, buf, sizeof(buf));
	check_others_run(&call);
	end_turns();
	take_bytes(p.r, 0, waiting);
	REQUIRE(ends(&call));
	CHECK_EQ(call.status, ASSAY_OK);
	end_pair(&p);
}

/* ---- NP-002, NP-042, NP-040: many that wait -------------------------------- */

/* Readers of a byte each, on connections whose peers are descriptors. */
struct reader {
	struct half half;
	unsigned char byte;
};

static struct reader *readers;
static atomic_int served;

static void read_byte(void *arg)
{
	struct reader *r = arg;

	read_all(r->half.c, &r->byte, 1);
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&served, 1, memory_order_release);
}

static void start_readers(int64_t n)
{
	struct server s = serve(TCP);

	readers = calloc((size_t)n, sizeof(*readers));
	REQUIRE(readers != NULL);
	for (int64_t i = 0; i < n; i++) {
		readers[i].half = half_of(&s);
		go(read_byte, &readers[i]);
	}
	end_server(&s);
	settle(n);
	CHECK_EQ(atomic_load_explicit(&served, memory_order_acquire), 0);
}

/* A byte to each, in one go: this goroutine keeps its thread meanwhile. */
static void serve_readers(int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)(i * 7 + 1);

		REQUIRE_EQ(write(readers[i].half.fd, &byte, 1), 1);
	}
	REQUIRE(becomes(&served, (int)n));
	for (int64_t i = 0; i < n; i++)
		CHECK_EQ(readers[i].byte, (unsigned char)(i * 7 + 1));
}

static void end_readers(int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		close(readers[i].half.fd);
		end_conn(readers[i].half.c);
	}
	free(readers);
}

/* For Go a twin: there a goroutine with a body in C has a thread. */
CASE(NP_002, "a thousand blocked readers have no threads", .procs = {1, 4},
     NEEDS(NEED_SERVER))
{
	int64_t n = connections(1000);

	start_readers(n);
	CHECK_LT(thread_count(), case_procs() + 10);
	serve_readers(n);
	CHECK_LT(thread_count(), case_procs() + 10);
	note("%" PRId64 " readers, %" PRId64 " threads", n, thread_count());
	end_readers(n);
}

CASE(NP_042, "more ready connections than one poll reports are all served",
     NEEDS(NEED_SERVER))
{
	int64_t n = connections(300);

	start_readers(n);
	serve_readers(n);
	end_readers(n);
}

CASE_OF(NP_042, threads, "and few threads do it", .procs = {1, 4},
	NEEDS(NEED_SERVER))
{
	int64_t n = connections(300);

	start_readers(n);
	serve_readers(n);
	CHECK_LT(thread_count(), case_procs() + 10);
	note("%" PRId64 " served, %" PRId64 " threads", n, thread_count());
	end_readers(n);
}

CASE_OF(NP_042, accepted, "a burst of connections is accepted, none is lost",
	NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);
	static struct call call;
	int64_t n = connections(300);
	int *fds = calloc((size_t)n, sizeof(*fds));

	REQUIRE(fds != NULL);
	start_accept(&call, s.l);
	settle(1);
	for (int64_t i = 0; i < n; i++)
		fds[i] = connect_fd(s.address);
	for (int64_t i = 1; i < n; i++)
		end_conn(accept_one(&s));
	REQUIRE(ends(&call));
	REQUIRE_EQ(call.status, ASSAY_OK);
	end_conn(call.accepted);
	for (int64_t i = 0; i < n; i++)
		close(fds[i]);
	free(fds);
	end_server(&s);
}

/* Room to write comes and goes, which is no news for a reader. */
static void keep_writing(void *arg)
{
	assay_conn *c = arg;
	static const char buf[1 << 16];

	while (!stopped())
		write_all(c, buf, sizeof(buf));
	finish();
}

static void *take_all(void *arg)
{
	int fd = *(int *)arg;
	char buf[1 << 14];

	while (read(fd, buf, sizeof(buf)) > 0)
		kernel_sleep(MS / 8);
	return NULL;
}

CASE(NP_040, "a read returns for data, EOF, an error or a deadline only",
     .procs = {1, 2}, .flags = CASE_NOT_SANITIZED, NEEDS(NEED_SERVER))
{
	int64_t n = connections(400), busy = 4;

	start_readers(n);
	for (int64_t i = 0; i < busy; i++) {
		outside(take_all, &readers[i].half.fd);
		go(keep_writing, readers[i].half.c);
	}
	for (int i = 0; i < 150; i++) {
		int64_t k = busy + 1 + i % (n - busy - 1);

		/* what it is sent has nothing to do with what it reads */
		write_all(readers[k].half.c, "x", 1);
		sleep_ns(1 * MS);
		CHECK_EQ(atomic_load_explicit(&served, memory_order_acquire),
			 0);
	}
	CHECK_ALL_STOP((int)busy);
	serve_readers(n);
}
