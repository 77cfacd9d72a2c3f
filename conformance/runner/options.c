/* options.c - see options.h. */
#define _GNU_SOURCE
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct options options;

static const char help[] =
	"Usage: conformance [OPTION]... [GLOB]...\n"
	"Runs the conformance cases that match (all of them without a GLOB)\n"
	"on a goroutine-style runtime, each in a process of its own.\n"
	"\n"
	"  --runtime X         a name (goro, pthread, go), a shared object or\n"
	"                      the executable of a host; more than once: "
	"compare\n"
	"  --run GLOB          only cases whose id, row or area matches\n"
	"  --skip GLOB         not those\n"
	"  --procs 1,2,4       the GOMAXPROCS to run each case at\n"
	"  --repeat N          run everything N times\n"
	"  --explore N         each case at one proc under the schedules 1 to "
	"N,"
	"\n"
	"                      up to the first that fails\n"
	"  --schedule K        only under that one\n"
	"  --until-fail        repeat until something fails\n"
	"  --fail-fast         end all at the first unexpected failure\n"
	"  --shuffle[=SEED]    in random order\n"
	"  --seed S            of the cases' random numbers; +1 a repetition\n"
	"  --timeout-scale F   multiply every upper bound of time\n"
	"  --jobs N            cases at the same time\n"
	"  --expectations FILE known failures, instead of the runtime's own\n"
	"  --valgrind          the cases chosen for it, under valgrind\n"
	"\n"
	"  --verbose           a line for every case, and its notes\n"
	"  --table             the tables that cases note: CH-049's of "
	"channel states\n"
	"  --color=WHEN        always, auto or never (--no-color, NO_COLOR)\n"
	"  --tap               TAP on standard output\n"
	"  --junit FILE        also write JUnit XML; - is standard output\n"
	"  --json FILE         also write JSON; - is standard output\n"
	"\n"
	"  --list              the cases that match\n"
	"  --explain ID        what a behaviour says, where, how it is tested\n"
	"  --coverage          behaviours and cases by area and level\n"
	"  --check             hold behaviours and cases against each other\n"
	"  --help              this text\n"
	"\n"
	"Exit status: 0 all passed, 1 some failed or passed unexpectedly,\n"
	"2 wrong usage or a runtime that cannot be used, 3 nothing matched, "
	"or\n"
	"all was skipped, 130 interrupted.\n";

enum {
	OPT_RUNTIME = 256,
	OPT_RUN,
	OPT_SKIP,
	OPT_PROCS,
	OPT_REPEAT,
	OPT_EXPLORE,
	OPT_SCHEDULE,
	OPT_UNTIL_FAIL,
	OPT_FAIL_FAST,
	OPT_SHUFFLE,
	OPT_SEED,
	OPT_TIMEOUT_SCALE,
	OPT_JOBS,
	OPT_EXPECTATIONS,
	OPT_VALGRIND,
	OPT_VERBOSE,
	OPT_TABLE,
	OPT_COLOR,
	OPT_NO_COLOR,
	OPT_TAP,
	OPT_JUNIT,
	OPT_JSON,
	OPT_LIST,
	OPT_EXPLAIN,
	OPT_COVERAGE,
	OPT_CHECK,
	OPT_HELP
};

static const struct option names[] = {
	{"runtime", required_argument, NULL, OPT_RUNTIME},
	{"run", required_argument, NULL, OPT_RUN},
	{"skip", required_argument, NULL, OPT_SKIP},
	{"procs", required_argument, NULL, OPT_PROCS},
	{"repeat", required_argument, NULL, OPT_REPEAT},
	{"explore", required_argument, NULL, OPT_EXPLORE},
	{"schedule", required_argument, NULL, OPT_SCHEDULE},
	{"until-fail", no_argument, NULL, OPT_UNTIL_FAIL},
	{"fail-fast", no_argument, NULL, OPT_FAIL_FAST},
	{"shuffle", optional_argument, NULL, OPT_SHUFFLE},
	{"seed", required_argument, NULL, OPT_SEED},
	{"timeout-scale", required_argument, NULL, OPT_TIMEOUT_SCALE},
	{"jobs", required_argument, NULL, OPT_JOBS},
	{"expectations", required_argument, NULL, OPT_EXPECTATIONS},
	{"valgrind", no_argument, NULL, OPT_VALGRIND},
	{"verbose", no_argument, NULL, OPT_VERBOSE},
	{"table", no_argument, NULL, OPT_TABLE},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"no-color", no_argument, NULL, OPT_NO_COLOR},
	{"tap", no_argument, NULL, OPT_TAP},
	{"junit", required_argument, NULL, OPT_JUNIT},
	{"json", required_argument, NULL, OPT_JSON},
	{"list", no_argument, NULL, OPT_LIST},
	{"explain", required_argument, NULL, OPT_EXPLAIN},
	{"coverage", no_argument, NULL, OPT_COVERAGE},
	{"check", no_argument, NULL, OPT_CHECK},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0}};

static int64_t number(const char *option, const char *text, int64_t least,
		      int64_t most)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < least || n > most)
		die("--%s: '%s' is not a number from %lld to %lld", option,
		    text, (long long)least, (long long)most);
	return n;
}

static double factor(const char *option, const char *text)
{
	char *end;
	double f = strtod(text, &end);

	if (end == text || *end != '\0' || !(f >= 0.01 && f <= 10000))
		die("--%s: '%s' is not a factor from 0.01 to 10000", option,
		    text);
	return f;
}

static void take_procs(const char *text)
{
	char *copy = copy_text(text), *rest = copy;

	options.nprocs = 0;
	for (char *one; (one = strsep(&rest, ",")) != NULL;) {
		if (options.nprocs == PROCS_MAX)
			die("--procs: more than %d numbers", PROCS_MAX);
		options.procs[options.nprocs++] =
			(int)number("procs", one, 1, 1024);
	}
	free(copy);
}

static uint64_t random_seed(void)
{
	uint32_t seed = 1;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint32_t)now_ns();
	return seed % 1000000;
}

static void take_shuffle(const char *text)
{
	options.shuffle = true;
	options.shuffle_seed =
		text == NULL ? random_seed()
			     : (uint64_t)number("shuffle", text, 0, INT64_MAX);
}

static void take_color(const char *text)
{
	if (text == NULL || strcmp(text, "always") == 0)
		options.color = COLOR_ALWAYS;
	else if (strcmp(text, "never") == 0)
		options.color = COLOR_NEVER;
	else if (strcmp(text, "auto") == 0)
		options.color = COLOR_AUTO;
	else
		die("--color: '%s' is not always, auto or never", text);
}

/* Handles options that take a value.  False if this is not one of them. */
static bool take_value(int option, const char *arg)
{
	switch (option) {
	case OPT_RUNTIME:
		strings_add(&options.runtimes, arg);
		return true;
	case OPT_RUN:
		strings_add(&options.run, arg);
		return true;
	case OPT_SKIP:
		strings_add(&options.skip, arg);
		return true;
	case OPT_EXPLAIN:
		options.mode = MODE_EXPLAIN;
		strings_add(&options.explain, arg);
		return true;
	case OPT_PROCS:
		take_procs(arg);
		return true;
	case OPT_REPEAT:
		options.repeat = number("repeat", arg, 1, 1000000);
		return true;
	case OPT_EXPLORE:
		options.explore = number("explore", arg, 1, 1000000);
		return true;
	case OPT_SCHEDULE:
		options.explore = 1;
		options.schedule = number("schedule", arg, 1, INT64_MAX - 1);
		return true;
	case OPT_SHUFFLE:
		take_shuffle(arg);
		return true;
	case OPT_SEED:
		options.seed = (uint64_t)number("seed", arg, 0, INT32_MAX);
		return true;
	case OPT_TIMEOUT_SCALE:
		options.timeout_scale = factor("timeout-scale", arg);
		return true;
	case OPT_JOBS:
		options.jobs = (int)number("jobs", arg, 1, 256);
		return true;
	case OPT_COLOR:
		take_color(arg);
		return true;
	case OPT_EXPECTATIONS:
		options.expectations = arg;
		return true;
	case OPT_JUNIT:
		options.junit = arg;
		return true;
	case OPT_JSON:
		options.json = arg;
		return true;
	default:
		return false;
	}
}

static void take_switch(int option)
{
	switch (option) {
	case OPT_UNTIL_FAIL:
		options.until_fail = true;
		return;
	case OPT_FAIL_FAST:
		options.fail_fast = true;
		return;
	case OPT_VALGRIND:
		options.valgrind = true;
		return;
	case OPT_VERBOSE:
		options.verbose = true;
		return;
	case OPT_TABLE:
		options.table = true;
		return;
	case OPT_NO_COLOR:
		options.color = COLOR_NEVER;
		return;
	case OPT_TAP:
		options.tap = true;
		return;
	case OPT_LIST:
		options.mode = MODE_LIST;
		return;
	case OPT_COVERAGE:
		options.mode = MODE_COVERAGE;
		return;
	case OPT_CHECK:
		options.mode = MODE_CHECK;
		return;
	case OPT_HELP:
		fputs(help, stdout);
		exit(EXIT_OK);
	default:
		return;
	}
}

/*
 * Returns more jobs than there are CPUs: most cases sleep, and a busy CPU makes
 * a case slower, not wrong.
 */
static int default_jobs(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 2 : (int)(cpus + cpus / 2 + 1);
}

static void set_defaults(const char *program)
{
	options = (struct options){.program = program,
				   .procs = {1, 2, 4},
				   .nprocs = 3,
				   .seed = 1,
				   .schedule = 1,
				   .timeout_scale = 1,
				   .jobs = default_jobs()};
}

/* Cuts the last name off the path; returns "." if there is no other. */
static const char *folder(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	slash[slash == path] = '\0';
	return path;
}

/*
 * True if both paths name one file.  The file need not exist yet, only its
 * directory.
 */
static bool same_file(const char *a, const char *b)
{
	char *dirs[2] = {copy_text(a), copy_text(b)};
	const char *bases[2] = {basename(a), basename(b)};
	struct stat x, y;
	bool same = strcmp(a, b) == 0;

	if (!same && stat(a, &x) == 0 && stat(b, &y) == 0)
		same = S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
		       x.st_ino == y.st_ino;
	else if (!same && strcmp(bases[0], bases[1]) == 0)
		same = stat(folder(dirs[0]), &x) == 0 &&
		       stat(folder(dirs[1]), &y) == 0 && x.st_dev == y.st_dev &&
		       x.st_ino == y.st_ino;
	free(dirs[0]);
	free(dirs[1]);
	return same;
}

/* Dies if two reports would go to the same place. */
static void check_reports(void)
{
	const char *json = options.json, *junit = options.junit;

	if (json != NULL && junit != NULL && same_file(json, junit))
		die("--json and --junit both go to %s", json);
	if (options.tap && ((json != NULL && strcmp(json, "-") == 0) ||
			    (junit != NULL && strcmp(junit, "-") == 0)))
		die("--tap goes to standard output, and so would -");
}

/* Under exploration a repetition is a schedule, and there is one proc. */
static void set_explored(void)
{
	if (options.explore == 0)
		return;
	if (options.repeat > 0 || options.until_fail)
		die("--explore repeats by itself: not with --repeat or "
		    "--until-fail");
	options.repeat = options.explore;
	options.procs[0] = 1;
	options.nprocs = 1;
}

void options_parse(int argc, char **argv)
{
	int option;

	set_defaults(argc > 0 ? argv[0] : "conformance");
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", names, NULL)) != -1) {
		if (option == ':')
			die("%s needs a value (see --help)", argv[optind - 1]);
		if (option == '?' && optopt > 0 && optopt < OPT_RUNTIME)
			die("unknown option -%c (see --help)", optopt);
		if (option == '?')
			die("unknown option %s (see --help)", argv[optind - 1]);
		if (!take_value(option, optarg))
			take_switch(option);
	}
	for (; optind < argc; optind++)
		strings_add(&options.run, argv[optind]);
	set_explored();
	check_reports();
}
