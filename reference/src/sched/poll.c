/*
 * poll.c - see poll.h.
 */
#include "sched/poll.h"

#include "base/sys.h"
#include "sched/poller.h"
#include "sched/state.h"
#include "sched/timed.h"
#include "sched/clock.h"
#include "sched/globq.h"
#include "sched/queue.h"
#include "sched/idle.h"
#include "base/note.h"
#include "sched/schedule.h"
#include "base/text.h"

/* ---- what the network poller gives ----------------------------------------- */

/* Starts an M for each of up to n idle Ps.  They take from the global queue. */
static void start_idle(uint32_t n)
{
	struct idle *i = &goro__sched.idle;

	while (n-- > 0 && load_seq(&i->npidle) > 0) {
		add_seq(&i->nmspinning, 1u);
		goro__startm(NULL, true);
	}
}

/* Moves l to p's queue, but leaves one goroutine in l for each idle P. */
static void share_out(struct p *p, struct glist *l)
{
	uint32_t idle = load_relaxed(&goro__sched.idle.npidle);
	struct glist here = {0}, others = {0};
	struct g *g;

	while ((g = glist_pop(l)) != NULL)
		glist_push(here.n > 0 && others.n < idle ? &others : &here, g);
	while ((g = glist_pop(&here)) != NULL)
		goro__runqput(p, g, false);
	glist_append(l, &others);
}

/*
 * Puts goroutines of the network poller, still waiting, on run queues.  They
 * count as waiting for the network until they are there, so that no M takes the
 * program for dead meanwhile.
 */
static void ready_polled(struct glist *l)
{
	struct p *p = goro__m()->p;
	uint32_t n = l->n, others;

	if (n == 0)
		return;
	if (p) {
		time_ready(p, l->head);
		goro__ready_all(l);
		share_out(p, l);
	}
	others = l->n;
	if (others > 0) {
		if (p)
			goro__globrunqput_all(l);
		else
			goro__globrunqput_ready(l);
		start_idle(others);
	}
	if (p && mp())
		goro__wakep();
	goro__netpoll_woken(n);
}

/* One M polls at a time, and none while one sleeps in the poller. */
bool goro__poll_network(void)
{
	struct sched *s = &goro__sched;
	struct glist ready = {0};
	bool some;

	if (load_relaxed(&s->netwaiters) == 0 ||
	    load_relaxed(&s->idle.polluntil) != 0 ||
	    load_relaxed(&s->netpolling) || xchg_acquire(&s->netpolling, 1u))
		return false;
	load_relaxed(&s->poller)->poll(0, &ready);
	store_relaxed(&s->netpolls, load_relaxed(&s->netpolls) + 1);
	store_release(&s->netpolling, 0u);
	some = ready.n > 0;
	ready_polled(&ready);
	return some;
}

/* ---- timers that somebody must wake for ------------------------------------ */

int64_t goro__next_timer(void)
{
	int64_t when = INT64_MAX;

	for (int32_t i = 0; i < goro__procs(); i++) {
		int64_t t = load_seq(&goro__allp[i]->timers.next);

		if (t < when)
			when = t;
	}
	return when;
}

/* Returns the first real timer; virtual time jumps for the others. */
static int64_t next_real_timer(void)
{
	return goro__virtual() ? load_seq(&goro__real_p.timers.next)
			       : goro__next_timer();
}

/* If the poller is opened while an M sleeps on pollnote, netpoll.c wakes it. */
void goro__break_poll(void)
{
	struct sched *s = &goro__sched;
	const struct poller *poller = load_seq(&s->poller);

	if (poller)
		poller->wake();
	else
		goro__note_wake(&s->idle.pollnote);
}

/* Wakes the M that sleeps if it sleeps past when.  False if none sleeps. */
static bool cut_sleep(int64_t when)
{
	int64_t until = load_seq(&goro__sched.idle.polluntil);

	if (until > when)
		goro__break_poll();
	return until != 0;
}

/* Wakes an M if when is soon.  Reads the clock only if a P is idle. */
static void wake_if_soon(int64_t when)
{
	if (when != INT64_MAX && load_seq(&goro__sched.idle.npidle) != 0 &&
	    when - sys_clock() < SOON)
		goro__wake_now();
}

/* Returns when; in virtual time the first real timer. */
static int64_t real_time(int64_t when)
{
	return goro__virtual() ? load_seq(&goro__real_p.timers.next) : when;
}

void goro__deadline(int64_t when)
{
	if (mp())
		fence_seq(); /* the timer is in before polluntil is read */
	when = real_time(when);
	if (!cut_sleep(when) && mp())
		wake_if_soon(when);
}

void goro__deadline_here(struct m *m, int64_t when)
{
	if (m->curg) {
		goro__deadline(when);
		return;
	}
	if (mp()) {
		fence_seq();
		m->watch = WATCH_ALL;
	}
	cut_sleep(real_time(when));
}

/* Returns the first timer of all Ps but p. */
static int64_t next_of_others(const struct p *p)
{
	int64_t when = INT64_MAX;

	for (int32_t i = 0; i < goro__procs(); i++) {
		int64_t t = load_seq(&goro__allp[i]->timers.next);

		if (goro__allp[i] != p && t < when)
			when = t;
	}
	return when;
}

void goro__watch_timers(struct m *m)
{
	uint8_t which = m->watch;

	m->watch = WATCH_NONE;
	if (!mp() || load_seq(&goro__sched.idle.polluntil) != 0 ||
	    load_seq(&goro__sched.idle.npidle) == 0)
		return;
	if (goro__virtual() || which == WATCH_ALL)
		wake_if_soon(next_real_timer());
	else
		wake_if_soon(next_of_others(m->p));
}

bool goro__timer_watched(int64_t when)
{
	int64_t until = load_relaxed(&goro__sched.idle.polluntil);

	return until != 0 && until <= when;
}

/* ---- sleeping until there is something ------------------------------------- */

/* True if no M needs to sleep for timers or the network. */
static bool nothing_to_come(int64_t timer)
{
	return !goro__netpoll_awaited() &&
	       (timer == INT64_MAX || goro__virtual());
}

/*
 * Sleeps for at most ns, in the poller or on pollnote.  If the poller is opened
 * meanwhile, its opener sees the sleeper or the sleeper sees the poller.
 */
static void sleep_in_poll(int64_t ns, struct glist *ready)
{
	struct sched *s = &goro__sched;
	const struct poller *poller = load_seq(&s->poller);

	if (poller)
		poller->poll(ns, ready);
	else if (ns != 0)
		goro__note_sleep(&s->idle.pollnote, ns);
}

/* Returns how long to sleep, < 0 for no limit; until is polluntil. */
static int64_t time_to_sleep(int64_t until)
{
	int64_t next = next_real_timer();
	int64_t ns;

	if (nothing_to_come(next) || load_relaxed(&goro__sched.stopping))
		return 0;
	if (next > until)
		next = until;
	if (next == INT64_MAX)
		return -1;
	ns = next - sys_clock();
	return ns > 0 ? ns : 0;
}

/* True if the M is to sleep on, until *when: no timer is due yet. */
static bool sleep_on(int64_t *when)
{
	*when = next_real_timer();
	return !goro__virtual() && !nothing_to_come(*when) &&
	       !load_relaxed(&goro__sched.stopping) && *when > sys_clock();
}

bool goro__poll_idle(struct m *m)
{
	struct idle *i = &goro__sched.idle;
	struct glist ready = {0};
	int64_t none = 0;
	int64_t when = next_real_timer();
	bool have_p;

	m->watch = WATCH_NONE;
	if (goro__virtual() && goro__next_timer() <= goro__now())
		return goro__take_idle_p();
	if (nothing_to_come(when))
		return false;
	if (!cas_seq(&i->polluntil, &none, when)) {
		cut_sleep(when);
		return false;
	}
	xchg_seq(&i->pollnote, 0u);
	/*
	 * time_to_sleep() looks again: a timer may have been set by an M that
	 * read polluntil before it was stored, or the last one stopped:
	 * goro__checkdead().
	 */
	for (;;) {
		sleep_in_poll(time_to_sleep(when), &ready);
		if (ready.n > 0 || !sleep_on(&when))
			break;
		store_seq(&i->polluntil, when);
	}
	store_seq(&i->polluntil, INT64_C(0));
	have_p = goro__take_idle_p();
	if (have_p)
		m->watch = WATCH_OTHERS;
	ready_polled(&ready);
	return have_p;
}
