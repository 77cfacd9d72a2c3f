/* process.c - see process.h. */
#define _GNU_SOURCE
#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/ledger.h"

/* fn has returned, in memory that the process shares with the case. */
static bool *returned;

static _Noreturn void become(int (*fn)(void *arg), void *arg, int err)
{
	int status;

	dup2(err, STDERR_FILENO);
	close(err);
	status = fn(arg);
	*returned = true;
	_exit(status);
}

/* Reads to the end, but not beyond the time. */
static bool read_text(int fd, char *text, size_t room, int64_t due)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char spare[256];
	size_t n = 0;

	text[0] = '\0';
	for (;;) {
		int64_t left = (due - kernel_now()) / MS;
		ssize_t got;

		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) != 1)
			continue;
		if (n < room - 1)
			got = read(fd, text + n, room - 1 - n);
		else
			got = read(fd, spare, sizeof(spare)) > 0 ? 0 : -1;
		if (n < room - 1 && got == 0)
			return true;
		if (got < 0)
			return true;
		n += (size_t)got;
		text[n] = '\0';
	}
}

struct process run_process(int (*fn)(void *arg), void *arg, int64_t ms)
{
	struct process p = {.status = -1};
	int64_t due = kernel_now() + upto(ms * MS);
	int ends[2];
	pid_t pid;

	returned = mmap(NULL, sizeof(*returned), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(returned != MAP_FAILED);
	REQUIRE_EQ(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	REQUIRE_CMP(pid, >=, 0);
	if (pid == 0)
		become(fn, arg, ends[1]);
	close(ends[1]);
	p.hung = !read_text(ends[0], p.text, sizeof(p.text), due);
	close(ends[0]);
	if (p.hung)
		kill(pid, SIGKILL);
	while (waitpid(pid, &p.status, 0) != pid)
		;
	/* it has skipped the whole case, and said so */
	if (atomic_load_explicit(&ledger->skipped, memory_order_relaxed))
		_exit(WEXITSTATUS(p.status));
	if (p.status == 0 && !*returned)
		p.status = NOT_RUN << 8;
	munmap(returned, sizeof(*returned));
	return p;
}

bool process_exited(const struct process *p, int status)
{
	return !p->hung && WIFEXITED(p->status) &&
	       WEXITSTATUS(p->status) == status;
}

bool process_clear(const struct process *p, const char *what)
{
	if (process_exited(p, 0) ||
	    (process_exited(p, 2) && strchr(p->text, '\n') != NULL))
		return true;
	note("%s: %s, wait status %#x, \"%.200s\"", what,
	     p->hung ? "hangs" : "ends", (unsigned)p->status, p->text);
	return false;
}
