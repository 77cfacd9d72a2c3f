/*
 * Execution traces: what is in them, and that they can be trusted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tr.h"

static int64_t self(void)
{
	return rt->inspect->goid();
}

/* ---- start and stop ----------------------------------------------------------- */

static void live(void *unused)
{
	(void)unused;
	prove_alive();
}

CASE(OB_014, "a second start fails, a second stop does nothing",
     NEEDS(NEED_TRACE, NEED(trace, enabled)))
{
	CHECK(!rt->trace->enabled());
	tr_start();
	CHECK(rt->trace->enabled());
	CHECK_EQ(rt->trace->start(tr_path()), ASSAY_EBUSY);
	CHECK(rt->trace->enabled());
	tr_check(tr_stop());
	CHECK(!rt->trace->enabled());
	rt->trace->stop();
	CHECK(!rt->trace->enabled());
	tr_check(tr_of(live, NULL));
}

/* ---- what is recorded ----------------------------------------------------------- */

static assay_chan *ch, *done, *never;
static assay_mutex mutex;
static assay_waitgroup wg;
static atomic_int stop;

static void sends(void *unused)
{
	(void)unused;
	send_int(ch, 1);
	send_signal(done);
}

static void receives(void *unused)
{
	(void)unused;
	(void)recv_int(ch);
	send_signal(done);
}

static void selects(void *unused)
{
	struct assay_case k[] = {case_recv(ch, &(int){0}),
				 case_recv(never, NULL)};

	(void)unused;
	select_cases(k, 2, NULL);
	send_signal(done);
}

static void locks(void *unused)
{
	(void)unused;
	lock(&mutex);
	unlock(&mutex);
	send_signal(done);
}

static void waits(void *unused)
{
	(void)unused;
	wg_wait(&wg);
	send_signal(done);
}

static void sleeps(void *unused)
{
	(void)unused;
	sleep_ns(5 * MS);
	send_signal(done);
}

/* Real Go's own goroutines wait, too: so a count alone may come too early. */
static void parked(int n)
{
	settle(n);
	sleep_ns(5 * MS);
}

/* Parks each kind, then lets all of them go on. */
static void all_kinds(void *unused)
{
	(void)unused;
	ch = chan_int(0);
	never = chan_signal(0);
	done = chan_signal(100);
	lock(&mutex);
	wg_add(&wg, 1);
	go(receives, NULL);
	parked(1);
	go(locks, NULL);
	parked(2);
	go(waits, NULL);
	parked(3);
	send_int(ch, 1);
	wait_for(done);
	go(sends, NULL);
	parked(3);
	(void)recv_int(ch);
	wait_for(done);
	go(selects, NULL);
	parked(3);
	send_int(ch, 1);
	go(sleeps, NULL);
	unlock(&mutex);
	wg_done(&wg);
	join(done, 4);
}

CASE(OB_015, "goroutines, and what they wait for, are all in the trace",
     NEEDS(NEED_TRACE, NEED(inspect, goid), NEED(chan, select), NEED_WG,
	   NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	struct tr t = tr_of(all_kinds, NULL);

	tr_check(t);
	CHECK_GE(tr_count(t, "go-create", self()), 6);
	CHECK_GE(tr_count(t, "go-end", -1), 5);
	CHECK_GE(tr_count(t, "go-start", -1), 6);
	CHECK_GE(tr_count(t, "go-unblock", -1), 6);
	CHECK_GE(tr_reason(t, "go-block", "chan receive"), 1);
	CHECK_GE(tr_reason(t, "go-block", "chan send"), 1);
	CHECK_GE(tr_reason(t, "go-block", "select"), 1);
	CHECK_GE(tr_reason(t, "go-block", "sync"), 2);
	CHECK_GE(tr_reason(t, "go-block", "sleep"), 1);
	tr_free(t);
}

static void nap(void *unused)
{
	(void)unused;
	usleep(30000);
}

static void call_and_set(void *unused)
{
	(void)unused;
	rt->blocking->call(nap, NULL);
	rt->inspect->gomaxprocs(3);
	rt->inspect->gomaxprocs(2);
}

CASE_OF(OB_015, calls, "blocking calls, Ps and a change of GOMAXPROCS",
	NEEDS(NEED_TRACE, NEED(blocking, call), NEED(inspect, gomaxprocs)),
	.procs = {2})
{
	struct tr t = tr_of(call_and_set, NULL);
	int64_t three = 0, two = 0;

	tr_check(t);
	for (int64_t i = 0; i < t.n; i++) {
		three += strcmp(t.e[i].ev, "procs") == 0 && t.e[i].n == 3;
		two += strcmp(t.e[i].ev, "procs") == 0 && t.e[i].n == 2;
	}
	CHECK_GE(three, 1);
	CHECK_GE(two, 1);
	CHECK_GE(tr_count(t, "call", -1), 1);
	CHECK_GE(tr_count(t, "stw", -1), 2);
	CHECK_EQ(tr_count(t, "stw", -1), tr_count(t, "stw-end", -1));
	CHECK_GE(tr_count(t, "p-status", -1), 2);
	tr_free(t);
}

/* ---- what the program says -------------------------------------------------------- */

static void regions(void *unused)
{
	(void)unused;
	rt->trace->region_begin(0, "outer");
	rt->trace->region_begin(0, "inner");
	rt->trace->region_begin(0, "innermost");
	yield();
	rt->trace->region_end(0, "innermost");
	rt->trace->region_end(0, "inner");
	rt->trace->region_end(0, "outer");
}

CASE(OB_017, "regions of a goroutine nest",
     NEEDS(NEED_TRACE, NEED(trace, region_begin), NEED(trace, region_end)))
{
	static const char *const order[] = {"outer",     "inner", "innermost",
					    "innermost", "inner", "outer"};
	struct tr t = tr_of(regions, NULL);
	int64_t at = 0, g = -1;

	tr_check(t);
	for (int i = 0; i < 6; i++) {
		at = tr_find(t, at, i < 3 ? "region" : "region-end", -1);
		REQUIRE(at >= 0);
		CHECK_STR(t.e[at].text, order[i]);
		if (g < 0)
			g = t.e[at].g;
		CHECK_EQ(t.e[at].g, g);
		at++;
	}
	tr_free(t);
}

static uint64_t task, sub;

static void works(void *unused)
{
	(void)unused;
	rt->trace->region_begin(task, "part");
	sleep_ns(MS);
	rt->trace->region_end(task, "part");
	send_signal(done);
}

static void a_task(void *unused)
{
	(void)unused;
	done = chan_signal(5);
	task = rt->trace->task_begin(0, "task");
	sub = rt->trace->task_begin(task, "sub");
	go_many(5, works, NULL);
	join(done, 5);
	rt->trace->task_end(sub);
	rt->trace->task_end(task);
	rt->trace->task_end(task);
}

CASE(OB_018, "a task goes over goroutines and knows its parent",
     NEEDS(NEED_TRACE, NEED(trace, region_begin), NEED(trace, task_begin),
	   NEED(trace, task_end), NEED(trace, region_end)))
{
	struct tr t = tr_of(a_task, NULL);
	int64_t first, second, parts = 0, ended = 0;

	tr_check(t);
	first = tr_find(t, 0, "task", -1);
	second = tr_find(t, first + 1, "task", -1);
	REQUIRE(first >= 0 && second > first);
	CHECK_STR(t.e[first].text, "task");
	CHECK_STR(t.e[second].text, "sub");
	CHECK_EQ(t.e[second].parent, t.e[first].task);
	for (int64_t i = first; i < t.n; i++) {
		parts += strcmp(t.e[i].ev, "region") == 0 &&
			 t.e[i].task == t.e[first].task;
		if (strcmp(t.e[i].ev, "task-end") == 0 &&
		    t.e[i].task == t.e[first].task && ended == 0)
			ended = t.e[i].t;
	}
	CHECK_EQ(parts, 5);
	CHECK_GE(ended - t.e[first].t, MS);
	CHECK_EQ(tr_count(t, "task", -1), 2);
	tr_free(t);
}

static void logs(void *unused)
{
	(void)unused;
	task = rt->trace->task_begin(0, "job");
	rt->trace->log(task, "category", "message");
	rt->trace->log(0, "other", "no task");
	rt->trace->task_end(task);
}

CASE(OB_019, "a log has its task, category and message",
     NEEDS(NEED_TRACE, NEED(trace, log), NEED(trace, task_begin),
	   NEED(trace, task_end)))
{
	struct tr t = tr_of(logs, NULL);
	int64_t job = tr_find(t, 0, "task", -1);
	int64_t one = tr_find(t, 0, "log", -1);
	int64_t two = tr_find(t, one + 1, "log", -1);

	tr_check(t);
	REQUIRE(job >= 0 && one >= 0 && two >= 0);
	CHECK_EQ(t.e[one].task, t.e[job].task);
	CHECK_STR(t.e[one].text, "category");
	CHECK_STR(t.e[one].message, "message");
	CHECK_EQ(t.e[two].task, 0);
	CHECK_STR(t.e[two].text, "other");
	CHECK_STR(t.e[two].message, "no task");
	tr_free(t);
}

/* ---- causes ------------------------------------------------------------------------ */

static void talks(void *unused)
{
	(void)unused;
	for (int i = 0; !steered(&stop); i++) {
		send_int(ch, recv_int(ch));
		if (i % 16 == 0) /* a trace is to be read in a moment */
			sleep_ns(MS);
	}
	send_signal(done);
}

static void work_for_a_while(void *ns)
{
	ch = chan_int(2);
	done = chan_signal(16);
	steer(&stop, 0);
	send_int(ch, 1);
	send_int(ch, 2);
	go_many(4, talks, NULL);
	go_many(4, sleeps, NULL);
	sleep_ns((int64_t)(intptr_t)ns);
	steer(&stop, 1);
	join(done, 8);
}

CASE(OB_016, "who waits is made ready by another before it runs",
     NEEDS(NEED_TRACE), .procs = {1, 2, 4})
{
	struct tr t = tr_of(work_for_a_while, (void *)(intptr_t)(20 * MS));

	tr_check(t);
	CHECK_GE(tr_count(t, "go-unblock", -1), 8);
	tr_free(t);
}

static int64_t naps[5];

static void nap_once(void *ns)
{
	sleep_ns(*(int64_t *)ns);
	send_signal(done);
}

static void one_by_one(void *unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++)
		sleep_ns(naps[i]);
}

static void all_at_once(void *unused)
{
	(void)unused;
	done = chan_signal(5);
	for (int i = 0; i < 5; i++)
		go(nap_once, &naps[i]);
	join(done, 5);
}

/* How long the goroutines slept, each from its block to its next start. */
static int64_t slept(struct tr t, int64_t *longest)
{
	int64_t sum = 0, at = 0;

	*longest = 0;
	while ((at = tr_find(t, at, "go-block", -1)) >= 0) {
		int64_t go_on = tr_named(t, at, "go-start", t.e[at].g);
		int64_t ns = go_on < 0 ? 0 : t.e[go_on].t - t.e[at].t;

		if (strstr(t.e[at].text, "sleep") != NULL) {
			sum += ns;
			if (ns > *longest)
				*longest = ns;
		}
		at++;
	}
	return sum;
}

CASE(OB_020, "waits one by one take their sum, at once the longest",
     NEEDS(NEED_TRACE))
{
	int64_t sum = 0, most = 0, longest;
	struct tr a, b;

	for (int i = 0; i < 5; i++) {
		naps[i] = (10 + rnd_below(20)) * MS;
		sum += naps[i];
		most = naps[i] > most ? naps[i] : most;
	}
	a = tr_of(one_by_one, NULL);
	b = tr_of(all_at_once, NULL);
	tr_check(a);
	tr_check(b);
	CHECK_GE(slept(a, &longest), sum);
	CHECK_GE(a.e[a.n - 1].t - a.e[0].t, sum);
	CHECK_GE(slept(b, &longest), sum);
	CHECK_GE(longest, most);
	CHECK_LT(b.e[b.n - 1].t - b.e[0].t, a.e[a.n - 1].t - a.e[0].t);
	tr_free(a);
	tr_free(b);
}

static void start_and_stop(int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		struct tr t;

		tr_start();
		sleep_ns(rnd_below(2) * MS);
		t = tr_stop();
		tr_check(t);
		tr_free(t);
	}
}

CASE(OB_021, "many traces while goroutines work, block and end",
     NEEDS(NEED_TRACE), .procs = {1, 2, 4}, .timeout_ms = 60000)
{
	ch = chan_int(2);
	done = chan_signal(64);
	send_int(ch, 1);
	send_int(ch, 2);
	go_many(4, talks, NULL);
	for (int64_t i = 0; i < 5; i++) {
		go_many(4, sleeps, NULL);
		start_and_stop(rounds(4));
		join(done, 4);
	}
	steer(&stop, 1);
	join(done, 4);
}

/* ---- trust --------------------------------------------------------------------------- */

CASE(TRC_003, "a task and regions span generations",
     NEEDS(NEED_TRACE, NEED(trace, task_begin), NEED(trace, task_end),
	   NEED(trace, region_begin), NEED(trace, region_end)),
     .timeout_ms = 30000)
{
	struct tr t;
	int64_t first, last;

	done = chan_signal(1);
	tr_start();
	task = rt->trace->task_begin(0, "long");
	rt->trace->region_begin(task, "a");
	rt->trace->region_begin(task, "b");
	for (int i = 0; i < 24; i++) {
		go(sleeps, NULL);
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
	CHECK_GE(t.e[last].gen - t.e[first].gen, 2);
	CHECK_EQ(t.e[last].task, t.e[first].task);
	tr_free(t);
}

static void calls_of_both_lengths(void *stop_flag)
{
	(void)stop_flag;
	for (int i = 0; i < 3; i++)
		rt->blocking->call(nap, NULL);
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
     NEEDS(NEED_TRACE), .timeout_ms = 30000)
{
	struct tr t;
	int64_t at = -1, n = 0, gen = 0, mono = 0, wall = 0;

	done = chan_signal(1);
	tr_start();
	for (int i = 0; i < 34; i++) {
		go(sleeps, NULL);
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

static _Atomic(int64_t) ids[16];
static atomic_int had;

static void work_with_id(void *unused)
{
	(void)unused;
	atomic_store_explicit(&ids[mark(&had) - 1], self(),
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

/* ---- futile wake-ups --------------------------------------------------------------- */

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

/* ---- the flight recorder --------------------------------------------------------------- */

#define NEED_RECORDER                                                          \
	NEED(recorder, start), NEED(recorder, stop), NEED(recorder, enabled),  \
		NEED(recorder, write), NEED(trace, convert)

static struct tr recorded(void)
{
	struct tr t;
	int status;

	t = tr_read(tr_path(), &status);
	CHECK_EQ(status, ASSAY_OK);
	unlink(tr_path());
	return t;
}

static struct tr snapshot(void)
{
	uint64_t n = 0;

	REQUIRE_EQ(rt->recorder->write(tr_path(), &n), ASSAY_OK);
	CHECK_GT(n, 0);
	return recorded();
}

CASE(FLT_001, "a second start of a recorder fails", NEEDS(NEED_RECORDER))
{
	CHECK(!rt->recorder->enabled());
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	CHECK(rt->recorder->enabled());
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_EBUSY);
	CHECK(rt->recorder->enabled());
	rt->recorder->stop();
	CHECK(!rt->recorder->enabled());
}

CASE(FLT_002, "a recorder that is off writes nothing", NEEDS(NEED_RECORDER))
{
	uint64_t n = 0;

	CHECK_EQ(rt->recorder->write(tr_path(), &n), ASSAY_EINVAL);
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	rt->recorder->stop();
	CHECK_EQ(rt->recorder->write(tr_path(), &n), ASSAY_EINVAL);
	CHECK_EQ(n, 0);
	unlink(tr_path());
}

static atomic_int written, refused, turn;

static void writes(void *unused)
{
	char path[64];
	uint64_t n = 0;
	int status;

	(void)unused;
	snprintf(path, sizeof(path), "%s.%d", tr_path(), mark(&turn));
	while (!steered(&stop))
		yield();
	status = rt->recorder->write(path, &n);
	if (status == ASSAY_OK) {
		struct tr t = tr_read(path, &status);

		CHECK_EQ(status, ASSAY_OK);
		tr_check(t);
		tr_free(t);
		mark(&written);
	} else {
		CHECK_EQ(status, ASSAY_WRITING);
		CHECK_EQ(n, 0);
		mark(&refused);
	}
	unlink(path);
	send_signal(done);
}

CASE(FLT_003, "of snapshots at the same time at least one succeeds",
     NEEDS(NEED_RECORDER))
{
	done = chan_signal(8);
	(void)tr_path();
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	go_many(8, writes, NULL);
	while (count(&turn) < 8)
		yield();
	steer(&stop, 1);
	join(done, 8);
	rt->recorder->stop();
	CHECK_GE(count(&written), 1);
	CHECK_EQ(count(&written) + count(&refused), 8);
	unlink(tr_path());
}

CASE(FLT_004, "a snapshot holds no more of the past than it is asked for",
     NEEDS(NEED_RECORDER), .timeout_ms = 30000)
{
	struct tr t;

	CHECK_EQ(rt->recorder->start(MS, 16), ASSAY_OK);
	work_for_a_while((void *)(intptr_t)(3 * SEC));
	t = snapshot();
	rt->recorder->stop();
	tr_check(t);
	CHECK_GE(tr_count(t, "clock", -1), 1);
	CHECK_LE(tr_count(t, "clock", -1), 3);
	REQUIRE(t.n > 0);
	CHECK_STR(t.e[0].ev, "clock");
	tr_free(t);
}

CASE(FLT_005, "what was logged just before is in the snapshot",
     NEEDS(NEED_RECORDER, NEED(trace, log)), .timeout_ms = 60000)
{
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	for (int64_t i = 0; i < rounds(20); i++) {
		char text[40];
		struct tr t;
		int64_t at, last = -1;

		snprintf(text, sizeof(text), "message %" PRId64, i);
		rt->trace->log(0, "now", text);
		t = snapshot();
		for (at = 0; (at = tr_find(t, at, "log", -1)) >= 0; at++)
			last = at;
		REQUIRE(last >= 0);
		CHECK_STR(t.e[last].message, text);
		CHECK_STR(t.e[last].text, "now");
		tr_free(t);
	}
	rt->recorder->stop();
}

static void beside_a_trace(bool recorder_first)
{
	struct tr t;

	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	tr_start();
	work_for_a_while((void *)(intptr_t)(50 * MS));
	if (recorder_first) {
		char path[64];
		uint64_t n;
		int status;

		snprintf(path, sizeof(path), "%s.r", tr_path());
		CHECK_EQ(rt->recorder->write(path, &n), ASSAY_OK);
		rt->recorder->stop();
		t = tr_read(path, &status);
		unlink(path);
		CHECK_EQ(status, ASSAY_OK);
		tr_check(t);
		tr_free(t);
	}
	t = tr_stop();
	tr_check(t);
	tr_free(t);
	if (!recorder_first) {
		t = snapshot();
		tr_check(t);
		tr_free(t);
		rt->recorder->stop();
	}
}

CASE(FLT_006, "a recorder works beside a trace",
     NEEDS(NEED_RECORDER, NEED_TRACE), .procs = {1, 4})
{
	beside_a_trace(true);
	beside_a_trace(false);
}

CASE(FLT_007, "a recorder can be started again and again", NEEDS(NEED_RECORDER),
     .procs = {1, 4})
{
	for (int i = 0; i < 5; i++) {
		struct tr t;

		CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
		work_for_a_while((void *)(intptr_t)(10 * MS));
		t = snapshot();
		rt->recorder->stop();
		tr_check(t);
		CHECK_GE(tr_count(t, "go-create", -1), 8);
		tr_free(t);
	}
}
