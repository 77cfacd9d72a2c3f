/* child.c - the arguments of child.h, for the runner and for hosts. */
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../litmus/litmus.h"
#include "caselist.h"
#include "child_internal.h"

struct child_args {
	bool describe, goker;
	const char *id, *litmus;
};

static bool whole(const char *text, int base, long long least, long long most,
		  long long *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, base);
	return errno == 0 && end != text && *end == '\0' && *out >= least &&
	       *out <= most;
}

static bool scale(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out > 0 && *out < 1e6;
}

static bool take_value(const char *name, const char *value,
		       struct child_args *args)
{
	long long n;

	if (strcmp(name, "--assay-case") == 0) {
		args->id = value;
		return true;
	}
	if (strcmp(name, "--assay-litmus") == 0) {
		args->litmus = value;
		return true;
	}
	if (strcmp(name, "--procs") == 0 && whole(value, 10, 0, 4096, &n)) {
		case_run.procs = (int)n;
		return true;
	}
	if (strcmp(name, "--seed") == 0 && whole(value, 10, 0, INT64_MAX, &n)) {
		case_run.seed = (uint64_t)n;
		return true;
	}
	if (strcmp(name, "--schedule") == 0 &&
	    whole(value, 10, 0, INT64_MAX, &n)) {
		case_run.schedule = (uint64_t)n;
		return true;
	}
	if (strcmp(name, "--schedules") == 0 &&
	    whole(value, 10, 1, INT32_MAX, &n)) {
		case_run.schedules = (int)n;
		return true;
	}
	return strcmp(name, "--time-scale") == 0 &&
	       scale(value, &case_run.time_scale);
}

static bool parse(int argc, char **argv, struct child_args *args)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--assay-describe") == 0) {
			args->describe = true;
			continue;
		}
		if (strcmp(argv[i], "--assay-goker") == 0) {
			args->goker = true;
			continue;
		}
		if (i + 1 >= argc || !take_value(argv[i], argv[i + 1], args)) {
			child_complain("child: wrong argument %s%s%s", argv[i],
				       i + 1 < argc ? " " : "",
				       i + 1 < argc ? argv[i + 1] : "");
			return false;
		}
		i++;
	}
	if (args->describe || args->goker || args->id != NULL ||
	    args->litmus != NULL)
		return true;
	child_complain("child: needs --assay-describe or --assay-case ID; "
		       "the conformance runner starts it");
	return false;
}

static bool take_environment(void)
{
	const char *fd = getenv("ASSAY_RESULT_FD");
	const char *test_scale = getenv("ASSAY_TEST_SCALE");
	long long n;

	if (fd != NULL) {
		if (!whole(fd, 10, 0, 1 << 20, &n)) {
			child_complain("child: wrong ASSAY_RESULT_FD=%s", fd);
			return false;
		}
		case_run.result_fd = (int)n;
	}
	if (test_scale != NULL && !scale(test_scale, &case_run.test_scale)) {
		child_complain("child: wrong ASSAY_TEST_SCALE=%s", test_scale);
		return false;
	}
	return true;
}

int assay_child_main_ext(int argc, char **argv,
			 const struct assay_runtime *runtime,
			 const struct assay_runtime_ext *ext_table)
{
	struct child_args args = {0};
	const struct testcase *tc;

	if (!parse(argc, argv, &args) || !take_environment())
		return CHILD_UNUSABLE;
	case_run.tables = table_normalise(runtime, ext_table);
	if (case_run.tables == NULL)
		return CHILD_UNUSABLE;
	if (args.describe) {
		describe(case_run.tables);
		return CHILD_PASSED;
	}
	if (args.goker) {
		describe_goker();
		return CHILD_PASSED;
	}
	if (args.litmus != NULL) {
		rt = &case_run.tables->rt;
		return litmus_main(args.litmus);
	}
	tc = case_find(args.id);
	if (tc == NULL) {
		child_complain("child: no case %s", args.id);
		return CHILD_UNUSABLE;
	}
	table_show_only_needs(tc);
	if (!is_goker(tc))
		table_watch(tc);
	case_run.virtual_time = (tc->flags & CASE_VIRTUAL_TIME) != 0;
	return verdict_of(tc);
}

int assay_child_main(int argc, char **argv, const struct assay_runtime *runtime)
{
	return assay_child_main_ext(argc, argv, runtime, NULL);
}
