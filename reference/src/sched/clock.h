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
 * 0: time is real.  Otherwise the virtual time.  The M that finds all others
 * asleep moves it, so it stands still while anything runs.
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

/* Sets the clock of how long goroutines have waited; now is sys_clock(). */
void goro__set_seconds(int64_t now);

/*
 * When virtual time begins, and that of a bubble: 2000-01-01 00:00 UTC, if it
 * were a date, as in Go.
 */
#define FIRST_INSTANT INT64_C(946684800000000000)

/* ---- virtual.c ---------------------------------------------------------- */

/* Makes time virtual from now on. */
void goro__virtual_start(void);

/* Moves virtual time up to when.  All Ms sleep; sched.lock is held. */
void goro__virtual_jump(int64_t when);

#endif
