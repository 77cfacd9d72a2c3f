/*
 * orphans.c - see orphans.h.
 *
 * An orphan does not show which child left it: its parent is the runner now,
 * and its session may be its own.  Its initial environment shows it, since
 * fork() passes that on, and so does exec() as a rule.
 */
#define _GNU_SOURCE
#include "orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK "ASSAY_CHILD="
#define ROUNDS 1000 /* for a family that goes on forking while it is killed */

void orphans_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void orphans_mark(pid_t child)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)child);
	setenv("ASSAY_CHILD", number, 1);
}

/*
 * Reads the start of a file of /proc into out and adds a NUL. Returns the
 * length; 0 if the file cannot be read.
 */
static size_t read_proc(const char *path, char *out, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && len < room - 1 &&
	       (n = read(fd, out + len, room - 1 - len)) > 0)
		len += (size_t)n;
	if (fd >= 0)
		close(fd);
	out[len] = '\0';
	return len;
}

/*
 * Returns the child that a process descends from; 0 if its environment does not
 * name one.
 */
static pid_t child_of(pid_t pid)
{
	static char text[1 << 17];
	char path[64];
	size_t len, mark = strlen(MARK);

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	len = read_proc(path, text, sizeof(text));
	for (const char *s = text; s < text + len; s += strlen(s) + 1)
		if (strncmp(s, MARK, mark) == 0)
			return (pid_t)strtol(s + mark, NULL, 10);
	return 0;
}

static bool reap(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

/*
 * Kills and reaps the orphans of the moment.  True if there was one: it may
 * have left others, which are children of the runner now.
 */
static bool kill_round(bool (*runs)(const void *context, pid_t pid),
		       const void *context)
{
	static char list[1 << 16];
	char path[64];
	bool any = false;
	char *end;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	read_proc(path, list, sizeof(list));
	for (char *s = list;; s = end) {
		pid_t pid = (pid_t)strtol(s, &end, 10);

		if (end == s)
			return any;
		if (!runs(context, pid) && !runs(context, child_of(pid)))
			any |= reap(pid);
	}
}

void orphans_kill(bool (*runs)(const void *context, pid_t pid),
		  const void *context)
{
	for (int i = 0; i < ROUNDS && kill_round(runs, context); i++)
		continue;
}
