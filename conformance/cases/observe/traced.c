/*
 * Execution traces: what is in them, and which event follows from which.
 */
#include <string.h>

#include "kit/attempt.h"
#include "tr.h"

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
	go(tr_sleeps, done);
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
	CHECK_GE(tr_count(t, "go-create", rt->inspect->goid()), 6);
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

static void call_and_set(void *unused)
{
	(void)unused;
	rt->blocking->call(tr_nap, NULL);
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

/* ---- causes ------------------------------------------------------------------------ */

CASE(OB_016, "who waits is made ready by another before it runs",
     NEEDS(NEED_TRACE), .procs = {1, 2, 4})
{
	struct tr t = tr_of(tr_work, (void *)(intptr_t)(20 * MS));

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

CASE_SOME_UNIT(OB_020, naps_add_up, 4 * MS,
	       "waits one by one take their sum, at once the longest",
	       NEEDS(NEED_TRACE), .flags = CASE_REAL_TIME)
{
	int64_t sum = 0, most = 0, longest, in_turn, together;
	struct tr a, b;

	for (int i = 0; i < 5; i++) {
		naps[i] = (2 + rnd_below(4)) * unit;
		sum += naps[i];
		most = naps[i] > most ? naps[i] : most;
	}
	a = tr_of(one_by_one, NULL);
	b = tr_of(all_at_once, NULL);
	tr_check(a);
	tr_check(b);
	CHECK_GE(slept(a, &longest), sum);
	CHECK_GE(slept(b, &longest), sum);
	CHECK_GE(longest, most);
	in_turn = a.e[a.n - 1].t - a.e[0].t;
	together = b.e[b.n - 1].t - b.e[0].t;
	CHECK_GE(in_turn, sum);
	tr_free(a);
	tr_free(b);
	return IS(together, <, in_turn);
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
	done = chan_signal(4);
	tr_talk_begin();
	for (int64_t i = 0; i < 5; i++) {
		go_many(4, tr_sleeps, done);
		start_and_stop(rounds(4));
		join(done, 4);
	}
	tr_talk_end();
}
