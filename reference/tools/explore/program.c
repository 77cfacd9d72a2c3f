/*
 * program.c - starts the program, which forks for each run (explored.h), and
 * says how runs end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore.h"

enum { FIRST_FD = 500, START_SECONDS = 60 };

static void check(bool ok, const char *what)
{
	if (!ok)
		fail("%s: %s", what, strerror(errno));
}

static void move_fd(int from, int to)
{
	check(dup2(from, to) == to, "dup2");
}

/*
 * No core, no start of a symbolizer, and no second of rest at the end of each
 * run, as ThreadSanitizer has it for threads that still run.
 */
void program_surround(void)
{
	const char *given = getenv("TSAN_OPTIONS");
	char *all;

	check(asprintf(&all, "atexit_sleep_ms=0:%s", given ? given : "") > 0,
	      "asprintf");
	setenv("TSAN_OPTIONS", all, 1);
	free(all);
	setenv("GORO_SYMBOLIZE", "0", 1);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

static _Noreturn void become(char **argv, int memory, int in, int out, int text)
{
	char fd[16];
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	move_fd(null, STDIN_FILENO);
	move_fd(text, STDOUT_FILENO);
	move_fd(memory, FIRST_FD);
	move_fd(in, FIRST_FD + 1);
	move_fd(out, FIRST_FD + 2);
	snprintf(fd, sizeof(fd), "%d", FIRST_FD);
	setenv("GORO_EXPLORE", fd, 1);
	unsetenv("GORO_REPLAY");
	program_surround();
	move_fd(text, STDERR_FILENO);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "goro-explore: %s: %s\n", argv[0],
		strerror(errno));
	_exit(127);
}

/* Reads the next answer.  False: none came in time, or none will come. */
static bool answer(struct program *p, int seconds, struct explored_end *end)
{
	struct pollfd ready = {.fd = p->answers, .events = POLLIN};
	int n;

	do
		n = poll(&ready, 1, seconds * 1000);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return false;
	if (read(p->answers, end, sizeof(*end)) != sizeof(*end))
		fail("%s has ended without a run", p->o->argv[0]);
	return true;
}

static void wait_for_start(struct program *p, pid_t pid)
{
	struct pollfd ready = {.fd = p->answers, .events = POLLIN};
	struct explored_end end;
	int status = 0;

	poll(&ready, 1, START_SECONDS * 1000);
	if (ready.revents & POLLIN) {
		answer(p, START_SECONDS, &end);
		return;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	program_show_output(p, STDERR_FILENO);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		exit(2);
	fail("%s has not come to goro_run(), or is of an older goro",
	     p->o->argv[0]);
}

void program_start(struct program *p, const struct options *o)
{
	int memory = memfd_create("goro-explore", MFD_CLOEXEC);
	int in[2], out[2];
	pid_t pid;

	*p = (struct program){.o = o,
			      .output = memfd_create("output", MFD_CLOEXEC)};
	check(memory >= 0 && p->output >= 0, "memfd_create");
	check(fcntl(p->output, F_SETFL, O_APPEND) == 0, "fcntl");
	check(ftruncate(memory, sizeof(*p->run)) == 0, "ftruncate");
	p->run = mmap(NULL, sizeof(*p->run), PROT_READ | PROT_WRITE, MAP_SHARED,
		      memory, 0);
	check(p->run != MAP_FAILED, "mmap");
	p->run->version = EXPLORED_VERSION;
	p->run->count_pairs = 1;
	check(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "pipe");
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0)
		become(o->argv, memory, in[0], out[1], p->output);
	close(in[0]);
	close(out[1]);
	close(memory);
	p->commands = in[1];
	p->answers = out[0];
	wait_for_start(p, pid);
}

void program_stop(struct program *p)
{
	close(p->commands);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* ---- how a run has ended ------------------------------------------------------ */

static const struct {
	const char *begins;
	enum end end;
} reports[] = {
	{"fatal error: all goroutines are asleep", END_DEADLOCK},
	{"fatal error: no goroutines", END_DEADLOCK},
	{"fatal error: goroutines are left for ever", END_LEAK},
	{"fatal error: too many steps", END_STEPS},
	{"SUMMARY: ThreadSanitizer: data race", END_RACE},
	{"fatal error: ", END_FATAL},
	{"panic: ", END_PANIC},
};

static enum end end_of_line(const char *line)
{
	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		if (strncmp(line, reports[i].begins,
			    strlen(reports[i].begins)) == 0)
			return reports[i].end;
	return END_OK;
}

/* Finds the line that says what is wrong; of several the first. */
static void read_output(const struct program *p, struct outcome *out)
{
	char line[sizeof(out->text)];
	int fd = dup(p->output);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	enum end end;
	char *pid; /* another one each time */

	check(f != NULL, "fdopen");
	rewind(f);
	while (out->end == END_OK && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if ((pid = strstr(line, " (pid=")) != NULL)
			*pid = '\0';
		end = end_of_line(line);
		if (end != END_OK || strstr(line, "Assertion"))
			strcpy(out->text, line);
		out->end = end;
	}
	fclose(f);
}

static void judge(const struct program *p, int status, struct outcome *out)
{
	out->status = status;
	if (status == 0)
		return;
	read_output(p, out);
	if (WIFSIGNALED(status)) {
		out->end = END_SIGNAL;
		if (!out->text[0])
			snprintf(out->text, sizeof(out->text), "signal: %s",
				 strsignal(WTERMSIG(status)));
	} else if (out->end == END_OK) {
		out->end = END_EXIT;
		snprintf(out->text, sizeof(out->text), "exit status %d",
			 WEXITSTATUS(status));
	}
}

bool same_outcome(const struct outcome *a, const struct outcome *b)
{
	return a->end == b->end && a->status == b->status &&
	       strcmp(a->text, b->text) == 0;
}

/* ---- a run -------------------------------------------------------------------- */

static void prepare(struct program *p)
{
	struct explored *run = p->run;

	run->left = p->o->left;
	run->slow = p->o->slow;
	run->reduce = p->reduce;
	run->max_steps = p->o->steps;
	run->decisions = run->steps = run->outside = run->too_long = 0;
	run->pruned = 0;
	memset(run->pairs, 0, sizeof(run->pairs));
	run->hash = UINT64_C(0xcbf29ce484222325);
	check(ftruncate(p->output, 0) == 0, "ftruncate");
}

void program_run(struct program *p, struct outcome *out)
{
	struct explored_end end = {0};

	*out = (struct outcome){0};
	prepare(p);
	check(write(p->commands, "", 1) == 1, p->o->argv[0]);
	answer(p, START_SECONDS, &end);
	if (end.pid <= 0)
		fail("%s cannot fork", p->o->argv[0]);
	if (!answer(p, (int)p->o->seconds, &end)) {
		kill(end.pid, SIGKILL);
		answer(p, START_SECONDS, &end);
		out->end = END_TIME;
		snprintf(out->text, sizeof(out->text),
			 "no end after %u seconds", p->o->seconds);
	} else {
		judge(p, end.status, out);
	}
	p->runs++;
	if (p->o->output)
		program_show_output(p, STDOUT_FILENO);
}

void program_show_output(const struct program *p, int fd)
{
	char buf[4096];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(p->output, buf, sizeof(buf), at)) > 0) {
		at += n;
		if (write(fd, buf, (size_t)n) != n)
			return;
	}
}
