/*
 * workload.h - what a workload is written with.
 *
 * A workload is a function that the main goroutine calls with the state of the
 * shim; see ../shim/shim.h for its loop.  It sets up, measures between
 * bench_begin and bench_end, checks its own answer with expect(), frees what
 * it made, and reports by finish().  ../workloads.tsv says what each measures;
 * registry.c has the list.
 */
#ifndef ASSAY_WORKLOAD_H
#define ASSAY_WORKLOAD_H

#include <assay_fn.h>

#include "../shim/shim.h"

/*
 * The runtime under test: its groups at full size, what it lacks NULL.  A
 * copy, so that a call costs one load and no chain of pointers.
 */
struct runtime {
	ASSAY_GROUPS(ASSAY_FULL_SIZE)
	uint32_t traits;
	uint64_t max_goroutines; /* parked at once; 0: bounded by memory */
	const char *name, *version, *model;
	const char *kit; /* what abi/kit does for it; "": nothing */
};

extern struct runtime rt;

/* What the command line asked for. */
struct settings {
	int32_t procs;
	double min_time;     /* seconds */
	int64_t iterations;  /* exactly so many; 0: by min_time */
	bool tiny;           /* a smoke test: sizes are cut */
	bool alone;          /* no other workload runs in this process */
	const char *details; /* a directory, or NULL */
	const char *load;    /* the load generator's path */
};

extern struct settings settings;

/* ---- the list ----------------------------------------------------------- */

/* A function that a workload cannot do without. */
struct need {
	size_t offset; /* in struct runtime */
	const char *name;
};

#define NEED(group, fn)                                                        \
	{                                                                      \
		offsetof(struct runtime, group.fn), #group "->" #fn            \
	}
#define NEED_GO                                                                \
	NEED(core, go), NEED(sync, wg_add), NEED(sync, wg_wait),               \
		NEED(core, yield)
#define NEED_CHAN                                                              \
	NEED(chan, make), NEED(chan, free), NEED(chan, send),                  \
		NEED(chan, recv), NEED(chan, close)
#define NEEDS(...)                                                             \
	.needs = (const struct need[])                                         \
	{                                                                      \
		__VA_ARGS__,                                                   \
		{                                                              \
			0, NULL                                                \
		}                                                              \
	}

struct workload {
	/* As in workloads.tsv; "/NAME:VALUE" is an argument. */
	const char *name;
	void (*measure)(struct bench_state *s);
	const struct need *needs; /* ends with a NULL name; may be NULL */
	uint64_t goroutines;      /* alive at once, if over 1000 */
	uint64_t bytes_each;      /* memory each may take then */
	bool once;                /* one iteration */
	bool fresh;               /* wants a process without history */
};

/* Each family's list ends with a NULL name. */
extern const struct workload base_workloads[], base_epoll_workloads[],
	core_workloads[], chan_workloads[], graph_workloads[],
	select_workloads[], time_workloads[], sync_workloads[],
	memory_workloads[], sched_workloads[], fair_workloads[],
	latency_workloads[], idle_workloads[], net_workloads[];

/* All of them in the order of workloads.tsv; ends with NULL. */
const struct workload *const *workload_list(void);

/* The one being measured. */
extern const struct workload *current;

/* What to register with the shim: arg is the struct workload. */
void workload_measure(struct bench_state *s, void *arg);

/* Registers w under its name, with its arguments. */
void workload_register(const struct workload *w);

/* ---- words for the body ------------------------------------------------- */

/* Argument i of the name; cut to at most `most` in a smoke test. */
int64_t size_of(struct bench_state *s, size_t i, int64_t most);

/* n, or in a smoke test `tiny`. */
int64_t unless_tiny(int64_t n, int64_t tiny);

/* How many goroutines can compute at once: the least of procs and CPUs. */
int64_t ways(void);

/* go fn(arg); the process ends if there is no memory for it. */
void spawn(assay_fn fn, void *arg);

/* A channel; calloc: the process ends without memory. */
assay_chan *chan_of(size_t elem, int64_t cap);
void *zeroed(size_t n, size_t size);

/* One line on stderr, status 1: for what leaves nothing to go on with. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format,
							 ...);

/* An error of the workload unless both are equal. */
void expect(struct bench_state *s, const char *what, int64_t got, int64_t want);

/* The sum of 0 ... n - 1. */
int64_t sum_below(int64_t n);

/* Calls once(n times) with timing, after one untimed call in this process. */
int64_t repeat(struct bench_state *s, void (*once)(struct bench_state *s));

/*
 * From here on goroutines count: when a workload warms up before it measures.
 * Done for every call of its function anyway.
 */
void tally_restart(void);

/*
 * Reports items, and goroutines and messages per iteration.  goroutines is how
 * many were made since tally_restart(); a runtime that counts them is asked.
 */
void finish(struct bench_state *s, int64_t items, int64_t goroutines,
	    int64_t messages);

/* Monotonic nanoseconds; CPU time of the process in nanoseconds. */
int64_t clock_ns(void);
int64_t process_cpu_ns(void);

/* Opens DIR/NAME.SUFFIX for the current workload; NULL without --details. */
struct _IO_FILE *details_open(const char *suffix);

#endif
