/*
 * Virtual time: hours that pass in no time, to the nanosecond.
 *
 * The clock stands still while any goroutine can run and jumps to the next
 * timer when none can, so every time is exact and a bound needs no grace.  A
 * run with virtual time ends when all its goroutines have: a body leaves none
 * behind.  The same rows are tested in real time in tm_*.c.
 */
#include <time.h>

#include "tm.h"

#define VIRTUAL(row, title, ...)                                               \
	CASE_OF(row, virtual, title, .flags = CASE_VIRTUAL_TIME, __VA_ARGS__)
#define HOUR (3600 * SEC)

/* ---- the clock itself --------------------------------------------------- */

static atomic_int calls;

static void add_one(void *arg)
{
	(void)arg;
	/* relaxed: the time that is the same for both orders them */
	atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

static int counted(void)
{
	return atomic_load_explicit(&calls, memory_order_relaxed);
}

static void sleep_a_bit(void *arg)
{
	sleep_ns(1);
	add_one(arg);
}

CASE_OF(TM_047, busy, "virtual time stands still while a goroutine runs",
	.flags = CASE_VIRTUAL_TIME | CASE_REAL_TIME)
{
	int64_t begin = now(), real = kernel_now();

	go(sleep_a_bit, NULL);
	while (kernel_now() - real < 20 * MS)
		yield();
	CHECK_EQ(now(), begin);
	CHECK_EQ(counted(), 0);
	sleep_ns(2);
	CHECK_EQ(counted(), 1);
	CHECK_EQ(now(), begin + 2);
}

static void block_the_thread(void *arg)
{
	(void)arg;
	kernel_sleep(30 * MS);
}

CASE_OF(TM_047, call, "virtual time stands still during a blocking call",
	.flags = CASE_VIRTUAL_TIME, NEEDS(NEED(blocking, call)))
{
	int64_t begin = now(), real = kernel_now();

	go(sleep_a_bit, NULL);
	yield();
	rt->blocking->call(block_the_thread, NULL);
	CHECK_GE(kernel_now() - real, 30 * MS);
	CHECK_EQ(now(), begin);
	CHECK_EQ(counted(), 0);
	sleep_ns(HOUR);
	CHECK_EQ(counted(), 1);
	CHECK_EQ(now(), begin + HOUR);
}

/* Each hour somebody wakes and hands a token on. */
static void relay(void *arg)
{
	assay_chan **c = arg;

	for (int i = 0; i < 100; i++) {
		int v = recv_int(c[0]);

		sleep_ns(HOUR);
		send_int(c[1], v + 1);
	}
}

CASE_OF(TM_047, relay, "it jumps whenever all are blocked, however often",
	.flags = CASE_VIRTUAL_TIME)
{
	static assay_chan *c[2];
	int64_t begin = now(), real = kernel_now();

	c[0] = chan_int(0);
	c[1] = chan_int(0);
	go(relay, c);
	for (int i = 0; i < 100; i++) {
		send_int(c[0], i);
		CHECK_EQ(recv_int(c[1]), i + 1);
		CHECK_EQ(now() - begin, (i + 1) * HOUR);
	}
	CHECK_LT(kernel_now() - real, upto(5 * SEC));
}

CASE_OF(TM_047, deadline, "a deadline passes exactly when it is due",
	.flags = CASE_VIRTUAL_TIME)
{
	assay_chan *c = chan_int(0);
	int64_t due = in(24 * HOUR);

	CHECK_EQ(rt->chan->recv(c, NULL, due), ASSAY_TIMEOUT);
	CHECK_EQ(now(), due);
	CHECK_EQ(rt->chan->recv(c, NULL, due), ASSAY_TIMEOUT);
	CHECK_EQ(now(), due);
}

/* ---- sleep -------------------------------------------------------------- */

static void count_minutes(void *arg)
{
	for (int i = 0; i < 60; i++) {
		sleep_ns(60 * SEC);
		add_one(arg);
	}
}

VIRTUAL(TM_001, "sleep stops the caller alone, and for exactly its time")
{
	int64_t begin = now();

	go(count_minutes, NULL);
	sleep_ns(HOUR / 2 + 1);
	CHECK_EQ(now() - begin, HOUR / 2 + 1);
	CHECK_EQ(counted(), 30);
	sleep_ns(HOUR);
	CHECK_EQ(counted(), 60);
}

VIRTUAL(TM_002, "no time passes in a sleep of none")
{
	static const int64_t none[] = {0, -1, -HOUR, INT64_MIN};
	int64_t begin = now();

	for (int i = 0; i < 1000; i++)
		sleep_ns(none[i % 4]);
	CHECK_EQ(now(), begin);
	prove_alive();
}

static void sleep_an_hour(void *begin)
{
	sleep_ns(HOUR);
	CHECK_EQ(now(), *(int64_t *)begin + HOUR);
	add_one(NULL);
}

VIRTUAL(TM_004, "many sleepers wake at the same instant")
{
	int64_t begin = now();
	int n = (int)goroutines(10000);

	go_many(n, sleep_an_hour, &begin);
	sleep_ns(HOUR + 1);
	CHECK_EQ(counted(), n);
	CHECK_EQ(now(), begin + HOUR + 1);
}

static void sleep_and_tell(void *arg)
{
	struct sleeper {
		int64_t ns;
		assay_chan *done;
	} *s = arg;

	sleep_ns(s->ns);
	send_signal(s->done);
}

VIRTUAL(TM_005, "sleeps in turn take the sum, at once the maximum")
{
	struct {
		int64_t ns;
		assay_chan *done;
	} s[5];
	int64_t begin = now(), sum = 0, most = 0;

	for (int i = 0; i < 5; i++) {
		s[i].ns = 1 + rnd_below(9 * HOUR);
		s[i].done = chan_signal(0);
		sum += s[i].ns;
		most = s[i].ns > most ? s[i].ns : most;
		sleep_ns(s[i].ns);
	}
	CHECK_EQ(now() - begin, sum);
	for (int i = 0; i < 5; i++)
		go_copy(sleep_and_tell, &s[i], sizeof(s[i]));
	for (int i = 0; i < 5; i++)
		wait_for(s[i].done);
	CHECK_EQ(now() - begin, sum + most);
}

/* ---- after -------------------------------------------------------------- */

#define NEEDS_AFTER NEEDS(NEED(time, after), NEED(chan, select))

VIRTUAL(TM_006, "after gives the time that was due", NEEDS_AFTER)
{
	int64_t due = in(24 * HOUR);
	assay_chan *c = rt->time->after(24 * HOUR);

	CHECK_EQ(recv_time(c), due);
	CHECK_EQ(now(), due);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
}

VIRTUAL(TM_007, "late to receive from after: at once, and what was due",
	NEEDS_AFTER)
{
	int64_t begin = now();
	assay_chan *c = rt->time->after(HOUR);

	sleep_ns(3 * HOUR);
	CHECK_EQ(recv_time(c), begin + HOUR);
	CHECK_EQ(now(), begin + 3 * HOUR);
}

struct producer {
	assay_chan *out;
	int64_t pause;
	int values;
};

static void produce(void *arg)
{
	const struct producer *p = arg;

	for (int i = 0; i < p->values; i++) {
		sleep_ns(p->pause);
		send_int(p->out, i);
	}
}

/* Values until the timeout, made anew in each turn or once. */
static int values_until(struct producer p, int64_t timeout, bool anew)
{
	assay_chan *end = rt->time->after(timeout);
	int values = 0;

	for (;;) {
		struct assay_case cases[] = {
			case_recv(p.out, NULL),
			case_recv(anew ? rt->time->after(timeout) : end, NULL)};

		if (select_cases(cases, 2, NULL) == 1)
			return values;
		values++;
	}
}

VIRTUAL(TM_008, "after in a loop starts anew, before it bounds it", NEEDS_AFTER)
{
	struct producer p = {chan_int(0), 20 * SEC, 100};
	int64_t begin = now();

	go_copy(produce, &p, sizeof(p));
	CHECK_EQ(values_until(p, 50 * SEC, true), 100);
	CHECK_EQ(now() - begin, (100 * 20 + 50) * SEC);
	begin = now();
	p = (struct producer){chan_int(100), 20 * SEC, 100};
	go_copy(produce, &p, sizeof(p));
	CHECK_EQ(values_until(p, 110 * SEC, false), 5);
	CHECK_EQ(now() - begin, 110 * SEC);
	sleep_ns(100 * 20 * SEC);
}

VIRTUAL(TM_009, "ten afters in a row take exactly ten times as long",
	NEEDS_AFTER)
{
	int64_t begin = now();

	for (int i = 1; i <= 10; i++)
		CHECK_EQ(recv_time(rt->time->after(HOUR)), begin + i * HOUR);
	CHECK_EQ(now() - begin, 10 * HOUR);
}

struct waiter {
	int slot;
	assay_chan *timer, *out;
};

static void wait_and_tell(void *arg)
{
	const struct waiter *w = arg;

	recv_time(w->timer);
	send_int(w->out, w->slot);
}

VIRTUAL(TM_010, "several afters fire in the order of their times", NEEDS_AFTER)
{
	static const int slots[] = {5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0};
	static const int order[] = {0, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 8, 9};
	enum { N = sizeof(slots) / sizeof(slots[0]) };
	assay_chan *out = chan_int(0);
	int64_t begin = now();

	for (int i = 0; i < N; i++) {
		struct waiter w = {slots[i], rt->time->after(slots[i] * HOUR),
				   out};

		go_copy(wait_and_tell, &w, sizeof(w));
	}
	for (int i = 0; i < N; i++) {
		CHECK_EQ(recv_int(out), order[i]);
		CHECK_EQ(now() - begin, order[i] * HOUR);
	}
}

/* ---- after_func --------------------------------------------------------- */

static void rearm_and_sleep(void *arg)
{
	add_one(arg);
	if (counted() < 10)
		rt->time->after_func(0, rearm_and_sleep, NULL);
	sleep_ns(HOUR);
}

VIRTUAL(TM_012, "slow functions do not wait for each other",
	NEEDS(NEED(time, after_func)))
{
	int64_t begin = now();

	rt->time->after_func(0, rearm_and_sleep, NULL);
	sleep_ns(1);
	CHECK_EQ(counted(), 10);
	sleep_ns(HOUR);
	CHECK_EQ(now() - begin, HOUR + 1);
}

VIRTUAL(TM_029, "a hundred stopped timers never run",
	NEEDS(NEED(time, after_func), NEED(time, timer_stop)))
{
	assay_timer *t[100];

	for (int i = 0; i < 100; i++)
		t[i] = rt->time->after_func(2 * HOUR, add_one, NULL);
	sleep_ns(2 * HOUR - 1);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(rt->time->timer_stop(t[i]), 1);
	sleep_ns(HOUR);
	CHECK_EQ(counted(), 0);
}

VIRTUAL(TM_043, "timers due at the same instant all fire at it",
	NEEDS(NEED(time, after_func), NEED(time, after)))
{
	for (int64_t i = rounds(200); i > 0; i--) {
		assay_chan *c = rt->time->after(HOUR);
		int64_t due = in(HOUR);
		int before = counted();

		rt->time->after_func(HOUR, add_one, NULL);
		rt->time->after_func(HOUR, add_one, NULL);
		CHECK_EQ(recv_time(c), due);
		sleep_ns(1);
		CHECK_EQ(counted(), before + 2);
	}
}

/* ---- timers ------------------------------------------------------------- */

#define NEEDS_TIMER                                                            \
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),                   \
	      NEED(time, timer_stop), NEED(time, timer_reset))

VIRTUAL(TM_013, "a timer stopped in the last nanosecond never fires",
	NEEDS_TIMER)
{
	assay_timer *t = rt->time->timer_new(HOUR);

	sleep_ns(HOUR - 1);
	CHECK_EQ(rt->time->timer_stop(t), 1);
	sleep_ns(HOUR);
	CHECK_EQ(try_recv(rt->time->timer_chan(t), NULL), ASSAY_AGAIN);
}

VIRTUAL(TM_017, "reset moves a timer that has not fired", NEEDS_TIMER)
{
	int64_t begin = now();
	assay_timer *t = rt->time->timer_new(2 * HOUR);
	assay_chan *c = rt->time->timer_chan(t);

	sleep_ns(HOUR);
	CHECK_EQ(rt->time->timer_reset(t, 3 * HOUR), 1);
	sleep_ns(3 * HOUR - 1);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	sleep_ns(1);
	CHECK_EQ(recv_time(c), begin + 4 * HOUR);
	CHECK_EQ(now(), begin + 4 * HOUR);
}

VIRTUAL(TM_018, "reset arms an expired timer again", NEEDS_TIMER)
{
	int64_t begin = now();
	assay_timer *t = rt->time->timer_new(HOUR);
	assay_chan *c = rt->time->timer_chan(t);

	CHECK_EQ(recv_time(c), begin + HOUR);
	CHECK_EQ(rt->time->timer_reset(t, 2 * HOUR), 0);
	CHECK_EQ(recv_time(c), begin + 3 * HOUR);
	CHECK_EQ(rt->time->timer_stop(t), 0);
}

/* ---- tickers ------------------------------------------------------------ */

#define NEEDS_TICKER                                                           \
	NEEDS(NEED(time, ticker_new), NEED(time, ticker_chan),                 \
	      NEED(time, ticker_stop), NEED(time, ticker_reset),               \
	      NEED(time, after_func), NEED(chan, select))

VIRTUAL(TM_030, "ticks are spaced by exactly the period", NEEDS_TICKER)
{
	int64_t begin = now();
	assay_ticker *t = rt->time->ticker_new(HOUR, NULL);
	assay_chan *c = rt->time->ticker_chan(t);

	for (int i = 1; i <= 5; i++)
		CHECK_EQ(recv_time(c), begin + i * HOUR);
	CHECK_EQ(rt->time->ticker_reset(t, 2 * HOUR), ASSAY_OK);
	for (int i = 1; i <= 5; i++)
		CHECK_EQ(recv_time(c), begin + (5 + 2 * i) * HOUR);
	CHECK_EQ(now(), begin + 15 * HOUR);
}

VIRTUAL(TM_031, "after stop there are no ticks, for days", NEEDS_TICKER)
{
	assay_ticker *t = rt->time->ticker_new(HOUR, NULL);
	assay_chan *c = rt->time->ticker_chan(t);

	recv_time(c);
	rt->time->ticker_stop(t);
	CHECK_EQ(rt->chan->recv(c, NULL, in(72 * HOUR)), ASSAY_TIMEOUT);
}

VIRTUAL(TM_032, "a slow receiver loses ticks, and the phase stays",
	NEEDS_TICKER)
{
	int64_t begin = now();
	assay_ticker *t = rt->time->ticker_new(HOUR, NULL);
	assay_chan *c = rt->time->ticker_chan(t);

	sleep_ns(10 * HOUR + HOUR / 2);
	CHECK_EQ(recv_time(c), begin + HOUR);
	CHECK_EQ(now(), begin + 10 * HOUR + HOUR / 2);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	CHECK_EQ(recv_time(c), begin + 11 * HOUR);
	CHECK_EQ(now(), begin + 11 * HOUR);
}

VIRTUAL(TM_044, "a ticker drives periodic work until done", NEEDS_TICKER)
{
	assay_chan *done = chan_signal(0);
	int64_t begin = now();
	assay_ticker *t = rt->time->ticker_new(HOUR, NULL);
	struct assay_case cases[] = {case_recv(done, NULL),
				     case_recv(rt->time->ticker_chan(t), NULL)};
	int ticks = 0;

	rt->time->after_func(5 * HOUR + 1, close_it, done);
	while (select_cases(cases, 2, NULL) == 1)
		CHECK_EQ(now() - begin, ++ticks * HOUR);
	CHECK_EQ(ticks, 5);
	CHECK_EQ(now() - begin, 5 * HOUR + 1);
	rt->time->ticker_stop(t);
}
