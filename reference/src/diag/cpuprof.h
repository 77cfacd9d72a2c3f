/*
 * cpuprof.h - the profile of CPU time.
 */
#ifndef GORO_CPUPROF_H
#define GORO_CPUPROF_H

#include <stdint.h>

/* sysmon's part, and how long it may sleep until then; -1: without end. */
void goro__cpuprof_tick(int64_t now);
int64_t goro__cpuprof_wait(void);
/* GORO_CPUPROFILE: at the beginning of the run, and when it is over. */
void goro__cpuprof_boot(void);
void goro__cpuprof_run_over(void);

#endif
