/*
 * replay.h - where the schedule of a run that is explored comes from.
 */
#ifndef GORO_REPLAY_H
#define GORO_REPLAY_H

#include <stdbool.h>

/*
 * Takes what the environment asks for.  In a program that goro-explore has
 * started it returns in a child for each run, and ends the process after the
 * last.  True: the run is to be explored.
 */
bool goro__replay_asked(void);

#endif
