/* options.c - see options.h. */
#define _GNU_SOURCE
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "outfile.h"

struct options options;

static const char help[] =
	"Usage: conformance [OPTION]... [GLOB]...\n"
	"       conformance diff A.json B.json\n"
	"       conformance merge OUT.json SHARD.json...\n"
	"Runs the conformance cases that match (all of them without a GLOB)\n"
	"on a goroutine-style runtime, each in a process of its own.\n"
	"\n"
	"  --runtime X         a name (goro, pthread, go), a shared object or\n"
	"                      the executable of a host; more than once: "
	"compare\n"
	"  --run GLOB          only cases whose id, row or area matches\n"
	"  --skip GLOB         not those\n"
	"  --level L           only rows of this level: core, ext, ext:CAP, "
	"C-only\n"
	"  --profile NAME      only rows of this profile, as core or 1.0/core\n"
	"  --rerun-failed[=F]  only cases that failed in the report F, or the "
	"last\n"
	"  --last FILE         what --rerun-failed reads, written after each "
	"run\n"
	"  --shard K/N         of these, every N-th from the K-th\n"
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
	"  --write-expectations[=FILE]\n"
	"                      what the known failures are after this run; a "
	"new FILE\n"
	"                      (expectations.new)\n"
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
	"  --debug ID          one case by hand, also under gdb: nothing is "
	"captured\n"
	"  --list              the cases that match\n"
	"  --cases             what each case asks for, as cases.tsv has it\n"
	"  --explain ID        what a behaviour says, where, how it is tested\n"
	"  --coverage          behaviours and cases by area and level\n"
	"  --check             hold behaviours and cases against each other\n"
	"  diff                what got worse, better, new or gone: 1 if any "
	"did\n"
	"  merge               one report of those of all shards\n"
	"  --version           the version of the suite\n"
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
	OPT_LEVEL,
	OPT_PROFILE,
	OPT_RERUN_FAILED,
	OPT_LAST,
	OPT_SHARD,
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
	OPT_WRITE_EXPECTATIONS,
	OPT_VALGRIND,
	OPT_VERBOSE,
	OPT_TABLE,
	OPT_COLOR,
	OPT_NO_COLOR,
	OPT_TAP,
	OPT_JUNIT,
	OPT_JSON,
	OPT_DEBUG,
	OPT_LIST,
	OPT_CASES,
	OPT_EXPLAIN,
	OPT_COVERAGE,
	OPT_CHECK,
	OPT_VERSION,
	OPT_HELP
};

static const struct option names[] = {
	{"runtime", required_argument, NULL, OPT_RUNTIME},
	{"run", required_argument, NULL, OPT_RUN},
	{"skip", required_argument, NULL, OPT_SKIP},
	{"level", required_argument, NULL, OPT_LEVEL},
	{"profile", required_argument, NULL, OPT_PROFILE},
	{"rerun-failed", optional_argument, NULL, OPT_RERUN_FAILED},
	{"last", required_argument, NULL, OPT_LAST},
	{"shard", required_argument, NULL, OPT_SHARD},
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
	{"write-expectations", optional_argument, NULL, OPT_WRITE_EXPECTATIONS},
	{"valgrind", no_argument, NULL, OPT_VALGRIND},
	{"verbose", no_argument, NULL, OPT_VERBOSE},
	{"table", no_argument, NULL, OPT_TABLE},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"no-color", no_argument, NULL, OPT_NO_COLOR},
	{"tap", no_argument, NULL, OPT_TAP},
	{"junit", required_argument, NULL, OPT_JUNIT},
	{"json", required_argument, NULL, OPT_JSON},
	{"debug", required_argument, NULL, OPT_DEBUG},
	{"list", no_argument, NULL, OPT_LIST},
	{"cases", no_argument, NULL, OPT_CASES},
	{"explain", required_argument, NULL, OPT_EXPLAIN},
	{"coverage", no_argument, NULL, OPT_COVERAGE},
	{"check", no_argument, NULL, OPT_CHECK},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0}};

static int64_t number(const char *option, const char *text, int64_t least,
		      int64_t most)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || !isdigit((unsigned char)*text) || *end != '\0' ||
	    n < least || n > most)
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
	options.own_procs = true;
	for (char *one; (one = strsep(&rest, ",")) != NULL;) {
		if (options.nprocs == PROCS_MAX)
			die("--procs: more than %d numbers", PROCS_MAX);
		options.procs[options.nprocs++] =
			(int)number("procs", one, 1, 1024);
	}
	free(copy);
}

/* Takes K/N. */
static void take_shard(const char *text)
{
	char *copy = copy_text(text), *slash = strchr(copy, '/');

	if (slash == NULL)
		die("--shard: '%s' is not K/N", text);
	*slash = '\0';
	options.shards = (int)number("shard", slash + 1, 1, SHARDS_MAX);
	options.shard = (int)number("shard", copy, 1, options.shards);
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

/* Dies if something else was asked for, or a second case to debug. */
static void set_mode(enum mode mode)
{
	if (options.mode == mode ? mode == MODE_DEBUG
				 : options.mode != MODE_RUN)
		die("one thing at a time: --debug ID, --list, --cases, "
		    "--explain ID, --coverage or --check");
	options.mode = mode;
}

/* Handles options that say which cases.  False if this is not one of them. */
static bool take_filter(int option, const char *arg)
{
	switch (option) {
	case OPT_RUN:
		strings_add(&options.run, arg);
		return true;
	case OPT_SKIP:
		strings_add(&options.skip, arg);
		return true;
	case OPT_LEVEL:
		strings_add(&options.levels, arg);
		return true;
	case OPT_PROFILE:
		strings_add(&options.profiles, arg);
		return true;
	case OPT_RERUN_FAILED:
		options.rerun = arg == NULL ? "" : arg;
		return true;
	case OPT_SHARD:
		take_shard(arg);
		return true;
	case OPT_EXPLAIN:
		set_mode(MODE_EXPLAIN);
		strings_add(&options.explain, arg);
		return true;
	case OPT_DEBUG:
		set_mode(MODE_DEBUG);
		options.debug = arg;
		return true;
	default:
		return false;
	}
}

/* Handles others that take a value.  False if this is not one of them. */
static bool take_value(int option, const char *arg)
{
	switch (option) {
	case OPT_RUNTIME:
		strings_add(&options.runtimes, arg);
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
		options.schedule = number("schedule", arg, 1, INT64_MAX - 1);
		return true;
	case OPT_SHUFFLE:
		take_shuffle(arg);
		return true;
	case OPT_SEED:
		options.seed = (uint64_t)number("seed", arg, 0, INT64_MAX);
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
	case OPT_WRITE_EXPECTATIONS:
		options.write_expectations =
			arg == NULL ? "expectations.new" : arg;
		return true;
	case OPT_LAST:
		options.last = arg;
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
		set_mode(MODE_LIST);
		return;
	case OPT_CASES:
		set_mode(MODE_CASES);
		return;
	case OPT_COVERAGE:
		set_mode(MODE_COVERAGE);
		return;
	case OPT_CHECK:
		set_mode(MODE_CHECK);
		return;
	case OPT_VERSION:
		fputs(suite_version, stdout);
		exit(EXIT_OK);
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
				   .timeout_scale = 1,
				   .jobs = default_jobs()};
}

/* An option, and the file that it names or NULL. */
struct named_file {
	const char *option, *path;
};

static bool is_same(const struct named_file *a, const struct named_file *b)
{
	return a->path != NULL && b->path != NULL &&
	       outfile_same(a->path, b->path);
}

/* Dies if an input is also an output; only the last report may be both. */
static void check_read(const struct named_file *outs, size_t n)
{
	const struct named_file ins[] = {
		{"--expectations", options.expectations},
		{"--rerun-failed", options.rerun}};

	for (size_t i = 0; i < sizeof(ins) / sizeof(ins[0]); i++)
		for (size_t k = 0; k < n; k++)
			if (is_same(&ins[i], &outs[k]) &&
			    (ins[i].path != options.rerun ||
			     outs[k].path != options.last))
				die("%s would replace %s, which %s reads",
				    outs[k].option, outs[k].path,
				    ins[i].option);
}

/* Dies if an output would replace another or what is read, or never come. */
static void check_outputs(void)
{
	const struct named_file outs[] = {
		{"--tap", options.tap ? "-" : NULL},
		{"--json", options.json},
		{"--junit", options.junit},
		{"--write-expectations", options.write_expectations},
		{"--last", options.last}};
	size_t n = sizeof(outs) / sizeof(outs[0]);

	for (size_t i = 0; i + 1 < n && options.mode != MODE_RUN; i++)
		if (outs[i].path != NULL)
			die("%s is of a run, and none is asked for",
			    outs[i].option);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (is_same(&outs[k], &outs[i]))
				die("%s and %s both go to %s", outs[k].option,
				    outs[i].option, outs[i].path);
	check_read(outs, n);
}

/* Under exploration a repetition is a schedule, and there is one proc. */
static void set_explored(void)
{
	if (options.explore == 0 && options.schedule == 0)
		return;
	if (options.explore == 0)
		options.explore = 1;
	if (options.schedule == 0)
		options.schedule = 1;
	if (options.repeat > 0 || options.until_fail)
		die("--explore repeats by itself: not with --repeat or "
		    "--until-fail");
	if (options.own_procs && (options.nprocs > 1 || options.procs[0] > 1))
		die("--explore runs each case at one proc: not with --procs");
	if (options.schedule > INT64_MAX - options.explore)
		die("--schedule %lld: there are not %lld schedules from that "
		    "one on",
		    (long long)options.schedule, (long long)options.explore);
	options.repeat = options.explore;
	options.procs[0] = 1;
	options.nprocs = 1;
}

/* Without a file, --rerun-failed reads the one of --last. */
static void set_rerun(void)
{
	if (options.rerun == NULL || *options.rerun != '\0')
		return;
	if (options.last == NULL)
		die("--rerun-failed=FILE or --last FILE must name the report");
	options.rerun = options.last;
}

/*
 * Takes a command: its name comes first, then its files.  False if there is
 * none.
 */
static bool take_command(int argc, char **argv)
{
	bool diff = argc > 1 && strcmp(argv[1], "diff") == 0;

	if (!diff && (argc < 2 || strcmp(argv[1], "merge") != 0))
		return false;
	options.mode = diff ? MODE_DIFF : MODE_MERGE;
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			take_switch(OPT_HELP);
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			die("%s takes no option %s", argv[1], argv[i]);
		strings_add(&options.files, argv[i]);
	}
	if (diff ? options.files.n != 2 : options.files.n < 2)
		die("%s",
		    diff ? "diff wants two reports: A.json B.json"
			 : "merge wants OUT.json and the shards' reports");
	for (size_t i = 1; !diff && i < options.files.n; i++)
		if (outfile_same(options.files.v[0], options.files.v[i]))
			die("merge would replace %s, which it reads",
			    options.files.v[i]);
	return true;
}

void options_parse(int argc, char **argv)
{
	int option;

	set_defaults(argc > 0 ? argv[0] : "conformance");
	if (take_command(argc, argv))
		return;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", names, NULL)) != -1) {
		if (option == ':')
			die("%s needs a value (see --help)", argv[optind - 1]);
		if (option == '?' && optopt > 0 && optopt < OPT_RUNTIME)
			die("unknown option -%c (see --help)", optopt);
		if (option == '?')
			die("unknown option %s (see --help)", argv[optind - 1]);
		if (!take_filter(option, optarg) && !take_value(option, optarg))
			take_switch(option);
	}
	for (; optind < argc; optind++)
		strings_add(&options.run, argv[optind]);
	set_explored();
	set_rerun();
	check_outputs();
}
