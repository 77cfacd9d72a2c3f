/* outcome.c - see runner.h. */
#define _GNU_SOURCE
#include "runner.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "settings.h"

#define QUOTED_MAX 200

static void wrong(struct run *run, char *text)
{
	strings_add(&run->fails, text);
}

bool outcome_is(const struct outcome *want, int status)
{
	if (want->signal > 0)
		return WIFSIGNALED(status) && WTERMSIG(status) == want->signal;
	return WIFEXITED(status) && WEXITSTATUS(status) == want->status;
}

static void check_status(struct run *run, const struct outcome *want,
			 const struct task_end *end)
{
	if (want->hangs) {
		if (!end->timed_out)
			wrong(run, text_of("it must hang, but ended with %s",
					   run->ended));
		return;
	}
	if (end->timed_out)
		wrong(run, copy_text("it did not end in time"));
	else if (!outcome_is(want, end->status))
		wrong(run,
		      text_of("it must end with %s %d, but ended with %s",
			      want->signal > 0 ? "signal" : "exit status",
			      want->signal > 0 ? want->signal : want->status,
			      run->ended));
}

static void check_first(struct run *run, const char *want)
{
	const char *err = run->err.data;
	size_t n = strcspn(err, "\n");

	if (strlen(want) != n || memcmp(err, want, n) != 0)
		wrong(run,
		      text_of("stderr must begin with the line \"%s\", "
			      "it is \"%.*s\"",
			      want, n > QUOTED_MAX ? QUOTED_MAX : (int)n, err));
}

static void check_match(struct run *run, const char *want)
{
	regex_t re;
	char text[QUOTED_MAX];
	int error = regcomp(&re, want, REG_EXTENDED | REG_NEWLINE | REG_NOSUB);

	if (error != 0) {
		regerror(error, &re, text, sizeof(text));
		wrong(run, text_of("the case's regex \"%s\": %s", want, text));
		return;
	}
	if (regexec(&re, run->err.data, 0, NULL, 0) != 0)
		wrong(run, text_of("stderr must match \"%s\"", want));
	regfree(&re);
}

static void check_stderr(struct run *run, const struct outcome *want)
{
	if (want->first != NULL)
		check_first(run, want->first);
	for (size_t i = 0; i < sizeof(want->match) / sizeof(char *); i++)
		if (want->match[i] != NULL)
			check_match(run, want->match[i]);
	for (size_t i = 0; i < sizeof(want->lacks) / sizeof(char *); i++)
		if (want->lacks[i] != NULL &&
		    strstr(run->err.data, want->lacks[i]) != NULL)
			wrong(run, text_of("stderr must not contain \"%s\"",
					   want->lacks[i]));
	if (want->silent && run->err.len > 0)
		wrong(run, text_of("stderr must be empty, it is \"%.*s\"",
				   (int)strcspn(run->err.data, "\n"),
				   run->err.data));
}

static void check_stdout(struct run *run, const char *want)
{
	size_t n = strlen(want);

	if (run->out.len == n && memcmp(run->out.data, want, n) == 0)
		return;
	wrong(run, text_of("stdout must be \"%.200s\" (%zu bytes), it is "
			   "\"%.200s\" (%zu bytes)",
			   want, n, run->out.data, run->out.len));
}

static void check_time(struct run *run, const struct outcome *want)
{
	double ms = run->seconds * 1e3;
	double most = want->max_ms * settings.time_scale;

	if (want->hangs)
		return;
	if (want->min_ms > 0 && ms < want->min_ms)
		wrong(run, text_of("it must take at least %d ms, it took %.1f",
				   want->min_ms, ms));
	if (want->max_ms > 0 && ms > most)
		wrong(run, text_of("it must end within %.0f ms, it took %.1f",
				   most, ms));
}

void judge_outcome(struct run *run, const struct outcome *want,
		   const struct task_end *end)
{
	check_status(run, want, end);
	check_stderr(run, want);
	if (want->out != NULL)
		check_stdout(run, want->out);
	check_time(run, want);
}
