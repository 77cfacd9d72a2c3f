/* spawn.c - see spawn.h. */
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../cases/kit/ledger.h"
#include "orphans.h"

/* A child is given the writing ends of its pipes, and the ledger. */
enum { GIVEN = TASK_STREAMS + 1 };

/* The user's settings for Go, which must not change a child. */
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
 * Moves the descriptors to 1, 2, RESULT_FD and LEDGER_FD, and /dev/null to 0.
 * Copies them to high numbers first: in a runner that was started without
 * stdout they may have low ones.
 */
static bool place_fds(const int given[GIVEN])
{
	static const int place[GIVEN] = {STDOUT_FILENO, STDERR_FILENO,
					 RESULT_FD, LEDGER_FD};
	int high[GIVEN];
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (int i = 0; i < GIVEN; i++) {
		high[i] = fcntl(given[i], F_DUPFD_CLOEXEC, 10);
		if (high[i] < 0)
			return false;
	}
	if (null < 0 || (null != STDIN_FILENO && dup2(null, STDIN_FILENO) < 0))
		return false;
	for (int i = 0; i < GIVEN; i++)
		if (dup2(high[i], place[i]) < 0)
			return false;
	/* a case gets nothing that make or a shell left open */
	(void)close_range(LEDGER_FD + 1, ~0u, 0);
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

void spawn_surround(const struct task *task)
{
	limit_cpus(task->cpus);
	set_environment(task->env);
	default_signals();
}

static _Noreturn void become(const struct task *task, const int given[GIVEN],
			     pid_t runner)
{
	struct rlimit none = {0, 0};

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != runner)
		_exit(127);
	setrlimit(RLIMIT_CORE, &none);
	spawn_surround(task);
	setenv("ASSAY_RESULT_FD", "3", 1);
	setenv(LEDGER_VARIABLE, "4", 1);
	_Static_assert(RESULT_FD == 3 && LEDGER_FD == 4, "as it says");
	orphans_mark(getpid());
	if (place_fds(given))
		execv(task->argv[0], task->argv);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", task->argv[0],
		strerror(errno));
	_exit(127);
}

int spawn_ledger(struct ledger **out)
{
	int fd = memfd_create("assay", MFD_CLOEXEC);
	void *shared = MAP_FAILED;

	if (fd < 0)
		return -1;
	if (ftruncate(fd, sizeof(struct ledger)) == 0)
		shared = mmap(NULL, sizeof(struct ledger),
			      PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED) {
		close(fd);
		return -1;
	}
	*out = shared;
	return fd;
}

void spawn_forget(struct ledger *l)
{
	munmap(l, sizeof(*l));
}

pid_t spawn(const struct task *task, int fds[TASK_STREAMS], struct ledger **l)
{
	int given[GIVEN] = {-1, -1, -1, -1};
	pid_t runner = getpid();
	pid_t pid = -1;

	if (open_pipes(fds, given) &&
	    (given[TASK_STREAMS] = spawn_ledger(l)) >= 0) {
		fflush(NULL);
		pid = fork();
	}
	if (pid == 0)
		become(task, given, runner);
	if (pid > 0)
		setpgid(pid, pid); /* the child does it too */
	close_all(given);
	if (given[TASK_STREAMS] >= 0)
		close(given[TASK_STREAMS]);
	if (pid < 0)
		close_all(fds);
	return pid;
}
