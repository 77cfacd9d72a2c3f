/*
 * explore.c - runs a model once for each sequence of choices, depth first.
 *
 *	model [--preemptions N] [--stale N] [--only NAME] [--first] [--list]
 *	model --replay SCHEDULE
 *
 * A run repeats the choices that are on the stack and takes the first of each
 * further one; then the last choice that has another is changed and the run
 * made again, until there is none.  A schedule is a scenario, its budgets and
 * the choices that were not the first: `next@2.1=12:1,5:2` is 12 first
 * choices, the second of the next, 5 first ones and the third of the next.
 *
 * Runs with random choices come before: they show most faults early, and which
 * threads use which places.  To interrupt a thread before a step that no other
 * thread can tell from the next is to interrupt it before the next, so such a
 * step has no choice (conflicts.c).  If a run finds that what seemed to be one
 * thread's own is not, the search begins anew.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"

enum { MAX_CHOICES = 8192, RANDOM_RUNS = 1000, RANDOM_MORE = 2 };

static struct choice {
	uint8_t taken, n;
	bool only; /* the others need not be tried */
} stack[MAX_CHOICES];
static uint32_t depth; /* choices known */
static uint32_t at;    /* choices made in this run */

struct engine_budget engine_left;
bool engine_late_reads;
bool engine_log;
const char *engine_failure;
bool engine_anew;
static bool at_random;
static uint64_t random_state;
static uint32_t random_mask;

static struct engine_budget asked = {-1, -1}; /* by the command line */
static jmp_buf stopped;

_Noreturn void engine_stop(void)
{
	longjmp(stopped, 1);
}

static _Noreturn void die(const char *what, const char *which)
{
	fprintf(stderr, "model: %s%s\n", what, which);
	exit(2);
}

/* Choices that cost are the first but for once in 2, 4, 8... times, by turns. */
static uint32_t draw(uint32_t n, enum choice_kind kind)
{
	uint32_t bits;

	random_state = random_state * UINT64_C(6364136223846793005) + 1;
	bits = (uint32_t)(random_state >> 40);
	return kind != FREE_CHOICE && bits & random_mask ? 0 : (bits >> 12) % n;
}

uint32_t engine_choose(uint32_t n, enum choice_kind kind)
{
	struct choice *c = &stack[at];

	if (n == 1)
		return 0;
	if (at == MAX_CHOICES)
		die("too many choices in one run", "");
	if (at++ < depth) {
		if (c->n == 0) /* from a schedule */
			c->n = (uint8_t)n;
		if (c->n != n || c->taken >= n)
			die("the run does not repeat: not this model's "
			    "schedule, or the model is not deterministic",
			    "");
		return c->taken;
	}
	*c = (struct choice){.n = (uint8_t)n, .only = kind == ONLY_FIRST};
	if (at_random)
		c->taken = (uint8_t)draw(n, kind);
	depth = at;
	return c->taken;
}

/* False: every choice has been made. */
static bool backtrack(void)
{
	while (depth > 0) {
		struct choice *c = &stack[depth - 1];

		if (!c->only && ++c->taken < c->n)
			return true;
		depth--;
	}
	return false;
}

static struct engine_budget budget_of(const struct scenario *s)
{
	struct engine_budget b = asked;

	if (b.preemptions < 0)
		b.preemptions = s->preemptions;
	if (b.stale < 0)
		b.stale = s->stale;
	if (at_random)
		b.preemptions += RANDOM_MORE;
	return b;
}

static void run_once(const struct scenario *s)
{
	at = 0;
	engine_failure = NULL;
	engine_anew = false;
	engine_left = budget_of(s);
	engine_late_reads = engine_left.stale > 0;
	memory_reset();
	threads_reset();
	if (setjmp(stopped))
		return;
	s->setup();
	threads_run();
	if (!engine_failure && s->check)
		s->check();
}

static void print_schedule(const struct scenario *s)
{
	const char *comma = "";
	uint32_t zeros = 0;

	printf("%s@%d.%d=", s->name, budget_of(s).preemptions,
	       budget_of(s).stale);
	for (uint32_t i = 0; i < at; i++) {
		if (stack[i].taken == 0) {
			zeros++;
			continue;
		}
		printf("%s%u:%u", comma, zeros, stack[i].taken);
		comma = ",";
		zeros = 0;
	}
	if (!*comma)
		printf("0");
	printf("\n");
}

static void read_schedule(const char *text)
{
	memset(stack, 0, sizeof(stack));
	depth = 0;
	while (*text) {
		char *end;
		unsigned long zeros = strtoul(text, &end, 10);
		unsigned long taken = 0;

		if (*end == ':')
			taken = strtoul(end + 1, &end, 10);
		if (end == text || (*end && *end != ',') ||
		    zeros >= MAX_CHOICES - depth || taken > UINT8_MAX)
			die("not a schedule: ", text);
		depth += (uint32_t)zeros;
		if (taken)
			stack[depth++].taken = (uint8_t)taken;
		text = *end ? end + 1 : end;
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Until many in a row have shown no conflict anew.  False: one has failed. */
static bool run_at_random(const struct scenario *s, uint64_t *runs)
{
	at_random = true;
	random_state = 1;
	engine_failure = NULL;
	for (int futile = 0; futile < RANDOM_RUNS && !engine_failure;
	     futile = engine_anew ? 0 : futile + 1) {
		random_mask = (2u << *runs % 9) - 1;
		depth = 0;
		run_once(s);
		++*runs;
	}
	at_random = engine_failure != NULL; /* its budget is printed */
	return !engine_failure;
}

static bool run_all(const struct scenario *s, uint64_t *runs)
{
	depth = 0;
	do {
		run_once(s);
		++*runs;
		if (engine_anew)
			depth = 0;
	} while (!engine_failure && (engine_anew || backtrack()));
	return !engine_failure;
}

static void print_failure(const struct scenario *s, uint64_t runs)
{
	printf("FAIL  %s: %s\n      after %" PRIu64
	       " schedules, replay with\n      --replay ",
	       s->name, engine_failure, runs);
	print_schedule(s);
	at_random = false;
}

/* True: no schedule fails. */
static bool explore(const struct scenario *s)
{
	double start = seconds();
	uint64_t runs = 0;

	engine_steps = 0;
	conflicts_reset();
	if (!run_at_random(s, &runs) || !run_all(s, &runs)) {
		print_failure(s, runs);
		return false;
	}
	printf("ok    %s: %" PRIu64 " schedules, %" PRIu64
	       " steps, %d preemptions, %d stale reads, %.1f s\n",
	       s->name, runs, engine_steps, budget_of(s).preemptions,
	       budget_of(s).stale, seconds() - start);
	return true;
}

/* What random runs find in any scenario is found before all are searched. */
static int find_first(void)
{
	const struct scenario *s;
	uint64_t runs = 0;

	for (s = model_scenarios; s->name; s++) {
		conflicts_reset();
		if (!run_at_random(s, &runs)) {
			print_failure(s, runs);
			return 1;
		}
	}
	for (s = model_scenarios; s->name; s++)
		if (!explore(s))
			return 1;
	return 0;
}

static const struct scenario *find(const char *name, size_t n)
{
	for (const struct scenario *s = model_scenarios; s->name; s++)
		if (strlen(s->name) == n && strncmp(s->name, name, n) == 0)
			return s;
	die("no such scenario: ", name);
}

static int replay(const char *text)
{
	size_t n = strcspn(text, "@");
	const struct scenario *s = find(text, n);
	int used = 0;

	if (sscanf(text + n, "@%3d.%3d=%n", &asked.preemptions, &asked.stale,
		   &used) != 2 ||
	    used == 0)
		die("not a schedule: ", text);
	read_schedule(text + n + used);
	engine_log = true;
	run_once(s);
	if (at < depth)
		die("the run does not repeat: choices are left", "");
	printf("%s: %s\n", s->name,
	       engine_failure ? engine_failure : "nothing fails");
	return engine_failure != NULL;
}

static int number(const char *text)
{
	char *end;
	long n = text ? strtol(text, &end, 10) : -1;

	if (!text || end == text || *end || n < 0 || n > 100)
		die("not a number from 0 to 100: ", text ? text : "none");
	return (int)n;
}

static int list(void)
{
	for (const struct scenario *s = model_scenarios; s->name; s++)
		printf("%s\n", s->name);
	return 0;
}

static int explore_all(const struct scenario *only)
{
	int failed = 0;

	for (const struct scenario *s = model_scenarios; s->name; s++)
		if (!only || s == only)
			failed += !explore(s);
	return failed > 0;
}

int main(int argc, char **argv)
{
	const struct scenario *only = NULL;
	const char *schedule = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			return list();
		if (strcmp(argv[i], "--first") == 0)
			return find_first();
		if (i + 1 == argc)
			die("no such option, or it wants a value: ", argv[i]);
		if (strcmp(argv[i], "--preemptions") == 0)
			asked.preemptions = number(argv[++i]);
		else if (strcmp(argv[i], "--stale") == 0)
			asked.stale = number(argv[++i]);
		else if (strcmp(argv[i], "--replay") == 0)
			schedule = argv[++i];
		else if (strcmp(argv[i], "--only") == 0) {
			only = find(argv[i + 1], strlen(argv[i + 1]));
			i++;
		} else
			die("no such option: ", argv[i]);
	}
	return schedule ? replay(schedule) : explore_all(only);
}
