/*
 * symbolize.c - the second program that puts source files and lines into the
 * last dump of a process.
 *
 * Debug information is large, and to read it takes memory and libraries that a
 * dying process should not trust.  So goro-symbolize does it, if the environment
 * has GORO_SYMBOLIZE=1 (or where the program is), or if stderr is a terminal,
 * unless that is 0.  The dump goes to a file in memory first: if the program is
 * not there, fails or is not done in time, it is printed as it is.
 *
 * A signal handler may be here, so the child is made by the kernel's call, with
 * none of libc's locks and handlers, and without a signal at its end, which the
 * program might wait for.
 */
#include "diag/symbolize.h"

#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"

#define PROGRAM "goro-symbolize"

enum { PATIENCE = 10 }; /* seconds */

static bool is_wanted(const char *asked)
{
	if (!asked || !*asked)
		return isatty(STDERR_FILENO);
	return strcmp(asked, "0") != 0;
}

int goro__symbolize_begin(void)
{
	int e = errno, fd = -1;

	if (is_wanted(secure_getenv("GORO_SYMBOLIZE")))
		fd = sys_memory_file(PROGRAM);
	errno = e;
	return fd > 0 ? fd : 0;
}

/* ---- in the child ----------------------------------------------------------- */

static void try(const char *path)
{
	char *const argv[] = {(char *)(uintptr_t)path, NULL};

	execve(path, argv, environ);
}

/* As execvp() does, which is not for signal handlers. */
static void try_path(const char *dirs)
{
	char path[1024];

	while (dirs && *dirs) {
		size_t n = strcspn(dirs, ":");

		if (n > 0 && n + sizeof("/" PROGRAM) <= sizeof(path)) {
			memcpy(path, dirs, n);
			memcpy(path + n, "/" PROGRAM, sizeof("/" PROGRAM));
			try(path);
		}
		dirs += n + (dirs[n] == ':');
	}
}

/* Its end comes in time: by the alarm, which exec() keeps. */
static _Noreturn void become_program(int fd)
{
	const struct itimerval patience = {.it_value.tv_sec = PATIENCE};
	const char *asked = secure_getenv("GORO_SYMBOLIZE");
	sigset_t none;

	signal(SIGALRM, SIG_DFL);
	sigemptyset(&none);
	sys_sigmask(SIG_SETMASK, &none, NULL);
	setitimer(ITIMER_REAL, &patience, NULL);
	if (dup2(fd, STDIN_FILENO) >= 0 &&
	    dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) {
		if (asked && strchr(asked, '/'))
			try(asked);
		else
			try_path(secure_getenv("PATH"));
	}
	_exit(127);
}

/* ---- in the process --------------------------------------------------------- */

static bool run_program(int fd)
{
	int status = 0;
	long pid = sys_fork();

	if (pid == 0)
		become_program(fd);
	if (pid < 0)
		return false;
	while (waitpid((pid_t)pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void print_file(int fd)
{
	char part[4097];
	struct out o = {0};
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = sys_read(fd, part, sizeof(part) - 1)) > 0) {
		part[n] = '\0';
		goro__out_str(&o, part);
	}
}

void goro__symbolize_end(int fd)
{
	if (fd == 0)
		return;
	lseek(fd, 0, SEEK_SET);
	if (!run_program(fd))
		print_file(fd);
	sys_close(fd);
}
