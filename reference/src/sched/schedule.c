/*
 * schedule.c - how an M finds the next goroutine, and how Ms are woken and
 * put to sleep so that there are enough of them and no more.
 *
 * The order is the book's: the global queue on each 61st turn, next, the ring,
 * the global queue, the network, then half of another P's ring from victims in
 * a random order, their timers included.
 *
 * The hard part is when to wake a thread.  Three simple answers fail.  Waking
 * one for each goroutine made ready costs a system call each, mostly for
 * nothing.  Handing the goroutine and the P to the woken thread ruins the
 * locality of two goroutines that talk to each other.  Waking none while
 * somebody looks for work, and none otherwise, loses parallelism when bursts
 * come.  So:
 *
 *   An M without work spins (looks at the other Ps for a while) before it
 *   sleeps; at most half as many spin as there are busy Ps.  Whoever makes a
 *   goroutine ready wakes an M only if a P is idle and nobody spins.  The last
 *   spinning M that finds work wakes another in its place, so that a burst
 *   brings up all of them one after the other.
 *
 * The race that matters is between "submit work" and "stop looking":
 *
 *	submit:   1. put the goroutine on a queue
 *	          2. StoreLoad barrier
 *	          3. look at nmspinning (and at npidle)
 *	stop:     1. give the P to the idle list, decrement nmspinning
 *	          2. StoreLoad barrier
 *	          3. look at all queues and timers once more
 *
 * Either the submitter sees that nobody spins, or the one who stops sees the
 * work.  The barriers are the exchange in runq_set_next() (a locked instruction
 * anyway), fence_seq() for the global queue, and fence_seq() in recheck().
 *
 * A pair of goroutines that wake each other in turn would still wake a thread
 * each time the last one gave up looking.  A search that finds nothing is
 * therefore remembered (futile), and a growing number of wake-ups, bounded by
 * MAX_SKIP, is left out after it; a search that finds something resets that.
 * While any are left out sysmon keeps an eye on the queues: it wakes an M when
 * it sees a goroutine that waits while a P is idle.
 */
#include "sched/clock.h"
#include "sched/globq.h"
#include "io/netpoll.h"
#include "base/order.h"
#include "base/sys.h"
#include "sched/switch.h"

enum { STEAL_ROUNDS = 4, MAX_SKIP = 1024 };

void goro__globrunqput(struct g *g)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	globq_push(&s->globq, g);
	unlock(&s->lock);
	fence_seq(); /* before a look at nmspinning; pairs with recheck() */
}

static void globrunqput_all(struct glist *l)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	globq_push_all(&s->globq, l);
	unlock(&s->lock);
}

void goro__runqput(struct p *p, struct g *g, bool next)
{
	if (next)
		g = runq_set_next(&p->runq, g);
	while (g && unlikely(!runq_push(&p->runq, g))) {
		struct glist batch = {0};

		if (goro__runq_overflow(&p->runq, g, &batch)) {
			globrunqput_all(&batch);
			return;
		}
	}
}

/* Takes p's share of the global queue, at most max.  Owner of p only. */
static struct g *globrunqget(struct p *p, uint32_t max)
{
	struct sched *s = &goro__sched;
	struct g *first;

	if (globq_len(&s->globq) == 0)
		return NULL;
	lock(&s->lock);
	first = goro__globq_take(&s->globq, &p->runq, (uint32_t)s->gomaxprocs,
				 max);
	unlock(&s->lock);
	return first;
}

/*
 * next of a running P is about to run there, on a warm cache, unless the
 * goroutine before it computes for long: then nothing is switched over a nap.
 */
static bool next_is_about_to_run(struct p *v)
{
	uint64_t ticks = load_relaxed(&v->stats.switches);

	if (load_acquire(&v->status) != PRUNNING ||
	    !load_relaxed(&v->runq.next) || runq_len(&v->runq) > 0)
		return false;
	sys_nanosleep(3000);
	return load_relaxed(&v->stats.switches) != ticks;
}

/* Work of others: half a ring, a timer that is due, at last their next. */
static struct g *steal_from(struct m *m, struct p *v, bool last, int64_t now)
{
	struct p *p = m->p;
	struct g *g;

	if (last && load_relaxed(&v->timers.next) <= now) {
		goro__timers_run(v, now);
		g = runq_take_next(&p->runq);
		if (!g)
			g = runq_pop(&p->runq);
		if (g)
			return g;
	}
	if (last && next_is_about_to_run(v))
		return NULL;
	g = goro__runq_steal(&p->runq, &v->runq, last);
	if (g)
		count(&p->stats.steals);
	return g;
}

static struct g *steal(struct m *m)
{
	uint32_t n = (uint32_t)goro__sched.gomaxprocs;
	uint32_t step = coprime_step(n, (uint32_t)goro__rand(m));

	for (int round = 0; round < STEAL_ROUNDS; round++) {
		bool last = round == STEAL_ROUNDS - 1;
		int64_t now = last ? goro__now() : 0;
		uint32_t at = goro__rand_below(m, n);

		for (uint32_t i = 0; i < n; i++, at = (at + step) % n) {
			struct g *g;

			if (load_relaxed(&goro__sched.gcwaiting))
				return NULL;
			if (goro__allp[at] == m->p)
				continue;
			g = steal_from(m, goro__allp[at], last, now);
			if (g)
				return g;
		}
	}
	return NULL;
}

/* The P's own queues, and the timers that are due. */
static struct g *find_local(struct m *m)
{
	struct p *p = m->p;
	struct g *g;

	if (load_relaxed(&p->timers.next) != INT64_MAX) {
		goro__timers_run(p, goro__now());
		p->look = arch_ticks() + arch_ticks_20us();
	}
	if (unlikely(load_relaxed(&goro__real_p.timers.next) != INT64_MAX))
		goro__timers_run(&goro__real_p, sys_clock());
	if (p->schedtick % 61 == 60) {
		store_relaxed(&p->tick_seen, ++p->schedtick);
		g = globrunqget(p, 1);
		if (g)
			return g;
	}
	g = runq_take_next(&p->runq);
	if (g)
		return g;
	store_relaxed(&p->tick_seen, ++p->schedtick);
	g = runq_pop(&p->runq);
	return g ? g : globrunqget(p, RUNQ_SIZE / 2);
}

static bool may_spin(struct m *m)
{
	struct sched *s = &goro__sched;
	uint32_t busy = (uint32_t)s->gomaxprocs - load_relaxed(&s->npidle);

	return goro__mp &&
	       (m->spinning || 2 * load_relaxed(&s->nmspinning) < busy);
}

bool goro__work_anywhere(void)
{
	for (int32_t i = 0; i < goro__sched.gomaxprocs; i++)
		if (!goro__runq_empty(&goro__allp[i]->runq))
			return true;
	return globq_len(&goro__sched.globq) > 0;
}

int64_t goro__next_timer(void)
{
	int64_t when = INT64_MAX;

	for (int32_t i = 0; i < goro__sched.gomaxprocs; i++) {
		int64_t t = load_seq(&goro__allp[i]->timers.next);

		if (t < when)
			when = t;
	}
	return when;
}

static void stop_spinning(struct m *m)
{
	m->spinning = false;
	add_seq(&goro__sched.nmspinning, -1u);
}

static void start_spinning(struct m *m)
{
	if (m->spinning)
		return;
	m->spinning = true;
	add_seq(&goro__sched.nmspinning, 1u);
}

/* Takes an idle P for this M, which has none; false: there is none. */
static bool take_idle_p(void)
{
	struct p *p;

	lock(&goro__sched.lock);
	p = goro__pidleget();
	unlock(&goro__sched.lock);
	if (p)
		goro__acquirep(p);
	return p != NULL;
}

/* ---- the network, and sleeping until there is something -------------------- */

/* Up to n idle Ps get an M, which finds what is in the global queue. */
static void start_idle(uint32_t n)
{
	struct sched *s = &goro__sched;

	while (n-- > 0 && load_seq(&s->npidle) > 0) {
		add_seq(&s->nmspinning, 1u);
		goro__startm(NULL, true);
	}
}

/* One for each idle P to the global queue, the others to this P's. */
static void spread(struct p *p, struct glist *l)
{
	uint32_t idle = load_relaxed(&goro__sched.npidle);
	struct glist here = {0}, others = {0};
	struct g *g;

	while ((g = glist_pop(l)) != NULL)
		glist_push(here.n > 0 && others.n < idle ? &others : &here, g);
	while ((g = glist_pop(&here)) != NULL)
		goro__runqput(p, g, false);
	glist_append(l, &others);
}

/*
 * Goroutines of the network poller, still waiting, go to run queues.  They
 * count as waiting for it until they are there: so nobody takes the program
 * for dead meanwhile.
 */
static void inject(struct glist *l)
{
	struct p *p = goro__m()->p;
	uint32_t n = l->n, others;

	if (n == 0)
		return;
	for (struct g *g = l->head; g; g = g->schedlink)
		store_relaxed(&g->status, GRUNNABLE);
	if (p)
		spread(p, l);
	others = l->n;
	if (others > 0) {
		globrunqput_all(l);
		fence_seq(); /* before a look at npidle; pairs with recheck() */
		start_idle(others);
	}
	if (p && goro__mp)
		goro__wakep();
	goro__netpoll_woken(n);
}

bool goro__network_unwatched(void)
{
	return goro__netpoll_awaited() && load_seq(&goro__sched.polluntil) == 0;
}

/* One at a time, and not while an M sleeps in the poller: it sees the same. */
bool goro__poll_network(void)
{
	struct sched *s = &goro__sched;
	struct glist ready = {0};
	bool some;

	if (load_relaxed(&s->netwaiters) == 0 ||
	    load_relaxed(&s->polluntil) != 0 || load_relaxed(&s->netpolling) ||
	    xchg_acquire(&s->netpolling, 1u))
		return false;
	goro__port_poll(0, &ready);
	store_relaxed(&s->netpolls, load_relaxed(&s->netpolls) + 1);
	store_release(&s->netpolling, 0u);
	some = ready.n > 0;
	inject(&ready);
	return some;
}

/* A poller that is opened while one sleeps without it wakes him: netpoll.c. */
void goro__break_poll(void)
{
	struct sched *s = &goro__sched;

	if (load_seq(&s->netpoll))
		goro__port_break();
	else
		goro__note_wake(&s->pollnote);
}

/* The first timer by the machine's clock; time jumps for virtual ones. */
static int64_t next_real_timer(void)
{
	return goro__virtual() ? load_seq(&goro__real_p.timers.next)
			       : goro__next_timer();
}

/* Nobody is to sleep for this any more. */
static bool nothing_to_come(int64_t timer)
{
	return !goro__netpoll_awaited() &&
	       (timer == INT64_MAX || goro__virtual());
}

/*
 * For at most ns, or for less if there is no reason.  The one who opens the
 * poller sees that somebody sleeps, or it is seen here.
 */
static void sleep_in_poll(int64_t ns, struct glist *ready)
{
	struct sched *s = &goro__sched;

	if (load_seq(&s->netpoll))
		goro__port_poll(ns, ready);
	else if (ns != 0)
		goro__note_sleep(&s->pollnote, ns);
}

/* until is what polluntil says. */
static int64_t time_to_sleep(int64_t until)
{
	int64_t next = next_real_timer();
	int64_t ns;

	if (nothing_to_come(next) || load_relaxed(&goro__sched.gcwaiting))
		return 0;
	if (next > until)
		next = until;
	if (next == INT64_MAX)
		return -1;
	ns = next - sys_clock();
	return ns > 0 ? ns : 0;
}

/*
 * Sleeps as the one M that wakes for the next timer and for the network.
 * True: it has a P again.  A timer set earlier than polluntil wakes it by
 * goro__wake_poller().
 */
static bool poll_idle(void)
{
	struct sched *s = &goro__sched;
	struct glist ready = {0};
	int64_t none = 0;
	int64_t when = next_real_timer();
	bool have_p;

	if (goro__virtual() && goro__next_timer() <= goro__now())
		return take_idle_p();
	if (nothing_to_come(when))
		return false;
	if (!cas_seq(&s->polluntil, &none, when)) {
		goro__wake_poller(when);
		return false;
	}
	xchg_seq(&s->pollnote, 0u);
	/*
	 * A timer set by who looked before polluntil was stored: seen now.  So
	 * is it if the last one was stopped: see goro__checkdead().
	 */
	sleep_in_poll(time_to_sleep(when), &ready);
	store_seq(&s->polluntil, INT64_C(0));
	have_p = take_idle_p();
	inject(&ready);
	return have_p;
}

/*
 * The P is given up.  What was submitted while nobody seemed to spin is found
 * here or seen by the submitter.  True: the M has a P again and looks anew.
 */
static bool recheck(struct m *m, bool was_spinning)
{
	fence_seq(); /* pairs with runq_set_next(), goro__globrunqput() */
	if (!goro__work_anywhere() || !take_idle_p())
		return false;
	if (was_spinning)
		start_spinning(m);
	return true;
}

/* False: work came while sched.lock was taken. */
static bool give_up_p(void)
{
	struct sched *s = &goro__sched;
	bool stay;

	lock(&s->lock);
	stay = load_relaxed(&s->gcwaiting) || globq_len(&s->globq) > 0;
	if (!stay)
		goro__pidleput(goro__releasep());
	unlock(&s->lock);
	return !stay;
}

static void futile_search(void)
{
	struct sched *s = &goro__sched;
	uint32_t skip = load_relaxed(&s->skip) * 2 + 1;

	store_relaxed(&s->skip, skip > MAX_SKIP ? MAX_SKIP : skip);
	store_relaxed(&s->skipped, 0u);
}

/* Sleeps until there may be something to do; the M then has a P. */
static void idle(struct m *m)
{
	bool was_spinning = m->spinning;

	if (was_spinning) {
		futile_search();
		stop_spinning(m);
	}
	if (recheck(m, was_spinning) || poll_idle())
		return;
	goro__stopm();
}

/* Blocks until there is a goroutine to run; the M has a P then. */
static struct g *find_runnable(struct m *m)
{
	for (;;) {
		struct g *g;

		if (unlikely(load_relaxed(&m->p->attention)))
			goro__attend(m->p);
		g = find_local(m);
		if (g)
			return g;
		if (goro__poll_network())
			continue;
		if (may_spin(m)) {
			start_spinning(m);
			g = steal(m);
			if (g)
				return g;
			if (!goro__runq_empty(&m->p->runq))
				continue; /* timers of others made some */
		}
		if (give_up_p())
			idle(m);
	}
}

/* It found work: if it was the last to look, another looks in its place. */
static void reset_spinning(struct m *m)
{
	stop_spinning(m);
	store_relaxed(&goro__sched.skip, 0u);
	goro__wakep();
}

/* Skipping is over once as many as skip have been left out. */
static bool skip_wake(struct sched *s)
{
	uint32_t n = load_relaxed(&s->skipped);

	if (n >= load_relaxed(&s->skip))
		return false;
	store_relaxed(&s->skipped, n + 1);
	return true;
}

void goro__wakep(void)
{
	struct sched *s = &goro__sched;
	uint32_t none = 0;

	/* Pairs with stop_spinning(): see the top of the file. */
	if (load_seq(&s->npidle) == 0 || load_seq(&s->nmspinning) != 0 ||
	    skip_wake(s))
		return;
	if (cas_seq(&s->nmspinning, &none, 1u))
		goro__startm(NULL, true);
}

void goro__arrive(void)
{
	struct m *m = goro__m();

	san_arrive(&m->curg->san);
	run_after(m);
}

/* Runs g until a goroutine comes back to the scheduler on this M. */
static void execute(struct m *m, struct g *g)
{
	prepare(m, g);
	m->curg = g;
	g->m = m;
	store_relaxed(&g->status, GRUNNING);
	count(&m->p->stats.switches);
	san_leave(&m->san, &g->san);
	goro__switch(&m->g0_sp, g->sp);
	san_arrive(&m->san);
	run_after(m);
}

void goro__schedule(void)
{
	struct m *m = goro__m();

	while (!m->dying) {
		struct g *g;

		if (unlikely(m->lockedg != NULL)) {
			execute(m, goro__stoplockedm(m));
			continue;
		}
		if (unlikely(!m->p)) /* from a system call: none was free */
			goro__stopm();
		g = find_runnable(m);
		if (m->spinning)
			reset_spinning(m);
		if (unlikely(g->lockedm != NULL))
			goro__startlockedm(g);
		else
			execute(m, g);
	}
	goro__mexit(m);
}
