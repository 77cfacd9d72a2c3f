/*
 * asleep.h - whether a goroutine that is running only waits in the kernel.
 *
 * It may wait for a lock of libc whose holder has been stopped in the middle
 * of C code.  Then its P is worth more to the holder.
 */
#ifndef GORO_ASLEEP_H
#define GORO_ASLEEP_H

#include <stdbool.h>
#include <stdint.h>

struct m;

/* sysmon's note about a P: the M that had it at the last look. */
struct asleep_note {
	int64_t at;
	const struct m *m;
	int64_t cpu; /* time that the thread had used up, ns */
};

/*
 * True if the thread of m has used no CPU for a millisecond, and sleeps in the
 * kernel now.  sysmon calls it at each tick; now is the clock.  It reads a file
 * of /proc only if the CPU clock stood still.
 */
bool goro__asleep(struct asleep_note *note, struct m *m, int64_t now);

#endif
