/* probe.c - see runner.h. */
#define _GNU_SOURCE
#include "runner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "escape.h"
#include "release.h"
#include "runtime.h"
#include "settings.h"
#include "task.h"

#define PROBE_TIME (10 * NS_PER_S)

struct probe {
	struct task task;
	bool started;
	struct task_end end;
};

static bool source(void *context, struct task *out)
{
	struct probe *p = context;

	if (p->started)
		return false;
	p->started = true;
	*out = p->task;
	return true;
}

static bool sink(void *context, const struct task *task, struct task_end *end)
{
	struct probe *p = context;

	(void)task;
	p->end = *end;
	return true;
}

/* Cuts a stream to its first line, at most 300 bytes, and returns it. */
static const char *first_line(struct capture *c)
{
	char *s = c->data + strspn(c->data, "\r\n");

	s[strcspn(s, "\r\n")] = '\0';
	if (strlen(s) > 300)
		strcpy(s + escape_cut(s, 300), "...");
	return s;
}

static void check_end(const struct runtime *r, struct task_end *end)
{
	const char *said = first_line(&end->stream[TASK_ERR]);
	int status = end->status;

	if (end->timed_out)
		die("runtime %s: it hangs while it is loaded", r->arg);
	if (WIFSIGNALED(status))
		die("runtime %s: it crashes while it is loaded: signal %d "
		    "(%s)",
		    r->arg, WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == 0)
		return;
	if (*said == '\0')
		die("runtime %s: it ends with status %d while it is loaded",
		    r->arg, WEXITSTATUS(status));
	die("runtime %s: %s", r->arg, said);
}

/* Returns a number that fits into JSON as others read it. */
static uint64_t count(const char *text)
{
	uint64_t n = strtoull(text, NULL, 10);

	return n < INT64_MAX ? n : INT64_MAX;
}

static bool take_pair(struct runtime *r, const char *word, char *value)
{
	if (strcmp(word, "name") == 0)
		r->name = escape_text(value);
	else if (strcmp(word, "version") == 0)
		r->version = escape_text(value);
	else if (strcmp(word, "model") == 0)
		r->model = escape_text(value);
	else if (strcmp(word, "kit") == 0)
		r->kit = escape_text(value);
	else if (strcmp(word, "go") == 0)
		r->go_version = escape_text(value);
	else if (strcmp(word, "abi") == 0)
		r->abi = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(word, "traits") == 0)
		r->traits = (uint32_t)strtoul(value, NULL, 16);
	else if (strcmp(word, "max_goroutines") == 0)
		r->max_goroutines = count(value);
	else if (strcmp(word, "stack_bytes") == 0)
		r->stack_bytes = count(value);
	else if (strcmp(word, "ext") == 0)
		r->ext = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(word, "has") == 0)
		strings_add(&r->has, copy_text(value));
	else if (strcmp(word, "twin") == 0)
		strings_add(&r->twins, copy_text(value));
	else
		return false;
	return true;
}

static void take_answer(struct runtime *r, struct capture *answer)
{
	char *rest = answer->data;

	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *value = strchrnul(line, ' ');
		bool pair = *value != '\0';

		if (*line == '\0')
			continue;
		*value = '\0';
		if (pair && take_pair(r, line, value + 1))
			continue;
		line[escape_cut(line, 60)] = '\0';
		die("runtime %s: it does not answer --assay-describe as a "
		    "runtime does: '%s'",
		    r->arg, line);
	}
}

static void take_release(struct runtime *r)
{
	if (r->go_version == NULL)
		r->release = registry.newest;
	else if (!release_read(r->go_version, true, &r->release))
		r->release = 0;
}

static void check_answer(const struct runtime *r)
{
	if (r->name == NULL || r->version == NULL || r->model == NULL)
		die("runtime %s: it does not answer --assay-describe", r->arg);
	if (r->abi != ASSAY_ABI_VERSION)
		die("runtime %s: it has ABI version %u, this suite needs %u",
		    r->arg, r->abi, ASSAY_ABI_VERSION);
	if (r->ext != 0 && r->ext != ASSAY_EXT_ABI_VERSION)
		die("runtime %s: its second table has ABI version %u, this "
		    "suite needs %u",
		    r->arg, r->ext, ASSAY_EXT_ABI_VERSION);
	if (r->release == 0)
		die("runtime %s: it follows Go '%s', which is no version as "
		    "1.26 is",
		    r->arg, r->go_version);
	if (!strings_have(&r->has, "core->run") && r->twins.n == 0)
		die("runtime %s: it lacks core->run, without which nothing "
		    "runs",
		    r->arg);
}

static void free_argv(char **argv)
{
	for (char **a = argv; *a != NULL; a++)
		free(*a);
	free(argv);
}

void probe(struct runtime *r, char **argv)
{
	struct probe p = {0};

	r->stack_bytes = ASSAY_STACK_BYTES;
	p.task.argv = argv;
	p.task.env = settings.env;
	p.task.timeout_ns = (int64_t)((double)PROBE_TIME * settings.time_scale);
	if (!tasks_run(1, source, sink, &p)) {
		complain("interrupted");
		exit(EXIT_INTERRUPTED);
	}
	free_argv(argv);
	check_end(r, &p.end);
	take_answer(r, &p.end.stream[TASK_OUT]);
	take_release(r);
	check_answer(r);
	for (int i = 0; i < TASK_STREAMS; i++)
		capture_free(&p.end.stream[i]);
}
