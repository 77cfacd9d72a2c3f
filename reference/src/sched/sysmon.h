/*
 * sysmon.h - the monitor's thread: sysmon.c.
 */
#ifndef GORO_SYSMON_H
#define GORO_SYSMON_H

#include "sched/types.h"

/* Runs sysmon, on a thread without a P; returns when the run is over. */
void goro__sysmon(void);
/* Does a tick's work on p; now is sys_clock().  True if the next is soon. */
bool goro__watch_p(struct p *p, int64_t now);
/* If all Ps are idle, sleeps until one is taken.  False: some are busy. */
bool goro__sleep_if_idle(void);

#endif
