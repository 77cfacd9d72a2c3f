/*
 * orphans.h - processes that a child left behind, in whatever session they are.
 */
#ifndef ASSAY_ORPHANS_H
#define ASSAY_ORPHANS_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on who loses its parent becomes a child of the runner. */
void orphans_adopt(void);

/*
 * Kills and reaps them and what they leave behind in turn, but for those that
 * a child which still runs has left.  runs tells whether a process is a child
 * that the runner has started and not reaped.
 */
void orphans_kill(bool (*runs)(const void *context, pid_t pid),
		  const void *context);

/* Sets the name by which a process and its descendants know their child. */
void orphans_mark(pid_t child);

#endif
