/*
 * What stop and reset say is exact, at the moment of expiry too: true if, and
 * only if, nothing of the old setting comes.
 */
#include "kit/sync_kit.h"
#include "tm.h"

#define NEEDS_TIMER                                                            \
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),                   \
	      NEED(time, timer_stop), NEED(time, timer_reset),                 \
	      NEED(time, timer_free), NEED(chan, select))

static atomic_int finished;

static void spin_until(int64_t end)
{
	while (now() < end)
		;
}

/* ---- TM-056: a goroutine that receives, another that stops or resets ---- */

struct duel {
	assay_timer *t;
	assay_chan *quit;   /* nothing will come */
	assay_chan *answer; /* int: 1 it came, 0 it did not */
	int (*disarm)(assay_timer *t);
	int wrong, came;
};

static void receive_or_quit(void *arg)
{
	struct duel *d = arg;

	for (;;) {
		struct assay_case cases[] = {
			case_recv(rt->time->timer_chan(d->t), NULL),
			case_recv(d->quit, NULL)};
		int status, came;

		came = select_cases(cases, 2, &status) == 0;
		if (!came && status == ASSAY_CLOSED)
			break;
		send_int(d->answer, came);
	}
	mark(&finished);
}

static int stop(assay_timer *t)
{
	return rt->time->timer_stop(t);
}

static int put_off(assay_timer *t)
{
	return rt->time->timer_reset(t, 3600 * SEC);
}

static void one_round(struct duel *d)
{
	int64_t ns = rnd_below(30000);
	int was_armed, came;

	rt->time->timer_reset(d->t, ns);
	if (ns % 2 == 0)
		spin_until(in(rnd_below(30000)));
	else
		sleep_ns(rnd_below(30000));
	was_armed = d->disarm(d->t);
	if (was_armed == 1)
		send_signal(d->quit);
	came = recv_int(d->answer);
	d->came += came;
	d->wrong += came == was_armed;
	rt->time->timer_stop(d->t);
}

static void fight(void *arg)
{
	struct duel *d = arg;

	for (int64_t i = rounds(1000); i > 0; i--)
		one_round(d);
	close_chan(d->quit);
	mark(&finished);
}

static void fight_all(int (*disarm)(assay_timer *t))
{
	static struct duel d[4];
	int came = 0;

	for (int i = 0; i < 4; i++) {
		d[i] = (struct duel){rt->time->timer_new(3600 * SEC),
				     chan_signal(0),
				     chan_int(0),
				     disarm,
				     0,
				     0};
		stop(d[i].t);
		go(receive_or_quit, &d[i]);
		go(fight, &d[i]);
	}
	REQUIRE(becomes(&finished, 8));
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(d[i].wrong, 0);
		came += d[i].came;
	}
	note("%d of %" PRId64 " came", came, 4 * rounds(1000));
}

CASE(TM_056, "a stop is true if, and only if, nothing comes", NEEDS_TIMER,
     .flags = CASE_REAL_TIME)
{
	fight_all(stop);
}

CASE_OF(TM_056, reset, "so is a reset, of what was before", NEEDS_TIMER,
	.flags = CASE_REAL_TIME)
{
	fight_all(put_off);
}

/* ---- TM-057: stop, then reset, at the moment of expiry ------------------ */

static atomic_int both;

static void nothing(void *arg)
{
	(void)arg;
}

static void stop_then_reset(assay_timer *t)
{
	rt->time->timer_reset(t, 20000);
	spin_until(in(15000 + rnd_below(10000)));
	if (stop(t) == 1 && put_off(t) == 1)
		mark(&both);
	stop(t);
}

static void contradict_func(void *arg)
{
	assay_timer *t = rt->time->after_func(3600 * SEC, nothing, NULL);

	(void)arg;
	for (int64_t i = rounds(1000); i > 0; i--)
		stop_then_reset(t);
	mark(&finished);
}

CASE(TM_057, "no reset finds armed what a stop has stopped", .procs = {2, 4},
     .timeout_ms = 20000,
     NEEDS(NEED(time, after_func), NEED(time, timer_stop),
	   NEED(time, timer_reset)))
{
	int n = case_procs();

	go_many(n, contradict_func, NULL);
	REQUIRE(becomes(&finished, n));
	CHECK_EQ(count(&both), 0);
}

static void receive_for_ever(void *arg)
{
	for (;;)
		recv(rt->time->timer_chan(arg), NULL);
}

static void contradict_timer(void *arg)
{
	assay_timer *t = rt->time->timer_new(3600 * SEC);

	(void)arg;
	go(receive_for_ever, t);
	for (int64_t i = rounds(1000); i > 0; i--)
		stop_then_reset(t);
	mark(&finished);
}

CASE_OF(TM_057, timer, "nor with a receiver that waits", .procs = {2, 4},
	.timeout_ms = 20000,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop), NEED(time, timer_reset)))
{
	int n = case_procs();

	go_many(n, contradict_timer, NULL);
	REQUIRE(becomes(&finished, n));
	CHECK_EQ(count(&both), 0);
}
