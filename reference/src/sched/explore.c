/*
 * explore.c - see explore.h.
 *
 * The goroutines that can run stand in the P's ring, those that became ready
 * first at its head.  For a decision they are taken out, and put back but for
 * the one that is chosen.  Only the owner of the P is here.
 *
 * One that goes on and on, in a loop that asks but does not wait, would keep
 * all others from running under most strategies.  After PATIENCE steps in a row
 * it is put behind them.  If for SPINNING steps nobody has parked, they may all
 * wait for a time to come: then it comes nearer, by ever more.
 */
#include "sched/explore.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "sched/clock.h"
#include "sched/decide.h"
#include "sched/die.h"
#include "sched/globq.h"
#include "sched/goroutine.h"
#include "sched/halt.h"
#include "sched/hooks.h"
#include "sched/poll.h"
#include "sched/poller.h"
#include "sched/queue.h"
#include "sched/rand.h"
#include "sched/stack.h"
#include "sched/switch.h"
#include "sched/timer.h"

/* How long goroutines have after main has returned, and in how many steps. */
#define LAST_TIME INT64_C(60000000000)

#define NETWORK_NAP INT64_C(100000)

#define FIRST_NAP INT64_C(1000000)
#define LONGEST_NAP INT64_C(3600000000000)

enum {
	PATIENCE = 5000,
	SPINNING = 10000,
	ONCE_MORE = 100,
	LAST_STEPS = 10000,
	NETWORK_LOOKS = 20,
	POOL = 64
};

static struct {
	struct g **ready; /* those that can run, while one is chosen */
	struct explored_g **who;
	uint32_t n, room;
	struct g *picked; /* chosen at a step: goes on next */
	bool time;        /* chosen at a step: time goes on */
	bool ended;       /* main has returned */
	struct g *main;   /* then: it waits until nothing can run */
	int64_t end;      /* and no timer is due up to here */
	uint32_t last;    /* the step after which a run is too long */
	const struct g *runs;
	uint32_t in_a_row; /* steps of runs */
	uint32_t spinning; /* steps since somebody has parked */
	int64_t nap;       /* after too many: by how much time goes on */
	struct explored_g *unused;
} now;

/* ---- goroutines --------------------------------------------------------------- */

/* The function of every goroutine, for its own. */
static void explored_main(void *arg)
{
	struct explored_g *e = arg;

	call_user(e->fn, e->arg);
	e->free = now.unused;
	now.unused = e;
}

static struct explored_g *of(const struct g *g)
{
	return g->fn == explored_main ? g->arg : NULL;
}

goro_fn goro__explored_fn(const struct g *g)
{
	return of(g) ? of(g)->fn : g->fn;
}

struct touch goro__explored_touch(const struct g *g)
{
	return of(g) ? goro__touch_by_object(&of(g)->next) : (struct touch){0};
}

static struct explored_g *alloc(void)
{
	struct explored_g *e = now.unused;

	if (e) {
		now.unused = e->free;
		return e;
	}
	e = sys_map(POOL * sizeof(*e));
	if (!e)
		goro__fatal("runtime: out of memory");
	for (int i = 1; i < POOL; i++) {
		e[i].free = now.unused;
		now.unused = &e[i];
	}
	return e;
}

void goro__explore_new(struct g *g)
{
	struct explored_g *e = alloc();

	e->fn = g->fn;
	e->arg = g->arg;
	e->next = (struct touch){0};
	e->all_ever = e->sleeps = false;
	g->fn = explored_main;
	g->arg = e;
	goro__decide_new(e);
}

/* ---- who can run ------------------------------------------------------------- */

static void *moved(void *old, uint32_t room)
{
	void **to = sys_map(2 * room * sizeof(*to));

	if (!to)
		goro__fatal("runtime: out of memory");
	if (room > 0 && old)
		san_copy(to, old, room * sizeof(*to));
	if (old)
		sys_unmap(old, room * sizeof(*to));
	return to;
}

static void add(struct g *g)
{
	/* Two more: the goroutine that runs, and time. */
	if (now.n + 2 >= now.room) {
		uint32_t room = now.room > 0 ? now.room : RUNQ_SIZE;

		now.ready = moved(now.ready, room);
		now.who = moved(now.who, room);
		now.room = 2 * room;
	}
	now.ready[now.n++] = g;
}

static void take_global(struct sched *s)
{
	struct g *g;

	if (globq_len(&s->globq) == 0)
		return;
	lock(&s->lock);
	while ((g = glist_pop(&s->globq.list)) != NULL)
		add(g);
	globq_changed(&s->globq);
	unlock(&s->lock);
}

/* Takes all that p can run. */
static void collect(struct p *p)
{
	struct g *g;

	now.n = 0;
	while ((g = runq_pop(&p->runq)) != NULL)
		add(g);
	g = runq_take_next(&p->runq);
	if (g)
		add(g);
	take_global(&goro__sched);
}

/* Puts them back, but for one. */
static void put_back(struct p *p, const struct g *but)
{
	for (uint32_t i = 0; i < now.n; i++)
		if (now.ready[i] != but)
			goro__runqput(p, now.ready[i], false);
}

/* ---- time -------------------------------------------------------------------- */

static bool has_timer(const struct p *p)
{
	return load_relaxed(&p->timers.next) != INT64_MAX;
}

/* True if time may go on though a goroutine can run: one of them is slow. */
static bool time_may_go_on(const struct p *p)
{
	int64_t slow = goro__explored_run->slow * INT64_C(1000000);

	return slow > 0 && !now.ended && has_timer(p) &&
	       load_relaxed(&p->timers.next) - goro__now() <= slow;
}

/* Up to the next timer or, if all are spinning, by the nap. */
static void let_time_go_on(struct p *p)
{
	int64_t to = load_relaxed(&p->timers.next);
	int64_t nap = goro__when(goro__now(), now.nap);

	goro__virtual_jump(now.nap > 0 && nap < to ? nap : to);
	goro__timers_run(p, goro__now());
}

/* Counts a step.  True if time is to go on, as nobody does anything else. */
static bool all_spin(void)
{
	if (++now.spinning <= SPINNING || now.spinning % ONCE_MORE != 0)
		return false;
	now.nap = now.nap > 0 ? now.nap * 2 : FIRST_NAP;
	if (now.nap > LONGEST_NAP)
		now.nap = LONGEST_NAP;
	return true;
}

static void somebody_parked(void)
{
	now.spinning = 0;
	now.nap = 0;
}

/* ---- decisions --------------------------------------------------------------- */

/* Returns the place in ready of who goes on, or n: time does. */
static uint32_t choose(struct p *p, enum explored_kind kind)
{
	struct options o = {.who = now.who, .n = now.n, .kind = kind};

	for (uint32_t i = 0; i < now.n; i++)
		now.who[i] = of(now.ready[i]);
	o.clock = now.n > 0 && time_may_go_on(p);
	if (o.clock)
		now.who[o.n++] = NULL;
	if (o.n > 1)
		return goro__decide(&o);
	goro__decide_alone(&o);
	return 0;
}

static struct g *pick(struct p *p)
{
	struct g *g = now.picked;
	uint32_t i;

	now.picked = NULL;
	if (g)
		return g;
	if (!now.time) {
		i = choose(p, DECIDE_NEXT);
		if (i < now.n)
			return now.ready[i];
	}
	now.time = false;
	for (i = 0; i < now.n; i++)
		now.who[i] = of(now.ready[i]);
	goro__reduce_time(now.who, now.n);
	put_back(p, NULL);
	let_time_go_on(p);
	collect(p);
	return now.n > 0 ? pick(p) : NULL;
}

/* Nothing can run, and main has returned: time goes on, or main does. */
static void go_to_end(struct p *p)
{
	struct g *g = now.main;

	if (load_relaxed(&p->timers.next) <= now.end) {
		let_time_go_on(p);
	} else {
		now.main = NULL;
		goro__ready(g);
	}
}

/*
 * Nothing can run.  Elsewhere virtual time stands still while a goroutine waits
 * for the network; here that has a moment, and then the next timer is due.
 */
static void wait_for_network(struct p *p)
{
	for (int i = 0; i < NETWORK_LOOKS; i++) {
		if (goro__poll_network())
			return;
		sys_nanosleep(NETWORK_NAP);
	}
	let_time_go_on(p);
}

/* True if something was done that may have made a goroutine ready. */
static bool something_comes(struct p *p)
{
	if (now.main)
		go_to_end(p);
	else if (has_timer(p) && goro__netpoll_awaited())
		wait_for_network(p);
	else
		return false;
	return true;
}

void goro__explore_turn(struct p *p)
{
	struct g *g;

	if (p->schedtick % 61 == 60) /* the global queue would have its turn */
		p->schedtick++;
	if (!now.picked && !now.time)
		somebody_parked();
	collect(p);
	while (now.n == 0 && something_comes(p))
		collect(p);
	if (now.n == 0)
		return;
	g = pick(p);
	put_back(p, g);
	if (g)
		runq_set_next(&p->runq, g);
}

void goro__explore_draw(uint32_t n)
{
	struct m *m = goro__m();
	struct options o = {.n = n, .kind = DECIDE_DRAW};
	uint32_t face = goro__decide(&o);
	uint64_t before;

	do {
		before = m->rand;
	} while (goro__rand_below(m, n) != face);
	m->rand = before;
}

/* ---- steps ------------------------------------------------------------------- */

void goro__explore_gives_way(void)
{
	goro__decide_yields(of(goro__self()));
}

/* Ends the run: main has returned, and the others have had their time. */
static void end_run(void *unused)
{
	(void)unused;
	goro__yield_to_death();
	goro__main_returned();
}

static void count_step(struct explored *run)
{
	if (++run->steps <= now.last)
		return;
	if (now.ended)
		goro__systemstack(end_run, NULL);
	goro__fatal("too many steps: the run does not end");
}

/* True if g, which runs, is to be put behind all others. */
static bool gives_way(const struct g *g, const char *call)
{
	if (g != now.runs)
		now.in_a_row = 0;
	now.runs = g;
	if (++now.in_a_row % PATIENCE == 0)
		return true;
	return strcmp(call, "goro_yield") == 0;
}

/* Adds g, which runs, at its place in ready, and moves the others up. */
static void add_self(struct g *g, bool last)
{
	add(g);
	if (last)
		return;
	for (uint32_t i = now.n - 1; i > 0; i--) {
		now.ready[i] = now.ready[i - 1];
		__asm__ volatile(""); /* as in san_copy(): it is no memmove */
	}
	now.ready[0] = g;
}

/* True if somebody other than g is to go on before it. */
static bool others_first(struct p *p, struct g *g, const char *call)
{
	bool last = gives_way(g, call);
	uint32_t i;

	now.time = all_spin();
	if (now.time || last)
		goro__decide_yields(of(g));
	if (now.time)
		return true;
	collect(p);
	add_self(g, last);
	i = choose(p, last ? DECIDE_NEXT : DECIDE_STEP);
	now.time = i == now.n;
	now.picked = now.time || now.ready[i] == g ? NULL : now.ready[i];
	put_back(p, g);
	return now.time || now.picked;
}

/*
 * If goroutines may be left, the run ends with main, and what the others have
 * done then is seen.
 */
static void say_touches(const struct g *g)
{
	struct explored_g *e = of(g);
	struct touch t = goro__touched();

	if (!e)
		return;
	e->all_ever |= t.ever_all || (goro__explored_run->left && g->goid == 1);
	e->next = t;
	e->next.all |= e->all_ever;
}

void goro__explore_step(struct g *g, const char *call)
{
	struct explored *run = goro__explored_run;

	say_touches(g);
	if (others_first(goro__m()->p, g, call))
		goro__yield_to(false);
	count_step(run);
	goro__hooks.step(g, run->steps, call);
}

/* ---- begin and end ----------------------------------------------------------- */

void goro__explore_start(void)
{
	struct explored *run = goro__explored_run;

	now.last = run->max_steps;
	state_set_mp(mp() | MP_EXPLORED);
	store_relaxed(&goro__m()->p->resched, MP_EXPLORED);
}

struct left {
	uint32_t never; /* goroutines that can never go on */
	bool outside;   /* one is in a call that may change that */
};

/* Looks at g, when nothing but timers and the outside can still come. */
static void look_at(struct g *g, void *arg)
{
	bool timers = goro__next_timer() != INT64_MAX;
	struct left *left = arg;

	left->outside |= g_is(g, GSYSCALL);
	if (!g_is(g, GWAITING) || g->system || g == goro__self())
		return;
	if (g->reason == WAIT_SLEEP || g->reason == WAIT_IO ||
	    g->reason == WAIT_SIGNAL)
		return;
	if (timers && (g->reason == WAIT_CHAN_RECV || g->reason == WAIT_SELECT))
		return;
	left->never++;
}

void goro__explore_main_ended(void)
{
	struct left left = {0};

	now.ended = true;
	if (goro__explored_run->left)
		return;
	now.last = goro__explored_run->steps + LAST_STEPS;
	now.end = goro__when(goro__now(), LAST_TIME);
	now.main = goro__self();
	goro__park(NULL, WAIT_SLEEP);
	goro__each_g(look_at, &left);
	if (left.never > 0 && !left.outside && !goro__netpoll_awaited())
		goro__fatal("goroutines are left for ever - leak!");
}
