/*
 * asleep.c - the state of a thread, from its CPU clock and /proc.
 *
 * The clock alone would take a thread that waits for a CPU for one that
 * sleeps; the file alone costs ten times as much.
 */
#include "sched/asleep.h"

#include "base/procfs.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/types.h"

#define LONG_ENOUGH INT64_C(1000000)

bool goro__asleep(struct asleep_note *note, struct m *m, int64_t now)
{
	int tid = load_relaxed(&m->tid);
	struct asleep_note last = *note;

	if (tid == 0 || now - last.at < LONG_ENOUGH)
		return false;
	*note = (struct asleep_note){now, m, sys_thread_cpu(tid)};
	return last.m == m && last.cpu == note->cpu &&
	       goro__thread_state(tid) == 'S';
}
