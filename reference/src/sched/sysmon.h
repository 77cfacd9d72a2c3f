/*
 * sysmon.h - the monitor's thread: sysmon.c.
 */
#ifndef GORO_SYSMON_H
#define GORO_SYSMON_H

#include "sched/types.h"

/* The thread, which has no P; returns when the run is over. */
void goro__sysmon(void);
/*
 * What sysmon does about p at a tick; now is sys_clock().  True: the next tick
 * is to come soon.
 */
bool goro__watch_p(struct p *p, int64_t now);
/* If all Ps are idle, sleeps until one is taken.  False: some are busy. */
bool goro__sleep_if_idle(void);

#endif
