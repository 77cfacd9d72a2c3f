/*
 * monitor.c - see monitor.h.
 */
#include "sched/monitor.h"
#include "base/text.h"

/* True when the slice is over, then each AGAIN: the signal may do nothing. */
static bool slice_is_over(struct monitor_note *n, const struct monitor_view *v)
{
	if (n->tick != v->tick) {
		n->tick = v->tick;
		n->tick_when = v->now;
		return false;
	}
	if (n->tick_when + SLICE > v->now)
		return false;
	n->tick_when = v->now - SLICE + AGAIN;
	return true;
}

static bool work_waits(const struct monitor_view *v)
{
	return v->next || v->ring || v->global || v->timer_due;
}

/*
 * Takes the P from a call that takes long, or from any call if the goroutine
 * has done nothing else for longer than its slice.
 */
static unsigned watch_call(struct monitor_note *n, const struct monitor_view *v)
{
	bool others = v->npidle + v->nmspinning > 0;
	bool over = slice_is_over(n, v) && work_waits(v);

	if (!over && n->calls != v->calls) {
		n->calls = v->calls;
		n->calls_when = v->now;
		return 0;
	}
	if (!work_waits(v) && others && n->calls_when + SLICE > v->now)
		return 0;
	return MON_RETAKE;
}

/*
 * Says what to do if an M is missing: if goroutines are in the ring at two
 * ticks, however often the P switches; or if one is next, or a timer is due
 * soon, and the P has not switched since the last tick, so will not see to it.
 */
static unsigned missing(bool same, bool waited, const struct monitor_view *v)
{
	if (v->npidle == 0 || v->nmspinning > 0)
		return 0;
	if (same && (v->next || v->ring))
		return MON_WAKE | MON_CLOSELY;
	if (waited && v->ring)
		return MON_WAKE;
	if (!v->watched && (v->timer_due || (same && v->timer_soon)))
		return MON_WAKE;
	return 0;
}

static unsigned watch_running(struct monitor_note *n,
			      const struct monitor_view *v)
{
	bool same = n->switches == v->switches;
	bool waited = n->waited;
	unsigned what = missing(same, waited, v);

	n->switches = v->switches;
	n->waited = v->ring;
	if (slice_is_over(n, v))
		what |= MON_PREEMPT;
	if (v->timer_due)
		what |= MON_ATTEND;
	return what;
}

unsigned goro__monitor_watch(struct monitor_note *note,
			     const struct monitor_view *v)
{
	unsigned what = 0;

	if (v->status == PRUNNING)
		what = watch_running(note, v);
	else
		note->waited = false;
	if (v->status == PSYSCALL)
		what = watch_call(note, v);
	if (v->status == PIDLE && v->timer_due && !v->watched)
		what = MON_WAKE | MON_CLOSELY;
	if (v->global && v->npidle > 0)
		what |= MON_WAKE;
	return what;
}
