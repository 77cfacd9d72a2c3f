/* options.c - see options.h. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MOST_PROCS 1024
#define MOST_SECONDS 3600.0
#define MOST_ITERATIONS 1000000000L

static const char help[] =
	"assay-bench: runs the workloads of benchmarks/workloads.tsv\n"
	"\n"
	"  --runtime NAME|PATH  the runtime, a shared object (goro)\n"
	"  --procs N            GOMAXPROCS, 1 to 1024 (1)\n"
	"  --filter REGEX       only names that match, POSIX extended (all)\n"
	"  --min-time SECONDS   least time that is measured (0.2)\n"
	"  --iterations N       exactly N, whatever time they take\n"
	"  --json FILE          results as JSON, - is stdout\n"
	"  --details DIR        histograms and timelines as files there\n"
	"  --tiny               a smoke test: sizes are cut\n"
	"  --list               print the names\n"
	"  --help\n"
	"\n"
	"Status: 0 all measured or skipped, 1 one failed, 2 wrong usage or a\n"
	"runtime that cannot be used, 3 the filter matches nothing.\n";

void refuse(const char *format, ...)
{
	va_list args;

	fputs("assay-bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static int32_t procs_of(const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 1 || n > MOST_PROCS)
		refuse("--procs wants 1 to %d, not '%s'", MOST_PROCS, text);
	return (int32_t)n;
}

static int64_t iterations_of(const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 1 || n > MOST_ITERATIONS)
		refuse("--iterations wants 1 to %ld, not '%s'", MOST_ITERATIONS,
		       text);
	return n;
}

static double seconds_of(const char *text)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end || !isfinite(n) || n <= 0 || n > MOST_SECONDS)
		refuse("--min-time wants seconds up to %.0f, not '%s'",
		       MOST_SECONDS, text);
	return n;
}

static void set_filter(struct options *o, const char *text)
{
	static bool set;
	char why[128];
	int error;

	if (set)
		regfree(&o->filter);
	set = false;
	error = regcomp(&o->filter, text, REG_EXTENDED | REG_NOSUB);
	if (error != 0) {
		regerror(error, &o->filter, why, sizeof(why));
		refuse("--filter '%s': %s", text, why);
	}
	set = true;
}

static const char *directory(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		refuse("--details: no directory %s", path);
	return path;
}

static void take(struct options *o, int option, char *value)
{
	switch (option) {
	case 'r':
		o->runtime = value;
		break;
	case 'p':
		o->procs = procs_of(value);
		break;
	case 'f':
		set_filter(o, value);
		break;
	case 'm':
		o->min_time = seconds_of(value);
		break;
	case 'i':
		o->iterations = iterations_of(value);
		break;
	case 'j':
		o->json = value;
		break;
	case 'd':
		o->details = directory(value);
		break;
	case 't':
		o->tiny = true;
		break;
	case 'l':
		o->list = true;
		break;
	case 'h':
		fputs(help, stdout);
		exit(fflush(stdout) == 0 ? 0 : 2);
	default:
		exit(2); /* getopt has said why */
	}
}

void options_read(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{"runtime", required_argument, NULL, 'r'},
		{"procs", required_argument, NULL, 'p'},
		{"filter", required_argument, NULL, 'f'},
		{"min-time", required_argument, NULL, 'm'},
		{"iterations", required_argument, NULL, 'i'},
		{"json", required_argument, NULL, 'j'},
		{"details", required_argument, NULL, 'd'},
		{"tiny", no_argument, NULL, 't'},
		{"list", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*o = (struct options){.runtime = "goro", .procs = 1, .min_time = 0.2};
	set_filter(o, "");
	argv[0] = (char *)(uintptr_t) "assay-bench";
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		take(o, option, optarg);
	if (optind < argc)
		refuse("what is '%s'? see --help", argv[optind]);
}
