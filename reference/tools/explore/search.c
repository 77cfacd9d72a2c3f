/*
 * search.c - which schedules are tried: drawn by a strategy, or all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "explore.h"

enum { FINDINGS = 64 };

struct search {
	struct program *p;
	double began, said; /* seconds */
	uint64_t *seen;     /* hashes of schedules; 0: none */
	size_t room, distinct;
	uint32_t tried;    /* runs but for those that shrink */
	uint32_t longest;  /* decisions */
	uint32_t outside;  /* runs that asked the world outside */
	uint32_t too_long; /* runs with more decisions than can be kept */
	struct outcome found[FINDINGS];
	uint32_t nfound;
	bool all; /* there are no more schedules */
};

static double clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- different schedules ------------------------------------------------------- */

static bool put_hash(uint64_t *set, size_t room, uint64_t hash)
{
	size_t i = hash % room;

	while (set[i] && set[i] != hash)
		i = (i + 1) % room;
	if (set[i])
		return false;
	set[i] = hash;
	return true;
}

static void grow(struct search *s)
{
	size_t room = s->room ? 2 * s->room : 4096;
	uint64_t *set = calloc(room, sizeof(*set));

	if (!set)
		fail("no memory");
	for (size_t i = 0; i < s->room; i++)
		if (s->seen[i])
			put_hash(set, room, s->seen[i]);
	free(s->seen);
	s->seen = set;
	s->room = room;
}

static void count_schedule(struct search *s, uint64_t hash)
{
	if (2 * s->distinct >= s->room)
		grow(s);
	s->distinct += put_hash(s->seen, s->room, hash ? hash : 1);
}

/* ---- progress ------------------------------------------------------------------ */

static void say_progress(struct search *s)
{
	double now = clock_now();

	if (!isatty(STDERR_FILENO) || now - s->said < 0.2)
		return;
	s->said = now;
	fprintf(stderr, "\r%u runs, %zu schedules, %u found ", s->tried,
		s->distinct, s->nfound);
}

static void clear_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void summary(const struct search *s)
{
	double seconds = clock_now() - s->began;

	clear_progress();
	printf("%u runs in %.1f s (%.0f a second), %zu different schedules, "
	       "%u decisions at most\n",
	       s->tried, seconds, s->p->runs / (seconds > 0 ? seconds : 1),
	       s->distinct, s->longest);
	if (s->all)
		printf("these are all schedules with at most %u preemptions\n",
		       s->p->o->preemptions);
	if (s->outside > 0)
		printf("not repeatable, as they ask the world outside: %u "
		       "runs\n",
		       s->outside);
	if (s->too_long > 0)
		printf("not repeatable, as they are too long: %u runs\n",
		       s->too_long);
	printf(s->nfound ? "found: %u\n" : "nothing was found\n", s->nfound);
}

/* ---- what is found -------------------------------------------------------------- */

static bool is_known(const struct search *s, const struct outcome *out)
{
	for (uint32_t i = 0; i < s->nfound; i++)
		if (same_outcome(&s->found[i], out))
			return true;
	return s->nfound == FINDINGS;
}

static void found(struct search *s, const struct outcome *out)
{
	struct schedule schedule;
	struct outcome again;
	bool repeats;

	if (is_known(s, out))
		return;
	s->found[s->nfound++] = *out;
	clear_progress();
	schedule_of(s->p->run, &schedule);
	schedule_run(s->p, &schedule, &again);
	repeats = same_outcome(out, &again);
	if (repeats && out->end != END_TIME)
		shrink(s->p, &schedule, out);
	report(s->p, s->tried, &schedule, out, repeats);
	schedule_free(&schedule);
}

/*
 * Makes the run that p->run asks for.  False: the search is over.  all, if not
 * NULL, was the beginning of the schedule, and is all of it then.
 */
static bool try_one(struct search *s, struct schedule *all)
{
	const struct explored *run = s->p->run;
	struct outcome out;

	program_run(s->p, &out);
	s->tried++;
	count_schedule(s, run->hash);
	s->outside += run->outside;
	s->too_long += run->too_long;
	if (run->decisions > s->longest)
		s->longest = run->decisions;
	say_progress(s);
	if (all && !schedule_continue(all, run))
		fail("the program does not do the same in two runs of the same "
		     "schedule");
	if (out.end == END_OK)
		return true;
	found(s, &out);
	return s->p->o->keep_going;
}

/* ---- drawn schedules ------------------------------------------------------------ */

static void set_strategy(struct search *s)
{
	const struct options *o = s->p->o;
	struct explored *run = s->p->run;
	int strategy = o->strategy;

	if (strategy == MIX)
		strategy = EXPLORE_RANDOM + (int)(s->tried % 3);
	if (s->tried == 0)
		strategy = EXPLORE_FIRST; /* says how long a run is */
	run->strategy = (uint32_t)strategy;
	run->depth = strategy == EXPLORE_DELAY ? o->delays : o->depth;
	run->length = s->longest;
	run->prefix = 0;
	run->seed = o->seed * UINT64_C(1000000007) + s->tried;
}

static void draw(struct search *s)
{
	do
		set_strategy(s);
	while (try_one(s, NULL) && s->tried < s->p->o->runs);
}

/* ---- all schedules --------------------------------------------------------------- */

/* How many preemptions it is to take option i of d. */
static uint32_t preempts(const struct decision *d, uint32_t i)
{
	if (d->clock && i + 1u == d->n)
		return 1;
	return d->kind == DECIDE_STEP && i > 0;
}

static void go_through(struct search *s)
{
	struct program *p = s->p;
	struct schedule now = {0};
	bool more;

	do {
		schedule_ask(p, &now);
		more = try_one(s, &now);
		s->all = more &&
			 !schedule_next(&now, preempts, p->o->preemptions);
	} while (more && !s->all && s->tried < p->o->runs);
	free(now.d);
}

bool search(struct program *p)
{
	struct search *s = calloc(1, sizeof(*s));
	bool any;

	if (!s)
		fail("no memory");
	s->p = p;
	s->began = clock_now();
	if (p->o->exhaustive)
		go_through(s);
	else
		draw(s);
	summary(s);
	any = s->nfound > 0;
	free(s->seen);
	free(s);
	return any;
}
