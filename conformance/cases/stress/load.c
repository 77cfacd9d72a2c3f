/*
 * load.c - a mixed load, and that nothing of it is left behind (ST-003,
 * ST-005).
 */
#include <dirent.h>
#include <unistd.h>

#include "kit/sync_kit.h"

enum { WORKERS = 25, VALUES = 50, STORM = 50 };

/* ---- the load ----------------------------------------------------------- */

struct load {
	assay_chan *done;
	assay_mutex mutex;
	int64_t sum; /* under the mutex */
};

struct pair {
	assay_chan *c, *done;
	struct load *load;
};

static void receive_values(void *arg)
{
	const struct pair *p = arg;
	int v;

	while (recv(p->c, &v)) {
		lock(&p->load->mutex);
		p->load->sum += v;
		unlock(&p->load->mutex);
	}
	send_signal(p->done);
}

static void use_channels(struct load *l)
{
	struct pair p = {chan_int(0), chan_signal(0), l};

	go_copy(receive_values, &p, sizeof(p));
	for (int i = 1; i <= VALUES; i++)
		send_int(p.c, i);
	close_chan(p.c);
	wait_for(p.done);
	drop(p.c);
	drop(p.done);
}

static void use_deadlines(struct load *l)
{
	assay_chan *silent = chan_int(0);
	struct assay_case cases[2] = {case_recv(silent, NULL),
				      case_send(silent, &(int){0})};
	size_t chosen;

	(void)l;
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(rt->chan->select(cases, 2, in(MS / 10), &chosen),
			 ASSAY_TIMEOUT);
		CHECK_EQ(rt->chan->recv(silent, NULL, in(MS / 10)),
			 ASSAY_TIMEOUT);
	}
	drop(silent);
}

static void signal_by_timer(void *arg)
{
	send_signal(arg);
}

static void use_timers(struct load *l)
{
	assay_chan *called = chan_signal(0);
	assay_timer *far = rt->time->timer_new(3600 * SEC);
	assay_timer *near = rt->time->timer_new(MS / 10);
	assay_timer *call =
		rt->time->after_func(MS / 20, signal_by_timer, called);

	(void)l;
	REQUIRE(far != NULL && near != NULL && call != NULL);
	wait_for(rt->time->timer_chan(near));
	wait_for(called);
	CHECK_EQ(rt->time->timer_stop(far), 1);
	rt->time->timer_free(far);
	rt->time->timer_free(near);
	rt->time->timer_free(call);
	drop(called);
}

static void block_on_pipe(void *arg)
{
	int fd[2];
	char c = 0;

	if (pipe(fd) != 0)
		return;
	kernel_sleep(MS / 5);
	if (write(fd[1], "x", 1) == 1 && read(fd[0], &c, 1) == 1)
		*(bool *)arg = c == 'x';
	close(fd[0]);
	close(fd[1]);
}

static void use_calls(struct load *l)
{
	bool done = false;

	(void)l;
	rt->blocking->call(block_on_pipe, &done);
	CHECK(done);
}

static void start_many(struct load *l)
{
	assay_chan *done = chan_signal(STORM);

	(void)l;
	go_many(STORM, signal_by_timer, done);
	join(done, STORM);
	drop(done);
}

struct worker {
	struct load *load;
	int number;
};

static void work(void *arg)
{
	static void (*const kinds[])(struct load *) = {
		use_channels, use_deadlines, use_timers, use_calls, start_many};
	const struct worker *w = arg;

	kinds[w->number % 5](w->load);
	send_signal(w->load->done);
}

static void run_load(struct load *l)
{
	l->sum = 0;
	for (int i = 0; i < WORKERS; i++) {
		struct worker w = {l, i};

		go_copy(work, &w, sizeof(w));
	}
	join(l->done, WORKERS);
	CHECK_EQ(l->sum, WORKERS / 5 * VALUES * (VALUES + 1) / 2);
}

#define NEED_LOAD                                                              \
	NEED(chan, select), NEED(sync, mutex_lock), NEED(sync, mutex_unlock),  \
		NEED(time, timer_new), NEED(time, timer_chan),                 \
		NEED(time, timer_stop), NEED(time, timer_free),                \
		NEED(time, after_func), NEED(blocking, call)

/* ---- what is left ------------------------------------------------------- */

static int64_t fd_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int64_t n = 0;

	REQUIRE(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* No more threads than the goroutines of one load can need. */
static int64_t threads_bound(void)
{
	return WORKERS * (STORM / 5 + 4) + case_procs() + 16;
}

static int64_t live(void)
{
	return rt->inspect->num_goroutine();
}

static int64_t pending_timers(void)
{
	struct assay_stats s = {.size = sizeof(s)};

	REQUIRE_EQ(rt->inspect->stats(&s), ASSAY_OK);
	return (int64_t)s.timers;
}

/* The figure, once it is what it should be, or what it still is after 2 s. */
static int64_t in_the_end(int64_t (*figure)(void), int64_t should_be)
{
	int64_t end = in(upto(2 * SEC));

	while (figure() != should_be && now() < end)
		sleep_ns(MS);
	return figure();
}

/* A runtime may have a file of /proc open for a moment: the least of some. */
static int64_t least_fds(void)
{
	int64_t least = fd_count();

	for (int i = 0; i < 10; i++) {
		int64_t n;

		sleep_ns(MS);
		n = fd_count();
		least = n < least ? n : least;
	}
	return least;
}

CASE(ST_003, "goroutines and descriptors are as many after a load as before",
     .timeout_ms = 20000, NEEDS(NEED_LOAD, NEED(inspect, num_goroutine)))
{
	struct load l = {.done = chan_signal(0)};
	int64_t fds, n = rounds(20);

	run_load(&l);
	CHECK_EQ(in_the_end(live, 1), 1);
	fds = least_fds();
	for (int64_t i = 0; i < n; i++) {
		run_load(&l);
		CHECK_EQ(in_the_end(live, 1), 1);
		CHECK_EQ(in_the_end(fd_count, fds), fds);
	}
	CHECK_LE(thread_count(), threads_bound());
	note("%" PRId64 " threads, %" PRId64 " descriptors", thread_count(),
	     fds);
}

CASE_OF(ST_003, timers, "and no timer is left", .timeout_ms = 20000,
	NEEDS(NEED_LOAD, NEED(inspect, stats)))
{
	struct load l = {.done = chan_signal(0)};
	int64_t n = rounds(20);

	CHECK_EQ(pending_timers(), 0);
	for (int64_t i = 0; i < n; i++) {
		run_load(&l);
		CHECK_EQ(in_the_end(pending_timers, 0), 0);
	}
}

/* ---- for a while -------------------------------------------------------- */

struct window {
	int64_t loads, least, most; /* resident bytes after a load */
};

static struct window load_for(struct load *l, int64_t ns)
{
	struct window w = {.least = INT64_MAX};
	int64_t end = in(ns);

	for (; now() < end; w.loads++) {
		run_load(l);
		int64_t bytes = resident_bytes();

		w.least = bytes < w.least ? bytes : w.least;
		w.most = bytes > w.most ? bytes : w.most;
	}
	return w;
}

/*
 * Memory that is lost for each load shows in every window, however much a
 * heap moves up and down: so the least of the last is held against the most
 * of the one before.
 */
CASE(ST_005, "a mixed load goes on and memory does not grow", .procs = {2},
     .timeout_ms = 30000, .flags = CASE_ALONE | CASE_NOT_SANITIZED,
     NEEDS(NEED_LOAD))
{
	struct load l = {.done = chan_signal(0)};
	struct window before, after = load_for(&l, 500 * MS);
	int windows = 0;

	do {
		before = after;
		after = load_for(&l, 500 * MS);
	} while (after.least > before.most && ++windows < 6);
	note("%" PRId64 " loads in half a second; %" PRId64 " kB, then %" PRId64
	     " kB; %" PRId64 " threads",
	     after.loads, before.most / 1024, after.least / 1024,
	     thread_count());
	CHECK_LE(after.least, before.most);
	CHECK_LE(thread_count(), threads_bound());
}
