/*
 * orphans.h - finds and kills processes that a child left behind, in any
 * session.
 */
#ifndef ASSAY_ORPHANS_H
#define ASSAY_ORPHANS_H

#include <stdbool.h>
#include <sys/types.h>

/* Makes the runner the parent of every descendant that loses its own. */
void orphans_adopt(void);

/*
 * Kills and reaps all orphans, and those that they leave behind in turn.
 * Spares the orphans of a child that still runs. runs(context, pid) is true if
 * pid is a child that the runner has started and not reaped.
 */
void orphans_kill(bool (*runs)(const void *context, pid_t pid),
		  const void *context);

/*
 * Sets the environment variable that tells which child a process and its
 * descendants come from.
 */
void orphans_mark(pid_t child);

#endif
