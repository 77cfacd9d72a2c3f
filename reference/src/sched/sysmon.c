/*
 * sysmon.c - the monitor: a thread without a P, so that nothing can starve it.
 *
 * It looks at each P, and carries out what the monitor decides (monitor.h).  It
 * takes the P from a goroutine that has been in a system call for a tick, asks
 * for the P of one that has had its time slice, and wakes an M for what no M
 * sees: a goroutine that waits while a P is idle, a timer of a busy P.  It
 * polls the network while all are busy.  It ticks each 20 us, half as often
 * after 50 ticks with nothing to do, down to each 10 ms; with all Ps idle it
 * sleeps.
 */
#include "sched/sysmon.h"

#include "sched/clock.h"
#include "sched/gfree.h"
#include "sched/globq.h"
#include "sched/halt.h"
#include "sched/hooks.h"
#include "sched/idle.h"
#include "sched/monitor.h"
#include "sched/poll.h"
#include "sched/poller.h"
#include "base/note.h"
#include "sched/resched.h"
#include "sched/state.h"
#include "sched/timed.h"
#include "base/sys.h"
#include "base/text.h"

#define GRACE INT64_C(100000000)

enum { SHORTEST = 20000, LEAST_RUNNING = 1000000, LONGEST = 10000000 };

enum { PATIENCE = 50 };

static struct monitor_view look_at(struct p *p, int64_t now)
{
	struct idle *i = &goro__sched.idle;
	int64_t next = load_relaxed(&p->timers.next);
	int64_t ahead = goro__virtual() ? 0 : SOON;

	return (struct monitor_view){
		.now = now,
		.status = load_acquire(&p->status),
		.tick = load_relaxed(&p->tick_seen),
		.calls = load_relaxed(&p->syscalltick),
		.switches = load_relaxed(&p->stats.switches),
		.next = load_relaxed(&p->runq.next) != NULL,
		.ring = runq_len(&p->runq) > 0,
		.global = globq_len(&goro__sched.globq) > 0,
		.timer_due = next <= goro__now(),
		.timer_soon = next <= goro__now() + ahead,
		.watched = goro__timer_watched(next),
		.npidle = load_relaxed(&i->npidle),
		.nmspinning = load_relaxed(&i->nmspinning),
	};
}

/* Takes p from its call and hands it on.  False if the call has ended. */
static bool retake(struct p *p)
{
	if (!goro__retake(p))
		return false;
	add_relaxed(&goro__sched.handoffs, 1u);
	goro__handoffp(p);
	return true;
}

/*
 * Until then goroutines may be stopped in the middle of C code, and others wait
 * for their locks.  Only sysmon uses it.
 */
static int64_t stops_until;

static void preempt(struct p *p, enum stopped how, int64_t now)
{
	stops_until = now + 2 * SLICE;
	goro__preempt(p, how);
}

static bool owner_sleeps(struct p *p, int64_t now)
{
	struct m *m = load_relaxed(&p->m);

	return m && goro__asleep(&p->mon_asleep, m, now);
}

/* Has a goroutine of p timed now and then. */
static void time_often(struct p *p, int64_t now)
{
	if (p->timed + LONGEST > now)
		return;
	p->timed = now;
	time_soon(p);
}

bool goro__watch_p(struct p *p, int64_t now)
{
	struct monitor_view v = look_at(p, now);
	unsigned what = goro__monitor_watch(&p->mon, &v);

	if (v.status == PRUNNING)
		time_often(p, now);
	if (what & MON_PREEMPT)
		preempt(p, STOPPED, now);
	else if (v.status == PRUNNING && stops_until > now &&
		 owner_sleeps(p, now))
		preempt(p, STOPPED_ASLEEP, now);
	if (what & MON_ATTEND)
		store_release(&p->resched, 1u);
	if (what & MON_WAKE)
		goro__wake_missed();
	if (what & MON_RETAKE)
		return retake(p);
	return what & MON_CLOSELY;
}

/*
 * Gets the network polled.  If it was not since the last tick, wakes an M of an
 * idle P for it; if not for a slice, all are busy, and sysmon polls.
 */
static void watch_network(int64_t now)
{
	static uint32_t polls;
	static int64_t since;
	uint32_t n = load_relaxed(&goro__sched.netpolls);

	if (n != polls || !goro__network_unwatched()) {
		polls = n;
		since = now;
		return;
	}
	goro__wake_now();
	if (since + SLICE > now)
		return;
	since = now;
	goro__poll_network();
}

static bool watch_all(int64_t now)
{
	bool busy = false;

	watch_network(now);
	for (int32_t i = 0; i < goro__procs(); i++)
		busy |= goro__watch_p(goro__allp[i], now);
	return busy;
}

/* Sleeps until a P is taken.  False if a line of schedtrace is due first. */
static bool sleep_until_busy(struct sched *s)
{
	int64_t trace = goro__hooks.wait();
	bool soon = trace >= 0 && trace < GRACE;
	bool woken = goro__note_sleep(&s->sysmonnote, soon ? trace : GRACE);

	if (!woken)
		goro__scavenge(true);
	return woken ||
	       (!soon && goro__note_sleep(&s->sysmonnote, goro__hooks.wait()));
}

bool goro__sleep_if_idle(void)
{
	struct sched *s = &goro__sched;
	bool idle;

	if ((int32_t)load_relaxed(&s->idle.npidle) != goro__procs())
		return false;
	lock(&s->lock);
	idle = (int32_t)load_relaxed(&s->idle.npidle) == goro__procs() &&
	       globq_len(&s->globq) == 0;
	if (idle)
		store_relaxed(&s->sysmonwait, 1u);
	unlock(&s->lock);
	if (!idle)
		return false;
	if (!sleep_until_busy(s)) {
		lock(&s->lock); /* goro__pidleget() writes it too */
		store_relaxed(&s->sysmonwait, 0u);
		unlock(&s->lock);
	}
	return true;
}

/*
 * True if ticks are to be frequent after a sleep.  With one P there is nothing
 * to find soon but system calls.  If there was none since the last sleep, as in
 * a server that only waits for the network, ticks stay as rare as they were:
 * each costs as much as a few requests.
 */
static bool watch_closely(void)
{
	static uint32_t seen;
	uint32_t calls = load_relaxed(&goro__allp[0]->syscalltick);
	bool made = calls != seen;

	seen = calls;
	return made || goro__procs() > 1;
}

static bool in_a_call(void)
{
	for (int32_t i = 0; i < goro__procs(); i++)
		if (load_relaxed(&goro__allp[i]->status) == PSYSCALL)
			return true;
	return false;
}

/* True if a P is idle and no M sleeps for timers: see poll.h. */
static bool nobody_sleeps(void)
{
	struct idle *i = &goro__sched.idle;

	return load_relaxed(&i->npidle) > 0 && load_relaxed(&i->polluntil) == 0;
}

/*
 * Returns how long to sleep: delay, or less for a timer that only this thread
 * would see, of a P in a system call, or of a busy one while no M sleeps for
 * it.  With no P idle a P looks at its timers itself, and only a call that
 * begins now can make them late.
 */
static int64_t until_timer(int64_t delay)
{
	int64_t ns = goro__next_timer() - goro__now();
	int64_t least =
		in_a_call() || nobody_sleeps() ? SHORTEST : LEAST_RUNNING;

	if (delay > AGAIN && stops_until > sys_clock())
		delay = AGAIN;
	if (ns < least)
		ns = least;
	return ns < delay ? ns : delay;
}

static void scavenge(int64_t now)
{
	static int64_t last;

	if (now - last < GRACE)
		return;
	last = now;
	goro__scavenge(false);
}

void goro__sysmon(void)
{
	static struct m self = {.id = -1};
	int64_t delay = SHORTEST;
	int quiet = 0;

	self.rand = 1;
	goro__tls_m = &self;
	while (!load_relaxed(&goro__sched.done)) {
		int64_t now;

		sys_nanosleep(until_timer(delay));
		now = sys_clock();
		goro__set_seconds(now);
		goro__hooks.tick(now);
		scavenge(now);
		if (goro__sleep_if_idle() ? watch_closely()
					  : watch_all(sys_clock())) {
			quiet = 0;
			delay = SHORTEST;
			continue;
		}
		if (++quiet > PATIENCE && (delay *= 2) > LONGEST)
			delay = LONGEST;
	}
	goro__halt_the_rest();
}
