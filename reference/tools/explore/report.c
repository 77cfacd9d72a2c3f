/*
 * report.c - what is found: how the run ends, its schedule, its steps.
 *
 * The steps come from the program itself, which makes the run once more with
 * GORO_STEPS=1; goro-symbolize puts source lines in.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore.h"

enum { TEXT_MAX = 1 << 20, STEPS_SHOWN = 200 };

static const char *const ends[] = {
	[END_OK] = "nothing",        [END_DEADLOCK] = "deadlock",
	[END_LEAK] = "leak",         [END_PANIC] = "panic",
	[END_FATAL] = "fatal error", [END_RACE] = "data race",
	[END_SIGNAL] = "signal",     [END_EXIT] = "exit status",
	[END_STEPS] = "no end",      [END_TIME] = "no end",
};

static __attribute__((format(printf, 4, 5))) void
add(char *buf, size_t n, size_t *used, const char *fmt, ...)
{
	va_list ap;
	int got;

	va_start(ap, fmt);
	got = vsnprintf(buf + *used, n - *used, fmt, ap);
	va_end(ap);
	if (got < 0 || (size_t)got >= n - *used)
		fail("the schedule is too long to be printed");
	*used += (size_t)got;
}

/* Writes s as GORO_REPLAY has it into buf, which has room for n. */
static void schedule_text(const struct program *p, const struct schedule *s,
			  char *buf, size_t n)
{
	size_t used = 0;

	if (p->o->slow != EXPLORED_SLOW)
		add(buf, n, &used, "slow=%u,", p->o->slow);
	if (p->o->left)
		add(buf, n, &used, "left,");
	for (uint32_t i = 0; i < s->n; i++)
		if (s->d[i].chosen > 0)
			add(buf, n, &used, "%u:%u,", i, s->d[i].chosen);
	if (used == 0)
		add(buf, n, &used, "-,");
	buf[used - 1] = '\0';
}

/* ---- the steps ----------------------------------------------------------------- */

static _Noreturn void become(char **argv, const char *text, int out,
			     uint32_t seconds)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setenv("GORO_REPLAY", text, 1);
	setenv("GORO_STEPS", "1", 1);
	program_surround();
	alarm(seconds);
	execvp(argv[0], argv);
	_exit(127);
}

/* Makes that run; returns what it has said, read through goro-symbolize. */
static FILE *said_by(const struct program *p, const char *text)
{
	int fd = memfd_create("steps", 0);
	char command[128];
	FILE *said;
	pid_t pid;

	fflush(stdout);
	pid = fd < 0 ? -1 : fork();
	if (pid == 0)
		become(p->o->argv, text, fd, p->o->seconds);
	if (pid < 0) {
		close(fd);
		return NULL;
	}
	waitpid(pid, NULL, 0);
	lseek(fd, 0, SEEK_SET);
	snprintf(command, sizeof(command),
		 "if command -v goro-symbolize >/dev/null; "
		 "then goro-symbolize; else cat; fi <&%d",
		 fd);
	said = popen(command, "r");
	close(fd);
	return said;
}

struct step {
	unsigned number;
	long long goroutine;
	char call[64];
};

static bool is_step(const char *line, struct step *s)
{
	return sscanf(line, "step %u, goroutine %lld: %63s", &s->number,
		      &s->goroutine, s->call) == 3;
}

/* Copies the base name of the file in line, with the line number. */
static void place_in(const char *line, char *place, size_t n)
{
	const char *name = strrchr(line, '/');

	snprintf(place, n, "%s", name ? name + 1 : line + strspn(line, "\t"));
	place[strcspn(place, " \n")] = '\0';
}

static void print_step(FILE *f, const struct step *s, long long *last)
{
	char function[256] = "", place[256] = "";

	if (fgets(function, sizeof(function), f))
		function[strcspn(function, "(\n")] = '\0';
	if (fgets(place, sizeof(place), f))
		place_in(strdupa(place), place, sizeof(place));
	printf("%s %5u  goroutine %-3lld %-20s %s, %s\n",
	       s->goroutine == *last ? "  " : "->", s->number, s->goroutine,
	       s->call, function, place);
	*last = s->goroutine;
}

static void print_steps(const struct program *p, const char *text)
{
	FILE *f = said_by(p, text);
	char line[512];
	struct step s;
	unsigned shown = 0;
	long long last = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!is_step(line, &s))
			continue;
		if (++shown <= STEPS_SHOWN)
			print_step(f, &s, &last);
	}
	if (shown > STEPS_SHOWN)
		printf("   ... and %u more\n", shown - STEPS_SHOWN);
	if (f)
		pclose(f);
}

void report(const struct program *p, uint32_t run, const struct schedule *s,
	    const struct outcome *out, bool repeats)
{
	char *text = malloc(TEXT_MAX);

	if (!text)
		fail("no memory");
	printf("%s in run %u: %s\n", ends[out->end], run, out->text);
	if (!repeats) {
		printf("it does not repeat\n\n");
		free(text);
		return;
	}
	schedule_text(p, s, text, TEXT_MAX);
	printf("switches: %u\nreplay: GORO_REPLAY=%s", schedule_switches(s),
	       text);
	for (char **arg = p->o->argv; *arg; arg++)
		printf(" %s", *arg);
	printf("\n");
	if (out->end != END_STEPS && out->end != END_TIME)
		print_steps(p, text);
	printf("\n");
	fflush(stdout);
	free(text);
}
