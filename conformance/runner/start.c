/* start.c - see runner.h.  The process that runs a case: how it is started. */
#include "runner.h"

#include <stdlib.h>

#include "child.h"
#include "options.h"
#include "settings.h"

#define TIMEOUT_MS 10000 /* of a case that sets none */
#define BEGIN_MS 5000    /* for a case that must hang to begin */
#define HANG_MS 1000     /* of a case that must hang and sets no max_ms */

static void append(char **argv, size_t *n, const char *option, char *value)
{
	argv[(*n)++] = copy_text(option);
	argv[(*n)++] = value;
}

static char **argv_of(const struct result *r, const struct run *run)
{
	size_t n;
	char **argv = runtime_argv(r->runtime, 12, &n);

	append(argv, &n, "--assay-case", copy_text(r->entry->id));
	append(argv, &n, "--procs", text_of("%d", run->procs));
	append(argv, &n, "--seed",
	       text_of("%llu", (unsigned long long)run->seed));
	if (run->schedule > 0)
		append(argv, &n, "--schedule",
		       text_of("%llu", (unsigned long long)run->schedule));
	if (run->schedules > 1)
		append(argv, &n, "--schedules",
		       text_of("%lld", (long long)run->schedules));
	append(argv, &n, "--time-scale", text_of("%g", settings.time_scale));
	return argv;
}

static const char **env_of(const struct testcase *tc)
{
	size_t n = 0;
	const char **env =
		take_zeroed(sizeof(tc->env) / sizeof(char *) +
				    sizeof(settings.env) / sizeof(char *) + 1,
			    sizeof(*env));

	for (size_t i = 0; settings.env[i] != NULL; i++)
		env[n++] = settings.env[i];
	for (size_t i = 0; i < sizeof(tc->env) / sizeof(char *); i++)
		if (tc->env[i] != NULL)
			env[n++] = tc->env[i];
	return env;
}

static int64_t scaled(int ms)
{
	return (int64_t)(ms * settings.time_scale * (double)NS_PER_MS);
}

static int64_t timeout_of(const struct testcase *tc, const struct run *run)
{
	int64_t ahead =
		run->schedules > 1 ? scaled(AHEAD_MS + AHEAD_RUN_MS) : 0;

	if (tc->ends.hangs)
		return scaled(tc->ends.max_ms > 0 ? tc->ends.max_ms : HANG_MS);
	return ahead + scaled(tc->timeout_ms > 0 ? tc->timeout_ms : TIMEOUT_MS);
}

/*
 * Returns how long main may take to its first check; 0 if nobody watches it.
 * A twin has no ledger, so its main cannot be watched.
 */
static int64_t begin_time(const struct result *r)
{
	if (!r->entry->tc->ends.hangs ||
	    strings_have(&r->runtime->twins, r->entry->id))
		return 0;
	return scaled(BEGIN_MS);
}

struct task start_of(const struct result *r, const struct run *run)
{
	const struct testcase *tc = r->entry->tc;

	return (struct task){.argv = argv_of(r, run),
			     .env = env_of(tc),
			     .cpus = tc->cpus,
			     .timeout_ns = timeout_of(tc, run),
			     .hang_wanted = tc->ends.hangs,
			     .begin_ns = begin_time(r)};
}

void start_free(const struct task *task)
{
	for (char **a = task->argv; *a != NULL; a++)
		free(*a);
	free(task->argv);
	free((void *)(uintptr_t)task->env);
}
