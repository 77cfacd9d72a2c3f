/*
 * crowd.c - how long the dump of many goroutines takes: `crowd N`.
 *
 * A child runs N goroutines that wait, deep in calls, gets SIGQUIT, and writes
 * its dump to stderr.  The parent prints the milliseconds from the signal to
 * the child's end, and its status.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

static goro_chan *never;
static int ready[2];

static __attribute__((noinline)) int deep(int n)
{
	volatile int k = n;

	if (k == 0)
		goro_recv(never, NULL);
	else
		k += deep(k - 1);
	return k;
}

static void waits(void *arg)
{
	(void)arg;
	deep(5);
}

static void crowd(void *arg)
{
	int n = *(int *)arg;

	never = goro_make(0, 0);
	for (int i = 0; i < n; i++)
		goro_go(waits, NULL);
	while (goro_num_waiting() < n)
		goro_sleep(MS);
	CHECK(write(ready[1], "x", 1) == 1);
	goro_sleep(60 * 1000 * MS); /* else it would be a deadlock */
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0, status;
	int64_t began;
	pid_t child;
	char c;

	CHECK(pipe(ready) == 0);
	child = fork();
	if (child == 0)
		return goro_run(crowd, &n);
	CHECK(read(ready[0], &c, 1) == 1);
	began = goro_now();
	kill(child, SIGQUIT);
	CHECK(waitpid(child, &status, 0) == child);
	printf("%lld ms, status %d\n",
	       (long long)(goro_now() - began) / 1000000,
	       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return check_failed;
}
