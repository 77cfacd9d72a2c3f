/*
 * breaches.c - states that the runtime must never come to, one for each check
 * of its own (base/check.h): whoever meets one dies of it.
 *
 *	breaches           lists them: a sentence a line
 *	breaches SENTENCE  makes that one so
 */
#include <stdio.h>
#include <string.h>

#include "../unit/fake_p.h"
#include "io/netpoll.h"
#include "sched/globq.h"
#include "sched/idle.h"
#include "sched/poller.h"
#include "sched/state.h"
#include "sched/stopm.h"
#include "sched/switch.h"
#include "sched/timer.h"
#include "wait/chan.h"
#include "wait/waitq.h"

/* The M that breaks something, its P, and a goroutine that runs on it. */
static struct fake self;
static struct m *const m = &self.m;
static struct p *const p = &self.p;
static struct g g, h;
static struct stack stack;
static struct sched *const s = &goro__sched;

static void is(enum gstatus status)
{
	store_relaxed(&g.status, status);
}

/* ---- goroutines ----------------------------------------------------------- */

static void start_twice(void)
{
	is(GRUNNABLE);
	state_start(&g);
}

static void run_waiting(void)
{
	is(GWAITING);
	take_up(m, &g);
}

static void run_listed(void)
{
	g.schedlink = &h;
	take_up(m, &g);
}

static void run_elsewhere(void)
{
	struct m other = {0};

	g.lockedm = &other;
	take_up(m, &g);
}

static void run_on_stack(void)
{
	stack.g = &h;
	take_up(m, &g);
}

static void yield_waiting(void)
{
	is(GWAITING);
	state_yield(&g);
}

static void park_other(void)
{
	is(GRUNNING);
	m->curg = &h;
	state_park(m, &g, WAIT_SLEEP);
}

static void ready_twice(void)
{
	is(GWAITING);
	ready(&g);
	ready(&g);
}

static void resume_running(void)
{
	is(GRUNNING);
	state_resume(&g);
}

static void end_waiting(void)
{
	is(GWAITING);
	state_end(&g);
}

static void end_deferred(void)
{
	is(GRUNNING);
	stack.defers = (struct defer *)&stack;
	state_end(&g);
}

static void call_waiting(void)
{
	is(GWAITING);
	state_call(&g);
}

static void call_over_twice(void)
{
	is(GSYSCALL);
	state_call_over(&g, GRUNNING);
	state_call_over(&g, GRUNNING);
}

static void nothing(struct m *unused, struct g *prev, void *arg)
{
	(void)unused, (void)prev, (void)arg;
}

static void after_twice(void)
{
	after(m, &g, nothing, NULL);
	after(m, &g, nothing, NULL);
}

static void switch_unseen(void)
{
	store_relaxed(&goro__mp, MP_TRACED);
	switch_to(m, &g, &h);
}

/* ---- queues --------------------------------------------------------------- */

static void queue_elsewhere(void)
{
	static struct p other;

	goro__runqput(&other, &g, false);
}

static void queue_waiting(void)
{
	is(GWAITING);
	submit(p, &g, NULL);
}

static void ring_too_long(void)
{
	store_relaxed(&p->runq.tail, RUNQ_SIZE + 1);
	runq_push(&p->runq, &g);
}

static void global_waiting(void)
{
	is(GWAITING);
	goro__globrunqput(&g);
}

static void global_unlocked(void)
{
	globq_push(&s->globq, &g);
}

static void global_length(void)
{
	goro__globrunqput(&g);
	s->globq.list.n++;
	lock(&s->lock);
	goro__globq_take(&s->globq, &p->runq, 1, 1);
}

/* ---- Ps and Ms ------------------------------------------------------------ */

static void take_running(void)
{
	m->p = NULL;
	store_relaxed(&p->m, NULL);
	goro__acquirep(p);
}

static void take_second(void)
{
	static struct p other;

	goro__acquirep(&other);
}

static void give_up_none(void)
{
	m->p = NULL;
	goro__releasep();
}

static void stop_running(void)
{
	s->stopwait = 1;
	goro__stop_p(p);
}

static void start_owned(void)
{
	goro__start_p(p);
}

static void idle_unlocked(void)
{
	goro__pidleput(goro__releasep());
}

static void idle_in_use(void)
{
	lock(&s->lock);
	goro__pidleput(p);
}

static void idle_miscounted(void)
{
	store_relaxed(&s->idle.npidle, 7u);
	lock(&s->lock);
	goro__pidleput(goro__releasep());
}

static void sleep_with_p(void)
{
	goro__stopm();
}

static void stop_looking_twice(void)
{
	goro__start_spinning(m);
	goro__stop_spinning(m);
	goro__stop_spinning(m);
}

static void all_sleep_and_more(void)
{
	s->nmidlelocked = 2;
	store_relaxed(&s->mcount, 1u);
	goro__checkdead();
}

/* ---- locks, timers, waiters ----------------------------------------------- */

static void unlock_twice(void)
{
	lock(&s->lock);
	unlock(&s->lock);
	unlock(&s->lock);
}

static void punlock_twice(void)
{
	goro__mp = 1;
	plock(&p->timers.lock);
	punlock(&p->timers.lock);
	punlock(&p->timers.lock);
}

static struct timer timers[7];

static void add_timers(void)
{
	for (int i = 0; i < 7; i++) {
		timers[i].when = 100 + i;
		goro__timer_add(&timers[i]);
	}
}

static void timer_order(void)
{
	add_timers();
	p->timers.heap[0].when = 1000;
	goro__timer_del(&timers[1]);
}

static void timer_lost(void)
{
	add_timers();
	timers[0].index = 1;
	goro__timer_del(&timers[0]);
}

static void queue_sudog_twice(void)
{
	static struct waitq q;
	static struct sudog w;

	waitq_push(&q, &w);
	waitq_push(&q, &w);
}

static void wake_not_won(void)
{
	struct sudog w = {.g = &g, .contended = true};

	is(GWAITING);
	sudog_wake(&w, true);
}

static void network_wakes_more(void)
{
	goro__netpoll_woken(1);
}

/* ---- all of them ---------------------------------------------------------- */

static const struct breach {
	const char *dies_of;
	void (*make)(void);
} breaches[] = {
	{"a goroutine starts that is none yet", start_twice},
	{"a goroutine runs that is not runnable", run_waiting},
	{"a goroutine runs that is on a list", run_listed},
	{"a goroutine runs on another thread than its own", run_elsewhere},
	{"a goroutine runs on another's stack", run_on_stack},
	{"a goroutine yields that does not run", yield_waiting},
	{"a goroutine parks that does not run", park_other},
	{"a goroutine is made ready twice", ready_twice},
	{"a goroutine goes on that is not runnable", resume_running},
	{"a goroutine ends that does not run", end_waiting},
	{"a goroutine ends with calls that it has deferred", end_deferred},
	{"a goroutine calls that does not run", call_waiting},
	{"a goroutine ends a call that is in none", call_over_twice},
	{"two things are to be done after one switch", after_twice},
	{"a trace misses a switch", switch_unseen},
	{"a goroutine is queued on a P of another thread", queue_elsewhere},
	{"a goroutine is queued that is not runnable", queue_waiting},
	{"a ring has more than it holds", ring_too_long},
	{"a goroutine is queued for all that is not runnable", global_waiting},
	{"the global queue changes without its lock", global_unlocked},
	{"the global queue is not as long as it says", global_length},
	{"a thread takes a P that is not idle", take_running},
	{"a thread takes a second P, or a P a second thread", take_second},
	{"a thread gives up a P that it has not", give_up_none},
	{"a P stops that is not idle", stop_running},
	{"a P of a thread was stopped", start_owned},
	{"the idle Ps change without their lock", idle_unlocked},
	{"an idle P is in use", idle_in_use},
	{"there are not as many idle Ps as it says", idle_miscounted},
	{"a thread sleeps that has a P, or looks for work", sleep_with_p},
	{"fewer than no threads look for work", stop_looking_twice},
	{"more threads sleep than there are", all_sleep_and_more},
	{"a lock is given up that nobody holds", unlock_twice},
	{"a lock of many Ps is given up that nobody holds", punlock_twice},
	{"a timer stands behind one that is due later", timer_order},
	{"a timer is not where it says", timer_lost},
	{"a sudog is queued twice", queue_sudog_twice},
	{"a goroutine in several queues is woken by who did not win it",
	 wake_not_won},
	{"more wake up from the network than waited", network_wakes_more},
};

enum { N = sizeof(breaches) / sizeof(breaches[0]) };

int main(int argc, char **argv)
{
	fake_begin(&self);
	is(GRUNNABLE);
	g.sp = g.stack = &stack;
	stack.g = &g;
	for (int i = 0; i < N; i++)
		if (argc == 1)
			puts(breaches[i].dies_of);
		else if (strcmp(argv[1], breaches[i].dies_of) == 0)
			breaches[i].make();
	return 0;
}
