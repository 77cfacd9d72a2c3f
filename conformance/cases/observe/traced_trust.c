/*
 * Traces can be trusted: over generations, under load, beside calls and pipes.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tr.h"

static assay_chan *done;
static atomic_int stop;

/* How many generations after its first one a task of rounds * 100 ms ends. */
static int64_t generations_of(int rounds)
{
	struct tr t;
	uint64_t task;
	int64_t first, last, n;

	done = chan_signal(1);
	tr_start();
	task = rt->trace->task_begin(0, "long");
	rt->trace->region_begin(task, "a");
	rt->trace->region_begin(task, "b");
	for (int i = 0; i < rounds; i++) {
		go(tr_sleeps, done);
		wait_for(done);
		sleep_ns(100 * MS);
	}
	rt->trace->region_end(task, "b");
	rt->trace->region_end(task, "a");
	rt->trace->task_end(task);
	t = tr_stop();
	tr_check(t);
	first = tr_find(t, 0, "task", -1);
	last = tr_find(t, 0, "task-end", -1);
	REQUIRE(first >= 0 && last > first);
	n = t.e[last].gen - t.e[first].gen;
	CHECK_EQ(t.e[last].task, t.e[first].task);
	tr_free(t);
	return n;
}

/* On a busy machine a generation is longer than a second. */
CASE(TRC_003, "a task and regions span generations",
     NEEDS(NEED_TRACE, NEED(trace, task_begin), NEED(trace, task_end),
	   NEED(trace, region_begin), NEED(trace, region_end)),
     .procs = {1, 4}, .timeout_ms = 30000, .flags = CASE_REAL_TIME)
{
	int64_t n = 0;

	for (int rounds = 24; n < 2 && rounds < 100; rounds *= 2)
		n = generations_of(rounds);
	CHECK_GE(n, 2);
}

static void calls_of_both_lengths(void *stop_flag)
{
	(void)stop_flag;
	for (int i = 0; i < 3; i++)
		rt->blocking->call(tr_nap, NULL);
	send_signal(done);
}

static void spin_on(void *unused)
{
	(void)unused;
	for (int64_t end = in(MS); !steered(&stop); end = in(MS)) {
		while (now() < end)
			continue;
		yield();
	}
	send_signal(done);
}

CASE(TRC_004, "a P taken from a blocking call is shown as taken",
     NEEDS(NEED_TRACE, NEED(blocking, call)), .procs = {1, 2})
{
	struct tr t;

	done = chan_signal(8);
	tr_start();
	go_many(2, spin_on, NULL);
	go_many(2, calls_of_both_lengths, NULL);
	join(done, 2);
	steer(&stop, 1);
	join(done, 2);
	t = tr_stop();
	tr_check(t);
	CHECK_GE(tr_count(t, "call", -1), 6);
	/* Go gives a P up before a long call of its own will */
	CHECK_GE(tr_count(t, "p-steal", -1) + tr_count(t, "p-stop", -1), 1);
	CHECK_GE(tr_count(t, "call-end-blocked", -1), 1);
	tr_free(t);
}

CASE(TRC_005, "clocks of a trace only rise, one for each generation",
     NEEDS(NEED_TRACE), .procs = {1, 4}, .timeout_ms = 30000,
     .flags = CASE_REAL_TIME)
{
	struct tr t;
	int64_t at = -1, n = 0, gen = 0, mono = 0, wall = 0;

	done = chan_signal(1);
	tr_start();
	for (int i = 0; i < 34; i++) {
		go(tr_sleeps, done);
		wait_for(done);
		sleep_ns(100 * MS);
	}
	t = tr_stop();
	tr_check(t);
	while ((at = tr_find(t, at + 1, "clock", -1)) >= 0) {
		CHECK_GT(t.e[at].gen, gen);
		CHECK_GT(t.e[at].mono, mono);
		CHECK_GT(t.e[at].wall, wall);
		gen = t.e[at].gen;
		mono = t.e[at].mono;
		wall = t.e[at].wall;
		n++;
	}
	CHECK_GE(n, 3);
	tr_free(t);
}

static assay_conn *ends[2];

static void reads(void *unused)
{
	char c;
	size_t got;

	(void)unused;
	REQUIRE_EQ(rt->net->read(ends[0], &c, 1, &got), ASSAY_OK);
	send_signal(done);
}

CASE(TRC_006, "a wait on a pipe is a wait for the network",
     NEEDS(NEED_TRACE, NEED(net, os_pipe), NEED(net, read), NEED(net, write)))
{
	struct tr t;
	int64_t block, ready;
	size_t put;

	done = chan_signal(1);
	REQUIRE_EQ(rt->net->os_pipe(ends), ASSAY_OK);
	tr_start();
	go(reads, NULL);
	sleep_ns(10 * MS);
	REQUIRE_EQ(rt->net->write(ends[1], "x", 1, &put), ASSAY_OK);
	wait_for(done);
	t = tr_stop();
	tr_check(t);
	CHECK_GE(tr_reason(t, "go-block", "network"), 1);
	for (block = 0; block >= 0; block++) {
		block = tr_find(t, block, "go-block", -1);
		REQUIRE(block >= 0);
		if (strcmp(t.e[block].text, "network") == 0)
			break;
	}
	ready = tr_named(t, block, "go-unblock", t.e[block].g);
	CHECK_GT(ready, block);
	CHECK_GT(tr_named(t, block, "go-start", t.e[block].g), ready);
	tr_free(t);
}

static void check_all_there(struct tr t, const int64_t *ids, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		CHECK_GE(tr_named(t, 0, "go-status", ids[i]), 0);
}

static assay_chan *ch;
static _Atomic(int64_t) ids[16];
static atomic_int had;

static void work_with_id(void *unused)
{
	(void)unused;
	atomic_store_explicit(&ids[mark(&had) - 1], rt->inspect->goid(),
			      memory_order_release);
	while (!steered(&stop)) {
		send_int(ch, recv_int(ch));
		sleep_ns(MS);
	}
	send_signal(done);
}

CASE(TRC_007, "each of many traces under load has each live goroutine",
     NEEDS(NEED_TRACE, NEED(inspect, goid)), .procs = {1, 4},
     .timeout_ms = 60000)
{
	int64_t live[16];

	ch = chan_int(4);
	done = chan_signal(16);
	for (int i = 0; i < 4; i++)
		send_int(ch, i);
	go_many(16, work_with_id, NULL);
	while (count(&had) < 16)
		yield();
	sleep_ns(MS);
	for (int i = 0; i < 16; i++)
		live[i] = atomic_load_explicit(&ids[i], memory_order_acquire);
	for (int64_t i = 0; i < rounds(40); i++) {
		struct tr t;

		tr_start();
		yield();
		t = tr_stop();
		tr_check(t);
		check_all_there(t, live, 16);
		tr_free(t);
	}
	steer(&stop, 1);
	join(done, 16);
}

static void yields(void *unused)
{
	(void)unused;
	for (int i = 0; i < 60; i++) {
		for (int64_t end = in(5000); now() < end;)
			continue;
		yield();
	}
	send_signal(done);
}

CASE(TRC_008, "events on Ps that are new are all in the trace",
     NEEDS(NEED_TRACE, NEED(inspect, gomaxprocs), NEED(inspect, num_goroutine)),
     .procs = {1}, .flags = CASE_REAL_TIME)
{
	struct tr t;
	int64_t alone;

	done = chan_signal(16);
	tr_start();
	alone = rt->inspect->num_goroutine();
	for (int n = 2; n <= 8; n++) {
		rt->inspect->gomaxprocs(n);
		go_many(16, yields, NULL);
		join(done, 16);
	}
	while (rt->inspect->num_goroutine() > alone) /* not over yet */
		yield();
	t = tr_stop();
	tr_check(t);
	CHECK_GE(tr_count(t, "procs", -1), 7);
	CHECK_GE(tr_count(t, "go-stop", -1), 7 * 16 * 60);
	CHECK_GE(tr_count(t, "go-end", -1), 7 * 16);
	tr_free(t);
}

/* ---- futile wake-ups --------------------------------------------------------------- */

static assay_chan *never;
static assay_mutex mutex;

static void got_it(void)
{
	rt->trace->log(0, "got", "it");
}

/* Says after each wait that it was worth it. */
static void take_turns(void *unused)
{
	(void)unused;
	for (int i = 0; i < 50; i++) {
		struct assay_case k[] = {case_recv(ch, &(int){0}),
					 case_recv(never, NULL)};

		lock(&mutex);
		got_it();
		unlock(&mutex);
		yield();
		if (i % 2 == 0)
			(void)recv_int(ch);
		else
			select_cases(k, 2, NULL);
		got_it();
		send_int(ch, i);
		got_it();
	}
	send_signal(done);
}

/* True if g, which blocks at i, goes on only to block again. */
static bool futile(struct tr t, int64_t i)
{
	int64_t g = t.e[i].g;
	int64_t next = tr_find(t, i + 1, "go-block", g);
	int64_t log = tr_find(t, i + 1, "log", g);

	return next >= 0 && next < log; /* main logs nothing */
}

CASE(TRC_002, "hardly a wake-up is futile",
     NEEDS(NEED_TRACE, NEED(trace, log), NEED(chan, select),
	   NEED(sync, mutex_lock), NEED(sync, mutex_unlock)),
     .procs = {1, 4})
{
	struct tr t;
	int64_t n = 0, blocks = 0, at = -1;

	ch = chan_int(2);
	never = chan_signal(0);
	done = chan_signal(8);
	send_int(ch, 1);
	send_int(ch, 2);
	tr_start();
	go_many(8, take_turns, NULL);
	join(done, 8);
	t = tr_stop();
	tr_check(t);
	while ((at = tr_find(t, at + 1, "go-block", -1)) >= 0) {
		/* who waits for a mutex may be overtaken, and waits again */
		if (strstr(t.e[at].text, "sync") != NULL)
			continue;
		blocks++;
		n += futile(t, at);
	}
	note("%" PRId64 " futile of %" PRId64, n, blocks);
	CHECK_LE(n, blocks / 10);
	tr_free(t);
}

/* ---- TRC-009, TRC-010: who else stops all, who else traces ------------------ */

static atomic_int over;

static void change_procs(void *unused)
{
	int procs = case_procs();

	(void)unused;
	for (int i = 1; !steered(&stop); i++) {
		rt->inspect->gomaxprocs(procs + i % 2);
		if (i % 16 == 0)
			yield();
	}
	rt->inspect->gomaxprocs(procs);
	mark(&over);
}

static void sleep_in_kernel(void *unused)
{
	(void)unused;
	while (!steered(&stop)) {
		kernel_sleep(25 * MS);
		yield();
	}
	mark(&over);
}

/* Traces again and again beside n goroutines of fn, which stop then. */
static void trace_beside(assay_fn fn, int n, int64_t traces)
{
	assay_chan *talk = chan_int(1);

	go_many(n, fn, NULL);
	for (int64_t i = 0; i < traces; i++) {
		struct tr t;

		tr_start();
		send_int(talk, 1);
		recv_int(talk);
		yield();
		t = tr_stop();
		tr_check(t);
		tr_free(t);
	}
	steer(&stop, 1);
	REQUIRE(becomes(&over, n));
	/* nobody has lost a P, or has one twice */
	for (int i = 0; i < 4; i++)
		rt->inspect->gomaxprocs(case_procs() + i % 2);
	prove_alive();
}

CASE(TRC_009, "traces begin and end while GOMAXPROCS changes",
     NEEDS(NEED_TRACE, NEED(inspect, gomaxprocs)), .procs = {2, 4})
{
	trace_beside(change_procs, 1, rounds(60));
}

CASE_OF(TRC_009, asleep, "and beside threads that cannot stop at once",
	NEEDS(NEED_TRACE, NEED(inspect, gomaxprocs)), .procs = {2, 4})
{
	trace_beside(sleep_in_kernel, 2, rounds(12));
}

enum { TRACERS = 4 };

static atomic_int refused;

/* Traces into a file of its own whenever no other trace is on. */
static void trace_in_turn(void *traces)
{
	char path[80];
	int64_t left = *(int64_t *)traces;

	snprintf(path, sizeof(path), "%s-%" PRId64, tr_path(),
		 rt->inspect->goid());
	while (left > 0) {
		int status = rt->trace->start(path);
		struct tr t;

		if (status == ASSAY_EBUSY) {
			mark(&refused);
			sleep_ns(20000);
			continue;
		}
		REQUIRE_EQ(status, ASSAY_OK);
		yield();
		rt->trace->stop();
		t = tr_read(path, &status);
		REQUIRE_EQ(status, ASSAY_OK);
		REQUIRE(t.n > 0);
		tr_check(t);
		tr_free(t);
		left--;
	}
	unlink(path);
	send_signal(done);
}

CASE(TRC_010, "of goroutines that begin a trace at once one does, in turn",
     NEEDS(NEED_TRACE, NEED(trace, enabled), NEED(inspect, goid)),
     .procs = {1, 4}, .timeout_ms = 60000)
{
	static int64_t traces;

	traces = rounds(20);
	done = chan_signal(TRACERS);
	unlink(tr_path());
	go_many(TRACERS, trace_in_turn, &traces);
	join(done, TRACERS);
	note("%d refused", count(&refused));
	CHECK(!rt->trace->enabled());
}

/* ---- TRC-011: how much is written ------------------------------------------- */

/* The bytes of a trace of n regions, all of the same name. */
static int64_t size_of_trace(int64_t n)
{
	char name[201];
	struct stat file;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	tr_start();
	for (int64_t i = 0; i < n; i++) {
		rt->trace->region_begin(0, name);
		rt->trace->region_end(0, name);
	}
	rt->trace->stop();
	REQUIRE_EQ(stat(tr_path(), &file), 0);
	unlink(tr_path());
	return (int64_t)file.st_size;
}

CASE(TRC_011, "a name that comes again and again is written once",
     NEEDS(NEED(trace, start), NEED(trace, stop), NEED(trace, region_begin),
	   NEED(trace, region_end)))
{
	int64_t n = rounds(2000);
	int64_t few = size_of_trace(n), more = size_of_trace(2 * n);

	note("%.1f bytes a region", (double)(more - few) / (double)n);
	/* a generation may have ended in between, and has it again */
	CHECK_LT(more - few, n * 150);
}

/* ---- TRC-012: who reads ------------------------------------------------------ */

/* A process that after a while copies all that comes to a file. */
static pid_t slow_reader(int from, const char *to)
{
	char command[200];
	pid_t child;

	snprintf(command, sizeof(command), "sleep 0.2; exec cat >%s", to);
	child = fork();
	REQUIRE_CMP(child, >=, 0);
	if (child > 0)
		return child;
	dup2(from, 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void log_often(int64_t n)
{
	static const char text[] = "a message of some sixty bytes, more or "
				   "less, for a pipe to be full";

	for (int64_t i = 0; i < n; i++)
		rt->trace->log(0, "c", text);
}

CASE(TRC_012, "a trace into a pipe waits for its reader, and is whole",
     NEEDS(NEED_TRACE, NEED(trace, log)), .flags = CASE_NOT_SANITIZED)
{
	char fifo[80];
	int64_t n = rounds(5000);
	int fd, status;
	pid_t child;
	struct tr t;

	snprintf(fifo, sizeof(fifo), "%s-fifo", tr_path());
	REQUIRE_EQ(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	REQUIRE_CMP(fd, >=, 0);
	REQUIRE_EQ(rt->trace->start(fifo), ASSAY_OK);
	REQUIRE_EQ(fcntl(fd, F_SETFL, 0), 0);
	child = slow_reader(fd, tr_path());
	close(fd);
	unlink(fifo);
	log_often(n);
	rt->trace->stop();
	REQUIRE_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	t = tr_read(tr_path(), &status);
	unlink(tr_path());
	REQUIRE_EQ(status, ASSAY_OK);
	tr_check(t);
	CHECK_EQ(tr_count(t, "log", -1), n);
	tr_free(t);
}
