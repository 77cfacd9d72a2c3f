/*
 * replay.c - see replay.h.
 *
 * GORO_REPLAY=A:C,A:C,... is a schedule: at decision A the option C is chosen,
 * and the first one at all others.  Words before that are settings:
 *
 *	slow=MS	time may go on by so many ms while goroutines can run (1000)
 *	left	goroutines may be left when main has returned
 *	draw=N	the options that no decision names are drawn by a strategy,
 *		which as its settings depends on N: the N-th of many schedules
 *	-	nothing: the default schedule
 *
 * GORO_EXPLORE=N names the descriptors of goro-explore: explored.h.
 */
#include "sched/replay.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/decide.h"

enum { MAX_STEPS = 1000000 };

/* ---- GORO_REPLAY -------------------------------------------------------------- */

/* Reads a number at *s, which it moves on.  False: there is none. */
static bool number(const char **s, uint64_t *v)
{
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	*v = strtoull(*s, &end, 10);
	*s = end;
	return errno == 0;
}

/* Moves *s on if it begins with word. */
static bool skip(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*s, word, n) != 0)
		return false;
	*s += n;
	return true;
}

static bool read_decision(struct explored *run, const char **s)
{
	uint64_t at, chosen;

	if (!number(s, &at) || !skip(s, ":") || !number(s, &chosen) ||
	    at >= EXPLORED_DECISIONS || chosen > UINT16_MAX)
		return false;
	run->d[at].chosen = (uint16_t)chosen;
	if (run->prefix <= at)
		run->prefix = (uint32_t)at + 1;
	return true;
}

/*
 * How many decisions a run has is not known, so where PCT and delays change them
 * is drawn from ever longer ones.
 */
static void draw(struct explored *run, uint64_t n)
{
	run->strategy = EXPLORE_RANDOM + (uint32_t)(n % 3);
	run->depth = 1 + (uint32_t)(n / 3 % 4);
	run->length = 8u << (n / 12 % 8);
	run->seed = n;
}

static bool read_word(struct explored *run, const char **s)
{
	uint64_t v;

	if (skip(s, "left"))
		run->left = 1;
	else if (skip(s, "slow=")) {
		if (!number(s, &v) || v > UINT32_MAX)
			return false;
		run->slow = (uint32_t)v;
	} else if (skip(s, "draw=")) {
		if (!number(s, &v))
			return false;
		draw(run, v);
	} else if (!skip(s, "-"))
		return read_decision(run, s);
	return true;
}

static bool read_all(struct explored *run, const char *s)
{
	do {
		if (!read_word(run, &s))
			return false;
	} while (skip(&s, ","));
	return *s == '\0';
}

static _Noreturn void refuse(const char *what, const char *text)
{
	print_str("goro: ");
	print_str(what);
	print_str(text);
	print_str("\n");
	_exit(2);
}

static void replay(const char *text)
{
	struct explored *run = sys_map(sizeof(*run));

	if (!run)
		refuse("no memory for ", "GORO_REPLAY");
	run->max_steps = MAX_STEPS;
	run->slow = EXPLORED_SLOW;
	if (!read_all(run, text))
		refuse("this is no schedule: GORO_REPLAY=", text);
	goro__decide_start(run);
}

/* ---- GORO_EXPLORE ------------------------------------------------------------- */

static void say(int fd, int32_t pid, int32_t status)
{
	struct explored_end end = {.pid = pid, .status = status};

	if (write(fd, &end, sizeof(end)) != sizeof(end))
		_exit(2);
}

/* Forks for each byte that is read; returns in the children. */
static void serve(int in, int out)
{
	char byte;

	say(out, 0, -1);
	while (read(in, &byte, 1) == 1) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(in);
			close(out);
			return;
		}
		say(out, pid, -1);
		if (pid > 0)
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
		say(out, pid, status);
	}
	_exit(0);
}

static void explore(int fd)
{
	struct explored *run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 0);

	if (run == MAP_FAILED || run->version != EXPLORED_VERSION)
		refuse("this is not of goro-explore: ", "GORO_EXPLORE");
	close(fd);
	serve(fd + 1, fd + 2);
	goro__decide_start(run);
}

bool goro__replay_asked(void)
{
	const char *replays = secure_getenv("GORO_REPLAY");
	const char *tool = secure_getenv("GORO_EXPLORE");
	uint64_t fd;

	if (tool && number(&tool, &fd)) {
		unsetenv("GORO_EXPLORE");
		explore((int)fd);
	} else if (replays && *replays) {
		replay(replays);
		unsetenv("GORO_REPLAY");
	}
	return goro__explored_run != NULL;
}
