/*
 * main.c - the conformance runner.  It is also the child that loads a runtime
 * from a shared object, when its first argument says so.
 */
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "explain.h"
#include "human.h"
#include "loader.h"
#include "options.h"
#include "outfile.h"
#include "plan.h"
#include "progress.h"
#include "reports.h"
#include "settings.h"
#include "task.h"

typedef void (*report)(FILE *f, const struct results *rs);

struct wanted {
	const char *path; /* NULL: not wanted */
	report make;
	struct outfile file;
};

static void open_reports(struct wanted *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (w[i].path != NULL)
			w[i].file = outfile_open(w[i].path);
}

static void close_reports(struct wanted *w, size_t n, const struct results *rs)
{
	for (size_t i = 0; i < n; i++) {
		if (w[i].path == NULL)
			continue;
		if (rs == NULL) {
			outfile_drop(&w[i].file);
			continue;
		}
		w[i].make(w[i].file.f, rs);
		outfile_commit(&w[i].file);
	}
}

static int run_cases(void)
{
	struct wanted wanted[] = {{options.junit, report_junit, {0}},
				  {options.json, report_json, {0}}};
	size_t nwanted = sizeof(wanted) / sizeof(wanted[0]);
	static struct results rs; /* to the end of the process */

	plan_select(&rs.entries, &rs.nentries);
	if (rs.nentries == 0) {
		complain("no case matches");
		return EXIT_NOTHING;
	}
	settings_init();
	tasks_init();
	runtimes_open(&rs.runtimes, &rs.nruntimes);
	open_reports(wanted, nwanted);
	if (!options.tap)
		human_head(&rs);
	if (!plan_run(&rs)) {
		progress_clear();
		close_reports(wanted, nwanted, NULL);
		complain("interrupted");
		return EXIT_INTERRUPTED;
	}
	if (options.tap)
		report_tap(stdout, &rs);
	else
		human_report(&rs);
	close_reports(wanted, nwanted, &rs);
	return results_totals(&rs, rs.nruntimes).failed > 0 ? EXIT_SOME_FAILED
							    : EXIT_OK;
}

static int list(void)
{
	const struct entry **entries;
	size_t n;
	int status;

	plan_select(&entries, &n);
	status = list_cases(entries, n);
	free(entries);
	return status;
}

static int run_mode(void)
{
	switch (options.mode) {
	case MODE_LIST:
		return list();
	case MODE_EXPLAIN:
		return explain_all(&options.explain);
	case MODE_COVERAGE:
		return coverage_print();
	case MODE_CHECK:
		return coverage_check();
	case MODE_RUN:
		break;
	}
	return run_cases();
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && strcmp(argv[1], LOADER_FLAG) == 0)
		return loader_main(argc, argv);
	options_parse(argc, argv);
	registry_load();
	if (options.mode != MODE_CHECK && registry.problems.n > 0)
		die("%s", registry.problems.v[0]);
	status = run_mode();
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_OK)
		die("cannot write to standard output");
	return status;
}
