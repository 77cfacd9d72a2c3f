/*
 * stopm.c - an M that has nothing to do sleeps.  The last one to do so carries
 * out what deadlock.h decides.
 */
#include "sched/stopm.h"

#include "base/note.h"
#include "base/text.h"
#include "sched/clock.h"
#include "sched/deadlock.h"
#include "sched/die.h"
#include "sched/user.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "sched/poller.h"
#include "sched/stack.h"
#include "sched/state.h"

static void count_live(struct g *g, void *n)
{
	uint32_t status = load_relaxed(&g->status);

	if (status != GIDLE && status != GDEAD && !g->system)
		++*(int64_t *)n;
}

int64_t goro__count_live(void)
{
	int64_t n = 0;

	goro__each_g(count_live, &n);
	return n;
}

/* Jumps to when.  If no P is idle the M that gets sysmon's comes by again. */
static void jump(struct sched *s, int64_t when)
{
	struct p *p = goro__pidleget_due(when);

	if (!p)
		return;
	/* That M, and any M that it wakes, sees this by the lock's release. */
	goro__virtual_jump(when);
	unlock(&s->lock);
	goro__startm(p, false);
	lock(&s->lock);
}

static void end_run(struct sched *s)
{
	/* Pairs with the acquire in goro_run_with(). */
	store_release(&s->done, 1u);
	goro__note_wake(&s->maker_note);
}

static _Noreturn void dead(struct sched *s)
{
	bool bubble = goro__virtual() && !explored();

	unlock(&s->lock);
	if (bubble && s->main_exited)
		goro__die_of_deadlock("deadlock: main bubble goroutine has "
				      "exited but blocked goroutines remain");
	if (bubble)
		goro__die_of_deadlock("deadlock: all goroutines in bubble are "
				      "blocked");
	if (s->main_exited && goro__count_live() == 0)
		goro__fatal("no goroutines (main called runtime.Goexit) - "
			    "deadlock!");
	goro__fatal("all goroutines are asleep - deadlock!");
}

/*
 * The fence pairs with the cas and the second look in goro__poll_idle(): the
 * sleeper sees that the last timer was stopped, or this M sees the sleeper.
 */
static struct deadlock_view look(struct sched *s, int64_t awake)
{
	bool virtual = goro__virtual();
	bool over = virtual && s->main_exited && !explored();

	fence_seq();
	return (struct deadlock_view){
		.awake = awake,
		.sleeper = load_relaxed(&s->idle.polluntil) != 0,
		.network = goro__netpoll_awaited(),
		.timer = goro__next_timer(),
		.work = awake <= 0 && goro__work_anywhere(),
		.never = s->embedded || load_relaxed(&s->done),
		.outside = load_relaxed(&s->outside),
		.virtual = virtual,
		.main_ended = over,
		.blocked = over && goro__count_live() > 0,
	};
}

void goro__checkdead(void)
{
	struct sched *s = &goro__sched;
	int64_t awake = (int64_t)load_relaxed(&s->mcount) - s->idle.nmidle -
			s->nmidlelocked;
	struct deadlock_view v;

	goro_check(awake >= 0, "more threads sleep than there are");
	if (awake > 1)
		return;
	v = look(s, awake);
	switch (goro__deadlock(&v)) {
	case DEADLOCK_SLEEP:
		break;
	case DEADLOCK_WAKE_SLEEPER:
		goro__break_poll();
		break;
	case DEADLOCK_JUMP:
		jump(s, v.timer);
		break;
	case DEADLOCK_END_RUN:
		end_run(s);
		break;
	case DEADLOCK_DEAD:
		dead(s);
	}
}

void goro__stopm(void)
{
	struct sched *s = &goro__sched;
	struct m *m = goro__m();

	goro_check(!m->p && !m->spinning,
		   "a thread sleeps that has a P, or looks for work");
	lock(&s->lock);
	m->schedlink = s->idle.midle;
	s->idle.midle = m;
	s->idle.nmidle++;
	goro__checkdead();
	unlock(&s->lock);
	goro__note_sleep(&m->note, -1);
	goro__take_nextp();
}
