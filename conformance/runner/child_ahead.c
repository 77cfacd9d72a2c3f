/*
 * child_ahead.c - tries schedules before the run that the runner judges.
 *
 * Nearly all schedules pass, and a process for each would cost more than its
 * run.  So this one forks for each in turn, with a ledger of its own and no
 * output, and goes on while they pass.  The first that does not, or the last,
 * is then run here, and that is what the runner sees.  The ledger tells how
 * many came before it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../cases/kit/ledger.h"
#include "child.h"
#include "child_internal.h"

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static bool earned(const struct ledger *l)
{
	/* the process that wrote it has ended */
	return atomic_load(&l->stage) == LEDGER_RETURNED &&
	       atomic_load(&l->checked) && !atomic_load(&l->broken) &&
	       atomic_load(&l->failures) == 0;
}

static _Noreturn void become(int (*run)(void), struct ledger *own)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	atomic_store(&own->pid, getpid());
	ledger = own;
	case_run.result_fd = null;
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	exit(run());
}

/* Returns once the process has ended, which it is made to after a while. */
static int status_of(pid_t pid)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0),
			     .events = POLLIN};
	int status = -1;

	if (end.fd < 0 ||
	    poll(&end, 1, (int)(AHEAD_RUN_MS * case_run.time_scale)) != 1)
		kill(pid, SIGKILL);
	if (end.fd >= 0)
		close(end.fd);
	waitpid(pid, &status, 0);
	return status;
}

/* True if the case passes in a process of its own, which own tells of. */
static bool passes(int (*run)(void), struct ledger *own)
{
	pid_t pid;

	*own = (struct ledger){0};
	pid = fork();
	if (pid == 0)
		become(run, own);
	return pid > 0 && status_of(pid) == CHILD_PASSED && earned(own);
}

void look_ahead(int (*run)(void))
{
	int64_t end = now_ms() + AHEAD_MS;
	struct ledger *own = MAP_FAILED;

	if (case_run.schedules > 1)
		own = mmap(NULL, sizeof(*own), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (own == MAP_FAILED)
		return;
	for (int n = 1; n < case_run.schedules && now_ms() < end; n++) {
		if (!passes(run, own))
			return;
		case_run.schedule++;
		case_run.seed = seed_after(case_run.seed, 1);
		/* relaxed: the runner reads it when the process is dead */
		atomic_store_explicit(&ledger->ahead, n, memory_order_relaxed);
	}
}
