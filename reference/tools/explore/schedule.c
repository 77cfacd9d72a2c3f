/*
 * schedule.c - schedules: the decisions of a run.
 *
 * A decision that takes the first option is no switch: the goroutine goes on,
 * or the one that has waited longest.
 *
 * All schedules are gone through depth-first: the last decision of a run that
 * has an option left within a bound is changed, what is before it is repeated,
 * and behind it the first options are taken.
 */
#include <stdlib.h>
#include <string.h>

#include "explore.h"

void schedule_of(const struct explored *run, struct schedule *s)
{
	uint32_t n = run->decisions;

	while (n > 0 && run->d[n - 1].chosen == 0)
		n--;
	s->n = n;
	s->d = malloc((n + 1) * sizeof(*s->d));
	if (!s->d)
		fail("no memory");
	memcpy(s->d, run->d, n * sizeof(*s->d));
}

void schedule_free(struct schedule *s)
{
	free(s->d);
	*s = (struct schedule){0};
}

uint32_t schedule_switches(const struct schedule *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += s->d[i].chosen != 0;
	return n;
}

void schedule_ask(struct program *p, const struct schedule *s)
{
	if (s->n > 0)
		memcpy(p->run->d, s->d, s->n * sizeof(*s->d));
	p->run->prefix = s->n;
	p->run->strategy = EXPLORE_FIRST;
}

void schedule_run(struct program *p, const struct schedule *s,
		  struct outcome *out)
{
	schedule_ask(p, s);
	program_run(p, out);
}

bool schedule_continue(struct schedule *s, const struct explored *run)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (i >= run->decisions || run->d[i].n != s->d[i].n)
			return false;
	s->d = realloc(s->d, (run->decisions + 1) * sizeof(*s->d));
	if (!s->d)
		fail("no memory");
	s->n = run->decisions;
	memcpy(s->d, run->d, s->n * sizeof(*s->d));
	return true;
}

static bool sleeps(const struct decision *d, uint32_t i)
{
	return i < 64 && (d->asleep >> i & 1) != 0;
}

static bool next_option(struct decision *d, cost_fn cost, uint32_t left)
{
	while (d->chosen + 1 < d->n)
		if (cost(d, ++d->chosen) <= left && !sleeps(d, d->chosen))
			return true;
	return false;
}

bool schedule_next(struct schedule *s, cost_fn cost, uint32_t bound)
{
	uint32_t spent = 0;

	for (uint32_t i = 0; i < s->n; i++)
		spent += cost(&s->d[i], s->d[i].chosen);
	while (s->n > 0) {
		struct decision *d = &s->d[s->n - 1];

		spent -= cost(d, d->chosen);
		if (next_option(d, cost, bound - spent))
			return true;
		s->n--;
	}
	return false;
}
