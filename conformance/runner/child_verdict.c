/*
 * child_verdict.c - one case, from CUnit's registry to CUnit's verdict.
 *
 * Every case linked in is registered: suite = area, test = id, all with the
 * one function run_case().  CUnit's assertions may be used by a single thread
 * only and longjmp, so goroutines never come near them: bodies record (see
 * check.c), and run_case() asserts on the thread that called run(), after
 * run() has returned.  CUnit's own front ends would write to the case's
 * stdout and are not used.
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <stdio.h>

#include "caselist.h"
#include "child_internal.h"

static const struct testcase *current;
static int run_status;

static void start_body(void *arg)
{
	(void)arg;
	current->body();
}

static void assert_that(bool ok, const char *what)
{
	CU_assertImplementation(ok, (unsigned)current->line, what,
				current->file, "", CU_FALSE);
}

static void run_case(void)
{
	struct assay_run_options options = {
		.size = sizeof(options),
		.procs = case_run.procs,
		.flags = case_run.virtual_time ? ASSAY_RUN_VIRTUAL_TIME : 0,
		.seed = case_run.seed};

	if ((current->flags & CASE_OUTSIDE) != 0)
		current->body();
	else
		run_status = rt->core->run(start_body, NULL, &options);
	assert_that(run_status == ASSAY_OK, "core->run() == ASSAY_OK");
	assert_that(case_failures() == 0, "all checks of the body");
}

static bool register_case(const struct testcase *tc)
{
	char id[CASE_ID_MAX], area[4];
	CU_pSuite suite;

	case_id(tc, id);
	snprintf(area, sizeof(area), "%.2s", tc->row);
	suite = CU_get_suite(area);
	if (suite == NULL)
		suite = CU_add_suite(area, NULL, NULL);
	return suite != NULL && CU_add_test(suite, id, run_case) != NULL;
}

static bool register_all(void)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return false;
	for (size_t i = 0; i < case_count(); i++)
		if (!register_case(case_at(i)))
			return false;
	return true;
}

/* Runs the case's test; false if CUnit itself failed. */
static bool run_registered(const struct testcase *tc)
{
	char id[CASE_ID_MAX], area[4];
	CU_pSuite suite;
	CU_pTest test;

	case_id(tc, id);
	snprintf(area, sizeof(area), "%.2s", tc->row);
	suite = CU_get_suite(area);
	test = suite == NULL ? NULL : CU_get_test(suite, id);
	if (test == NULL)
		return false;
	CU_set_error_action(CUEA_IGNORE);
	return CU_run_test(suite, test) == CUE_SUCCESS;
}

static int skipped(const char *reason)
{
	case_line("skip", reason);
	return CHILD_SKIPPED;
}

static int verdict(unsigned failures)
{
	if (run_status == ASSAY_ENOTSUP)
		return skipped(case_run.virtual_time
				       ? "needs virtual time"
				       : "core->run: not supported");
	if (run_status != ASSAY_OK) {
		char text[96];

		snprintf(text, sizeof(text), "core->run() returned %d (%s)",
			 run_status, assay_status_text(run_status));
		case_line("fail", text);
	}
	case_line("done", "");
	if (current->ends.declared)
		return CHILD_PASSED; /* main returned; the runner judges */
	return failures == 0 ? CHILD_PASSED : CHILD_FAILED;
}

int verdict_of(const struct testcase *tc)
{
	unsigned failures;

	current = tc;
	rt = &case_run.tables->rt;
	ext = &case_run.tables->ext;
	if (!register_all() || !run_registered(tc)) {
		child_complain("CUnit: %s", CU_get_error_msg());
		return CHILD_UNUSABLE;
	}
	failures = CU_get_number_of_failures();
	return verdict(failures);
}
