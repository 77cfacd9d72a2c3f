/*
 * plan.c - see runner.h.
 *
 * A repetition has two parts.  First the cases that tolerate neighbours run,
 * several at a time.  Then those that need the machine to themselves run one by
 * one.
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "progress.h"
#include "settings.h"

#define TIMEOUT_MS 10000 /* of a case that sets none */
#define BEGIN_MS 5000    /* for a case that must hang to begin */
#define HANG_MS 1000     /* of a case that must hang and sets no max_ms */
#define SEED_STEP 100003 /* between the seeds of one repetition */

enum { SEEDS = 3 }; /* runs per repetition, at least, of a stochastic row */

struct job {
	struct result *result;
	struct run *run;
};

struct jobs {
	struct job *v;
	size_t n, next;
};

/* ---- selection ---------------------------------------------------------- */

static bool in_list(const struct entry *e, const struct strings *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (entry_matches(e, patterns->v[i]))
			return true;
	return false;
}

/* Complains of each pattern that matches no case.  True if there is one. */
static bool tell_idle(const struct strings *patterns, const char *option)
{
	bool any = false;

	for (size_t i = 0; i < patterns->n; i++) {
		const char *pattern = patterns->v[i];
		struct strings one = {&pattern, 1};
		bool used = false;

		for (size_t k = 0; k < registry.nentries && !used; k++)
			used = in_list(&registry.entries[k], &one);
		if (!used)
			complain("no case matches %s%s%s", option, pattern,
				 row_find(pattern) == NULL
					 ? ""
					 : ": this behaviour has none yet");
		any |= !used;
	}
	return any;
}

void plan_select(const struct entry ***out, size_t *n)
{
	*out = take_zeroed(registry.nentries, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < registry.nentries; i++) {
		const struct entry *e = &registry.entries[i];

		if (options.run.n > 0 && !in_list(e, &options.run))
			continue;
		if (in_list(e, &options.skip))
			continue;
		if (options.valgrind && (e->tc->flags & CASE_VALGRIND) == 0)
			continue;
		(*out)[(*n)++] = e;
	}
	if (!tell_idle(&options.run, "") && *n == 0)
		complain("no case matches: none is left");
	tell_idle(&options.skip, "--skip ");
}

/* ---- jobs --------------------------------------------------------------- */

static bool runs_at(const struct testcase *tc, int procs)
{
	for (size_t i = 0; i < sizeof(tc->procs) / sizeof(tc->procs[0]); i++)
		if (tc->procs[i] == procs)
			return true;
	return tc->procs[0] == 0;
}

/* Adds one run. seed is the index of its seed in this repetition, from 0. */
static void add_job(struct jobs *jobs, struct result *r, int procs,
		    int64_t repetition, uint64_t seed)
{
	struct run *run = take_zeroed(1, sizeof(*run));

	run->procs = procs;
	run->repetition = repetition;
	if (options.explore > 0)
		run->schedule = (uint64_t)(options.schedule + repetition - 1);
	run->seed = options.seed + (uint64_t)repetition - 1 + seed * SEED_STEP;
	jobs->v = grow(jobs->v, jobs->n + 1, sizeof(*jobs->v));
	jobs->v[jobs->n++] = (struct job){r, run};
}

/*
 * Writes the numbers of procs that a case runs at to out.  Returns how many
 * they are.
 */
static size_t procs_of(const struct testcase *tc, int out[PROCS_MAX])
{
	size_t n = 0;

	if ((tc->flags & CASE_DEFAULT_PROCS) != 0) {
		out[0] = 0;
		return 1;
	}
	for (size_t i = 0; i < options.nprocs; i++)
		if (runs_at(tc, options.procs[i]))
			out[n++] = options.procs[i];
	return n;
}

/*
 * Adds the runs of one case.  In a stochastic row each run has its own seed and
 * there are at least SEEDS runs, so numbers of procs may repeat.  Under
 * exploration a repetition is a schedule, and there is none after one that
 * failed.
 */
static void add_jobs_of(struct jobs *jobs, struct result *r, int64_t repetition)
{
	const struct row *row = r->entry->row;
	bool stochastic = row != NULL && row->stochastic;
	int procs[PROCS_MAX];
	size_t n = procs_of(r->entry->tc, procs), runs = n;

	if (r->skipped != NULL)
		return;
	if (options.explore > 0 && r->worst != NULL)
		return;
	if (options.explore > 0)
		stochastic = false;
	if (stochastic && n > 0 && runs < SEEDS)
		runs = SEEDS;
	for (size_t i = 0; i < runs; i++)
		add_job(jobs, r, procs[i % n], repetition, stochastic ? i : 0);
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return *state >> 33;
}

static void shuffle(struct jobs *jobs, uint64_t seed)
{
	for (size_t i = jobs->n; i > 1; i--) {
		size_t k = next_random(&seed) % i;
		struct job tmp = jobs->v[i - 1];

		jobs->v[i - 1] = jobs->v[k];
		jobs->v[k] = tmp;
	}
}

static struct jobs make_jobs(struct results *rs, bool alone, int64_t repetition)
{
	struct jobs jobs = {0};

	for (size_t k = 0; k < rs->nentries; k++)
		for (size_t i = 0; i < rs->nruntimes; i++) {
			struct result *r = result_at(rs, i, k);

			if (alone == ((r->entry->tc->flags & CASE_ALONE) != 0))
				add_jobs_of(&jobs, r, repetition);
		}
	if (options.shuffle)
		shuffle(&jobs, options.shuffle_seed + (uint64_t)repetition);
	return jobs;
}

/* ---- children ----------------------------------------------------------- */

static void append(char **argv, size_t *n, const char *option, char *value)
{
	argv[(*n)++] = copy_text(option);
	argv[(*n)++] = value;
}

static char **argv_of(const struct job *job)
{
	size_t n;
	char **argv = runtime_argv(job->result->runtime, 10, &n);

	append(argv, &n, "--assay-case", copy_text(job->result->entry->id));
	append(argv, &n, "--procs", text_of("%d", job->run->procs));
	append(argv, &n, "--seed",
	       text_of("%llu", (unsigned long long)job->run->seed));
	if (job->run->schedule > 0)
		append(argv, &n, "--schedule",
		       text_of("%llu", (unsigned long long)job->run->schedule));
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

static int64_t timeout_of(const struct testcase *tc)
{
	if (tc->ends.hangs)
		return scaled(tc->ends.max_ms > 0 ? tc->ends.max_ms : HANG_MS);
	return scaled(tc->timeout_ms > 0 ? tc->timeout_ms : TIMEOUT_MS);
}

/*
 * Returns how long main may take to its first check; 0 if nobody watches it.
 * A twin has no ledger, so its main cannot be watched.
 */
static int64_t begin_time(const struct job *job)
{
	const struct entry *e = job->result->entry;

	if (!e->tc->ends.hangs ||
	    strings_have(&job->result->runtime->twins, e->id))
		return 0;
	return scaled(BEGIN_MS);
}

static bool next_task(void *context, struct task *out)
{
	struct jobs *jobs = context;
	struct job *job;
	const struct testcase *tc;

	if (jobs->next == jobs->n)
		return false;
	job = &jobs->v[jobs->next++];
	tc = job->result->entry->tc;
	*out = (struct task){.argv = argv_of(job),
			     .env = env_of(tc),
			     .cpus = tc->cpus,
			     .timeout_ns = timeout_of(tc),
			     .hang_wanted = tc->ends.hangs,
			     .begin_ns = begin_time(job),
			     .owner = job};
	progress_started(job->result, job->run);
	return true;
}

/* Judges one run.  False if it failed unexpectedly under --fail-fast. */
static bool task_ended(void *context, const struct task *task,
		       struct task_end *end)
{
	struct job *job = task->owner;

	(void)context;
	for (char **a = task->argv; *a != NULL; a++)
		free(*a);
	free(task->argv);
	free((void *)(uintptr_t)task->env);
	judge(job->run, job->result->entry->tc,
	      strings_have(&job->result->runtime->twins,
			   job->result->entry->id),
	      end);
	result_add(job->result, job->run);
	progress_ended(job->result, job->run);
	return !options.fail_fast || !run_failed(job->run) ||
	       job->result->expectation != NULL;
}

/* ---- the whole ---------------------------------------------------------- */

static const char *why_not(const struct result *r)
{
	const struct testcase *tc = r->entry->tc;
	char *lacks;
	bool somewhere = (tc->flags & CASE_DEFAULT_PROCS) != 0;

	if (r->expectation != NULL && r->expectation->what == EXPECT_SKIP)
		return text_of("not run: %s", r->expectation->reason);
	lacks = runtime_lacks(r->runtime, r->entry);
	if (lacks != NULL)
		return lacks;
	if (options.explore > 0) {
		const char *why = explored_not(r->runtime, r->entry);

		if (why != NULL)
			return why;
	}
	if (settings.sanitized && (tc->flags & CASE_NOT_SANITIZED) != 0)
		return "too heavy for sanitizers and valgrind";
	for (size_t i = 0; i < options.nprocs; i++)
		somewhere |= runs_at(tc, options.procs[i]);
	return somewhere ? NULL : "not at these numbers of procs";
}

static void make_results(struct results *rs)
{
	rs->v = take_zeroed(rs->nruntimes * rs->nentries, sizeof(*rs->v));
	for (size_t i = 0; i < rs->nruntimes; i++)
		for (size_t k = 0; k < rs->nentries; k++) {
			struct result *r = result_at(rs, i, k);

			r->runtime = &rs->runtimes[i];
			r->entry = rs->entries[k];
			r->expectation = expectation_of(
				&r->runtime->expectations, r->entry);
			r->skipped = why_not(r);
		}
}

static bool some_failed(const struct results *rs)
{
	for (size_t i = 0; i < rs->nruntimes * rs->nentries; i++)
		if (rs->v[i].worst != NULL && rs->v[i].expectation == NULL)
			return true;
	return false;
}

/* Marks the results that lack runs of this repetition; why is the reason. */
static void mark_unfinished(struct results *rs, const struct jobs *jobs,
			    const char *why)
{
	for (size_t i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->v[i];

		if (job->run->ended == NULL &&
		    job->result->unfinished == NULL) {
			job->result->unfinished = why;
			rs->unfinished++;
		}
	}
}

/*
 * Runs one repetition and sets *runs to its number of runs.  If it is cut
 * short, returns false and sets rs->cut to the reason.
 */
static bool repetition(struct results *rs, int64_t number, size_t *runs)
{
	struct jobs many = make_jobs(rs, false, number);
	struct jobs alone = make_jobs(rs, true, number);
	bool whole;

	*runs = many.n + alone.n;
	progress_repetition(number, *runs);
	whole = tasks_run(options.jobs, next_task, task_ended, &many) &&
		tasks_run(1, next_task, task_ended, &alone);
	if (!whole) {
		rs->interrupted = !(options.fail_fast && some_failed(rs));
		rs->cut = rs->interrupted ? "interrupted" : "a case failed";
		mark_unfinished(rs, &many, rs->cut);
		mark_unfinished(rs, &alone, rs->cut);
	}
	free(many.v);
	free(alone.v);
	return whole;
}

static bool go_on(const struct results *rs, int64_t done)
{
	if (options.until_fail && some_failed(rs))
		return false;
	if (options.repeat > 0)
		return done < options.repeat;
	return options.until_fail || done < 1;
}

void plan_run(struct results *rs)
{
	int64_t start = now_ns();
	int64_t done = 0;
	size_t runs = 1; /* stops --until-fail if there is nothing to run */
	bool whole = true;

	make_results(rs);
	while (whole && runs > 0 && go_on(rs, done))
		whole = repetition(rs, ++done, &runs);
	rs->seconds = (double)(now_ns() - start) / 1e9;
	results_settle(rs);
}
