/* load.h - the load generator, a process of its own: see ../runner/echo_load.c. */
#ifndef ASSAY_LOAD_H
#define ASSAY_LOAD_H

#include <sys/types.h>

#include "workload.h"

/* Starts it against a port.  -1 and a skip if there is no such program. */
pid_t load_start(struct bench_state *s, int port, int64_t requests);

/* Waits for its end; anything but success is an error of the workload. */
void load_wait(struct bench_state *s, pid_t pid);

/* items_per_second and cpu_ns_per_item of n messages. */
void load_report(struct bench_state *s, int64_t n, int64_t goroutines,
		 int64_t cpu_ns);

#endif
