/* load.c - see load.h. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

pid_t load_start(struct bench_state *s, int port, int64_t requests)
{
	char texts[4][24];
	char *argv[] = {(char *)(uintptr_t)settings.load,
			texts[0],
			texts[1],
			texts[2],
			texts[3],
			NULL};
	pid_t pid;
	int error;

	snprintf(texts[0], sizeof(texts[0]), "%d", port);
	for (size_t i = 0; i < 2; i++)
		snprintf(texts[1 + i], sizeof(texts[0]), "%lld",
			 (long long)bench_range(s, i));
	snprintf(texts[3], sizeof(texts[0]), "%lld", (long long)requests);
	error = posix_spawn(&pid, settings.load, NULL, NULL, argv, environ);
	if (error == 0)
		return pid;
	bench_skip(s, "cannot start %s", settings.load);
	return -1;
}

void load_wait(struct bench_state *s, pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		bench_error(s, "the load generator failed");
}

void load_report(struct bench_state *s, int64_t n, int64_t goroutines,
		 int64_t cpu_ns)
{
	finish(s, n, goroutines, n);
	bench_counter(s, "cpu_ns_per_item", (double)cpu_ns / (double)n,
		      BENCH_PLAIN);
	bench_counter(s, "requests_per_second", (double)n, BENCH_RATE);
}
