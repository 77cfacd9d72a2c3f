/*
 * The leak search: which goroutines can never run again (OB-026 to OB-029,
 * LEAK-001, LEAK-002).  What a case drops it has only ever had in a goroutine
 * that is gone, or in a global variable: a runtime that looks for pointers in C
 * cannot tell an old value on main's stack from one in use.  Not with
 * sanitizers: they keep memory in their own way, and pointers in it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit/sync_kit.h"

enum { ROOM = 1 << 20, CHAIN = 1000, LIVING = 10, LEAKS = 10, SEARCHES = 4 };

static char text[ROOM];

/* Returns how often part is in all. */
static int64_t occurrences(const char *all, const char *part)
{
	int64_t n = 0;

	for (; (all = strstr(all, part)) != NULL; all++)
		n++;
	return n;
}

/* Returns how many goroutines are reported, each of them as leaked. */
static int64_t reported_in(char *buf, size_t size)
{
	size_t n = rt->inspect->leaks(buf, size);
	int64_t marked;

	REQUIRE_CMP(n, <, size);
	buf[n] = '\0';
	marked = occurrences(buf, " (leaked)");
	CHECK_EQ(occurrences(buf, "goroutine "),
		 marked + occurrences(buf, " in goroutine "));
	return marked;
}

static int64_t reported(void)
{
	return reported_in(text, sizeof(text));
}

/* Returns how many are in that state. */
static int64_t in_state(const char *state)
{
	char head[80];

	snprintf(head, sizeof(head), "[%s (leaked)", state);
	return occurrences(text, head);
}

#define NEEDS_LEAKS(...)                                                       \
	.flags = CASE_NOT_SANITIZED,                                           \
	NEEDS(NEED(inspect, leaks),                                            \
	      NEED(inspect, num_waiting) __VA_OPT__(, ) __VA_ARGS__)

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

static void *room_for(size_t n)
{
	void *p = calloc(1, n);

	REQUIRE(p != NULL);
	return p;
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

#define NEED_MU NEED(sync, mutex_lock)
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
	NEEDS_LEAKS(NEED(inspect, dump)))
{
	static assay_chan *kept;
	size_t n;

	kept = chan_signal(0);
	go(close_it, chan_signal(0));
	go((assay_fn)wait_for, kept);
	go(recv_own, NULL);
	settle(2);
	CHECK_EQ(reported(), 1);
	n = rt->inspect->dump(text, sizeof(text));
	REQUIRE_CMP(n, <, sizeof(text));
	CHECK_EQ(occurrences(text, "[chan receive (leaked)]:\n"), 1);
	CHECK_EQ(occurrences(text, "[chan receive]:\n"), 1);
	CHECK_EQ(occurrences(text, "(leaked)"), 1);
}

/* ---- no leaks -------------------------------------------------------------- */

static void recv_it(void *c)
{
	recv(c, NULL);
}

static assay_chan *global;

static void by_global(void)
{
	global = chan_signal(0);
	go(recv_it, global);
}

/* In the last of a list of blocks whose first a variable has. */
static void by_list(void)
{
	static struct node {
		struct node *next;
		char filler[100];
		assay_chan *c;
	} * first;

	for (int i = 0; i < 100; i++) {
		struct node *n = room_for(sizeof(*n));

		n->next = first;
		n->c = chan_signal(0);
		first = n;
		if (i == 0)
			go(recv_it, n->c);
	}
}

static void lock_it(void *m)
{
	lock(m);
}

static void by_mutex(void)
{
	static assay_mutex m;

	lock(&m);
	go(lock_it, &m);
}

static void sleeps(void *c)
{
	sleep_ns(3600 * SEC);
	close_chan(c);
}

static void by_sleeper(void)
{
	assay_chan *c = chan_signal(0);

	go(recv_it, c);
	go(sleeps, c);
}

static void by_timer(void)
{
	assay_chan *c = chan_signal(0);

	go(recv_it, c);
	REQUIRE(rt->time->after_func(3600 * SEC, close_it, c) != NULL);
	sleep_ns(MS);
}

static void recv_late(void *unused)
{
	int64_t v;

	(void)unused;
	recv(rt->time->after(3600 * SEC), &v);
}

static void by_after(void)
{
	go(recv_late, NULL);
}

static void recv_until(void *unused)
{
	(void)unused;
	CHECK_EQ(rt->chan->recv(chan_signal(0), NULL, in(3600 * SEC)),
		 ASSAY_TIMEOUT);
}

static void by_deadline(void)
{
	go(recv_until, NULL);
}

/* In the buffer of a channel, which is in the buffer of one that is kept. */
static void by_buffer(void)
{
	assay_chan *c = chan_signal(0);
	assay_chan *inner = chan(sizeof(c), 3);

	global = chan(sizeof(inner), 1);
	send(inner, &c);
	send(global, &inner);
	go(recv_it, c);
}

/* By a waiter that is itself reached. */
static void forwards(void *arg)
{
	assay_chan *const *c = arg;

	recv(c[0], NULL);
	close_chan(c[1]);
}

static void by_waiter(void)
{
	assay_chan *c[2] = {global = chan_signal(0), chan_signal(0)};

	go_copy(forwards, c, sizeof(c));
	go(recv_it, c[1]);
}

/* A channel that nothing has but the frame or the register of who takes it. */
static uintptr_t hidden;

static void hide_one(void)
{
	assay_chan *c = chan_signal(0);

	hidden = ~(uintptr_t)c;
	go(recv_it, c);
}

static atomic_int has_it, let_go;

static void call_with(void *out)
{
	assay_chan *volatile c = (assay_chan *)~hidden;

	mark(&has_it);
	while (count(&let_go) == 0)
		kernel_sleep(MS);
	*(assay_chan **)out = c;
}

#ifdef __x86_64__
#define IN_VECTOR "+x"
#else
#define IN_VECTOR "+w"
#endif

/* In one that floating point has, too. */
static void call_with_vector(void *out)
{
	uintptr_t c = ~hidden;
	double d;

	memcpy(&d, &c, sizeof(d));
	c = 0;
	mark(&has_it);
	while (count(&let_go) == 0)
		__asm__ volatile("" : IN_VECTOR(d), "+r"(c));
	memcpy(out, &d, sizeof(d));
}

static void calls_with_vector(void *unused)
{
	assay_chan *c = NULL;

	(void)unused;
	rt->blocking->call(call_with_vector, &c);
	close_chan(c);
}

static void calls(void *unused)
{
	assay_chan *c = NULL;

	(void)unused;
	rt->blocking->call(call_with, &c);
	close_chan(c);
}

static void spins(void *unused)
{
	uintptr_t c = ~hidden;

	(void)unused;
	mark(&has_it);
	while (count(&let_go) == 0)
		__asm__ volatile("" : "+r"(c));
	close_chan((assay_chan *)c);
}

static void sleeper(void *unused)
{
	(void)unused;
	sleep_ns(3600 * SEC);
}

static void asleep(void)
{
	go(sleeper, NULL);
}

static void set_up(void *fn)
{
	(*(void (**)(void))fn)();
}

CASE_TABLE(OB_027, no_leak, (void (*fn)(void), int64_t n),
	   ROW(global, (by_global, 1), "no leak: a variable has the channel",
	       NEEDS_LEAKS()),
	   ROW(list, (by_list, 1), "no leak: the end of a list has the channel",
	       NEEDS_LEAKS()),
	   ROW(mutex, (by_mutex, 1), "no leak: a mutex that is a variable",
	       NEEDS_LEAKS(NEED_MU)),
	   ROW(sleeper, (by_sleeper, 2),
	       "no leak: a goroutine that sleeps has the channel",
	       NEEDS_LEAKS()),
	   ROW(timer, (by_timer, 1),
	       "no leak: the function of a timer gets the channel",
	       NEEDS_LEAKS(NEED(time, after_func))),
	   ROW(after, (by_after, 1), "no leak: the channel of a timer",
	       NEEDS_LEAKS(NEED(time, after))),
	   ROW(deadline, (by_deadline, 1), "no leak: a receive with a deadline",
	       NEEDS_LEAKS()),
	   ROW(buffer, (by_buffer, 1),
	       "no leak: the channel is a value in another one's buffer",
	       NEEDS_LEAKS()),
	   ROW(waiter, (by_waiter, 2),
	       "no leak: a waiter that can be woken has the channel",
	       NEEDS_LEAKS()),
	   ROW(asleep, (asleep, 1), "no leak: a goroutine that sleeps",
	       NEEDS_LEAKS()))
{
	go_copy(set_up, &fn, sizeof(fn));
	settle(n);
	CHECK_EQ(reported(), 0);
}

CASE_OF(OB_027, local, "no leak: main has the channel and will use it",
	NEEDS_LEAKS())
{
	assay_chan *c = chan_int(0);

	go(recv_it, c);
	settle(1);
	CHECK_EQ(reported(), 0);
	send_int(c, 7);
}

static void hide(void *unused)
{
	(void)unused;
	hide_one();
}

CASE_TABLE(OB_027, no_leak_of, (assay_fn fn),
	   ROW(call, (calls), "no leak: a call of C has the channel",
	       NEEDS_LEAKS(NEED(blocking, call))),
	   ROW(vector, (calls_with_vector),
	       "no leak: a call of C has it in a vector",
	       NEEDS_LEAKS(NEED(blocking, call))),
	   ROW(spinner, (spins),
	       "no leak: one that computes has it in a register",
	       .traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS_LEAKS()))
{
	go(hide, NULL);
	settle(1);
	go(fn, NULL);
	REQUIRE(becomes(&has_it, 1));
	for (int i = 0; i < 10; i++)
		CHECK_EQ(reported(), 0);
	mark(&let_go);
	settle(0);
}

/* From before the run: of another heap than that of goroutines. */
static assay_chan **early;

static void keep_in_early(void *unused)
{
	(void)unused;
	*early = chan_signal(0);
	go(recv_it, *early);
}

static void search_early(void *unused)
{
	(void)unused;
	go(keep_in_early, NULL);
	settle(1);
	CHECK_EQ(reported(), 0);
}

CASE_OF(OB_027, early, "no leak: memory from before the run has the channel",
	.flags = CASE_NOT_SANITIZED | CASE_OUTSIDE,
	NEEDS(NEED(inspect, leaks), NEED(inspect, num_waiting)))
{
	early = room_for(sizeof(*early));
	CHECK_EQ(run_main(search_early, NULL), ASSAY_OK);
}

/* A name that no buffer of a usual size holds. */
static void map_long_name(void)
{
	char path[700] = "/tmp/assay-leak-XXXXXX";
	size_t made[3], n = strlen(path);
	void *at;
	int fd;

	REQUIRE(mkdtemp(path) != NULL);
	for (int i = 0; i < 3; i++) {
		made[i] = n;
		path[n++] = '/';
		memset(path + n, 'a', 200);
		path[n += 200] = '\0';
		if (i < 2)
			REQUIRE_EQ(mkdir(path, 0700), 0);
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE_CMP(fd, >=, 0);
	REQUIRE_EQ(ftruncate(fd, 1 << 16), 0);
	at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(at != MAP_FAILED);
	close(fd);
	unlink(path);
	for (int i = 2; i >= 0; i--) {
		path[made[i]] = '\0';
		rmdir(path);
	}
}

CASE_OF(OB_027, mapped, "no leak beside a mapped file of a long name",
	NEEDS_LEAKS())
{
	map_long_name();
	by_global();
	settle(1);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(reported(), 0);
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
	go_copy(build_chain, &n, sizeof(n));
	settle(n);
}

CASE_OF(OB_028, fed, "a chain that is still fed has no leak", NEEDS_LEAKS())
{
	chain(10);
	CHECK_EQ(reported(), 0);
	close_chan(head);
	sleep_ns(MS);
}

CASE(LEAK_002, "a chain of many is alive with its head, and lost without",
     NEEDS_LEAKS())
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
