/*
 * task.h - runs child processes under a watchdog.
 *
 * A task is one program in a process group of its own.  Its stdin is empty; its
 * stdout, stderr and result descriptor are captured; it writes no core.  When
 * its time is over it gets SIGQUIT, so that a runtime can dump its goroutines,
 * and a second later the whole group is killed.  What a child leaves behind is
 * killed too.
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
	bool hang_wanted; /* it must still run at the timeout: no SIGQUIT */
	int64_t begin_ns; /* time main may take to begin; 0: not watched */
	void *owner;      /* for the sink */
};

struct task_end {
	int status; /* as wait(2) gives it */
	bool timed_out;
	int64_t ns, cpu_ns; /* how long it ran; how much of it on a CPU */
	struct capture stream[TASK_STREAMS];
	struct ledger *ledger; /* valid until the sink returns */
};

/* Sets *out to the next task to start.  False if there are no more. */
typedef bool (*task_source)(void *context, struct task *out);
/* Takes over the captures of *end.  False ends all tasks that run. */
typedef bool (*task_sink)(void *context, const struct task *task,
			  struct task_end *end);

/*
 * Runs tasks, at most width at once, until the source has no more and all have
 * ended.  False if it was interrupted or the sink returned false; every child
 * is dead then.  Dies if no child can be started.
 */
bool tasks_run(int width, task_source source, task_sink sink, void *context);

/* Whether a signal has asked the runner to stop. */
enum tasks_stop {
	STOP_NOT,
	STOP_ALONE, /* somebody has sent it to the runner */
	STOP_GROUP  /* the kernel, and to all of the terminal, as for a key */
};

/*
 * Waits for one of the signals of tasks_init(), not beyond the time.  To be
 * used in the place of tasks_run().
 */
enum tasks_stop tasks_wait(int64_t until);

/*
 * Blocks SIGCHLD and, unless they are ignored, SIGINT, SIGTERM, SIGHUP, SIGQUIT
 * and SIGXCPU, for tasks_run() to take.  Makes the runner the reaper of
 * orphans.  To be called once, before tasks_run().
 */
void tasks_init(void);

#endif
