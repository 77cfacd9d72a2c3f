/* spawn.h - starts a task's process; task.c watches it. */
#ifndef ASSAY_SPAWN_H
#define ASSAY_SPAWN_H

#include <sys/types.h>

#include "task.h"

enum { RESULT_FD = 3, LEDGER_FD = 4 }; /* the child's numbers */

/*
 * Starts it.  fds get the reading ends, not blocking, *l the ledger, for
 * spawn_forget().  -1: errno says why, and there is neither.
 */
pid_t spawn(const struct task *task, int fds[TASK_STREAMS], struct ledger **l);
void spawn_forget(struct ledger *l);

#endif
