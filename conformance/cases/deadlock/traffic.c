/*
 * No false report under traffic (DL-020, DL-021): programs that pass again
 * and again through the moment in which everybody is parked, or in which the
 * only runnable goroutine is on its way from one place to another.  They end
 * well, and a detector that counts a waiter too early kills them.
 */
#include "dl.h"

static assay_chan *ball, *stop;

static void ping(void *c)
{
	assay_chan **pair = c;
	int v;

	while (recv(pair[0], &v))
		send_int(pair[1], v + 1);
	close_chan(pair[1]);
}

static void send_once(void *c)
{
	send_signal(c);
}

static void wait_for_timer(int64_t ns)
{
	assay_timer *t = rt->time->timer_new(ns);

	wait_for(rt->time->timer_chan(t));
	rt->time->timer_free(t);
}

static void wait_for_func(int64_t ns)
{
	assay_chan *c = chan_signal(0);
	assay_timer *t = rt->time->after_func(ns, send_once, c);

	wait_for(c);
	rt->time->timer_free(t);
}

/* Main and the player hand the ball; in between all sleep together. */
static void play(int64_t end)
{
	static assay_chan *pair[2];
	int v = 0;

	ball = pair[0] = chan_int(0);
	stop = pair[1] = chan_int(0);
	go(ping, pair);
	while (now() < end) {
		for (int i = 0; i < 50; i++) {
			send_int(ball, v);
			CHECK_EQ(recv_int(stop), v + 1);
			v++;
		}
		sleep_ns(rnd_below(300000));
		wait_for_timer(rnd_below(300000));
		wait_for_func(rnd_below(300000));
	}
	close_chan(ball);
	CHECK(!recv(stop, &v));
}

CASE(DL_020, "no false report while all park and wake", .timeout_ms = 20000,
     ENDS_WELL("alive\n"),
     NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	   NEED(time, timer_free), NEED(time, after_func)))
{
	play(in(200 * MS));
	say("alive\n");
}

static atomic_int slept;

static void sleep_and_go(void *wg)
{
	for (int i = 0; i < 20; i++)
		sleep_ns(rnd_below(500000));
	/* pairs with the load of main */
	atomic_fetch_add_explicit(&slept, 1, memory_order_release);
	wg_done(wg);
}

CASE_OF(DL_020, sleepers, "no false report while all but timers sleep",
	ENDS_WELL("alive\n"), NEEDS(NEED(sync, wg_add), NEED(sync, wg_wait)))
{
	static assay_waitgroup wg;

	wg_add(&wg, 8);
	go_many(8, sleep_and_go, &wg);
	wg_wait(&wg);
	CHECK_EQ(atomic_load_explicit(&slept, memory_order_acquire), 8);
	say("alive\n");
}

CASE(DL_021, "no false report while the last goroutine is being started",
     .procs = {1, 2, 4, 8}, ENDS_WELL("alive\n"))
{
	assay_chan *c = chan_signal(0);

	for (int64_t i = rounds(5000); i > 0; i--) {
		go(send_once, c);
		wait_for(c);
	}
	say("alive\n");
}

struct link {
	assay_chan *end;
	int left;
};

static void next_link(void *arg)
{
	struct link l = *(const struct link *)arg;

	if (l.left-- == 0)
		send_signal(l.end);
	else
		go_copy(next_link, &l, sizeof(l));
}

CASE_OF(DL_021, chain, "nor while a chain of goroutines starts the next",
	.procs = {1, 2, 4, 8}, ENDS_WELL("alive\n"))
{
	struct link l = {chan_signal(0), 10};

	for (int64_t i = rounds(500); i > 0; i--) {
		go_copy(next_link, &l, sizeof(l));
		wait_for(l.end);
	}
	say("alive\n");
}

static void yield_then_send(void *c)
{
	yield();
	send_signal(c);
}

CASE_OF(DL_021, stolen, "nor while the last ones are stolen",
	.procs = {2, 4, 8}, ENDS_WELL("alive\n"))
{
	assay_chan *c = chan_signal(0);

	for (int64_t i = rounds(1000); i > 0; i--) {
		go_many(4, yield_then_send, c);
		for (int k = 0; k < 4; k++)
			wait_for(c);
	}
	say("alive\n");
}
