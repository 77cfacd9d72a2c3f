/*
 * idle.c - see idle.h.
 */
#include "sched/idle.h"

#include "base/sys.h"
#include "sched/globq.h"
#include "sched/queue.h"
#include "sched/die.h"
#include "sched/poller.h"
#include "base/note.h"
#include "base/print.h"
#include "sched/clock.h"
#include "sched/state.h"
#include "base/text.h"

enum { MAX_SKIP = 1024 };

/* Checks the idle list; called before and after each change. */
static void check_pidle(const struct idle *i)
{
	uint32_t n = 0;

	goro_check(load_relaxed(&goro__sched.lock.held),
		   "the idle Ps change without their lock");
	for (struct p *p = CHECKED ? i->pidle : NULL; p; p = p->link, n++)
		goro_check(p_is(p, PIDLE) && !load_relaxed(&p->m),
			   "an idle P is in use");
	goro_check(n == load_relaxed(&i->npidle),
		   "there are not as many idle Ps as it says");
}

void goro__settle_time(void)
{
	struct idle *i = &goro__sched.idle;
	int64_t now = sys_clock(), passed = now - i->settled;

	i->all_ns += passed * goro__procs();
	i->idle_ns += passed * (int64_t)load_relaxed(&i->npidle);
	i->settled = now;
}

void goro__cpu_time(int64_t *all_ns, int64_t *idle_ns)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	goro__settle_time();
	*all_ns = s->idle.all_ns;
	*idle_ns = s->idle.idle_ns;
	unlock(&s->lock);
}

struct p *goro__pidleget(void)
{
	struct sched *s = &goro__sched;
	struct idle *i = &s->idle;
	struct p *p = i->pidle;

	if (!p)
		return NULL;
	goro__settle_time();
	i->pidle = p->link;
	store_seq(&i->npidle, load_relaxed(&i->npidle) - 1);
	check_pidle(i);
	if (load_relaxed(&s->sysmonwait)) {
		store_relaxed(&s->sysmonwait, 0u);
		goro__set_seconds(sys_clock()); /* as nobody did meanwhile */
		goro__note_wake(&s->sysmonnote);
	}
	return p;
}

struct p *goro__pidleget_due(int64_t when)
{
	struct idle *i = &goro__sched.idle;

	for (struct p **at = &i->pidle; *at; at = &(*at)->link) {
		struct p *p = *at;

		if (load_relaxed(&p->timers.next) != when)
			continue;
		*at = p->link;
		p->link = i->pidle;
		i->pidle = p;
		break;
	}
	return goro__pidleget();
}

void goro__pidleput(struct p *p)
{
	struct idle *i = &goro__sched.idle;

	goro__settle_time();
	p->link = i->pidle;
	i->pidle = p;
	store_seq(&i->npidle, load_relaxed(&i->npidle) + 1);
	check_pidle(i);
}

bool goro__take_idle_p(void)
{
	struct p *p;

	lock(&goro__sched.lock);
	p = goro__pidleget();
	unlock(&goro__sched.lock);
	if (p)
		goro__acquirep(p);
	return p != NULL;
}

/* ---- Ms that sleep, and are woken ----------------------------------------- */

static void stops_looking(void)
{
	uint32_t before = add_seq(&goro__sched.idle.nmspinning, -1u);

	goro_check(before > 0, "fewer than no threads look for work");
}

static bool exceeds_limit(void)
{
	/* sysmon counts, the thread in goro_run() does not. */
	return load_relaxed(&goro__sched.mcount) + 1 > goro__sched.maxm;
}

static _Noreturn void too_many_threads(void)
{
	goro__enter_death();
	print_str("runtime: program exceeds ");
	print_int(goro__sched.maxm);
	print_str("-thread limit\n");
	goro__fatal_alone("thread exhaustion");
}

static void want_m(struct p *p, bool spinning)
{
	struct sched *s = &goro__sched;

	add_relaxed(&s->mcount, 1u);
	p->start_spinning = spinning;
	p->link = s->p_wants_m;
	s->p_wants_m = p;
}

static void make_m(void)
{
	if (exceeds_limit())
		too_many_threads();
	goro__note_wake(&goro__sched.maker_note);
}

void goro__want_spare_m(void)
{
	struct sched *s = &goro__sched;

	if (s->spare_wanted || load_relaxed(&s->mcount) + 2 > s->maxm)
		return;
	add_relaxed(&s->mcount, 1u);
	s->spare_wanted = true;
	goro__note_wake(&s->maker_note);
}

/* Returns the M that will run p; NULL: one is being made.  Lock held. */
static struct m *m_for(struct p *p, bool *stopped, bool spinning)
{
	struct idle *i = &goro__sched.idle;
	struct m *m = i->midle;

	*stopped = false;
	if (m) {
		i->midle = m->schedlink;
		i->nmidle--;
		return m;
	}
	m = goro__stopped_m(p, true);
	if (m) {
		*stopped = true;
		goro__want_spare_m();
	} else {
		want_m(p, spinning);
	}
	return m;
}

void goro__startm(struct p *p, bool spinning)
{
	struct sched *s = &goro__sched;
	struct m *m;
	bool stopped;

	lock(&s->lock);
	if (!p)
		p = goro__pidleget();
	if (!p) {
		unlock(&s->lock);
		if (spinning)
			stops_looking();
		return;
	}
	m = m_for(p, &stopped, spinning);
	unlock(&s->lock);
	if (!m) {
		make_m();
		return;
	}
	if (!stopped)
		m->spinning = spinning;
	else if (spinning)
		stops_looking();
	m->nextp = p;
	goro__note_wake(&m->note);
}

/* True if this wake-up is left out: skip of them are, one after the other. */
static bool skip_wake(struct idle *i)
{
	uint32_t n = load_relaxed(&i->skipped);

	if (n >= load_relaxed(&i->skip))
		return false;
	store_relaxed(&i->skipped, n + 1);
	return true;
}

/* Pairs with stop_spinning(): see idle.h. */
static inline bool may_be_needed(struct idle *i)
{
	return load_seq(&i->npidle) != 0 && load_seq(&i->nmspinning) == 0;
}

static void wake_one(struct idle *i)
{
	uint32_t none = 0;

	if (cas_seq(&i->nmspinning, &none, 1u))
		goro__startm(NULL, true);
}

void goro__wakep(void)
{
	struct idle *i = &goro__sched.idle;

	if (may_be_needed(i) && !skip_wake(i))
		wake_one(i);
}

void goro__wake_now(void)
{
	struct idle *i = &goro__sched.idle;

	if (may_be_needed(i))
		wake_one(i);
}

void goro__wake_missed(void)
{
	store_relaxed(&goro__sched.idle.skip, 0u);
	goro__wake_now();
}

/* ---- looking for work, and giving that up --------------------------------- */

bool goro__may_spin(const struct m *m)
{
	struct sched *s = &goro__sched;
	uint32_t busy = (uint32_t)goro__procs() - load_relaxed(&s->idle.npidle);

	return mp() &&
	       (m->spinning || 2 * load_relaxed(&s->idle.nmspinning) < busy);
}

void goro__start_spinning(struct m *m)
{
	if (m->spinning)
		return;
	m->spinning = true;
	add_seq(&goro__sched.idle.nmspinning, 1u);
}

void goro__stop_spinning(struct m *m)
{
	m->spinning = false;
	stops_looking();
}

void goro__search_found(struct m *m)
{
	goro__stop_spinning(m);
	store_relaxed(&goro__sched.idle.skip, 0u);
	goro__wakep();
}

static void futile_search(struct idle *i)
{
	uint32_t skip = load_relaxed(&i->skip) * 2 + 1;

	store_relaxed(&i->skip, skip > MAX_SKIP ? MAX_SKIP : skip);
	store_relaxed(&i->skipped, 0u);
}

bool goro__work_anywhere(void)
{
	for (int32_t i = 0; i < goro__procs(); i++)
		if (!goro__runq_empty(&goro__allp[i]->runq))
			return true;
	return globq_len(&goro__sched.globq) > 0;
}

/*
 * Looks at all queues once more, after the P was given up.  Work submitted
 * meanwhile is found here, or its submitter wakes an M.  True: m has a P again.
 */
static bool recheck(struct m *m, bool was_spinning)
{
	fence_seq(); /* pairs with runq_set_next(), goro__globrunqput() */
	if (!goro__work_anywhere() || !goro__take_idle_p())
		return false;
	if (was_spinning)
		goro__start_spinning(m);
	return true;
}

bool goro__give_up_p(void)
{
	struct sched *s = &goro__sched;
	bool stay;

	lock(&s->lock);
	stay = load_relaxed(&s->stopping) || globq_len(&s->globq) > 0;
	if (!stay)
		goro__pidleput(goro__releasep());
	unlock(&s->lock);
	return !stay;
}

bool goro__search_again(struct m *m)
{
	bool was_spinning = m->spinning;

	if (was_spinning) {
		futile_search(&goro__sched.idle);
		goro__stop_spinning(m);
	}
	return recheck(m, was_spinning);
}

/* ---- a P that nobody has --------------------------------------------------- */

/* See idle.h.  sched.lock is not held. */
void goro__handoffp(struct p *p)
{
	struct sched *s = &goro__sched;

	if (!goro__runq_empty(&p->runq) || globq_len(&s->globq) > 0 ||
	    load_relaxed(&p->timers.next) != INT64_MAX) {
		goro__startm(p, false);
		return;
	}
	if (load_seq(&s->idle.nmspinning) + load_seq(&s->idle.npidle) == 0) {
		uint32_t none = 0;

		if (cas_seq(&s->idle.nmspinning, &none, 1u)) {
			goro__startm(p, true);
			return;
		}
	}
	lock(&s->lock);
	if (load_relaxed(&s->stopping)) {
		goro__stop_p(p);
		unlock(&s->lock);
		return;
	}
	/* It was the last P in use: an M must sleep for the network. */
	if (globq_len(&s->globq) > 0 ||
	    ((int32_t)load_relaxed(&s->idle.npidle) == goro__procs() - 1 &&
	     goro__network_unwatched())) {
		unlock(&s->lock);
		goro__startm(p, false);
		return;
	}
	goro__pidleput(p);
	unlock(&s->lock);
}
