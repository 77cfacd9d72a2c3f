/* EMB-006: the child of a fork that does not become another program. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/work.h"

#define NEEDS_FORK                                                             \
	.procs = {1, 4}, .flags = CASE_NOT_SANITIZED, .timeout_ms = 30000

static assay_chan *room;

static void nothing(void *arg)
{
	(void)arg;
}

enum { WAIT = 4 };

/* What the child does: 0 is libc alone, WAIT is what nobody can end. */
static void in_child(int what)
{
	int v = 7;

	if (what == 1)
		yield();
	else if (what == 2)
		rt->core->go(nothing, NULL, 0);
	else if (what == 3)
		rt->chan->send(room, &v, ASSAY_POLL);
	else if (what == WAIT)
		rt->chan->recv(chan_signal(0), NULL, ASSAY_FOREVER);
}

static _Noreturn void child(int what, int err)
{
	struct itimerval second = {
		.it_value = {.tv_sec = (time_t)(upto(SEC) / SEC)}};
	char buf[64], *p = malloc(10000);

	dup2(err, STDERR_FILENO);
	setitimer(ITIMER_REAL, &second, NULL);
	if (p == NULL || snprintf(buf, sizeof(buf), "%.3f", 1.5) != 5)
		_exit(3);
	free(p);
	in_child(what);
	_exit(0);
}

/* Ends well, or with one clear line, within a second. */
static void fork_once(int what)
{
	char text[256];
	ssize_t n = 0, got;
	int ends[2], status;
	pid_t pid;

	REQUIRE_EQ(pipe(ends), 0);
	pid = fork();
	REQUIRE_CMP(pid, >=, 0);
	if (pid == 0)
		child(what, ends[1]);
	close(ends[1]);
	while (waitpid(pid, &status, 0) != pid)
		;
	while (n < (ssize_t)sizeof(text) - 1 &&
	       (got = read(ends[0], text + n, sizeof(text) - 1 - (size_t)n)) >
		       0)
		n += got;
	text[n] = '\0';
	close(ends[0]);
	CHECK_MSG(WIFEXITED(status), "%d: died of signal %d: %s", what,
		  WTERMSIG(status), text);
	if (what == 0)
		CHECK_EQ(WEXITSTATUS(status), 0);
	else if (WEXITSTATUS(status) != 0)
		CHECK_MSG(WEXITSTATUS(status) == 2 && strchr(text, '\n'),
			  "%d: status %d: %s", what, WEXITSTATUS(status), text);
}

static void parked(void *c)
{
	wait_for(c);
}

static void start_others(assay_chan *c)
{
	room = chan_int(1);
	for (int i = 0; i < 20; i++)
		go(parked, c);
	settle(20);
	for (int i = 0; i < 2; i++)
		if ((rt->traits & ASSAY_TRAIT_PREEMPTIVE) != 0)
			go(spin, NULL);
}

CASE(EMB_006, "the child of a fork works, or ends with one clear line",
     NEEDS_FORK)
{
	assay_chan *c = chan_signal(0);

	start_others(c);
	for (int64_t i = 0; i < rounds(100); i++)
		fork_once((int)(i % WAIT));
	stop_all();
	close_chan(c);
}

CASE_OF(EMB_006, wait, "so it is if it waits for who is not there", NEEDS_FORK)
{
	assay_chan *c = chan_signal(0);

	start_others(c);
	for (int i = 0; i < 3; i++)
		fork_once(WAIT);
	stop_all();
	close_chan(c);
}
