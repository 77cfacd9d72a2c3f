/* spawn.h - starts a task's process; task.c watches it. */
#ifndef ASSAY_SPAWN_H
#define ASSAY_SPAWN_H

#include <sys/types.h>

#include "task.h"

#define RESULT_FD 3 /* the child's number of the result descriptor */

/* fds get the reading ends, not blocking.  -1: errno says why. */
pid_t spawn(const struct task *task, int fds[TASK_STREAMS]);

#endif
