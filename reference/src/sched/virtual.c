/*
 * virtual.c - virtual time: goro_config.virtual_time.
 *
 * The run is what Go's testing/synctest calls a bubble.  Time stands still
 * while any goroutine runs, can run, or is in a blocking call; when all others
 * are parked it jumps to the first timer.  It starts at the same instant in
 * each run.  The end is that of a bubble too: main returns, time stops for
 * good, the others run until they have ended, and only then the run is over;
 * if one is left that is blocked, that is a deadlock of its own kind.
 *
 * "All are parked" is what the deadlock report asks: the last M that goes to
 * sleep finds out, with sched.lock held, and all of this file runs there.  In
 * virtual time no M ever sleeps until a timer is due (goro__poll_idle).
 *
 * The outside goes by its own time.  So time stands still also while a
 * goroutine waits for a descriptor: an M sleeps in the poller then.  And the
 * deadlines of descriptors are on the machine's clock, as far from now as they
 * were when they were set; their timers are in goro__real_p.
 *
 * A goroutine that waits for a mutex counts as parked, as it does not in Go:
 * there its owner might be outside the bubble, here there is no outside.
 */
#include "sched/clock.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "base/note.h"
#include "sched/die.h"
#include "sched/m.h"
#include "base/text.h"

/* 2000-01-01 00:00 UTC, if it were a date: as in Go. */
#define FIRST_INSTANT INT64_C(946684800000000000)

_Atomic(int64_t) goro__virtual_now;

struct p goro__real_p = {.timers = {.next = INT64_MAX}};

void goro__virtual_start(void)
{
	store_relaxed(&goro__virtual_now, FIRST_INSTANT);
}

static struct p *p_with_timer(int64_t when)
{
	for (int32_t i = 0; i < goro__sched.gomaxprocs; i++)
		if (load_relaxed(&goro__allp[i]->timers.next) == when)
			return goro__allp[i];
	return NULL;
}

/* p is the next that pidleget gives, if it is idle. */
static void to_front(struct sched *s, struct p *p)
{
	for (struct p **at = &s->idle.pidle; *at; at = &(*at)->link) {
		if (*at != p)
			continue;
		*at = p->link;
		p->link = s->idle.pidle;
		s->idle.pidle = p;
		return;
	}
}

/*
 * The lock's release makes the new time seen by the M that is started, and by
 * whomever it wakes.  Without an idle P sysmon has it in its hands, and the M
 * that it gives it to comes here again.
 */
static void jump(struct sched *s, int64_t when)
{
	struct p *p;

	to_front(s, p_with_timer(when));
	p = goro__pidleget();
	if (!p)
		return;
	if (when > load_relaxed(&goro__virtual_now))
		store_relaxed(&goro__virtual_now, when);
	unlock(&s->lock);
	goro__startm(p, false);
	lock(&s->lock);
}

static void end_run(struct sched *s)
{
	if (goro__count_live() > 0) {
		unlock(&s->lock);
		goro__die_of_deadlock("deadlock: main bubble goroutine has "
				      "exited but blocked goroutines remain");
	}
	/* Pairs with the acquire in goro_run_with(). */
	store_release(&s->done, 1u);
	goro__note_wake(&s->maker_note);
}

bool goro__virtual_idle(void)
{
	struct sched *s = &goro__sched;
	int64_t when;

	if (!goro__virtual())
		return false;
	if (s->main_exited) {
		end_run(s);
		return true;
	}
	when = goro__next_timer();
	if (when == INT64_MAX)
		return false;
	jump(s, when);
	return true;
}

void goro__virtual_dead(void)
{
	if (goro__virtual())
		goro__die_of_deadlock("deadlock: all goroutines in bubble are "
				      "blocked");
}
