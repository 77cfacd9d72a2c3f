/* spawn.h - starts a task's process; task.c watches it. */
#ifndef ASSAY_SPAWN_H
#define ASSAY_SPAWN_H

#include <sys/types.h>

#include "task.h"

enum { RESULT_FD = 3, LEDGER_FD = 4 }; /* in the child */

/*
 * Starts a task's process and returns its id.  Sets fds to the non-blocking
 * reading ends of its pipes, and *l to its ledger, which spawn_forget() unmaps.
 * On an error returns -1 with errno set, and leaves neither.
 */
pid_t spawn(const struct task *task, int fds[TASK_STREAMS], struct ledger **l);
void spawn_forget(struct ledger *l);

/*
 * Creates a ledger, which spawn_forget() unmaps.  Returns the descriptor that
 * shares it, or -1 with errno set.
 */
int spawn_ledger(struct ledger **l);

/* Gives this process the CPUs, environment and signals of the task's. */
void spawn_surround(const struct task *task);

#endif
