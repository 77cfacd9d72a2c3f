/*
 * main.c - the conformance runner.  If its first argument is LOADER_FLAG, it is
 * instead the child that loads a runtime from a shared object.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "human.h"
#include "options.h"
#include "outfile.h"
#include "progress.h"
#include "reports.h"
#include "runner.h"
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

static void write_reports(struct wanted *w, size_t n, const struct results *rs)
{
	for (size_t i = 0; i < n; i++) {
		struct text t;
		char *data;

		if (w[i].path == NULL)
			continue;
		text_begin(&t);
		w[i].make(t.f, rs);
		data = text_end(&t);
		outfile_commit(&w[i].file, data, t.len);
		free(data);
	}
}

static int status_of(const struct results *rs)
{
	struct totals t = results_totals(rs, rs->nruntimes);

	if (rs->cut != NULL)
		complain("%s: %zu of %zu cases were not run to the end",
			 rs->cut, rs->unfinished, rs->nruntimes * rs->nentries);
	if (rs->interrupted)
		return EXIT_INTERRUPTED;
	if (t.failed > 0)
		return EXIT_SOME_FAILED;
	if (t.passed + t.known > 0 || options.shards > 0)
		return EXIT_OK;
	complain("nothing was judged: all cases were skipped");
	return EXIT_NOTHING;
}

/*
 * Dies if the known failures would be of several runtimes, or would replace a
 * file: reasons stand in it that someone wrote.
 */
static void check_new_expectations(const struct results *rs)
{
	const char *path = options.write_expectations;

	if (path == NULL)
		return;
	if (rs->nruntimes != 1)
		die("--write-expectations is for one runtime at a time");
	if (access(path, F_OK) == 0)
		die("--write-expectations: %s is there already", path);
}

static int run_cases(void)
{
	struct wanted wanted[] = {
		{options.junit, report_junit, {0}},
		{options.json, report_json, {0}},
		{options.write_expectations, report_expectations, {0}},
		{options.last, report_last, {0}}};
	size_t nwanted = sizeof(wanted) / sizeof(wanted[0]);
	static struct results rs; /* kept until the process ends */

	rs.matched = select_entries(&rs.entries, &rs.nentries, &rs.before);
	if (rs.matched == 0)
		return EXIT_NOTHING;
	/* Signals are not blocked yet: to open a pipe waits for its reader. */
	open_reports(wanted, nwanted);
	settings_init();
	tasks_init();
	runtimes_open(&rs.runtimes, &rs.nruntimes);
	check_new_expectations(&rs);
	if (!options.tap)
		human_head(&rs);
	plan_run(&rs);
	progress_clear();
	if (options.tap)
		report_tap(stdout, &rs);
	else
		human_report(&rs);
	if (options.rerun != NULL && rs.cut != NULL)
		nwanted--; /* a rerun that was cut short changes nothing */
	write_reports(wanted, nwanted, &rs);
	return status_of(&rs);
}

static int list(void)
{
	const struct entry **entries;
	struct failures failed = {0};
	size_t n;
	int status;

	select_entries(&entries, &n, &failed);
	status = list_cases(entries, n);
	free(entries);
	return status;
}

static int merge(void)
{
	struct strings shards = {options.files.v + 1, options.files.n - 1};

	return merge_reports(options.files.v[0], &shards);
}

static int run_mode(void)
{
	switch (options.mode) {
	case MODE_LIST:
		return list();
	case MODE_CASES:
		return print_asked();
	case MODE_EXPLAIN:
		return explain_all(&options.explain);
	case MODE_COVERAGE:
		return coverage_print();
	case MODE_CHECK:
		return coverage_check();
	case MODE_DEBUG:
		return debug_case();
	case MODE_DIFF:
		return diff_reports(options.files.v[0], options.files.v[1]);
	case MODE_MERGE:
		return merge();
	case MODE_RUN:
		break;
	}
	return run_cases();
}

/*
 * Opens standard files that are closed; else a report or a child's pipe would
 * get their numbers.
 */
static void open_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			exit(EXIT_HARNESS);
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && strcmp(argv[1], LOADER_FLAG) == 0)
		return loader_main(argc, argv);
	open_standard_files();
	options_parse(argc, argv);
	registry_load();
	if (options.mode != MODE_CHECK && registry.problems.n > 0)
		die("%s", registry.problems.v[0]);
	status = run_mode();
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_OK)
		die("cannot write to standard output");
	return status;
}
