/*
 * SY-029: a program that a goroutine executes starts with the signal mask the
 * process had at its start, and ignores what was ignored then.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/work.h"

struct masks {
	uint64_t blocked, ignored, caught;
};

/* Of a line of /proc/self/status, without those the C library keeps. */
static uint64_t signals_of(const char *hex)
{
	uint64_t own = 0;

	for (int sig = 32; sig < SIGRTMIN; sig++)
		own |= UINT64_C(1) << (sig - 1);
	return strtoull(hex, NULL, 16) & ~own;
}

static struct masks read_masks(FILE *f)
{
	struct masks m = {0};
	char line[256];

	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "SigBlk:", 7) == 0)
			m.blocked = signals_of(line + 7);
		if (strncmp(line, "SigIgn:", 7) == 0)
			m.ignored = signals_of(line + 7);
		if (strncmp(line, "SigCgt:", 7) == 0)
			m.caught = signals_of(line + 7);
	}
	fclose(f);
	return m;
}

/* Those of a program that this goroutine executes. */
static struct masks masks_of_child(void)
{
	struct masks m;
	int ends[2], status;
	pid_t pid;

	REQUIRE_EQ(pipe(ends), 0);
	pid = fork();
	REQUIRE_CMP(pid, >=, 0);
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl("/bin/cat", "cat", "/proc/self/status", NULL);
		_exit(127);
	}
	close(ends[1]);
	m = read_masks(fdopen(ends[0], "r"));
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	REQUIRE_EQ(status, 0);
	return m;
}

static struct masks at_start;

static void check_child(void)
{
	struct masks m = masks_of_child();

	CHECK_EQ(m.blocked, at_start.blocked);
	CHECK_EQ(m.ignored, at_start.ignored);
	CHECK_EQ(m.caught, 0);
}

static void compute(int64_t ns)
{
	int64_t end = kernel_now() + ns;

	while (kernel_now() < end)
		;
}

static void execute(void *arg)
{
	check_child();
	if (arg != NULL)
		compute(15 * MS);
	check_child();
	finish();
}

static void execute_often(void *arg)
{
	int n = (int)rounds(10);

	(void)arg;
	for (int i = 0; i < n; i++) {
		check_child();
		go(execute, NULL);
		REQUIRE(becomes(&finished, i + 1));
	}
}

static void execute_preempted(void *arg)
{
	(void)arg;
	for (int i = 0; i < case_procs(); i++)
		go(spin, NULL);
	for (int i = 0; i < 5; i++) {
		go(execute, &finished);
		REQUIRE(becomes(&finished, i + 1));
	}
	stop_all();
}

/* As a parent may have left them: one blocked, one ignored. */
static void run_with_masks(assay_fn fn)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);
	REQUIRE_EQ(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
	signal(SIGHUP, SIG_IGN);
	at_start = read_masks(fopen("/proc/self/status", "r"));
	CHECK_EQ(run_main(fn, NULL), ASSAY_OK);
}

CASE(SY_029, "a program that is executed has the masks of the start",
     .procs = {1, 4}, .flags = CASE_OUTSIDE | CASE_NOT_SANITIZED)
{
	run_with_masks(execute_often);
}

CASE_OF(SY_029, preempted, "also by a goroutine that was preempted",
	.procs = {1, 4}, .traits = ASSAY_TRAIT_PREEMPTIVE,
	.timeout_ms = 60000, /* becomes() tells sooner what did not come */
	.flags = CASE_OUTSIDE | CASE_NOT_SANITIZED)
{
	run_with_masks(execute_preempted);
}
