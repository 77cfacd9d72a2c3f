/*
 * The leak search: which goroutines can never run again (OB-026, OB-028, OB-029,
 * LEAK-001, LEAK-002).  roots.c has what keeps them alive.
 */
#include <stdio.h>

#include "leaks.h"

enum { CHAIN = 1000, LIVING = 10, LEAKS = 10, SEARCHES = 4 };

/* Returns how many are in that state. */
static int64_t in_state(const char *state)
{
	char head[80];

	snprintf(head, sizeof(head), "[%s (leaked)", state);
	return occurrences(text, head);
}

/*
 * Waits until n more goroutines than before wait, and whoever else there was is
 * gone: one that still ends has old pointers.
 */
static void settle_alone(int64_t before, int64_t n)
{
	settle(n);
	while (rt->inspect->num_goroutine() > before + n)
		yield();
}

/* ---- one of each kind ------------------------------------------------------ */

static void recv_nil(void *unused)
{
	(void)unused;
	recv(NULL, NULL);
}

static void send_nil(void *unused)
{
	(void)unused;
	send(NULL, NULL);
}

static void select_nothing(void *unused)
{
	(void)unused;
	select_cases(NULL, 0, NULL);
}

static void recv_own(void *unused)
{
	(void)unused;
	recv(chan_int(0), NULL);
}

static void send_own(void *unused)
{
	assay_chan *c = chan_int(1);

	(void)unused;
	send_int(c, 7);
	send_int(c, 7);
}

static void select_own(void *unused)
{
	int v = 7;
	struct assay_case cases[] = {case_send(chan_int(0), &v),
				     case_recv(chan_int(0), NULL)};

	(void)unused;
	select_cases(cases, 2, NULL);
}

/* More cases than a runtime keeps on a stack. */
static void select_many(void *unused)
{
	struct assay_case cases[40];

	(void)unused;
	for (int i = 0; i < 40; i++)
		cases[i] = case_recv(chan_int(0), NULL);
	select_cases(cases, 40, NULL);
}

static void wait_own(void *unused)
{
	assay_waitgroup *wg = room_for(sizeof(*wg));

	(void)unused;
	wg_add(wg, 1);
	wg_wait(wg);
}

static void lock_own(void *unused)
{
	assay_mutex m = {0};

	(void)unused;
	lock(&m);
	lock(&m);
}

static void lock_heap(void *unused)
{
	assay_mutex *m = room_for(sizeof(*m));

	(void)unused;
	lock(m);
	lock(m);
}

static void rlock_own(void *unused)
{
	assay_rwmutex *m = room_for(sizeof(*m));

	(void)unused;
	REQUIRE_EQ(rt->sync->rw_lock(m, ASSAY_FOREVER), ASSAY_OK);
	REQUIRE_EQ(rt->sync->rw_rlock(m, ASSAY_FOREVER), ASSAY_OK);
}

static void wlock_own(void *unused)
{
	assay_rwmutex *m = room_for(sizeof(*m));

	(void)unused;
	REQUIRE_EQ(rt->sync->rw_rlock(m, ASSAY_FOREVER), ASSAY_OK);
	REQUIRE_EQ(rt->sync->rw_lock(m, ASSAY_FOREVER), ASSAY_OK);
}

static void cond_own(void *unused)
{
	struct {
		assay_mutex m;
		assay_cond c;
	} *s = room_for(sizeof(*s));

	(void)unused;
	lock(&s->m);
	REQUIRE_EQ(rt->sync->cond_wait(&s->c, &s->m), ASSAY_OK);
}

#define NEED_RLOCK NEED(sync, rw_lock), NEED(sync, rw_rlock)

CASE_TABLE(OB_026, one_leak, (assay_fn fn, const char *state),
	   ROW(nil_recv, (recv_nil, "chan receive (nil chan)"),
	       "a receive from a nil channel is a leak", NEEDS_LEAKS()),
	   ROW(nil_send, (send_nil, "chan send (nil chan)"),
	       "a send to a nil channel is a leak", NEEDS_LEAKS()),
	   ROW(no_cases, (select_nothing, "select (no cases)"),
	       "a select without cases is a leak",
	       NEEDS_LEAKS(NEED(chan, select))),
	   ROW(recv, (recv_own, "chan receive"),
	       "a receive from a channel that nobody else has is a leak",
	       NEEDS_LEAKS()),
	   ROW(send, (send_own, "chan send"),
	       "a send to a full channel that nobody else has is a leak",
	       NEEDS_LEAKS()),
	   ROW(select, (select_own, "select"),
	       "a select over channels that nobody else has is a leak",
	       NEEDS_LEAKS(NEED(chan, select))),
	   ROW(large_select, (select_many, "select"),
	       "a select over many channels that nobody else has is a leak",
	       NEEDS_LEAKS(NEED(chan, select))),
	   ROW(wg, (wait_own, "sync.WaitGroup.Wait"),
	       "a wait for a group that nobody else has is a leak",
	       NEEDS_LEAKS(NEED_WG)),
	   ROW(mutex, (lock_own, "sync.Mutex.Lock"),
	       "a lock of a mutex on the own stack is a leak",
	       NEEDS_LEAKS(NEED_MU)),
	   ROW(mutex_heap, (lock_heap, "sync.Mutex.Lock"),
	       "a lock of a mutex in a block of memory is a leak",
	       NEEDS_LEAKS(NEED_MU)),
	   ROW(rlock, (rlock_own, "sync.RWMutex.RLock"),
	       "a read lock that the own write lock holds off is a leak",
	       NEEDS_LEAKS(NEED_RLOCK)),
	   ROW(wlock, (wlock_own, "sync.RWMutex.Lock"),
	       "a write lock that the own read lock holds off is a leak",
	       NEEDS_LEAKS(NEED_RLOCK)),
	   ROW(cond, (cond_own, "sync.Cond.Wait"),
	       "a wait for a cond that nobody else has is a leak",
	       NEEDS_LEAKS(NEED_MU, NEED(sync, cond_wait))))
{
	go(fn, NULL);
	settle(1);
	CHECK_EQ(reported(), 1);
	CHECK_EQ(in_state(state), 1);
}

CASE_OF(OB_026, marked, "a later dump has the mark, and only where it belongs",
	NEEDS_LEAKS(NEED(inspect, dump), NEED(inspect, num_goroutine)))
{
	static assay_chan *kept;
	int64_t before = rt->inspect->num_goroutine();
	size_t n;

	kept = chan_signal(0);
	go(close_it, chan_signal(0));
	go((assay_fn)wait_for, kept);
	go(recv_own, NULL);
	settle_alone(before, 2);
	CHECK_EQ(reported(), 1);
	n = rt->inspect->dump(text, sizeof(text));
	REQUIRE_CMP(n, <, sizeof(text));
	CHECK_EQ(occurrences(text, "[chan receive (leaked)]:\n"), 1);
	CHECK_EQ(occurrences(text, "[chan receive]:\n"), 1);
	CHECK_EQ(occurrences(text, "(leaked)"), 1);
}

/* ---- dead only through each other ------------------------------------------ */

struct pair {
	assay_chan *c;
	assay_waitgroup wg;
};

static void sends_then_done(void *arg)
{
	struct pair *p = arg;

	send_int(p->c, 7);
	wg_done(&p->wg);
}

static void waits_then_receives(void *unused)
{
	struct pair p = {.c = chan_int(0)};

	(void)unused;
	wg_add(&p.wg, 1);
	go(sends_then_done, &p);
	wg_wait(&p.wg);
	recv_int(p.c);
}

CASE_OF(OB_028, mixed, "two that wait for each other are both leaks",
	NEEDS_LEAKS(NEED_WG))
{
	go(waits_then_receives, NULL);
	settle(2);
	CHECK_EQ(reported(), 2);
	CHECK_EQ(in_state("sync.WaitGroup.Wait"), 1);
	CHECK_EQ(in_state("chan send"), 1);
}

/* Each of the chain waits for its link, and then lets the next go on. */
static assay_chan *volatile head;

static void build_chain(void *n)
{
	assay_chan *c[2] = {chan_signal(0)};

	head = c[0];
	for (int64_t i = 0; i < *(int64_t *)n; i++) {
		c[1] = chan_signal(0);
		go_copy(forwards, c, sizeof(c));
		c[0] = c[1];
	}
}

static void chain(int64_t n)
{
	int64_t before = rt->inspect->num_goroutine();

	go_copy(build_chain, &n, sizeof(n));
	settle_alone(before, n);
}

CASE_OF(OB_028, fed, "a chain that is still fed has no leak",
	NEEDS_LEAKS(NEED(inspect, num_goroutine)))
{
	chain(10);
	CHECK_EQ(reported(), 0);
	close_chan(head);
	sleep_ns(MS);
}

CASE(LEAK_002, "a chain of many is alive with its head, and lost without",
     NEEDS_LEAKS(NEED(inspect, num_goroutine)))
{
	int64_t n = goroutines(CHAIN);

	chain(n);
	CHECK_EQ(reported(), 0);
	head = NULL;
	CHECK_EQ(reported(), n);
	CHECK_EQ(in_state("chan receive"), n);
}

/* ---- again, and at once ----------------------------------------------------- */

CASE(OB_029, "leaks stay alive and are reported again",
     NEEDS_LEAKS(NEED(inspect, num_goroutine)))
{
	static char first[ROOM];
	int64_t before = rt->inspect->num_goroutine();

	go_many(3, recv_own, NULL);
	settle(3);
	CHECK_EQ(reported(), 3);
	memcpy(first, text, sizeof(first));
	CHECK_EQ(reported(), 3);
	CHECK_STR(text, first);
	CHECK_EQ(rt->inspect->num_goroutine() - before, 3);
}

static atomic_int searched;
static assay_chan *volatile global;

/* Allocates nothing: what malloc leaves on a stack may look like a pointer. */
static void search(void *i)
{
	static char report[SEARCHES][ROOM / 8];
	int64_t mine = *(int64_t *)i;

	CHECK_EQ(reported_in(report[mine], sizeof(report[mine])), LEAKS);
	mark(&searched);
}

CASE(LEAK_001, "searches at the same time find the same leaks", NEEDS_LEAKS())
{
	global = chan_signal(0);
	go_many(LIVING, recv_it, global);
	go_many(LEAKS, recv_own, NULL);
	settle(LIVING + LEAKS);
	for (int64_t i = 0; i < SEARCHES; i++)
		go_copy(search, &i, sizeof(i));
	CHECK(becomes(&searched, SEARCHES));
	CHECK_EQ(reported(), LEAKS);
}
