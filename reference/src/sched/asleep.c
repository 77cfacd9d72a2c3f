/*
 * asleep.c - the state of a thread, from its CPU clock and /proc.
 *
 * The clock alone would take a thread that waits for a CPU for one that
 * sleeps; the file alone costs ten times as much.
 */
#include "sched/asleep.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "sched/types.h"

#define LONG_ENOUGH INT64_C(1000000)

/* "/proc/self/task/" and tid and "/stat" in decimal. */
static void stat_path(char *path, int tid)
{
	char digits[12];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + tid % 10);
	while ((tid /= 10) > 0);
	path = stpcpy(path, "/proc/self/task/");
	path = mempcpy(path, digits + n, sizeof(digits) - n);
	stpcpy(path, "/stat");
}

/* "tid (name) S ..."; the name may hold anything, but the last ) ends it. */
static bool sleeps(int tid)
{
	char path[48], line[128];
	const char *end;
	ssize_t n;

	stat_path(path, tid);
	n = sys_read_file(path, line, sizeof(line));
	end = n > 0 ? memrchr(line, ')', (size_t)n) : NULL;
	return end && end + 2 < line + n && end[2] == 'S';
}

bool goro__asleep(struct asleep_note *note, struct m *m, int64_t now)
{
	int tid = load_relaxed(&m->tid);
	struct asleep_note last = *note;

	if (tid == 0 || now - last.at < LONG_ENOUGH)
		return false;
	*note = (struct asleep_note){now, m, sys_thread_cpu(tid)};
	return last.m == m && last.cpu == note->cpu && sleeps(tid);
}
