/*
 * Metrics: numbers of the scheduler under the names that Go gives them
 * (runtime/metrics), and what only some runtimes count.
 */
#include <stdio.h>

#include "kit/kit.h"
#include "tr.h"

#define STATE(s) "/sched/goroutines/" s ":goroutines"
#define NEED_METRICS NEEDS(NEED(metrics, read))

static struct assay_metric read_of(int32_t p, const char *name)
{
	struct assay_metric m = {.name = name, .p = p};

	rt->metrics->read(&m, 1);
	return m;
}

/* Reads one; skips the case where the runtime does not have it. */
static struct assay_metric metric(const char *name)
{
	struct assay_metric m = read_of(-1, name);

	if (m.kind == ASSAY_METRIC_NONE)
		skip("the runtime has no metric %s", name);
	return m;
}

static int64_t counted(const char *name)
{
	return (int64_t)metric(name).count;
}

static bool at_least(const char *name, int64_t n)
{
	int64_t end = in(upto(10 * SEC));

	while (counted(name) < n && now() < end)
		sleep_ns(MS);
	return CHECK_GE(counted(name), n);
}

/* ---- goroutines by state -------------------------------------------------- */

enum { EACH = 10 };

static atomic_bool release;

static bool released(void)
{
	/* pairs with the store of let_go() */
	return atomic_load_explicit(&release, memory_order_acquire);
}

static void let_go(void)
{
	atomic_store_explicit(&release, true, memory_order_release);
}

static void spin(void *done)
{
	while (!released())
		;
	send_signal(done);
}

static void wait_outside(void *arg)
{
	(void)arg;
	while (!released())
		kernel_sleep(MS);
}

static void call(void *done)
{
	rt->blocking->call(wait_outside, NULL);
	send_signal(done);
}

static void park(void *queue)
{
	wait_for(queue);
}

static void check_running(void)
{
	for (int i = 0; i < 20; i++)
		CHECK_LE(counted(STATE("running")), case_procs());
}

CASE(MET_001, "goroutines are counted by what they do, and as they start",
     NEEDS(NEED(metrics, read), NEED(blocking, call)))
{
	assay_chan *queue = chan_signal(0), *done = chan_signal(0);
	int64_t alive = counted("/sched/goroutines:goroutines");
	int64_t made = counted("/sched/goroutines-created:goroutines");
	int64_t threads = counted("/sched/threads/total:threads");

	go_many(EACH, call, done);
	go_many(EACH, park, queue);
	at_least(STATE("not-in-go"), EACH);
	at_least(STATE("waiting"), EACH);
	at_least("/sched/threads/total:threads", EACH);
	note("%" PRId64 " threads before", threads);
	check_running();
	CHECK_GE(counted("/sched/goroutines:goroutines") - alive, 2 * EACH);
	CHECK_GE(counted("/sched/goroutines-created:goroutines") - made,
		 2 * EACH);
	CHECK_EQ(counted("/sched/gomaxprocs:threads"), case_procs());
	let_go();
	join(done, EACH);
	close_chan(queue);
}

CASE_OF(MET_001, runnable, "those that wait for their turn are runnable",
	NEED_METRICS, .procs = {1},
	.traits = ASSAY_TRAIT_PROC_LIMIT | ASSAY_TRAIT_PREEMPTIVE)
{
	assay_chan *done = chan_signal(0);

	go_many(EACH + 1, spin, done);
	at_least(STATE("runnable"), EACH);
	check_running();
	let_go();
	join(done, EACH + 1);
}

/* ---- waiting for locks ----------------------------------------------------- */

#define WAITS "/sync/mutex/wait/total:seconds"
#define HOLD (20 * MS)

enum lock_kind { MUTEX, WRITER_READER, READER_WRITER, WRITER_WRITER };

static assay_mutex mutex;
static assay_rwmutex rw;

static void take(enum lock_kind k, bool second)
{
	if (k == MUTEX)
		lock(&mutex);
	else if (k == (second ? WRITER_READER : READER_WRITER))
		REQUIRE_EQ(rt->sync->rw_rlock(&rw, ASSAY_FOREVER), ASSAY_OK);
	else
		REQUIRE_EQ(rt->sync->rw_lock(&rw, ASSAY_FOREVER), ASSAY_OK);
}

static void give(enum lock_kind k, bool second)
{
	if (k == MUTEX)
		unlock(&mutex);
	else if (k == (second ? WRITER_READER : READER_WRITER))
		rt->sync->rw_runlock(&rw);
	else
		rt->sync->rw_unlock(&rw);
}

struct second {
	enum lock_kind kind;
	assay_chan *begin, *got;
};

static void take_second(void *arg)
{
	struct second *s = arg;
	int64_t waited = 0, rounds;

	for (rounds = 0; recv(s->begin, NULL); rounds++) {
		int64_t from = now();

		take(s->kind, true);
		waited += now() - from;
		give(s->kind, true);
		send(s->got, &waited);
	}
}

/* Some runtimes look at one wait in eight, and count it as eight. */
CASE_TABLE(MET_002, lock_waits, (enum lock_kind kind),
	   ROW1((MUTEX), "time spent waiting for a mutex is counted",
		.flags = CASE_REAL_TIME,
		NEEDS(NEED(metrics, read), NEED(sync, mutex_lock),
		      NEED(sync, mutex_unlock))),
	   ROW(writer_reader, (WRITER_READER), "a reader waits for a writer",
	       .flags = CASE_REAL_TIME,
	       NEEDS(NEED(metrics, read), NEED(sync, rw_lock),
		     NEED(sync, rw_unlock), NEED(sync, rw_rlock),
		     NEED(sync, rw_runlock))),
	   ROW(reader_writer, (READER_WRITER), "a writer waits for a reader",
	       .flags = CASE_REAL_TIME,
	       NEEDS(NEED(metrics, read), NEED(sync, rw_lock),
		     NEED(sync, rw_unlock), NEED(sync, rw_rlock),
		     NEED(sync, rw_runlock))),
	   ROW(writer_writer, (WRITER_WRITER), "a writer waits for a writer",
	       .flags = CASE_REAL_TIME,
	       NEEDS(NEED(metrics, read), NEED(sync, rw_lock),
		     NEED(sync, rw_unlock))))
{
	static struct second s; /* it may end after main */
	double before = metric(WAITS).seconds, grown;
	int64_t waited = 0;

	s = (struct second){kind, chan_signal(0), chan(sizeof(int64_t), 0)};
	go(take_second, &s);
	for (int i = 0; i < 8; i++) {
		take(kind, false);
		send_signal(s.begin);
		settle(1);
		sleep_ns(HOLD);
		give(kind, false);
		REQUIRE(recv(s.got, &waited));
	}
	close_chan(s.begin);
	grown = metric(WAITS).seconds - before;
	note("%.1f ms for %.1f ms", grown * 1e3, (double)waited / 1e6);
	/* the second's own clock runs a little longer on both sides */
	CHECK_REAL(grown, >=, 8 * (double)HOLD / 1e9 * 0.95);
}

/* ---- CPU time -------------------------------------------------------------- */

static const char *const classes[] = {"/cpu/classes/idle:cpu-seconds",
				      "/cpu/classes/user:cpu-seconds",
				      "/cpu/classes/system:cpu-seconds",
				      "/cpu/classes/gc/total:cpu-seconds",
				      "/cpu/classes/scavenge/total:cpu-seconds",
				      "/cpu/classes/total:cpu-seconds"};

enum { CLASSES = sizeof(classes) / sizeof(*classes), TOTAL = CLASSES - 1 };

static void read_classes(struct assay_metric m[CLASSES])
{
	metric(classes[TOTAL]); /* or skips */
	for (size_t i = 0; i < CLASSES; i++)
		m[i] = (struct assay_metric){.name = classes[i], .p = -1};
	rt->metrics->read(m, CLASSES);
}

CASE(MET_003, "a program asleep counts its CPUs as idle", NEED_METRICS,
     .flags = CASE_ALONE)
{
	double part = 0;

	for (int i = 0; i < 10 && part < 0.9; i++) {
		double idle = metric(classes[0]).seconds, wall;
		int64_t from = kernel_now();

		sleep_ns(100 * MS);
		idle = metric(classes[0]).seconds - idle;
		wall = (double)(kernel_now() - from) / 1e9 * case_procs();
		part = idle / wall;
		note("idle %.1f %%", part * 100);
	}
	CHECK_REAL(part, >=, 0.9);
	CHECK_REAL(part, <=, 2); /* wall is a little shorter than idle's time */
}

static void churn(void *stop)
{
	int64_t sum = 0;

	while (try_recv(stop, NULL) == ASSAY_AGAIN) {
		for (int i = 0; i < 1000; i++)
			sum += (int64_t)(checksum(&sum, sizeof(sum)) & 1);
		yield();
	}
}

CASE(MET_005, "in one reading the classes of CPU time add up to their total",
     NEED_METRICS, .flags = CASE_REAL_TIME)
{
	struct assay_metric m[CLASSES];
	assay_chan *stop = chan_signal(0);
	double last = 0;

	go_many(4, churn, stop);
	for (int i = 0; i < 50; i++) {
		double sum = 0;

		read_classes(m);
		for (int k = 0; k < TOTAL; k++)
			if (m[k].kind == ASSAY_METRIC_SECONDS)
				sum += m[k].seconds;
		CHECK_REAL(sum, >=, m[TOTAL].seconds * (1 - 1e-9));
		CHECK_REAL(sum, <=, m[TOTAL].seconds * (1 + 1e-9));
		CHECK_REAL(m[TOTAL].seconds, >=, last);
		last = m[TOTAL].seconds;
		sleep_ns(MS);
	}
	CHECK_REAL(last, >, 0);
	close_chan(stop);
}

/* ---- pauses ---------------------------------------------------------------- */

CASE(MET_004, "each pause of all goroutines is counted",
     NEEDS(NEED(metrics, read), NEED(inspect, gomaxprocs)),
     .flags = CASE_REAL_TIME)
{
	struct assay_class room[512];
	struct assay_metric m = {.name = "/sched/pauses/total/other:seconds",
				 .p = -1,
				 .classes = room,
				 .room = 512};
	int64_t before = counted(m.name), sum = 0;
	int procs = case_procs();

	for (int i = 0; i < 10; i++)
		rt->inspect->gomaxprocs(i % 2 == 0 ? procs + 1 : procs);
	rt->metrics->read(&m, 1);
	CHECK_EQ((int64_t)m.count - before, 10);
	CHECK_EQ(m.kind, ASSAY_METRIC_HISTOGRAM);
	for (size_t i = 0; i < m.classes_n; i++) {
		CHECK_REAL(room[i].from, <, room[i].to);
		CHECK(i == 0 || room[i].from == room[i - 1].to);
		sum += (int64_t)room[i].n;
	}
	CHECK_EQ(sum, (int64_t)m.count);
	CHECK_GE(counted("/sched/pauses/stopping/other:seconds"), 10);
}

static int64_t pauses(void)
{
	return counted("/sched/pauses/total/other:seconds");
}

/* Each of so many stops all goroutines at least so often. */
static void check_pauses(int64_t before, int64_t times, int64_t each)
{
	int64_t grown = pauses() - before;

	note("%" PRId64 " pauses", grown);
	CHECK_GE(grown, times * each);
}

/* Its end need not stop them. */
CASE_OF(MET_004, trace, "so is each that begins a trace",
	NEEDS(NEED(metrics, read), NEED_TRACE))
{
	for (int i = 0; i < 3; i++) {
		int64_t before = pauses();

		tr_start();
		check_pauses(before, 1, 1);
		tr_free(tr_stop());
	}
}

static void take_profile(void)
{
	FILE *file = tmpfile();

	REQUIRE(file != NULL);
	REQUIRE_EQ(rt->profile->write("goroutine", 1, fileno(file)), ASSAY_OK);
	fclose(file);
}

CASE_OF(MET_004, profile, "so is each that looks at all goroutines",
	NEEDS(NEED(metrics, read), NEED(profile, write)))
{
	int64_t before = pauses();

	for (int i = 0; i < 10; i++)
		take_profile();
	check_pauses(before, 10, 1);
}

/* A dump need not stop all; who stops them for it counts that. */
CASE_OF(MET_004, dump, "so is one for a dump, if it stops them",
	NEEDS(NEED(metrics, read), NEED(inspect, dump)))
{
	char text[4096];
	int64_t before = pauses(), grown;

	for (int i = 0; i < 10; i++)
		rt->inspect->dump(text, sizeof(text));
	grown = pauses() - before;
	note("%" PRId64 " pauses", grown);
	CHECK(grown == 0 || grown >= 10);
}

/* ---- what each P has done -------------------------------------------------- */

static int64_t sum_of_ps(const char *name)
{
	int64_t sum = 0;

	for (int32_t p = 0; p < case_procs(); p++) {
		struct assay_metric m = read_of(p, name);

		if (m.kind == ASSAY_METRIC_NONE)
			skip("the runtime does not count %s for each P", name);
		sum += (int64_t)m.count;
	}
	return sum;
}

static void check_sum(const char *name)
{
	int64_t low = sum_of_ps(name), all = counted(name);

	CHECK_LE(low, all);
	CHECK_LE(all, sum_of_ps(name));
}

static void end(void *done)
{
	send_signal(done);
}

/* The starter must not be stopped meanwhile, or the queue is emptied. */
CASE(MET_006, "more goroutines than a queue holds overflow it", NEED_METRICS,
     .procs = {1}, .not_traits = ASSAY_TRAIT_CHILD_FIRST,
     .flags = CASE_REAL_TIME)
{
	const char *name = "/sched/overflows:overflows";
	assay_chan *done = chan_signal(0);
	int64_t before = counted(name);

	go_many(600, end, done);
	CHECK_GE(counted(name) - before, 1);
	join(done, 600);
	check_sum(name);
}

static void work(void *done)
{
	int64_t until = in(MS);

	while (now() < until)
		;
	send_signal(done);
}

CASE_OF(MET_006, steals, "what other Ps take from a busy one is counted",
	NEED_METRICS, .procs = {4})
{
	const char *name = "/sched/steals:steals";
	assay_chan *done = chan_signal(0);
	int64_t before = counted(name), feeder = -1, others = 0, n = 100;

	go_many(n, work, done);
	join(done, n);
	CHECK_GE(counted(name) - before, 1);
	for (int32_t p = 0; p < 4; p++) {
		int64_t made =
			(int64_t)read_of(p,
					 "/sched/goroutines-created:goroutines")
				.count;

		if (made >= n)
			feeder = p;
	}
	for (int32_t p = 0; p < 4; p++)
		if (p != feeder)
			others += (int64_t)read_of(p, name).count;
	CHECK_GE(others, 1);
	check_sum(name);
	check_sum("/sched/parks:parks");
	check_sum("/sched/preemptions:preemptions");
}

CASE_OF(MET_006, parks, "each wait is counted as a park", NEED_METRICS)
{
	const char *name = "/sched/parks:parks";
	assay_chan *queue = chan_signal(0);
	int64_t before = counted(name);

	go_many(100, park, queue);
	settle(100);
	close_chan(queue);
	CHECK_GE(counted(name) - before, 100);
	check_sum(name);
}

CASE_OF(MET_006, preempted, "each stop by the runtime is counted", NEED_METRICS,
	.procs = {1}, .traits = ASSAY_TRAIT_PREEMPTIVE)
{
	const char *name = "/sched/preemptions:preemptions";
	assay_chan *done = chan_signal(0);
	int64_t before = counted(name);

	go_many(2, spin, done);
	at_least(name, before + 3);
	let_go();
	join(done, 2);
	check_sum(name);
}

/* ---- how long goroutines wait for their turn, and run ---------------------- */

/* Returns how many times were counted of at least `from` ns, below `to` ns. */
static int64_t counted_between(const char *name, int64_t from, int64_t to)
{
	struct assay_class room[512];
	struct assay_metric m = {
		.name = name, .p = -1, .classes = room, .room = 512};
	int64_t n = 0, sum = 0;

	metric(name); /* or skips */
	rt->metrics->read(&m, 1);
	REQUIRE_EQ(m.kind, ASSAY_METRIC_HISTOGRAM);
	for (size_t i = 0; i < m.classes_n; i++) {
		sum += (int64_t)room[i].n;
		if (room[i].to > (double)from / 1e9 &&
		    room[i].from < (double)to / 1e9)
			n += (int64_t)room[i].n;
	}
	CHECK_EQ(sum, (int64_t)m.count);
	return n;
}

/* Its class and the next, as a busy machine makes a run longer. */
static int64_t runs_of(int64_t ns)
{
	return counted_between("/sched/turns:seconds", ns, ns * 5 / 4);
}

struct runner {
	assay_chan *begin, *done;
};

static void run_for(void *arg)
{
	struct runner *r = arg;
	int64_t ns;

	while (recv(r->begin, &ns)) {
		int64_t until = now() + ns;

		while (now() < until)
			;
		send_signal(r->done);
	}
}

/*
 * A runtime may time one run in some: with one in eight all of 400 rounds miss
 * a length with a chance below 1e-22.
 */
CASE_OF(MET_006, turns, "how long goroutines run without a switch is counted",
	NEED_METRICS, .flags = CASE_REAL_TIME)
{
	static const int64_t lengths[] = {MS, 5 * MS, 9 * MS};
	static struct runner r; /* it may end after main */
	int64_t end = in(upto(20 * SEC)), before[3];
	bool found[3] = {false};

	for (int i = 0; i < 3; i++)
		before[i] = runs_of(lengths[i]);
	r = (struct runner){chan(sizeof(int64_t), 0), chan_signal(0)};
	go(run_for, &r);
	while (now() < end && !(found[0] && found[1] && found[2])) {
		for (int i = 0; i < 3; i++) {
			send(r.begin, &lengths[i]);
			REQUIRE(recv(r.done, NULL));
			found[i] |= runs_of(lengths[i]) > before[i];
		}
	}
	for (int i = 0; i < 3; i++)
		CHECK(found[i]);
	/* none is longer than the process lives */
	CHECK_EQ(counted_between("/sched/turns:seconds", 1000 * SEC, INT64_MAX),
		 0);
	close_chan(r.begin);
}

static void take_ms(void *done)
{
	int64_t until = now() + MS;

	while (now() < until)
		;
	send_signal(done);
}

/*
 * Ten that run for a ms each, one after the other: each waits for all before.
 * A runtime may time one in some: with one in eight all of 100 rounds miss the
 * last seven with a chance below 1e-40.
 */
CASE(MET_007, "how long goroutines wait for their turn is counted",
     NEED_METRICS, .procs = {1}, .traits = ASSAY_TRAIT_PROC_LIMIT,
     .flags = CASE_REAL_TIME)
{
	const char *name = "/sched/latencies:seconds";
	int64_t end = in(upto(20 * SEC)), rounds = 0;
	int64_t before = counted_between(name, 2 * MS, SEC), grown = 0;
	int64_t all = counted(name);
	assay_chan *done = chan_signal(0);

	for (; now() < end && grown < 5; rounds++) {
		go_many(10, take_ms, done);
		join(done, 10);
		grown = counted_between(name, 2 * MS, SEC) - before;
	}
	note("%" PRId64 " of %" PRId64 " in %" PRId64 " rounds", grown,
	     counted(name) - all, rounds);
	CHECK_GE(grown, 5);
	/* nobody is timed twice for one turn, and the first wait for nobody */
	CHECK_LE(grown, rounds * 10);
}

static atomic_int yielding, enough;

static void run_and_yield(void)
{
	int64_t until = now() + MS;

	while (now() < until)
		;
	yield();
}

static void yield_each_ms(void *unused)
{
	(void)unused;
	mark(&yielding);
	while (count(&enough) == 0)
		run_and_yield();
}

/*
 * Nobody waits for anything else meanwhile, unless the runtime takes a turn
 * away.  With one in eight all of 2000 waits are missed with a chance below
 * 1e-100.
 */
CASE_OF(MET_007, yields, "and that of those that yield", NEED_METRICS,
	.procs = {1}, .timeout_ms = 30000, .traits = ASSAY_TRAIT_PROC_LIMIT,
	.flags = CASE_REAL_TIME)
{
	const char *name = "/sched/latencies:seconds";
	int64_t turns = 0, before, grown = 0;

	metric(name); /* or skips */
	go_many(9, yield_each_ms, NULL);
	while (count(&yielding) < 9)
		yield();
	before = counted_between(name, 2 * MS, SEC);
	for (; turns < 200 && grown < 3; turns++) {
		run_and_yield();
		if (turns % 8 == 0)
			grown = counted_between(name, 2 * MS, SEC) - before;
	}
	mark(&enough);
	note("%" PRId64 " in %" PRId64 " turns", grown, turns);
	CHECK_GE(grown, 3);
}
