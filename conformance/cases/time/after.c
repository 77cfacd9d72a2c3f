/*
 * after and after_func: one shot, not early, in order, and nobody waits for
 * anybody else's function.
 */
#include <time.h>

#include "tm.h"

#define NEEDS_AFTER NEEDS(NEED(time, after))

static atomic_int started, finished;

CASE(TM_006, "after gives one value, not early", NEEDS_AFTER)
{
	int64_t begin = now(), value;
	assay_chan *c = rt->time->after(50 * MS);

	value = recv_time(c);
	CHECK_GE(now() - begin, 50 * MS);
	CHECK_LT(now() - begin, upto(1 * SEC));
	CHECK_GE(value, begin + 50 * MS);
	CHECK_LE(value, now());
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
}

/* Received when it is long due: at once, not after another full time. */
static bool measured_from_the_call(int64_t unit)
{
	int64_t begin = now();
	assay_chan *c = rt->time->after(unit);

	sleep_ns(unit + unit / 4);
	recv_time(c);
	CHECK_GE(now() - begin, unit + unit / 4);
	return IS(now() - begin, <, 2 * unit);
}

CASE(TM_007, "the clock of after starts with the call", NEEDS_AFTER)
{
	CHECK_SOME_UNIT(measured_from_the_call, 20 * MS);
	prove_alive();
}

struct producer {
	assay_chan *c;
	int64_t pause;
	int n;
};

static void produce(void *arg)
{
	const struct producer *p = arg;

	for (int i = 0; i < p->n; i++) {
		sleep_ns(p->pause);
		send_int(p->c, i);
	}
	close_chan(p->c);
}

CASE_SOME_UNIT_OF(TM_008, inside, timeout_inside, 5 * MS,
		  "after inside a loop starts again each turn",
		  NEEDS(NEED(chan, select), NEED(time, after)))
{
	struct producer p = {chan_int(1), unit, 6};

	go_copy(produce, &p, sizeof(p));
	for (int i = 0; i <= p.n; i++) {
		int status;
		struct assay_case cases[] = {
			case_recv(p.c, NULL),
			case_recv(rt->time->after(4 * unit), NULL)};

		if (!IS(select_cases(cases, 2, &status), ==, 0)) {
			while (recv(p.c, NULL))
				;
			return false;
		}
		CHECK_EQ(status, i < p.n ? ASSAY_OK : ASSAY_CLOSED);
	}
	return true;
}

CASE_OF(TM_008, outside, "after before a loop bounds all of it",
	NEEDS(NEED(chan, select), NEED(time, after)))
{
	struct producer p = {chan_int(1), 5 * MS, 1000};
	int64_t begin = now();
	int values = 0;
	struct assay_case cases[] = {case_recv(p.c, NULL),
				     case_recv(rt->time->after(40 * MS), NULL)};

	go_copy(produce, &p, sizeof(p));
	while (select_cases(cases, 2, NULL) == 0)
		values++;
	CHECK_GE(now() - begin, 40 * MS);
	CHECK_LT(now() - begin, upto(1 * SEC));
	CHECK_LE(values, (now() - begin) / p.pause);
}

CASE_SOME_UNIT(TM_009, ten_in_a_row, 5 * MS,
	       "ten afters in a row take ten times as long", NEEDS_AFTER)
{
	int64_t begin = now();

	for (int i = 0; i < 10; i++)
		recv_time(rt->time->after(unit));
	CHECK_GE(now() - begin, 10 * unit);
	return IS(now() - begin, <=, 30 * unit);
}

/*
 * TM-010: each waiter tells its slot and when its timer fired, by the time
 * that the timer sent: when the waiter ran after that is the kernel's affair.
 */
struct fired {
	int slot;
	int64_t at;
};

struct waiter {
	int slot;
	assay_chan *timer, *out;
};

static void wait_and_tell(void *arg)
{
	const struct waiter *w = arg;
	struct fired f = {w->slot, recv_time(w->timer)};

	send(w->out, &f);
}

static bool in_order(const struct fired *f, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			if (f[i].slot < f[k].slot && f[i].at > f[k].at)
				return false;
	return true;
}

CASE_SOME_UNIT(TM_010, fire_in_order, 4 * MS,
	       "several afters fire in the order of their times", NEEDS_AFTER)
{
	static const int slots[] = {5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0};
	enum { N = sizeof(slots) / sizeof(slots[0]) };
	assay_chan *out = chan(sizeof(struct fired), N);
	int64_t begin = now();
	struct fired f[N];
	bool soon = true;

	for (int i = 0; i < N; i++) {
		struct waiter w = {slots[i], rt->time->after(slots[i] * unit),
				   out};

		go_copy(wait_and_tell, &w, sizeof(w));
	}
	for (int i = 0; i < N; i++) {
		recv(out, &f[i]);
		CHECK_GE(f[i].at, begin + f[i].slot * unit);
		CHECK_GE(now(), f[i].at);
		soon = soon && IS(f[i].at, <=, begin + (f[i].slot + 10) * unit);
	}
	return soon && in_order(f, N);
}

/* ---- after_func --------------------------------------------------------- */

#define NEEDS_FUNC NEEDS(NEED(time, after_func), NEED(time, timer_chan))

static int64_t fired_at, fired_in;
static assay_chan *gate;

static void tell_where(void *arg)
{
	(void)arg;
	fired_at = now();
	if (rt->inspect != NULL && rt->inspect->goid != NULL)
		fired_in = rt->inspect->goid();
	/* release: hands the two over to becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE(TM_011, "after_func runs its function in a goroutine of its own",
     NEEDS_FUNC)
{
	int64_t begin = now();
	assay_timer *t = rt->time->after_func(30 * MS, tell_where, NULL);

	REQUIRE(t != NULL);
	CHECK_PTR(rt->time->timer_chan(t), ==, NULL);
	REQUIRE(becomes(&finished, 1));
	CHECK_GE(fired_at - begin, 30 * MS);
	CHECK_LT(fired_at - begin, upto(2 * SEC));
	if (rt->inspect != NULL && rt->inspect->goid != NULL)
		CHECK_NE(fired_in, rt->inspect->goid());
}

static void block_at_gate(void *arg)
{
	(void)arg;
	atomic_fetch_add_explicit(&started, 1, memory_order_release);
	wait_for(gate);
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE_OF(TM_011, blocking, "the function may block and holds up no other timer",
	.flags = CASE_VALGRIND, NEEDS_FUNC)
{
	gate = chan_signal(0);
	for (int i = 0; i < 5; i++)
		rt->time->after_func(1 * MS, block_at_gate, NULL);
	REQUIRE(becomes(&started, 5));
	sleep_ns(2 * MS);
	CHECK_EQ(atomic_load_explicit(&finished, memory_order_acquire), 0);
	close_chan(gate);
	CHECK(becomes(&finished, 5));
}

static void rearm_and_sleep(void *arg)
{
	(void)arg;
	if (atomic_fetch_add_explicit(&started, 1, memory_order_relaxed) < 9)
		rt->time->after_func(0, rearm_and_sleep, NULL);
	sleep_ns(1 * SEC);
}

CASE(TM_012, "slow functions do not wait for each other", NEEDS_FUNC)
{
	int64_t begin = now();

	rt->time->after_func(0, rearm_and_sleep, NULL);
	CHECK(becomes(&started, 10));
	CHECK_LT(now() - begin, upto(900 * MS));
}

static void note_start(void *arg)
{
	(void)arg;
	atomic_fetch_add_explicit(&started, 1, memory_order_release);
}

/* TM-029: each is stopped by a goroutine of its own. */
static atomic_int stops, late;

static void stop_later(void *arg)
{
	sleep_ns(10 * MS);
	if (rt->time->timer_stop(arg) != 1)
		atomic_fetch_add_explicit(&late, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&stops, 1, memory_order_release);
}

CASE(TM_029, "a hundred stopped timers never run",
     NEEDS(NEED(time, after_func), NEED(time, timer_stop)))
{
	int missed;

	for (int i = 0; i < 100; i++)
		go(stop_later, rt->time->after_func(60 * MS, note_start, NULL));
	REQUIRE(becomes(&stops, 100));
	missed = atomic_load_explicit(&late, memory_order_relaxed);
	CHECK(becomes(&started, missed));
	sleep_ns(80 * MS);
	CHECK_EQ(atomic_load_explicit(&started, memory_order_acquire), missed);
}

static void send_once(void *c)
{
	send_signal(c);
}

CASE(TM_043, "timers due at the same time all fire",
     NEEDS(NEED(time, after_func), NEED(time, timer_new),
	   NEED(time, timer_chan), NEED(time, timer_free)))
{
	assay_chan *c = chan_signal(0);

	for (int64_t i = rounds(100); i > 0; i--) {
		assay_timer *t[4];

		for (int k = 0; k < 2; k++) {
			t[k] = rt->time->after_func(100000, send_once, c);
			t[2 + k] = rt->time->timer_new(100000);
		}
		for (int k = 0; k < 2; k++) {
			wait_for(c);
			recv_timer(t[2 + k]);
		}
		for (int k = 0; k < 4; k++)
			rt->time->timer_free(t[k]);
	}
}

static void block_the_thread(void *ns)
{
	kernel_sleep(*(const int64_t *)ns);
}

/* Fires while the call, which is five times as long, still sleeps. */
CASE_SOME_UNIT(TM_040, fires_beside, 20 * MS,
	       "timers of a P that is in a system call are run by others",
	       .procs = {1, 2},
	       NEEDS(NEED(time, after_func), NEED(blocking, call)))
{
	int64_t length = 5 * unit;
	int before = atomic_load_explicit(&finished, memory_order_acquire);
	int64_t begin = now(), end;

	rt->time->after_func(unit, tell_where, NULL);
	rt->blocking->call(block_the_thread, &length);
	end = now();
	REQUIRE(becomes(&finished, before + 1));
	CHECK_GE(fired_at - begin, unit);
	return IS(fired_at, <, end);
}
