/*
 * Data brings its reader back, however busy or idle the runtime is; the poller
 * that sees to it comes when it is needed, and timers are not late for it.
 */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"
#include "np.h"

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
		begin = kernel_now();
		if (write(a->fd, &byte, 1) != 1 || read(a->fd, &back, 1) != 1 ||
		    back != byte)
			return NULL;
		if (kernel_now() - begin > a->slowest)
			a->slowest = kernel_now() - begin;
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
	return IS(a.slowest, <, unit);
}

CASE(NP_003, "data wakes its reader when every P is idle", NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);

	asked = half_of(&s);
	CHECK_SOME_UNIT(wakes_from_idle, 50 * MS);
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

/*
 * Data that comes at the moment in which its reader goes to sleep: somebody
 * outside watches the count of what was read, and as soon as it moves writes
 * the next byte.  Nothing else would wake a reader that missed it.
 */
enum { WATCHED = 8 };

static struct watched {
	struct half half;
	atomic_int taken;
} watched[WATCHED];

static int watched_rounds;

static void take_watched(void *arg)
{
	struct watched *w = arg;
	unsigned char byte;

	for (int i = 0; i < watched_rounds; i++) {
		read_all(w->half.c, &byte, 1);
		REQUIRE_EQ(byte, (unsigned char)i);
		/* release: pairs with the acquire of who watches */
		atomic_store_explicit(&w->taken, i + 1, memory_order_release);
	}
	finish();
}

static void pause_for(uint64_t n)
{
	static atomic_int nothing;

	while (n-- > 0)
		(void)atomic_load_explicit(&nothing, memory_order_relaxed);
}

static void *feed_watched(void *arg)
{
	int sent[WATCHED] = {0}, left = WATCHED, idle = 0;

	(void)arg;
	while (left > 0) {
		for (int k = 0; k < WATCHED; k++) {
			unsigned char byte = (unsigned char)sent[k];

			if (sent[k] == watched_rounds ||
			    atomic_load_explicit(&watched[k].taken,
						 memory_order_acquire) <
				    sent[k])
				continue;
			pause_for(rnd() % 2000);
			if (write(watched[k].half.fd, &byte, 1) != 1)
				return NULL;
			left -= ++sent[k] == watched_rounds;
			idle = 0;
		}
		/* the machine may be small */
		if (++idle > 20)
			sched_yield();
	}
	return NULL;
}

CASE_OF(NP_003, meets, "data that meets its reader going to sleep wakes it",
	.procs = {2, 4}, NEEDS(NEED_SERVER))
{
	struct server s = serve(UNIX);

	watched_rounds = (int)rounds(600);
	for (int i = 0; i < WATCHED; i++) {
		watched[i].half = half_of(&s);
		go(take_watched, &watched[i]);
	}
	outside(feed_watched, NULL);
	CHECK(becomes(&finished, WATCHED));
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
	return IS(a.slowest, <, unit);
}

CASE_TABLE(NP_004, check_answers, (assay_fn busy, int n),
	   ROW1((spin, case_procs()),
		"data is noticed while goroutines that compute keep all P busy",
		.procs = {1, 2}, .traits = ASSAY_TRAIT_PREEMPTIVE,
		.timeout_ms = 20000, NEEDS(NEED_SERVER)),
	   ROW(yielding, (yield_on, 2 * case_procs()),
	       "and while goroutines that yield do", .procs = {1, 2},
	       .timeout_ms = 20000, NEEDS(NEED_SERVER)))
{
	struct server s = serve(TCP);

	asked = half_of(&s);
	go_many(n, busy, NULL);
	CHECK_SOME_UNIT(answers_while_busy, 100 * MS);
	stop_all();
	end_server(&s);
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

static _Atomic int64_t fired_at;

static void fire(void *arg)
{
	(void)arg;
	atomic_store_explicit(&fired_at, now(), memory_order_relaxed);
}

/* The maker of the timer keeps its P: only the poller can see to it. */
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

CASE_TABLE(NP_038, check_timer_breaks, (bool (*attempt)(int64_t unit)),
	   ROW1((sleeper_wakes), "a timer breaks the poller's longer sleep",
		NEEDS(NEED_SERVER, NEED(blocking, call))),
	   ROW(busy, (fires_beside_spinner),
	       "also when who made it goes on computing", .procs = {2, 4},
	       .traits = ASSAY_TRAIT_PARALLEL,
	       NEEDS(NEED_SERVER, NEED(blocking, call),
		     NEED(time, after_func))))
{
	struct server s = serve(TCP);
	struct half h = half_of(&s);
	static struct call call;
	static char byte;

	start_read(&call, h.c, &byte, 1);
	settle(1);
	CHECK_SOME_UNIT(attempt, 30 * MS);
	CHECK_EQ(atomic_load_explicit(&call.over, memory_order_acquire), 0);
	end_server(&s);
}

/* ---- NP-038: the first connection while others sleep --------------------------- */

/* A byte from outside, when the runtime has had time to go to sleep. */
static void *write_late(void *arg)
{
	kernel_sleep(50 * MS);
	if (write(*(int *)arg, "x", 1) != 1)
		return NULL;
	return arg;
}

static void sleep_a_minute(void *arg)
{
	(void)arg;
	sleep_ns(60 * SEC);
}

/*
 * One thread sleeps for a timer that is far, and the program has no connection
 * yet.  The one that comes back from the kernel makes the first.
 */
CASE_OF(NP_038, first, "a first connection is seen by who sleeps for a timer",
	NEEDS(NEED_SERVER, NEED(blocking, call)))
{
	int64_t pause = 50 * MS, begin;
	struct server s;
	static int far; /* the thread has nothing to tell that it has read it */
	struct half h;
	char byte = 0;

	go(sleep_a_minute, NULL);
	rt->blocking->call(sleep_outside, &pause);
	begin = now();
	s = serve(TCP);
	h = half_of(&s);
	far = h.fd;
	outside(write_late, &far);
	read_all(h.c, &byte, 1);
	CHECK_EQ(byte, 'x');
	CHECK_LT(now() - begin, upto(5 * SEC));
	end_conn(h.c);
	end_server(&s);
}
