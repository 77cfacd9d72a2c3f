/*
 * child_verdict.c - runs one case, from CUnit's registry to CUnit's verdict.
 *
 * Every case linked in is registered: suite = area, test = id, all with the one
 * function run_case().  CUnit's assertions longjmp and work on a single thread
 * only, so goroutines never call them.  Bodies record their checks (check.c),
 * and run_case() asserts on the thread that called run(), after run() has
 * returned.  CUnit's own front ends are not used: they write to the case's
 * stdout.
 *
 * Every step goes into the ledger.  A step out of turn is a failed check.
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../cases/kit/caller.h"
#include "../cases/kit/ledger.h"
#include "caselist.h"
#include "child_internal.h"

static const struct testcase *current;
static int run_status;
static struct caller caller;

static enum ledger_stage stage(void)
{
	/* pairs with ledger_step() */
	return (enum ledger_stage)atomic_load_explicit(&ledger->stage,
						       memory_order_acquire);
}

static bool in_own_process(void)
{
	return atomic_load_explicit(&ledger->pid, memory_order_relaxed) ==
	       getpid();
}

/* Returns what the runtime did wrong, if the step to `to` is out of turn. */
static const char *out_of_turn(enum ledger_stage to)
{
	enum ledger_stage at = stage();

	if (!in_own_process())
		return "core->run() went on in another process";
	if (to == LEDGER_BEGAN && at < LEDGER_RETURNED)
		return "core->run() called main twice";
	if (to == LEDGER_RETURNED && at == LEDGER_CALLED)
		return "core->run() returned and had not called main";
	if (to == LEDGER_RETURNED && at == LEDGER_BEGAN)
		return "core->run() returned before main did";
	return "core->run() returned twice, or main ran on after it";
}

static bool step(enum ledger_stage from, enum ledger_stage to)
{
	return ledger_step(from, to) ||
	       check_ok(false, current->file, current->line, "%s",
			out_of_turn(to));
}

/*
 * True if core->run() has returned before main did; records that failure.  Main
 * checks it before it goes on: main may end the process before the thread of
 * run() can record anything.
 */
static bool left_early(void)
{
	return caller_let_return(&caller) &&
	       !check_ok(false, current->file, current->line,
			 "core->run() returned before main did");
}

static void start_body(void *arg)
{
	(void)arg;
	if (!step(LEDGER_CALLED, LEDGER_BEGAN))
		return;
	if (left_early())
		return;
	current->body();
	if (left_early())
		return;
	step(LEDGER_BEGAN, LEDGER_ENDED);
}

static void assert_that(bool ok, const char *what)
{
	CU_assertImplementation(ok, (unsigned)current->line, what,
				current->file, "", CU_FALSE);
}

/*
 * True if run() says that it is not supported.  It cannot say so once it has
 * called main.
 */
static bool unsupported(void)
{
	return run_status == ASSAY_ENOTSUP && stage() == LEDGER_CALLED;
}

static struct assay_run_options options_of_run(void)
{
	return (struct assay_run_options){
		.size = sizeof(struct assay_run_options),
		.procs = case_run.procs,
		.flags = case_run.virtual_time ? ASSAY_RUN_VIRTUAL_TIME : 0,
		.seed = case_run.seed,
		.schedule = case_run.schedule};
}

static void run_case(void)
{
	struct assay_run_options options = options_of_run();

	caller_enter(&caller);
	step(LEDGER_NEW, LEDGER_CALLED);
	if ((current->flags & CASE_OUTSIDE) != 0)
		start_body(NULL);
	else
		run_status = rt->core->run(start_body, NULL, &options);
	caller_leave(&caller);
	if (run_status == ASSAY_OK)
		step(LEDGER_ENDED, LEDGER_RETURNED);
	else if (!unsupported())
		check_ok(false, current->file, current->line,
			 "core->run() returned %d (%s)", run_status,
			 assay_status_text(run_status));
	assert_that(run_status == ASSAY_OK, "core->run() == ASSAY_OK");
	assert_that(case_failures() == 0, "all checks of the body");
}

static bool register_case(const struct testcase *tc)
{
	char id[CASE_ID_MAX], area[CASE_ID_MAX];
	CU_pSuite suite;

	case_id(tc, id);
	snprintf(area, sizeof(area), "%.*s", (int)strcspn(tc->row, "_"),
		 tc->row);
	suite = CU_get_suite(area);
	if (suite == NULL)
		suite = CU_add_suite(area, NULL, NULL);
	return suite != NULL && CU_add_test(suite, id, run_case) != NULL;
}

/* A program of GoKer is registered only to be run. */
static bool register_all(void)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return false;
	if (is_goker(current) && !register_case(current))
		return false;
	for (size_t i = 0; i < case_count(); i++)
		if (!register_case(case_at(i)))
			return false;
	return true;
}

/* Runs the case's test.  False if CUnit itself failed. */
static bool run_registered(const struct testcase *tc)
{
	char id[CASE_ID_MAX], area[CASE_ID_MAX];
	CU_pSuite suite;
	CU_pTest test;

	case_id(tc, id);
	snprintf(area, sizeof(area), "%.*s", (int)strcspn(tc->row, "_"),
		 tc->row);
	suite = CU_get_suite(area);
	test = suite == NULL ? NULL : CU_get_test(suite, id);
	if (test == NULL)
		return false;
	CU_set_error_action(CUEA_IGNORE);
	return CU_run_test(suite, test) == CUE_SUCCESS;
}

static int skipped(const char *reason)
{
	atomic_store_explicit(&ledger->skipped, true, memory_order_relaxed);
	case_line("skip", reason);
	return CHILD_SKIPPED;
}

static int verdict(unsigned failures)
{
	if (unsupported())
		return skipped(case_run.virtual_time
				       ? "needs virtual time"
				       : "core->run: not supported");
	case_line("done", "");
	if (current->ends.declared)
		return CHILD_PASSED; /* main returned; the runner judges */
	return failures == 0 ? CHILD_PASSED : CHILD_FAILED;
}

static void start_bare(void *arg)
{
	(void)arg;
	current->body();
}

/*
 * Runs the program for goro-explore, which judges by how the process ends.  It
 * forks in run(), which the ledger would take for a second start.
 */
static int run_explored(void)
{
	struct assay_run_options options = options_of_run();

	return rt->core->run(start_bare, NULL, &options) == ASSAY_OK
		       ? CHILD_PASSED
		       : CHILD_UNUSABLE;
}

static int run_judged(void)
{
	if (!run_registered(current)) {
		child_complain("CUnit: %s", CU_get_error_msg());
		return CHILD_UNUSABLE;
	}
	return verdict(CU_get_number_of_failures());
}

int verdict_of(const struct testcase *tc)
{
	current = case_run.tc = tc;
	rt = &case_run.tables->rt;
	ext = &case_run.tables->ext;
	if (is_goker(tc) && getenv("GOKER_EXPLORED") != NULL)
		return run_explored();
	if (!register_all()) {
		child_complain("CUnit: %s", CU_get_error_msg());
		return CHILD_UNUSABLE;
	}
	/* How such a case must end only the runner can tell. */
	if (!tc->ends.declared)
		look_ahead(run_judged);
	return run_judged();
}
