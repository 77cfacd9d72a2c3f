/*
 * decide.c - see decide.h.
 *
 * PCT is that of Burckhardt and others (2010): each goroutine has a random
 * priority, the highest runs, and at depth - 1 random decisions the one that
 * runs falls below all others.  A goroutine that yields falls too, or one that
 * waits in a loop for another would run for ever.  Delays are those of Emmi and
 * others (2011), at random decisions.
 *
 * Time may go on at any step, as a goroutine may be slow.  That is one more
 * option, which random walks take less often than others: programs are written
 * for timers that are rarely early.
 */
#include "sched/decide.h"

#include <unistd.h>

#include "base/text.h"

enum { CLOCK_RARE = 8 };

struct explored *goro__explored_run;

static uint64_t dice;
static uint32_t changes[EXPLORED_DEPTH]; /* decisions at which PCT changes */
static int64_t lowest;                   /* priority given so far */

static uint32_t below(uint32_t n)
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (uint32_t)((((dice * UINT64_C(2685821657736338717)) >> 32) *
			   n) >>
			  32);
}

/* Returns how many decisions the strategy is to change. */
static uint32_t changes_of(const struct explored *run)
{
	uint32_t n = run->depth;

	if (run->strategy == EXPLORE_PCT)
		n -= n > 0;
	else if (run->strategy != EXPLORE_DELAY)
		n = 0;
	return n < EXPLORED_DEPTH ? n : EXPLORED_DEPTH;
}

void goro__decide_start(struct explored *run)
{
	uint32_t length = run->length > 0 ? run->length : 1;

	goro__explored_run = run;
	/* A small seed would make the first numbers alike. */
	dice = (run->seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	for (int i = 0; i < 4; i++)
		below(1);
	for (uint32_t i = 0; i < changes_of(run); i++)
		changes[i] = below(length);
}

void goro__decide_new(struct explored_g *g)
{
	g->priority = below(UINT32_MAX);
}

void goro__decide_outside(void)
{
	goro__explored_run->outside = 1;
}

void goro__decide_yields(struct explored_g *g)
{
	if (g)
		g->priority = --lowest;
}

/* True if the strategy is to change the decision that is made now. */
static bool changes_now(const struct explored *run)
{
	for (uint32_t i = 0; i < changes_of(run); i++)
		if (changes[i] == run->decisions)
			return true;
	return false;
}

static int64_t priority_of(const struct explored_g *g)
{
	return g ? g->priority : 0;
}

/* Returns how many of the options are goroutines. */
static uint32_t goroutines(const struct options *o)
{
	return o->n - o->clock;
}

static uint32_t walk(const struct options *o)
{
	uint32_t n = goroutines(o);

	return o->clock && below(CLOCK_RARE) == 0 ? n : below(n);
}

static uint32_t highest(const struct options *o)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < goroutines(o); i++)
		if (priority_of(o->who[i]) > priority_of(o->who[best]))
			best = i;
	return best;
}

/* At a change the one that would run falls, or time goes on. */
static uint32_t by_priority(const struct explored *run, const struct options *o)
{
	uint32_t best = highest(o);

	if (!changes_now(run))
		return best;
	if (o->clock && below(2) == 0)
		return goroutines(o);
	goro__decide_yields(o->who[best]);
	return highest(o);
}

static uint32_t by_delay(const struct explored *run, const struct options *o)
{
	return changes_now(run) ? 1 + below(o->n - 1) : 0;
}

/* A case of a select is drawn, whatever the strategy. */
static uint32_t draw(const struct explored *run, const struct options *o)
{
	if (run->strategy == EXPLORE_FIRST)
		return 0;
	if (o->kind == DECIDE_DRAW)
		return below(o->n);
	if (run->strategy == EXPLORE_PCT)
		return by_priority(run, o);
	return run->strategy == EXPLORE_DELAY ? by_delay(run, o) : walk(o);
}

/* Returns the first option that does not sleep; if all do, the run ends. */
static uint32_t awake(struct explored *run, uint32_t n, uint64_t asleep)
{
	uint32_t i = 0;

	while (i < n && i < 64 && (asleep >> i & 1) != 0)
		i++;
	if (i < n)
		return i;
	run->pruned = 1;
	_exit(0);
}

void goro__decide_alone(const struct options *o)
{
	struct explored *run = goro__explored_run;

	if (run->reduce && o->n == 1)
		(void)awake(run, 1, goro__sleepers(o));
}

uint32_t goro__decide(const struct options *o)
{
	struct explored *run = goro__explored_run;
	uint32_t at = run->decisions;
	bool reduce = run->reduce && o->kind != DECIDE_DRAW;
	uint64_t asleep = reduce ? goro__sleepers(o) : 0;
	uint32_t chosen = 0;

	if (at >= EXPLORED_DECISIONS || o->n > UINT16_MAX) {
		run->too_long = 1;
		return 0;
	}
	if (at >= run->prefix)
		chosen = reduce ? awake(run, o->n, asleep) : draw(run, o);
	else if (run->d[at].chosen < o->n)
		chosen = run->d[at].chosen;
	run->d[at] = (struct decision){.n = (uint16_t)o->n,
				       .chosen = (uint16_t)chosen,
				       .kind = (uint8_t)o->kind,
				       .clock = o->clock,
				       .asleep = asleep};
	if (reduce)
		goro__reduce_chosen(o, chosen);
	run->decisions = at + 1;
	run->hash = (run->hash ^ chosen) * UINT64_C(0x100000001b3);
	return chosen;
}
