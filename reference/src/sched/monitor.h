/*
 * monitor.h - what sysmon does about one P, decided from a snapshot of it.
 *
 * There are no side effects but on the note, so that the decisions can be
 * tested, and checked by the model, without a thread.
 */
#ifndef GORO_MONITOR_H
#define GORO_MONITOR_H

#include "sched/types.h"

/* A time slice, and how soon its end is told again; ns. */
#define SLICE INT64_C(10000000)
#define AGAIN INT64_C(1000000)

/* A snapshot of one P, and of what matters to it of all. */
struct monitor_view {
	int64_t now;          /* sys_clock() */
	uint32_t status;      /* pstatus */
	uint32_t tick, calls; /* tick_seen, syscalltick */
	uint64_t switches;
	bool next, ring; /* a goroutine is next, is in the ring */
	bool global;     /* one is on the global queue */
	bool timer_due;  /* on this P */
	bool timer_soon; /* due before a later tick might see it */
	bool watched;    /* an M sleeps for the first timer of this P */
	uint32_t npidle, nmspinning;
};

enum monitor_do {
	MON_PREEMPT = 1, /* the goroutine has used its slice up */
	MON_RETAKE = 2,  /* take the P from the blocking call it is left in */
	MON_ATTEND = 4,  /* the owner is to look at its timers */
	MON_WAKE = 8,    /* an M is to look for work, or to sleep for timers */
	MON_CLOSELY = 16 /* the next tick is to come soon */
};

/*
 * Returns what is to be done, flags of monitor_do.  note is what was remembered
 * of this P; all zero at first.  Two ticks suffice to see that a wake-up is
 * missing: a goroutine waits, a P is idle, and no M looks for work.
 */
unsigned goro__monitor_watch(struct monitor_note *note,
			     const struct monitor_view *v);

#endif
