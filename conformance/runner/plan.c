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

#include "../cases/kit/ledger.h"
#include "child.h"
#include "options.h"
#include "progress.h"
#include "settings.h"

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

/* ---- jobs --------------------------------------------------------------- */

static bool asks_for(const struct testcase *tc, int procs)
{
	for (size_t i = 0; i < sizeof(tc->procs) / sizeof(tc->procs[0]); i++)
		if (tc->procs[i] == procs)
			return true;
	return tc->procs[0] == 0;
}

static bool has_procs(const struct runtime *r, int procs)
{
	return procs == 1 || (r->traits & ASSAY_TRAIT_SEVERAL_PS) != 0;
}

/* Adds one run. seed is the index of its seed in this repetition, from 0. */
static struct run *add_job(struct jobs *jobs, struct result *r, int procs,
			   int64_t repetition, uint64_t seed)
{
	struct run *run = take_zeroed(1, sizeof(*run));

	run->procs = procs;
	run->repetition = repetition;
	run->seed = seed_after(options.seed,
			       (uint64_t)repetition - 1 + seed * SEED_STEP);
	jobs->v = grow(jobs->v, jobs->n + 1, sizeof(*jobs->v));
	jobs->v[jobs->n++] = (struct job){r, run};
	return run;
}

/*
 * Writes the numbers of procs that a case runs at on its runtime to out.
 * Returns how many they are.
 */
static size_t procs_of(const struct result *r, int out[PROCS_MAX])
{
	const struct testcase *tc = r->entry->tc;
	size_t n = 0;

	if ((tc->flags & CASE_DEFAULT_PROCS) != 0) {
		out[0] = 0;
		return 1;
	}
	for (size_t i = 0; i < options.nprocs; i++)
		if (asks_for(tc, options.procs[i]) &&
		    has_procs(r->runtime, options.procs[i]))
			out[n++] = options.procs[i];
	return n;
}

/*
 * Under exploration there is one run, which makes as many of the schedules that
 * are left as it has time for, and none after one that failed.
 */
static void add_schedules(struct jobs *jobs, struct result *r)
{
	int64_t done = (int64_t)result_runs(r);
	struct run *run;

	if (r->worst != NULL || done >= options.explore)
		return;
	run = add_job(jobs, r, 1, done + 1, 0);
	run->schedule = (uint64_t)(options.schedule + done);
	run->schedules = options.explore - done;
}

/* Counts the schedules that the child has passed over. */
static void count_ahead(struct result *r, struct run *run,
			const struct ledger *l)
{
	int64_t ahead = atomic_load(&l->ahead);

	if (ahead <= 0 || ahead >= run->schedules)
		return;
	run->repetition += ahead;
	run->schedule += (uint64_t)ahead;
	run->seed = seed_after(run->seed, (uint64_t)ahead);
	r->dropped += (size_t)ahead;
}

/*
 * Returns how many runs a case has in a repetition.  In a stochastic row each
 * run has its own seed and there are at least SEEDS, so numbers of procs may
 * repeat.
 */
static size_t runs_of(const struct result *r, size_t nprocs)
{
	const struct row *row = r->entry->row;

	if (row != NULL && row->stochastic && nprocs > 0 && nprocs < SEEDS)
		return SEEDS;
	return nprocs;
}

/* Adds the i-th run of a case.  False if there is none. */
static bool add_run(struct jobs *jobs, struct result *r, int64_t repetition,
		    size_t i)
{
	const struct row *row = r->entry->row;
	int procs[PROCS_MAX];
	size_t n = procs_of(r, procs);

	if (r->skipped != NULL || i >= runs_of(r, n))
		return false;
	add_job(jobs, r, procs[i % n], repetition,
		row != NULL && row->stochastic ? i : 0);
	return true;
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

/* Adds the i-th run of each case.  False if none has so many. */
static bool add_runs(struct jobs *jobs, struct results *rs, bool alone,
		     int64_t repetition, size_t i)
{
	bool added = false;

	for (size_t k = 0; k < rs->nentries; k++)
		for (size_t of = 0; of < rs->nruntimes; of++) {
			struct result *r = result_at(rs, of, k);

			if (alone != ((r->entry->tc->flags & CASE_ALONE) != 0))
				continue;
			if (options.explore == 0)
				added |= add_run(jobs, r, repetition, i);
			else if (i == 0 && r->skipped == NULL)
				add_schedules(jobs, r);
		}
	return added;
}

/* First the first run of each case, then the second: see next_task(). */
static struct jobs make_jobs(struct results *rs, bool alone, int64_t repetition)
{
	struct jobs jobs = {0};
	size_t i = 0;

	while (add_runs(&jobs, rs, alone, repetition, i))
		i++;
	if (options.shuffle)
		shuffle(&jobs, options.shuffle_seed + (uint64_t)repetition);
	return jobs;
}

/* ---- children ----------------------------------------------------------- */

/*
 * Gives the next run.  A case that has hung is not run again in its repetition:
 * a hang costs its time-out once.
 */
static bool next_task(void *context, struct task *out)
{
	struct jobs *jobs = context;
	struct job *job;

	do {
		if (jobs->next == jobs->n)
			return false;
		job = &jobs->v[jobs->next++];
	} while (job->result->hung == job->run->repetition);
	*out = start_of(job->result, job->run);
	out->owner = job;
	progress_started(job->result, job->run);
	return true;
}

/* Judges one run.  False if it failed unexpectedly under --fail-fast. */
static bool task_ended(void *context, const struct task *task,
		       struct task_end *end)
{
	struct job *job = task->owner;
	bool failed;

	(void)context;
	start_free(task);
	count_ahead(job->result, job->run, end->ledger);
	judge(job->run, job->result->entry->tc,
	      strings_have(&job->result->runtime->twins,
			   job->result->entry->id),
	      end);
	if (job->run->verdict == RUN_TIMEOUT)
		job->result->hung = job->run->repetition;
	failed = run_failed(job->run);
	result_add(job->result, job->run);
	progress_ended(job->result, job->run);
	job->run = result_keep(job->result);
	return !options.fail_fast || !failed ||
	       job->result->expectation != NULL;
}

/* ---- the whole ---------------------------------------------------------- */

/* Returns why the case runs at none of the numbers of procs, or NULL. */
static const char *no_procs(const struct result *r)
{
	int procs[PROCS_MAX];

	if (procs_of(r, procs) > 0)
		return NULL;
	for (size_t i = 0; i < options.nprocs; i++)
		if (asks_for(r->entry->tc, options.procs[i]))
			return "needs the trait 'several Ps'";
	return "not at these numbers of procs";
}

static const char *why_not(const struct result *r)
{
	const struct testcase *tc = r->entry->tc;
	char *lacks;

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
	return no_procs(r);
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

		if (job->run != NULL && job->run->ended == NULL &&
		    job->result->hung != job->run->repetition &&
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
