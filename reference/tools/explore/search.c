/*
 * search.c - which schedules are tried: drawn by a strategy, or all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "explore.h"

enum { FINDINGS = 64 };

struct set {
	uint64_t *v; /* 0: free */
	size_t room, n;
};

struct search {
	struct program *p;
	double began, said;   /* seconds */
	struct set schedules; /* their hashes */
	struct set pairs;     /* of operations: two times 32 bits */
	uint32_t new_pair;    /* the run that had the last new one */
	uint32_t tried;       /* runs but for those that shrink */
	uint32_t longest;     /* decisions */
	uint32_t pruned;      /* runs that have ended as the rest is known */
	uint32_t outside;     /* runs that asked the world outside */
	uint32_t too_long;    /* runs with more decisions than can be kept */
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

/* ---- sets of numbers ----------------------------------------------------------- */

/* Returns the place of v, or the free one where it belongs. */
static uint64_t *place_in_set(const struct set *set, uint64_t v)
{
	size_t i = v * UINT64_C(0x9e3779b97f4a7c15) % set->room;

	while (set->v[i] && set->v[i] != v)
		i = (i + 1) % set->room;
	return &set->v[i];
}

static bool set_has(const struct set *set, uint64_t v)
{
	return set->n > 0 && *place_in_set(set, v) == v;
}

static void set_grow(struct set *set)
{
	struct set bigger = {.n = set->n,
			     .room = set->room ? 2 * set->room : 4096};

	bigger.v = calloc(bigger.room, sizeof(*bigger.v));
	if (!bigger.v)
		fail("no memory");
	for (size_t i = 0; i < set->room; i++)
		if (set->v[i])
			*place_in_set(&bigger, set->v[i]) = set->v[i];
	free(set->v);
	*set = bigger;
}

/* Adds v, which is not 0.  True if it is new. */
static bool set_add(struct set *set, uint64_t v)
{
	if (2 * set->n >= set->room)
		set_grow(set);
	if (set_has(set, v))
		return false;
	*place_in_set(set, v) = v;
	set->n++;
	return true;
}

/* ---- what the runs have covered ------------------------------------------------ */

static void count_schedule(struct search *s, uint64_t hash)
{
	set_add(&s->schedules, hash ? hash : 1);
}

static void count_pairs(struct search *s, const struct explored *run)
{
	for (size_t i = 0; i < EXPLORED_PAIRS; i++)
		if (run->pairs[i] && set_add(&s->pairs, run->pairs[i]))
			s->new_pair = s->tried;
}

/* Returns how many pairs were seen in both orders. */
static size_t both_orders(const struct set *pairs)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->room; i++) {
		uint64_t v = pairs->v[i];

		n += v && set_has(pairs, v << 32 | v >> 32);
	}
	return n;
}

/* ---- progress ------------------------------------------------------------------ */

static void say_progress(struct search *s)
{
	double now = clock_now();

	if (!isatty(STDERR_FILENO) || now - s->said < 0.2)
		return;
	s->said = now;
	fprintf(stderr, "\r%u runs, %zu schedules, %u found ", s->tried,
		s->schedules.n, s->nfound);
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
	       s->schedules.n, s->longest);
	if (s->pairs.n > 0)
		printf("%zu pairs of operations on one object, by two "
		       "goroutines, %zu of them in both orders; the last new "
		       "one in run %u\n",
		       s->pairs.n, both_orders(&s->pairs), s->new_pair);
	if (s->pruned > 0)
		printf("ended early, as the rest is like an earlier one: %u "
		       "runs\n",
		       s->pruned);
	if (s->all && s->p->o->reduce)
		printf("these are all schedules but for such as only swap "
		       "steps of different objects\n");
	else if (s->all)
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
	s->p->reduce = false;
	schedule_of(s->p->run, &schedule);
	schedule_run(s->p, &schedule, &again);
	repeats = same_outcome(out, &again);
	if (repeats && out->end != END_TIME)
		shrink(s->p, &schedule, out);
	report(s->p, s->tried, &schedule, out, repeats);
	schedule_free(&schedule);
	s->p->reduce = s->p->o->reduce;
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
	s->pruned += run->pruned;
	if (!run->pruned)
		count_schedule(s, run->hash);
	count_pairs(s, run);
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

	p->reduce = p->o->reduce;
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
	free(s->schedules.v);
	free(s->pairs.v);
	free(s);
	return any;
}
