/*
 * shrink.c - fewer switches for a schedule that fails.
 *
 * Switches are taken out in blocks, of all of them first, then ever smaller
 * ones (Zeller's ddmin), as long as the run still ends in the same way.  What is
 * left may be a detour.  So other schedules with one and two switches are gone
 * through, and some with more are drawn, up to one that ends so, too.
 */
#include <stdlib.h>
#include <string.h>

#include "explore.h"

enum { MOST_RUNS = 3000, MOST_OTHERS = 400, MOST_DRAWN = 8, DRAWN = 200 };

/* Copies s without its switches from `from` on, n of them. */
static void copy_without(const struct schedule *s, uint32_t from, uint32_t n,
			 struct schedule *to)
{
	uint32_t seen = 0;

	to->n = s->n;
	memcpy(to->d, s->d, s->n * sizeof(*s->d));
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->d[i].chosen == 0)
			continue;
		if (seen >= from && seen - from < n)
			to->d[i].chosen = 0;
		seen++;
	}
	while (to->n > 0 && to->d[to->n - 1].chosen == 0)
		to->n--;
}

/* Tries to take out block after block of n.  True if one could be. */
static bool shrink_by(struct program *p, struct schedule *s, uint32_t n,
		      const struct outcome *wanted)
{
	uint32_t end = p->runs + MOST_RUNS, at = 0;
	struct schedule tried = {.d = malloc((s->n + 1) * sizeof(*s->d))};
	struct outcome out;
	bool any = false;

	if (!tried.d)
		fail("no memory");
	while (at < schedule_switches(s) && p->runs < end) {
		copy_without(s, at, n, &tried);
		schedule_run(p, &tried, &out);
		if (!same_outcome(&out, wanted)) {
			at += n;
			continue;
		}
		s->n = tried.n;
		memcpy(s->d, tried.d, s->n * sizeof(*s->d));
		any = true;
	}
	free(tried.d);
	return any;
}

static void take_out(struct program *p, struct schedule *s,
		     const struct outcome *wanted)
{
	uint32_t n = schedule_switches(s);
	uint32_t most = p->runs + MOST_RUNS;

	while (n > 0 && p->runs < most) {
		bool any = shrink_by(p, s, n, wanted);

		if (n > 1)
			n /= 2;
		else if (!any)
			break;
	}
}

/* Draws schedules with n switches.  True: s is one. */
static bool draw_other(struct program *p, struct schedule *s, uint32_t n,
		       const struct outcome *wanted)
{
	struct outcome out;

	for (uint32_t i = 0; i < DRAWN; i++) {
		p->run->prefix = 0;
		p->run->strategy = EXPLORE_DELAY;
		p->run->depth = n;
		p->run->seed = i;
		program_run(p, &out);
		if (!same_outcome(&out, wanted))
			continue;
		schedule_free(s);
		schedule_of(p->run, s);
		return true;
	}
	return false;
}

static uint32_t is_switch(const struct decision *d, uint32_t i)
{
	(void)d;
	return i > 0;
}

/* Goes through all schedules with at most n.  True: s is one. */
static bool find_other(struct program *p, struct schedule *s, uint32_t n,
		       const struct outcome *wanted)
{
	uint32_t end = p->runs + MOST_OTHERS;
	struct schedule now = {0};
	struct outcome out;
	bool found = false;

	do {
		schedule_run(p, &now, &out);
		found = same_outcome(&out, wanted);
		if (found) {
			schedule_free(s);
			schedule_of(p->run, s);
		}
	} while (!found && p->runs < end && schedule_continue(&now, p->run) &&
		 schedule_next(&now, is_switch, n));
	schedule_free(&now);
	return found;
}

void shrink(struct program *p, struct schedule *s, const struct outcome *wanted)
{
	uint32_t n;

	take_out(p, s, wanted);
	p->run->length = s->n;
	for (n = 1; n < schedule_switches(s); n++)
		if (n <= 2 ? find_other(p, s, n, wanted)
			   : n <= MOST_DRAWN && draw_other(p, s, n, wanted))
			break;
	take_out(p, s, wanted);
}
