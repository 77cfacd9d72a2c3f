/*
 * GODEBUG=schedtrace=X,scheddetail=1: below the line of sched one for each P,
 * M and G.  A block is printed while all goes on, so what several lines say
 * about each other is looked at where all Ps are idle, or in the blocks of a
 * long computation, of which at least one must hold together.
 */
#include <stdlib.h>

#include "ob.h"
#include "kit/sync_kit.h"

#define DETAIL(ms) OB_ENV("scheddetail=1,schedtrace=" #ms)

static struct ob_block b;

static atomic_int stop;

static void compute(void *done)
{
	while (!steered(&stop))
		ob_spin(MS);
	send_signal(done);
}

/* A computation on each P, main's too, then rest. */
static void compute_then_rest(void *arg)
{
	assay_chan *done = chan_signal(0);

	(void)arg;
	for (int i = 1; i < case_procs(); i++)
		go(compute, done);
	ob_spin_seen();
	steer(&stop, 1);
	for (int i = 1; i < case_procs(); i++)
		wait_for(done);
	ob_rest_seen();
}

CASE(OB_005, "scheddetail=1 adds to the line, and lines of all Ps, Ms, Gs",
     DETAIL(20))
{
	char *text = ob_run(compute_then_rest);
	int64_t n = 0, agree = 0;

	for (; ob_block(&text, &b); n++) {
		CHECK_MSG(ob_like(b.head,
				  "^" OB_SCHED " gcwaiting=" OB_BOOL
				  " nmidlelocked=-?[0-9]+ stopwait=[0-9]+"
				  " sysmonwait=" OB_BOOL "$"),
			  "not the line's shape: %s", b.head);
		CHECK(b.ordered);
		CHECK_EQ(b.np, case_procs());
		/* an M that is being made may be in one and not the other */
		agree += ob_quiet(&b) && b.nm == ob_field(b.head, " threads=");
		if (ob_field(b.head, "SCHED ") > 0)
			CHECK_GE(b.ng, 1);
		for (int64_t i = 0; i < b.np; i++)
			CHECK_EQ(ob_number(b.p[i]), i);
	}
	CHECK_GE(n, 3);
	CHECK_GT(agree, 0);
}

static void check_p(const char *line)
{
	int64_t status;

	CHECK_MSG(ob_like(line, "^  P[0-9]+: status=[0-4] schedtick=[0-9]+ "
				"syscalltick=[0-9]+ m=" OB_ID
				" runqsize=[0-9]+ gfreecnt=[0-9]+ "
				"timerslen=[0-9]+$"),
		  "not the line of a P: %s", line);
	status = ob_field(line, " status=");
	CHECK_GE(status, 0);
	CHECK_LE(status, 4);
}

static void check_ps(assay_fn program)
{
	char *text = ob_run(program);
	int64_t quiet = 0, busy = 0;

	while (ob_block(&text, &b)) {
		bool rests = ob_quiet(&b);
		int64_t timers = 0;

		for (int64_t i = 0; i < b.np; i++) {
			check_p(b.p[i]);
			timers += ob_field(b.p[i], " timerslen=");
			busy += ob_field(b.p[i], " status=") == 1 &&
				ob_field(b.p[i], " m=") >= 0;
			if (!rests)
				continue;
			CHECK_EQ(ob_field(b.p[i], " status="), 0);
			CHECK_EQ(ob_field(b.p[i], " m="), -1);
			CHECK_EQ(ob_field(b.p[i], " runqsize="), 0);
		}
		quiet += rests && timers > 0;
	}
	CHECK_GT(quiet, 0);
	CHECK_GT(busy, 0);
}

CASE(OB_006, "the line of a P; at rest all are idle and one has main's timer",
     DETAIL(20))
{
	check_ps(compute_then_rest);
}

static void change_procs_compute_then_rest(void *arg)
{
	rt->inspect->gomaxprocs(2 * case_procs());
	rt->inspect->gomaxprocs(case_procs());
	compute_then_rest(arg);
	rt->inspect->gomaxprocs(2 * case_procs());
	ob_rest_seen();
}

CASE_OF(OB_006, changed, "and so after changes of GOMAXPROCS", DETAIL(20),
	NEEDS(NEED(inspect, gomaxprocs)))
{
	check_ps(change_procs_compute_then_rest);
}

static const char *find(const char **lines, int64_t n, int64_t number)
{
	for (int64_t i = 0; i < n; i++)
		if (ob_number(lines[i]) == number)
			return lines[i];
	return NULL;
}

/* m's P and goroutine are its own by their lines too. */
static bool m_agrees(const char *m)
{
	int64_t p = ob_field(m, " p="), g = ob_field(m, " curg=");
	const char *line;

	if (p >= 0) {
		line = find(b.p, b.np, p);
		if (line == NULL || ob_field(line, " m=") != ob_number(m))
			return false;
	}
	if (g < 0)
		return true;
	line = find(b.g, b.ng, g);
	return line != NULL && ob_field(line, " m=") == ob_number(m) &&
	       (ob_gstatus(line) == 2 || ob_gstatus(line) == 3);
}

static bool ms_agree(void)
{
	for (int64_t i = 0; i < b.nm; i++)
		if (!m_agrees(b.m[i]))
			return false;
	return true;
}

static int64_t with_p_and_g(void)
{
	int64_t n = 0;

	for (int64_t i = 0; i < b.nm; i++)
		n += ob_field(b.m[i], " p=") >= 0 &&
		     ob_field(b.m[i], " curg=") >= 0;
	return n;
}

CASE(OB_007, "the line of an M; its P and goroutine name it too", DETAIL(10))
{
	char *text = ob_run(compute_then_rest);
	int64_t agree = 0, blocks = 0;

	for (; ob_block(&text, &b); blocks++) {
		for (int64_t i = 0; i < b.nm; i++)
			CHECK_MSG(ob_like(b.m[i],
					  "^  M[0-9]+: p=" OB_ID " curg=" OB_ID
					  " mallocing=[0-9]+ throwing=[0-9]+ "
					  "preemptoff=[^=]* locks=[0-9]+ "
					  "dying=[0-9]+ spinning=" OB_BOOL
					  " blocked=" OB_BOOL " lockedg=" OB_ID
					  "$"),
				  "not the line of an M: %s", b.m[i]);
		agree += ms_agree() && with_p_and_g() > 0;
	}
	note("%" PRId64 " of %" PRId64 " blocks agree while busy", agree,
	     blocks);
	CHECK_GT(agree, 0);
}

CASE(OB_009, "Ps and Ms name each other; no more Ms have one than there are",
     DETAIL(10))
{
	char *text = ob_run(compute_then_rest);
	int64_t busy = 0, quiet = 0;

	while (ob_block(&text, &b)) {
		int64_t owners = 0, owned = 0;
		bool rests = ob_quiet(&b);

		for (int64_t i = 0; i < b.nm; i++)
			owners += ob_field(b.m[i], " p=") >= 0;
		for (int64_t i = 0; i < b.np; i++)
			owned += ob_field(b.p[i], " m=") >= 0;
		if (rests)
			CHECK_EQ(owners, 0);
		quiet += rests;
		busy += owners > 0 && owners == owned && owners <= b.np &&
			ms_agree();
	}
	CHECK_GT(busy, 0);
	CHECK_GT(quiet, 0);
}

/* ---- reasons ------------------------------------------------------------ */

static assay_mutex held;
static assay_rwmutex read_held, write_held;
static assay_waitgroup group;
static assay_cond cond;
static assay_mutex of_cond;
static int64_t counted, in_dump;

static void receives(void *c)
{
	recv(c, NULL);
}

static void sends(void *c)
{
	send(c, NULL);
}

static void selects(void *c)
{
	struct assay_case cases[2] = {case_recv(c, NULL), case_recv(c, NULL)};

	select_cases(cases, 2, NULL);
}

static void selects_nothing(void *arg)
{
	size_t chosen;

	(void)arg;
	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

static void sleeps(void *arg)
{
	(void)arg;
	sleep_ns(3600 * SEC);
}

static void locks(void *arg)
{
	(void)arg;
	lock(&held);
}

static void reads(void *arg)
{
	(void)arg;
	rt->sync->rw_rlock(&write_held, ASSAY_FOREVER);
}

static void writes(void *arg)
{
	(void)arg;
	rt->sync->rw_lock(&read_held, ASSAY_FOREVER);
}

static void waits(void *arg)
{
	(void)arg;
	wg_wait(&group);
}

static void waits_for_cond(void *arg)
{
	(void)arg;
	lock(&of_cond);
	rt->sync->cond_wait(&cond, &of_cond);
}

/* Who parks how; what Go versions call it. */
static const struct {
	assay_fn fn;
	bool chan;
	const char *reason;
} parked[] = {
	{receives, true, "chan receive"},
	{receives, false, "chan receive \\(nil chan\\)"},
	{sends, true, "chan send"},
	{sends, false, "chan send \\(nil chan\\)"},
	{selects, true, "select"},
	{selects_nothing, false, "select \\(no cases\\)"},
	{sleeps, false, "sleep"},
	{locks, false, "sync.Mutex.Lock|semacquire"},
	{reads, false, "sync.RWMutex.RLock|semacquire"},
	{writes, false, "sync.RWMutex.Lock|semacquire"},
	{waits, false, "sync.WaitGroup.Wait|semacquire"},
	{waits_for_cond, false, "sync.Cond.Wait"},
};

enum { PARKED = sizeof(parked) / sizeof(parked[0]) };

static void park_all(void *arg)
{
	(void)arg;
	lock(&held);
	rt->sync->rw_rlock(&read_held, ASSAY_FOREVER);
	rt->sync->rw_lock(&write_held, ASSAY_FOREVER);
	wg_add(&group, 1);
	for (int i = 0; i < PARKED; i++)
		go(parked[i].fn, parked[i].chan ? chan_signal(0) : NULL);
	settle(PARKED);
	ob_rest_seen();
}

static void check_g(const char *line)
{
	int64_t status = ob_gstatus(line);

	CHECK_MSG(ob_like(line, "^  G[0-9]+: status=[0-9]+\\(.*\\) m=" OB_ID
				" lockedm=" OB_ID "$"),
		  "not the line of a G: %s", line);
	CHECK_MSG(status <= 9 && status != 5 && status != 7, "status: %s",
		  line);
}

/* The G line of a goroutine that waits for this reason. */
static const char *waiting(const char *reason)
{
	char regex[128] = "status=[0-9]*4\\((";

	strcat(strcat(regex, reason), ")\\) m=" OB_ID);
	for (int64_t i = 0; i < b.ng; i++)
		if (ob_like(b.g[i], regex))
			return b.g[i];
	return NULL;
}

#define NEEDS_ALL                                                              \
	NEEDS(NEED(chan, select), NEED(sync, mutex_lock), NEED(sync, rw_lock), \
	      NEED(sync, rw_rlock), NEED(sync, wg_add), NEED(sync, wg_wait),   \
	      NEED(sync, cond_wait))

CASE(OB_008, "the line of a G has its status and what it waits for", DETAIL(20),
     NEEDS_ALL)
{
	char *text = ob_run(park_all);
	int64_t quiet = 0;

	while (ob_block(&text, &b)) {
		for (int64_t i = 0; i < b.ng; i++)
			check_g(b.g[i]);
		if (!ob_quiet(&b) || waiting("sync.Cond.Wait") == NULL)
			continue;
		quiet++;
		for (int i = 0; i < PARKED; i++)
			CHECK_MSG(waiting(parked[i].reason) != NULL,
				  "no G waits with: %s", parked[i].reason);
	}
	CHECK_GT(quiet, 0);
}

/* ---- counts ------------------------------------------------------------- */

/* Lines at the start of which "goroutine N [" stands. */
static int64_t headers(const char *dump)
{
	int64_t n = 0;

	for (const char *at = dump; (at = strstr(at, "goroutine ")); at++)
		n += at == dump || (at[-1] == '\n' && at[-2] == '\n');
	return n;
}

static void park_and_count(void *arg)
{
	static char dump[1 << 16];

	(void)arg;
	for (int i = 0; i < 10; i++)
		go(receives, chan_signal(0));
	settle(10);
	counted = rt->inspect->num_goroutine();
	rt->inspect->dump(dump, sizeof(dump));
	in_dump = headers(dump);
	ob_rest_seen();
}

/* Goroutines of Go's own, which nobody counts. */
static bool of_the_runtime(const char *line)
{
	return ob_like(line, "\\((force gc \\(idle\\)|GC sweep wait|"
			     "GC scavenge wait|GC worker \\(idle\\)|"
			     "finalizer wait|cleanup wait|"
			     "GOMAXPROCS updater \\(idle\\))\\)");
}

CASE(OB_013, "G lines, the dump and num_goroutine agree", DETAIL(20),
     NEEDS(NEED(inspect, num_goroutine), NEED(inspect, dump)))
{
	char *text = ob_run(park_and_count);
	int64_t agree = 0;

	while (ob_block(&text, &b)) {
		int64_t n = 0;

		for (int64_t i = 0; i < b.ng; i++)
			n += ob_gstatus(b.g[i]) != 6 &&
			     ob_gstatus(b.g[i]) != 0 && !of_the_runtime(b.g[i]);
		agree += ob_quiet(&b) && n == counted;
	}
	CHECK_EQ(counted, 11);
	CHECK_EQ(in_dump, counted);
	CHECK_GT(agree, 0);
}
