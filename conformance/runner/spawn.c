/* spawn.c - see spawn.h. */
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* What the user's own Go settings must not change in a child. */
static const char *const not_inherited[] = {
	"GOMAXPROCS", "GODEBUG", "GOTRACEBACK", "GOGC", "GOMEMLIMIT"};

static void close_all(int fds[TASK_STREAMS])
{
	for (int i = 0; i < TASK_STREAMS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static bool open_pipes(int reads[TASK_STREAMS], int writes[TASK_STREAMS])
{
	int ends[2];

	for (int i = 0; i < TASK_STREAMS; i++)
		reads[i] = writes[i] = -1;
	for (int i = 0; i < TASK_STREAMS; i++) {
		if (pipe2(ends, O_CLOEXEC) != 0)
			return false;
		reads[i] = ends[0];
		writes[i] = ends[1];
		fcntl(reads[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

/*
 * Moves the pipes to 1, 2 and RESULT_FD.  They are first copied above all of
 * these, since a runner started without stdout may have got low numbers.
 */
static bool place_fds(const int writes[TASK_STREAMS])
{
	static const int place[TASK_STREAMS] = {STDOUT_FILENO, STDERR_FILENO,
						RESULT_FD};
	int high[TASK_STREAMS];
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (int i = 0; i < TASK_STREAMS; i++) {
		high[i] = fcntl(writes[i], F_DUPFD_CLOEXEC, 10);
		if (high[i] < 0)
			return false;
	}
	if (null < 0 || (null != STDIN_FILENO && dup2(null, STDIN_FILENO) < 0))
		return false;
	for (int i = 0; i < TASK_STREAMS; i++)
		if (dup2(high[i], place[i]) < 0)
			return false;
	/* what make or a shell left open is not the case's */
	(void)close_range(RESULT_FD + 1, ~0u, 0);
	return true;
}

static void limit_cpus(int n)
{
	cpu_set_t have, want;

	if (n <= 0 || sched_getaffinity(0, sizeof(have), &have) != 0)
		return;
	CPU_ZERO(&want);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && n > 0; cpu++) {
		if (!CPU_ISSET(cpu, &have))
			continue;
		CPU_SET(cpu, &want);
		n--;
	}
	sched_setaffinity(0, sizeof(want), &want);
}

static void set_environment(const char *const *env)
{
	for (size_t i = 0; i < sizeof(not_inherited) / sizeof(char *); i++)
		unsetenv(not_inherited[i]);
	setenv("ASSAY_RESULT_FD", "3", 1);
	_Static_assert(RESULT_FD == 3, "as the environment says");
	for (; env != NULL && *env != NULL; env++)
		putenv((char *)(uintptr_t)*env);
}

static void default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct task *task,
			     const int writes[TASK_STREAMS], pid_t runner)
{
	struct rlimit none = {0, 0};

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != runner)
		_exit(127);
	setrlimit(RLIMIT_CORE, &none);
	limit_cpus(task->cpus);
	set_environment(task->env);
	default_signals();
	if (place_fds(writes))
		execv(task->argv[0], task->argv);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", task->argv[0],
		strerror(errno));
	_exit(127);
}

pid_t spawn(const struct task *task, int fds[TASK_STREAMS])
{
	int writes[TASK_STREAMS];
	pid_t runner = getpid();
	pid_t pid = -1;

	if (open_pipes(fds, writes)) {
		fflush(NULL);
		pid = fork();
	}
	if (pid == 0)
		become(task, writes, runner);
	if (pid > 0)
		setpgid(pid, pid); /* whoever comes first */
	close_all(writes);
	if (pid < 0)
		close_all(fds);
	return pid;
}
