/*
 * What belongs to a bubble may not be used outside of it.
 */
#include "bub.h"

/* ---- BUB-003, BUB-004, BUB-035 ---------------------------------------------- */

/* From a bubble to who is not in it. */
static struct {
	assay_chan *ready; /* made outside */
	void *it;
	assay_fn misuse;
} handed;

static void take_out(void *unused)
{
	(void)unused;
	wait_for(handed.ready);
	due();
	handed.misuse(handed.it);
	say("went on\n");
}

static void take_into_another(void *unused)
{
	(void)unused;
	wait_for(handed.ready);
	due();
	in_bubble(handed.misuse, handed.it);
	say("went on\n");
}

/* Makes a channel in a bubble and waits until it was misused. */
static void hand_out_chan(void *unused)
{
	(void)unused;
	handed.it = chan_int(1);
	send_signal(handed.ready);
}

static void hand_out_timer(void *unused)
{
	(void)unused;
	handed.it = rt->time->timer_new(SEC);
	send_signal(handed.ready);
}

static void misuse_outside(assay_fn hand_out, assay_fn user, assay_fn misuse)
{
	handed.ready = chan_signal(0);
	handed.misuse = misuse;
	go(user, NULL);
	in_bubble(hand_out, NULL);
	block_for_ever(NULL);
}

static void send_to(void *c)
{
	(void)rt->chan->send(c, &(int){1}, ASSAY_FOREVER);
}

static void poll_send(void *c)
{
	(void)try_send(c, &(int){1});
}

static void poll_receive(void *c)
{
	(void)try_recv(c, NULL);
}

static void close_chan_of(void *c)
{
	(void)rt->chan->close(c);
}

static void select_on(void *c)
{
	struct assay_case cases[] = {case_recv(chan_int(0), NULL),
				     case_recv(c, NULL)};

	(void)select_cases(cases, 2, NULL);
}

#define OF_CHAN " synctest channel from outside bubble"
#define CHAN_DIES(text) DIES(text OF_CHAN), NEEDS(NEED_BUBBLE)

CASE_TABLE(BUB_003, misuse_chan, (assay_fn user, assay_fn misuse),
	   ROW(receive, (take_out, receive),
	       "to receive from a bubble's channel outside is fatal",
	       CHAN_DIES("receive on")),
	   ROW(poll, (take_out, poll_receive), "so is to poll it",
	       CHAN_DIES("receive on")),
	   ROW(send, (take_out, send_to), "so is to send to it",
	       CHAN_DIES("send on")),
	   ROW(poll_send, (take_out, poll_send), "and to try to",
	       CHAN_DIES("send on")),
	   ROW(close, (take_out, close_chan_of), "so is to close it",
	       CHAN_DIES("close of")),
	   ROW(other_receive, (take_into_another, receive),
	       "to receive from it in another bubble is fatal",
	       CHAN_DIES("receive on")),
	   ROW(other_send, (take_into_another, send_to), "so is to send to it",
	       CHAN_DIES("send on")),
	   ROW(other_close, (take_into_another, close_chan_of),
	       "so is to close it", CHAN_DIES("close of")))
{
	misuse_outside(hand_out_chan, user, misuse);
}

CASE_TABLE(BUB_035, misuse_select, (assay_fn user),
	   ROW1((take_out), "a select with a bubble's channel outside is fatal",
		DIES("select on" OF_CHAN),
		NEEDS(NEED_BUBBLE, NEED(chan, select))),
	   ROW(other, (take_into_another), "so is one in another bubble",
	       DIES("select on" OF_CHAN),
	       NEEDS(NEED_BUBBLE, NEED(chan, select))))
{
	misuse_outside(hand_out_chan, user, select_on);
}

static void receive_timer(void *t)
{
	recv_timer(t);
}

static void reset_timer(void *t)
{
	rt->time->timer_reset(t, SEC);
}

static void stop_timer(void *t)
{
	rt->time->timer_stop(t);
}

#define TIMER_DIES(text)                                                       \
	DIES(text " from outside bubble"),                                     \
		NEEDS(NEED_BUBBLE, NEED(time, timer_new),                      \
		      NEED(time, timer_chan), NEED(time, timer_stop),          \
		      NEED(time, timer_reset))

CASE_TABLE(BUB_004, misuse_timer, (assay_fn misuse),
	   ROW(receive, (receive_timer),
	       "to receive from a bubble's timer outside is fatal",
	       TIMER_DIES("receive on synctest channel")),
	   ROW(reset, (reset_timer), "so is to reset it",
	       TIMER_DIES("reset of synctest timer")),
	   ROW(stop, (stop_timer), "so is to stop it",
	       TIMER_DIES("stop of synctest timer")))
{
	misuse_outside(hand_out_timer, take_out, misuse);
}

static void hand_out_func(void *unused)
{
	(void)unused;
	handed.it = rt->time->after_func(SEC, receive, NULL);
	send_signal(handed.ready);
}

CASE_OF(BUB_004, after_func, "so it is for one with a function",
	DIES("stop of synctest timer from outside bubble"),
	NEEDS(NEED_BUBBLE, NEED(time, after_func), NEED(time, timer_stop)))
{
	misuse_outside(hand_out_func, take_out, stop_timer);
}

/* What is used up in the bubble may be freed after it. */
static void make_things(void *arg)
{
	void **made = arg;

	made[0] = chan_int(4);
	made[1] = rt->time->timer_new(HOUR);
	made[2] = rt->time->after_func(HOUR, receive, NULL);
	send_int(made[0], 1);
}

CASE_OF(BUB_004, free, "to free what a bubble has left behind is not",
	NEEDS(NEED_BUBBLE, NEED(chan, free), NEED(time, timer_new),
	      NEED(time, after_func), NEED(time, timer_free)))
{
	for (int64_t i = rounds(1000); i > 0; i--) {
		void *made[3];

		in_bubble(make_things, made);
		rt->chan->free(made[0]);
		rt->time->timer_free(made[1]);
		rt->time->timer_free(made[2]);
	}
	prove_alive();
}

/* ---- BUB-020 ---------------------------------------------------------------- */

static struct {
	assay_mutex m;
	assay_cond c;
	assay_chan *waits;
} cond;

static void wait_for_cond(void *unused)
{
	(void)unused;
	lock(&cond.m);
	(void)rt->sync->cond_wait(&cond.c, &cond.m);
	unlock(&cond.m);
}

static void wait_and_tell(void *unused)
{
	(void)unused;
	go(wait_for_cond, NULL);
	bubble_wait();
	send_signal(cond.waits);
	wait_for(cond.waits);
}

static void run_waiter(void *unused)
{
	(void)unused;
	in_bubble(wait_and_tell, NULL);
}

CASE_TABLE(BUB_020, wake_from_outside, (bool all),
	   ROW(signal, (false), "to signal who waits in a bubble is fatal",
	       DIES("semaphore wake of synctest goroutine from outside bubble"),
	       NEEDS(NEED_BUBBLE, NEED(sync, mutex_lock),
		     NEED(sync, mutex_unlock), NEED(sync, cond_wait),
		     NEED(sync, cond_signal), NEED(sync, cond_broadcast))),
	   ROW(broadcast, (true), "so is to broadcast to it",
	       DIES("semaphore wake of synctest goroutine from outside bubble"),
	       NEEDS(NEED_BUBBLE, NEED(sync, mutex_lock),
		     NEED(sync, mutex_unlock), NEED(sync, cond_wait),
		     NEED(sync, cond_signal), NEED(sync, cond_broadcast))))
{
	cond.waits = chan_signal(0);
	go(run_waiter, NULL);
	wait_for(cond.waits);
	due();
	if (all)
		(void)rt->sync->cond_broadcast(&cond.c);
	else
		(void)rt->sync->cond_signal(&cond.c);
	say("went on\n");
	block_for_ever(NULL);
}
