/*
 * note.h - how a thread of the runtime sleeps until another wakes it.
 */
#ifndef GORO_NOTE_H
#define GORO_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

void goro__note_wake(atomic_uint *note);
/* Sleeps until note is woken.  False if ns passed first (ns < 0: no limit). */
bool goro__note_sleep(atomic_uint *note, int64_t ns);

#endif
