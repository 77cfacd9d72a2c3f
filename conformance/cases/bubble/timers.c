/*
 * Timers in bubbles.
 */
#include "bub.h"

#define NEED_TIMER                                                             \
	NEED(time, timer_new), NEED(time, timer_chan), NEED(time, timer_stop), \
		NEED(time, timer_reset)

/* ---- BUB-024 ---------------------------------------------------------------- */

static void read_before_due(void *unused)
{
	int64_t begin = now();

	(void)unused;
	CHECK_EQ(recv_timer(rt->time->timer_new(5 * SEC)), begin + 5 * SEC);
	CHECK_EQ(now(), begin + 5 * SEC);
}

CASE(BUB_024, "a timer fires exactly when it is due",
     NEEDS(NEED_BUBBLE, NEED(time, timer_new), NEED(time, timer_chan)))
{
	in_bubble(read_before_due, NULL);
}

static void reset_thrice(void *unused)
{
	int64_t begin = now();
	assay_timer *t = rt->time->timer_new(SEC);

	(void)unused;
	CHECK_EQ(recv_timer(t), begin + SEC);
	CHECK_EQ(rt->time->timer_reset(t, 2 * SEC), 0);
	CHECK_EQ(recv_timer(t), begin + 3 * SEC);
	CHECK_EQ(rt->time->timer_reset(t, 3 * SEC), 0);
	sleep_ns(SEC);
	CHECK_EQ(rt->time->timer_reset(t, 3 * SEC), 1);
	CHECK_EQ(recv_timer(t), begin + 7 * SEC);
	CHECK_EQ(now(), begin + 7 * SEC);
}

CASE_OF(BUB_024, reset, "a reset counts from the bubble's present",
	NEEDS(NEED_BUBBLE, NEED_TIMER))
{
	in_bubble(reset_thrice, NULL);
}

static void stop_in_time(void *unused)
{
	assay_timer *t = rt->time->timer_new(SEC);

	(void)unused;
	sleep_ns(SEC - 1);
	CHECK_EQ(rt->time->timer_stop(t), 1);
	sleep_ns(SEC);
	CHECK_EQ(try_recv(rt->time->timer_chan(t), NULL), ASSAY_AGAIN);
	CHECK_EQ(rt->time->timer_stop(t), 0);
}

CASE_OF(BUB_024, stop, "one that was stopped never fires",
	NEEDS(NEED_BUBBLE, NEED_TIMER))
{
	in_bubble(stop_in_time, NULL);
}

static void count_ticks(void *unused)
{
	int64_t begin = now();
	assay_ticker *t = rt->time->ticker_new(HOUR, NULL);
	assay_chan *c = rt->time->ticker_chan(t);

	(void)unused;
	for (int i = 1; i <= 3; i++)
		CHECK_EQ(recv_time(c), begin + i * HOUR);
	CHECK_EQ(rt->time->ticker_reset(t, 2 * HOUR), ASSAY_OK);
	CHECK_EQ(recv_time(c), begin + 5 * HOUR);
	rt->time->ticker_stop(t);
	CHECK_EQ(rt->chan->recv(c, NULL, in(72 * HOUR)), ASSAY_TIMEOUT);
	CHECK_EQ(now(), begin + 77 * HOUR);
}

CASE_OF(BUB_024, ticker, "a ticker ticks on the bubble's clock",
	NEEDS(NEED_BUBBLE, NEED(time, ticker_new), NEED(time, ticker_chan),
	      NEED(time, ticker_reset), NEED(time, ticker_stop)))
{
	in_bubble(count_ticks, NULL);
}

/* ---- BUB-005 ---------------------------------------------------------------- */

static atomic_int woke;

static void sleep_an_hour(void *unused)
{
	(void)unused;
	sleep_ns(HOUR);
	mark(&woke);
}

static void wait_for_outside(void *t)
{
	int64_t begin = now();

	go(sleep_an_hour, NULL);
	recv_timer(t);
	CHECK_EQ(now(), begin);
	CHECK_EQ(count(&woke), 0);
	sleep_ns(HOUR + 1);
}

CASE(BUB_005, "a timer from outside fires in a bubble in real time",
     NEEDS(NEED_BUBBLE, NEED_TIMER), .flags = CASE_REAL_TIME)
{
	int64_t real = kernel_now();
	assay_timer *t = rt->time->timer_new(10 * MS);

	in_bubble(wait_for_outside, t);
	CHECK_GE(kernel_now() - real, 10 * MS);
	CHECK_EQ(rt->time->timer_stop(t), 0);
}

/* ---- BUB-006, BUB-007 ------------------------------------------------------- */

struct seen {
	int first, second;
};

static void race_timers(void *arg)
{
	struct seen *s = arg;

	for (int i = 0; i < 1000 && (!s->first || !s->second); i++) {
		struct assay_case cases[] = {
			case_recv(rt->time->after(1), NULL),
			case_recv(rt->time->after(1), NULL)};

		if (select_cases(cases, 2, NULL) == 0)
			s->first++;
		else
			s->second++;
		bubble_wait();
	}
}

CASE(BUB_006, "timers due at the same instant fire in either order",
     NEEDS(NEED_BUBBLE, NEED(time, after), NEED(chan, select)))
{
	struct seen s = {0};

	in_bubble(race_timers, &s);
	CHECK_GT(s.first, 0);
	CHECK_GT(s.second, 0);
}

struct racer {
	atomic_int *first;
	int me;
};

static void sleep_and_be_first(void *arg)
{
	struct racer *r = arg;
	int nobody = 0;

	sleep_ns(1);
	atomic_compare_exchange_strong(r->first, &nobody, r->me);
}

static void race_sleepers(void *arg)
{
	struct seen *s = arg;

	for (int i = 0; i < 1000 && (!s->first || !s->second); i++) {
		atomic_int first = 0;

		for (int me = 1; me <= 2; me++)
			go_copy(sleep_and_be_first, &(struct racer){&first, me},
				sizeof(struct racer));
		sleep_ns(1);
		bubble_wait();
		if (count(&first) == 1)
			s->first++;
		else
			s->second += count(&first) == 2;
		bubble_wait();
	}
}

CASE(BUB_007, "sleepers due at the same instant wake in either order",
     NEEDS(NEED_BUBBLE))
{
	struct seen s = {0};

	in_bubble(race_sleepers, &s);
	CHECK_GT(s.first, 0);
	CHECK_GT(s.second, 0);
}

/* ---- BUB-008 to BUB-010 ----------------------------------------------------- */

static void poll_at_once(void *unused)
{
	int64_t begin = now(), t = 0;
	assay_timer *timer = rt->time->timer_new(0);

	(void)unused;
	CHECK_EQ(try_recv(rt->time->timer_chan(timer), &t), ASSAY_OK);
	CHECK_EQ(t, begin);
	CHECK_EQ(now(), begin);
}

CASE(BUB_008, "a timer of no time can be received from at once",
     NEEDS(NEED_BUBBLE, NEED(time, timer_new), NEED(time, timer_chan)))
{
	in_bubble(poll_at_once, NULL);
}

static void set_flag(void *flag)
{
	mark(flag);
}

static void yield_until_set(void *flag)
{
	rt->time->after_func(0, set_flag, flag);
	while (count(flag) == 0)
		yield();
}

CASE(BUB_009, "a function that is due at once runs while others yield",
     NEEDS(NEED_BUBBLE, NEED(time, after_func)))
{
	atomic_int flag = 0;

	in_bubble(yield_until_set, &flag);
	CHECK_EQ(count(&flag), 1);
}

static void read_late(void *unused)
{
	int64_t due = in(SEC), t = 0;
	assay_timer *timer = rt->time->timer_new(SEC);
	assay_chan *polled = rt->time->after(SEC);

	(void)unused;
	sleep_ns(2 * SEC);
	CHECK_EQ(recv_timer(timer), due);
	CHECK_EQ(try_recv(polled, &t), ASSAY_OK);
	CHECK_EQ(t, due);
	CHECK_EQ(now(), due + SEC);
}

CASE(BUB_010, "a timer that is read late gives the time it was due",
     NEEDS(NEED_BUBBLE, NEED(time, timer_new), NEED(time, timer_chan),
	   NEED(time, after)))
{
	in_bubble(read_late, NULL);
}

/* ---- BUB-011 ---------------------------------------------------------------- */

static void leave_timer(void *ran)
{
	rt->time->after_func(100 * MS, set_flag, ran);
}

CASE(BUB_011, "a timer that is pending at a bubble's end never runs",
     NEEDS(NEED_BUBBLE, NEED(time, after_func)))
{
	atomic_int ran = 0;

	in_bubble(leave_timer, &ran);
	CHECK_EQ(count(&ran), 0);
	kernel_sleep(200 * MS);
	sleep_ns(MS);
	CHECK_EQ(count(&ran), 0);
}

/* ---- BUB-013 ---------------------------------------------------------------- */

struct loop {
	assay_chan *timer, *done;
	atomic_int times;
};

static void receive_until_done(void *arg)
{
	struct loop *l = arg;
	struct assay_case cases[] = {case_recv(l->done, NULL),
				     case_recv(l->timer, NULL)};

	while (select_cases(cases, 2, NULL) == 1)
		mark(&l->times);
}

static void reset_to_none(void *arg)
{
	struct loop *l = arg;
	assay_timer *t = rt->time->timer_new(0);

	l->timer = rt->time->timer_chan(t);
	l->done = chan_signal(0);
	go(receive_until_done, l);
	bubble_wait();
	CHECK_EQ(count(&l->times), 1);
	rt->time->timer_reset(t, 0);
	bubble_wait();
	CHECK_EQ(count(&l->times), 2);
	close_chan(l->done);
	bubble_wait();
}

CASE(BUB_013, "a reset to no time is received before a wait returns",
     NEEDS(NEED_BUBBLE, NEED(time, timer_new), NEED(time, timer_chan),
	   NEED(time, timer_reset), NEED(chan, select)))
{
	struct loop l = {0};

	in_bubble(reset_to_none, &l);
	CHECK_EQ(count(&l.times), 2);
}

/* ---- BUB-016 ---------------------------------------------------------------- */

struct steps {
	int64_t begin;
	int n; /* plain: the waits order it */
};

static void second_step(void *arg)
{
	struct steps *s = arg;

	sleep_ns(SEC);
	CHECK_EQ(now(), s->begin + 2 * SEC);
	s->n++;
}

static void first_step(void *arg)
{
	struct steps *s = arg;

	CHECK_EQ(now(), s->begin + SEC);
	s->n++;
	go(second_step, s);
}

static void two_steps(void *arg)
{
	struct steps *s = arg;

	s->begin = now();
	rt->time->after_func(SEC, first_step, s);
	sleep_ns(3 * SEC);
	bubble_wait();
	CHECK_EQ(s->n, 2);
}

CASE(BUB_016, "what a timer's function starts is in the bubble",
     NEEDS(NEED_BUBBLE, NEED(time, after_func)))
{
	struct steps s = {0};

	in_bubble(two_steps, &s);
}
