/*
 * task.h - child processes under a watchdog.
 *
 * A task is one program in a process group of its own: stdin is empty, stdout,
 * stderr and the result descriptor are captured, no core is written.  After
 * its time it gets SIGQUIT, so that a runtime can dump its goroutines, and a
 * second later the whole group is killed; so is what a child leaves behind.
 */
#ifndef ASSAY_TASK_H
#define ASSAY_TASK_H

#include "../cases/kit/ledger.h"
#include "capture.h"

enum { TASK_OUT, TASK_ERR, TASK_RESULT, TASK_STREAMS };

struct task {
	char **argv;
	const char *const *env; /* "NAME=value", ends with NULL; may be NULL */
	int cpus;               /* > 0: affinity to that many CPUs */
	int64_t timeout_ns;
	bool hang_wanted; /* no SIGQUIT: living that long is asked for */
	int64_t begin_ns; /* if main has not begun by then, it never will */
	void *owner;      /* for the sink */
};

struct task_end {
	int status; /* as wait(2) gives it */
	bool timed_out;
	int64_t ns;
	struct capture stream[TASK_STREAMS];
	struct ledger *ledger; /* only until the sink returns */
};

/* The next task to start; false: there are no more. */
typedef bool (*task_source)(void *context, struct task *out);
/* Takes over the captures of *end; false: no more, and end those that run. */
typedef bool (*task_sink)(void *context, const struct task *task,
			  struct task_end *end);

/*
 * Runs tasks, at most width at once, until the source is dry and all ended.
 * False: interrupted, or the sink said so; every child is dead then.  Dies if
 * nothing can start.
 */
bool tasks_run(int width, task_source source, task_sink sink, void *context);

/*
 * Takes SIGCHLD and, unless they are ignored, SIGINT, SIGTERM, SIGHUP, SIGQUIT
 * and SIGXCPU for tasks_run; once, at start.
 */
void tasks_init(void);

#endif
