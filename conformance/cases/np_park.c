/*
 * Waiting for the network parks the goroutine and nothing else: its P runs
 * others, its thread too, and data brings it back, however busy or idle the
 * runtime is.
 */
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

static atomic_int stop, turns, finished;

/* relaxed: a flag that carries no data */
static bool stopped(void)
{
	return atomic_load_explicit(&stop, memory_order_relaxed) != 0;
}

static void stop_all(void)
{
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
}

static void finish(void)
{
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

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
	stop_all();
	CHECK(becomes(&finished, 1));
}

static void read_parks(enum net_kind kind)
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
	CHECK(memcmp(buf, "data", 4) == 0);
	end_turns();
	end_pair(&p);
}

CASE(NP_001, "a blocked read parks the goroutine, and others run", .procs = {1},
     NEEDS(NEED_PAIR))
{
	read_parks(TCP);
}

CASE_OF(NP_001, unix, "on a unix socket", .procs = {1}, NEEDS(NEED_PAIR))
{
	read_parks(UNIX);
}

CASE_OF(NP_001, os_pipe, "on a pipe of the system", .procs = {1},
	NEEDS(NEED_PIPE))
{
	read_parks(OS_PIPE);
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
	stop_all();
	CHECK(becomes(&finished, (int)busy));
	serve_readers(n);
}

/* ---- NP-003: from idle ---------------------------------------------------- */

/* Someone outside who writes a byte after a pause and waits for the answer. */
struct asker {
	int fd, rounds;
	int64_t pause;
	int64_t slowest; /* round trip */
	atomic_int over;
};

static void *ask(void *arg)
{
	struct asker *a = arg;

	for (int i = 0; i < a->rounds; i++) {
		unsigned char byte = (unsigned char)i, back = 0;
		int64_t begin;

		if (a->pause > 0)
			kernel_sleep(a->pause);
		begin = kernel_time();
		if (write(a->fd, &byte, 1) != 1 || read(a->fd, &back, 1) != 1 ||
		    back != byte)
			return NULL;
		if (kernel_time() - begin > a->slowest)
			a->slowest = kernel_time() - begin;
	}
	/* release: pairs with the acquire load in becomes() */
	atomic_store_explicit(&a->over, 1, memory_order_release);
	return NULL;
}

static void answer(assay_conn *c, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		unsigned char byte;

		read_all(c, &byte, 1);
		CHECK_EQ(byte, (unsigned char)i);
		write_all(c, &byte, 1);
	}
}

static struct half asked;

/* Main alone, parked in a read; nothing else can run. */
static bool wakes_from_idle(int64_t unit)
{
	static struct asker a;

	a = (struct asker){.fd = asked.fd, .rounds = 1, .pause = 200 * MS};
	outside(ask, &a);
	answer(asked.c, 1);
	REQUIRE(becomes(&a.over, 1));
	return a.slowest < unit;
}

CASE(NP_003, "data wakes its reader when every P is idle", NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);

	asked = half_of(&s);
	CHECK(in_some_unit(wakes_from_idle, 50 * MS));
	end_server(&s);
}

CASE_OF(NP_003, often, "each time, of many", NEEDS(NEED_SERVER))
{
	struct server s = serve(UNIX);
	static struct asker a[2];
	int n = (int)rounds(1500);

	for (int i = 0; i < 2; i++) {
		struct half h = half_of(&s);

		/* the second is just after the reader has parked */
		a[i] = (struct asker){.fd = h.fd,
				      .rounds = i == 0 ? n : n / 4,
				      .pause = i == 0 ? 0 : 20000};
		outside(ask, &a[i]);
		answer(h.c, a[i].rounds);
		REQUIRE(becomes(&a[i].over, 1));
	}
	end_server(&s);
}

static struct pair there, back;

static void echo_all(void *arg)
{
	(void)arg;
	for (int64_t i = rounds(2000); i > 0; i--) {
		int64_t v;

		read_all(there.r, &v, sizeof(v));
		write_all(back.w, &v, sizeof(v));
	}
	finish();
}

CASE_OF(NP_003, between, "also between two goroutines", NEEDS(NEED_PAIR))
{
	there = pair_of(TCP);
	back = pair_of(UNIX);
	go(echo_all, NULL);
	for (int64_t i = rounds(2000); i > 0; i--) {
		int64_t v = 0;

		write_all(there.w, &i, sizeof(i));
		read_all(back.r, &v, sizeof(v));
		REQUIRE_EQ(v, i);
	}
	CHECK(becomes(&finished, 1));
	end_pair(&there);
	end_pair(&back);
}

/* ---- NP-004: while all are busy ------------------------------------------- */

static void spin(void *arg)
{
	(void)arg;
	while (!stopped())
		;
	finish();
}

static void answer_asked(void *arg)
{
	const int *n = arg;

	answer(asked.c, *n);
	finish();
}

static bool answers_while_busy(int64_t unit)
{
	static struct asker a;

	a = (struct asker){.fd = asked.fd, .rounds = 4, .pause = 3 * MS};
	go_copy(answer_asked, &a.rounds, sizeof(a.rounds));
	settle(1);
	outside(ask, &a);
	REQUIRE(becomes(&a.over, 1));
	return a.slowest < unit;
}

static void check_answers(assay_fn busy, int n)
{
	struct server s = serve(TCP);
	int64_t end = in(upto(8 * SEC));

	asked = half_of(&s);
	for (int i = 0; i < n; i++)
		go(busy, NULL);
	CHECK(in_some_unit(answers_while_busy, 100 * MS));
	CHECK_LT(now(), end);
	stop_all();
	end_server(&s);
}

CASE(NP_004, "data is noticed while goroutines that compute keep all P busy",
     .procs = {1, 2}, .traits = ASSAY_TRAIT_PREEMPTIVE, .timeout_ms = 20000,
     NEEDS(NEED_SERVER))
{
	check_answers(spin, case_procs());
}

CASE_OF(NP_004, yielding, "and while goroutines that yield do", .procs = {1, 2},
	.timeout_ms = 20000, NEEDS(NEED_SERVER))
{
	check_answers(take_turns, 2 * case_procs());
}

/* ---- NP-037, NP-038: the poller -------------------------------------------- */

static void do_nothing(void *arg)
{
	send_signal(arg);
}

/* In Go a timer is a use, too: its end may have to break the poller's sleep. */
CASE(NP_037, "there is no poller before its first use", NEEDS(NEED_SERVER))
{
	static struct call call;
	assay_chan *ran = chan_signal(0);
	struct server s;

	CHECK_EQ(pollers(), 0);
	go(do_nothing, ran);
	wait_for(ran);
	CHECK_EQ(pollers(), 0);
	s = serve(TCP);
	start_accept(&call, s.l);
	settle(1);
	note("%" PRId64 " epoll descriptors after listen", pollers());
	close_server(&s);
	CHECK(ends(&call));
}

/*
 * All are idle and the poller sleeps for long; somebody who comes back from
 * the kernel makes a timer and goes.
 */
static void sleep_outside(void *arg)
{
	kernel_sleep(*(int64_t *)arg);
}

static _Atomic int64_t timer_late;

static void come_back_and_sleep(void *arg)
{
	int64_t pause = 20 * MS, due, late;

	rt->blocking->call(sleep_outside, &pause);
	due = in(10 * MS);
	sleep_ns(10 * MS);
	late = now() - due;
	CHECK_GE(late, 0);
	atomic_store_explicit(&timer_late, late, memory_order_relaxed);
	send_signal(arg);
}

static void sleep_long(void *arg)
{
	(void)arg;
	sleep_ns(8 * SEC);
}

/* No becomes() here: its own sleeps would wake the poller. */
static bool sleeper_wakes(int64_t unit)
{
	assay_chan *c = chan_signal(0);

	go(sleep_long, NULL);
	go(come_back_and_sleep, c);
	wait_for(c);
	return atomic_load_explicit(&timer_late, memory_order_relaxed) < unit;
}

static void check_timer_breaks(bool (*attempt)(int64_t unit))
{
	struct server s = serve(TCP);
	struct half h = half_of(&s);
	static struct call call;
	static char byte;

	start_read(&call, h.c, &byte, 1);
	settle(1);
	CHECK(in_some_unit(attempt, 30 * MS));
	CHECK_EQ(atomic_load_explicit(&call.over, memory_order_acquire), 0);
	end_server(&s);
}

CASE(NP_038, "a timer breaks the poller's longer sleep",
     NEEDS(NEED_SERVER, NEED(blocking, call)))
{
	check_timer_breaks(sleeper_wakes);
}

static _Atomic int64_t fired_at;

static void fire(void *arg)
{
	(void)arg;
	atomic_store_explicit(&fired_at, now(), memory_order_relaxed);
}

/* Who makes the timer keeps its P: only the poller can see to it. */
static bool fires_beside_spinner(int64_t unit)
{
	int64_t pause = 20 * MS, due, at;

	rt->blocking->call(sleep_outside, &pause);
	atomic_store_explicit(&fired_at, 0, memory_order_relaxed);
	due = in(10 * MS);
	rt->time->after_func(10 * MS, fire, NULL);
	while (now() < due + 2 * unit)
		if (atomic_load_explicit(&fired_at, memory_order_relaxed) != 0)
			break;
	at = atomic_load_explicit(&fired_at, memory_order_relaxed);
	if (at != 0)
		CHECK_GE(at, due);
	return at != 0 && at - due < unit;
}

CASE_OF(NP_038, busy, "also when who made it goes on computing",
	.procs = {2, 4}, .traits = ASSAY_TRAIT_PARALLEL,
	NEEDS(NEED_SERVER, NEED(blocking, call), NEED(time, after_func)))
{
	check_timer_breaks(fires_beside_spinner);
}
