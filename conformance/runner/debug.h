/*
 * debug.h - the parts of --debug:
 *
 *	debug.c      starts the case's process and waits for its end
 *	debug_end.c  judges the end, and tells it
 */
#ifndef ASSAY_DEBUG_H
#define ASSAY_DEBUG_H

#include <sys/types.h>

#include "result.h"

struct watched {
	const struct entry *e;
	bool twin; /* the host's own program, which has no ledger */
	struct task task;
	pid_t pid;
	struct ledger *ledger;
	int64_t started;
	bool ended;
	int status; /* as wait(2) gives it */
	bool late;  /* the watchdog has ended it */
	enum tasks_stop stop;
};

/* Prints the last line, and returns the status to exit with. */
int debug_end(const struct watched *w);

#endif
