/*
 * procfs.c - see procfs.h.
 */
#include "base/procfs.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"

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
char goro__thread_state(int tid)
{
	char path[PROC_PATH], line[128];
	const char *end;
	ssize_t n;

	stat_path(path, tid);
	n = sys_read_file(path, line, sizeof(line));
	end = n > 0 ? memrchr(line, ')', (size_t)n) : NULL;
	return end && end + 2 < line + n ? end[2] : '\0';
}

void goro__proc_path(char path[PROC_PATH], const char *file)
{
	int first = getpid();
	bool ended = sys_gettid() != first && goro__thread_state(first) == 'Z';

	stpcpy(stpcpy(path, ended ? "/proc/thread-self/" : "/proc/self/"),
	       file);
}

void goro__proc_exe(char *to, size_t n)
{
	char path[PROC_PATH];
	long got;

	goro__proc_path(path, "exe");
	got = sys_io(SYS_readlinkat, AT_FDCWD, path, (size_t)to, (long)n - 1);
	to[got > 0 ? got : 0] = '\0';
}
