/*
 * clock.h - what time it is for goroutines: the machine's monotonic clock, or
 * a virtual one (virtual.c).
 *
 * All that goroutines see goes through goro__now(): sleeps, timers, deadlines
 * and goro_now().  What the runtime does with threads (time slices, the
 * sleeps of sysmon) goes by sys_clock() always.
 */
#ifndef GORO_CLOCK_H
#define GORO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/sys.h"

/*
 * 0: time is real.  Otherwise the virtual time, moved by the M that finds all
 * others asleep: whoever reads it while anything runs sees it stand still.
 */
extern _Atomic(int64_t) goro__virtual_now;

static inline bool goro__virtual(void)
{
	return load_relaxed(&goro__virtual_now) != 0;
}

static inline int64_t goro__now(void)
{
	int64_t now = load_relaxed(&goro__virtual_now);

	return __builtin_expect(now != 0, 0) ? now : sys_clock();
}

/* The clock that tells how long a goroutine has waited; now is sys_clock(). */
void goro__set_seconds(int64_t now);

/* ---- virtual.c ---------------------------------------------------------- */

/* From now on time is virtual. */
void goro__virtual_start(void);

/* It is when now, or later already.  All Ms sleep; sched.lock is held. */
void goro__virtual_jump(int64_t when);

#endif
