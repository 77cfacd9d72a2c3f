/*
 * options.c - the command line of goro-explore.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

#define NO_BOUND UINT32_MAX

enum { PREEMPTIONS = 2 };

static const char usage[] =
	"usage: goro-explore [option ...] program [argument ...]\n"
	"Runs a program that uses goro under many schedules, and says which one"
	" fails.\n\n"
	"  --runs N         how many runs (1000; with --exhaustive no limit)\n"
	"  --strategy NAME  random, pct, delay, or mix: each in turn (mix)\n"
	"  --depth N        of pct: how many orders must be right for a bug "
	"(3)\n"
	"  --delays N       of delay: how often a goroutine is put back (2)\n"
	"  --seed N         of all that is drawn (1)\n"
	"  --exhaustive     all schedules, one after the other\n"
	"  --preemptions N  of those with at most N switches away from a\n"
	"                   goroutine that could go on (2)\n"
	"  --reduce         all schedules, but one of those that only swap "
	"steps\n"
	"                   of different objects; misses nothing in a program\n"
	"                   without data races\n"
	"  --slow MS        a timer may be early by that, as if goroutines "
	"were\n"
	"                   slow (1000 ms of virtual time; 0: never)\n"
	"  --left           goroutines may be left when main has returned\n"
	"  --steps N        a run with more does not end (100000)\n"
	"  --seconds N      nor does one that takes longer (10)\n"
	"  --keep-going     does not stop at the first that is found\n"
	"  --output         shows what the runs print\n"
	"  --help           prints this\n\n"
	"The status is 1 if something was found, 0 if not, 2 if there was no "
	"search.\n"
	"GORO_REPLAY=SCHEDULE program ... repeats a run; with GORO_STEPS=1 it "
	"says its steps.\n";

_Noreturn void fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("goro-explore: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\n", stderr);
	exit(2);
}

static uint64_t number(const char *name, const char *text, uint64_t least,
		       uint64_t most)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = text && *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;
	if (!text || *text < '0' || *text > '9' || *end || errno || v < least ||
	    v > most)
		fail("%s takes a number from %llu to %llu", name,
		     (unsigned long long)least, (unsigned long long)most);
	return v;
}

static int strategy(const char *text)
{
	static const char *const names[] = {"", "random", "pct", "delay",
					    "mix"};

	for (int i = EXPLORE_RANDOM; text && i <= MIX; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	fail("--strategy takes random, pct, delay or mix");
}

/* Takes a flag.  False if it is none. */
static bool flag(struct options *o, const char *name)
{
	const struct {
		const char *name;
		bool *to;
	} flags[] = {{"--exhaustive", &o->exhaustive},
		     {"--reduce", &o->reduce},
		     {"--keep-going", &o->keep_going},
		     {"--output", &o->output},
		     {"--left", &o->left}};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(name, flags[i].name) == 0)
			return *flags[i].to = true;
	return false;
}

/* Takes an option with a number.  False if it is none. */
static bool counted(struct options *o, const char *name, const char *text)
{
	const struct {
		const char *name;
		uint32_t *to;
		uint32_t least, most;
	} counts[] = {{"--runs", &o->runs, 1, UINT32_MAX},
		      {"--depth", &o->depth, 1, EXPLORED_DEPTH},
		      {"--delays", &o->delays, 0, EXPLORED_DEPTH},
		      {"--preemptions", &o->preemptions, 0, NO_BOUND - 1},
		      {"--steps", &o->steps, 1, EXPLORED_DECISIONS},
		      {"--seconds", &o->seconds, 1, 100000},
		      {"--slow", &o->slow, 0, UINT32_MAX}};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (strcmp(name, counts[i].name) != 0)
			continue;
		*counts[i].to = (uint32_t)number(name, text, counts[i].least,
						 counts[i].most);
		return true;
	}
	return false;
}

static void valued(struct options *o, const char *name, const char *text)
{
	if (counted(o, name, text))
		return;
	if (strcmp(name, "--strategy") == 0)
		o->strategy = strategy(text);
	else if (strcmp(name, "--seed") == 0)
		o->seed = number(name, text, 0, UINT64_MAX);
	else
		fail("there is no option %s (see --help)", name);
}

/* Reduced or not, all schedules are gone through. */
static void check_reduce(struct options *o)
{
	if (!o->reduce)
		return;
	if (o->preemptions != NO_BOUND)
		fail("--reduce has no bound: not with --preemptions");
	o->exhaustive = true;
}

void options_read(struct options *o, int argc, char **argv)
{
	int i = 1;

	*o = (struct options){.strategy = MIX,
			      .depth = 3,
			      .delays = 2,
			      .preemptions = NO_BOUND,
			      .steps = 100000,
			      .seconds = 10,
			      .seed = 1,
			      .slow = EXPLORED_SLOW};
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage, stdout);
			exit(0);
		}
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (flag(o, argv[i]))
			continue;
		valued(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
		i++;
	}
	if (i >= argc)
		fail("which program? (see --help)");
	o->argv = argv + i;
	check_reduce(o);
	if (o->exhaustive && !o->reduce && o->preemptions == NO_BOUND)
		o->preemptions = PREEMPTIONS;
	if (o->runs == 0)
		o->runs = o->exhaustive ? UINT32_MAX : 1000;
}
