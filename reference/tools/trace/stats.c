/*
 * stats.c - see stats.h.
 */
#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "states.h"

enum { MOST_REASONS = 256, MOST_SHOWN = 20, MOST_PS = 1024, BUCKETS = 40 };

struct sum {
	const char *reason;
	uint64_t n;
	int64_t spent;
};

static struct {
	int64_t first, last;
	uint64_t events, made, ended;
	struct sum wait[MOST_REASONS];
	size_t waits;
	uint64_t latency[BUCKETS]; /* runnable to running, by powers of two */
	uint64_t starts;
	int64_t p_since[MOST_PS], p_busy[MOST_PS];
	int ps;
} all;

static void add_wait(const char *reason, int64_t ns)
{
	size_t i;

	for (i = 0; i < all.waits && all.wait[i].reason != reason; i++)
		;
	if (i == MOST_REASONS)
		return;
	if (i == all.waits)
		all.wait[all.waits++].reason = reason;
	all.wait[i].n++;
	all.wait[i].spent += ns;
}

static int log2_of(int64_t n)
{
	int i = 0;

	while (n > 1 && i < BUCKETS - 1)
		n >>= 1, i++;
	return i;
}

static void spell(const struct life *l, int64_t now, void *arg)
{
	(void)arg;
	if (l->state == S_WAITING)
		add_wait(l->reason, now - l->since);
	if (l->state == S_RUNNABLE) {
		all.latency[log2_of(now - l->since)]++;
		all.starts++;
	}
}

static void p_is(uint64_t p, int runs, int64_t now)
{
	if (p >= MOST_PS)
		return;
	if ((int)p >= all.ps)
		all.ps = (int)p + 1;
	if (all.p_since[p])
		all.p_busy[p] += now - all.p_since[p];
	all.p_since[p] = runs ? now : 0;
}

void tr_stats(const struct tr_event *e, void *unused)
{
	(void)unused;
	if (all.events++ == 0)
		all.first = e->time;
	all.last = e->time;
	all.made += e->kind == TR_GO_CREATE;
	all.ended += e->kind == TR_GO_END;
	if (e->kind == TR_P_START)
		p_is(e->arg[0], 1, e->time);
	else if (e->kind == TR_P_STATUS)
		p_is(e->arg[0], e->arg[1] != TR_P_IDLE, e->time);
	else if (e->kind == TR_P_STEAL)
		p_is(e->arg[0], 0, e->time);
	else if (e->kind == TR_P_STOP)
		p_is((uint64_t)e->p, 0, e->time);
	tr_follow(e, spell, NULL);
}

/* ---- text ----------------------------------------------------------------------------- */

/* In four digits or so, with a unit. */
static const char *span(int64_t ns, char *buf)
{
	static const char *const unit[] = {"ns", "us", "ms", "s"};
	double v = (double)ns;
	int i = 0;

	while (v >= 1000 && i < 3)
		v /= 1000, i++;
	sprintf(buf, "%.*f %s",
		v < 10 && i    ? 2
		: v < 100 && i ? 1
			       : 0,
		v, unit[i]);
	return buf;
}

static int by_spent(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	return (x->spent < y->spent) - (x->spent > y->spent);
}

static int by_running(const void *a, const void *b)
{
	const struct life *x = a, *y = b;
	int64_t d = y->spent[S_RUNNING] - x->spent[S_RUNNING];

	return d ? (d > 0) - (d < 0) : (x->id > y->id) - (x->id < y->id);
}

static void print_reasons(void)
{
	char t[32], mean[32];

	qsort(all.wait, all.waits, sizeof(*all.wait), by_spent);
	printf("\n%-28s %10s %12s %12s\n", "waits for", "times", "in all",
	       "mean");
	for (size_t i = 0; i < all.waits; i++)
		printf("%-28s %10llu %12s %12s\n",
		       all.wait[i].reason[0] ? all.wait[i].reason
					     : "(before the trace)",
		       (unsigned long long)all.wait[i].n,
		       span(all.wait[i].spent, t),
		       span(all.wait[i].spent / (int64_t)all.wait[i].n, mean));
}

static void print_goroutines(void)
{
	char a[32], b[32], c[32], d[32];
	size_t n;
	struct life *l = tr_lives(&n);

	qsort(l, n, sizeof(*l), by_running);
	printf("\n%-10s %12s %12s %12s %12s  %s\n", "goroutine", "running",
	       "runnable", "waiting", "in calls", "");
	for (size_t i = 0; i < n && i < MOST_SHOWN; i++)
		printf("%-10lld %12s %12s %12s %12s  %s\n", (long long)l[i].id,
		       span(l[i].spent[S_RUNNING], a),
		       span(l[i].spent[S_RUNNABLE], b),
		       span(l[i].spent[S_WAITING], c),
		       span(l[i].spent[S_CALL], d), l[i].name);
	if (n > MOST_SHOWN)
		printf("and %zu more\n", n - MOST_SHOWN);
}

/* The least power of two that part of all starts are under. */
static int64_t quantile(double part)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < BUCKETS - 1; i++) {
		n += all.latency[i];
		if ((double)n >= part * (double)all.starts)
			break;
	}
	return INT64_C(2) << i;
}

static void print_latency(void)
{
	static const double parts[] = {0.5, 0.9, 0.99, 0.999, 1};
	char t[32];

	printf("\nfrom ready to running, %llu times:",
	       (unsigned long long)all.starts);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		printf("  %g %% < %s", parts[i] * 100,
		       span(quantile(parts[i]), t));
	printf("\n");
}

void tr_stats_print(void)
{
	char t[32];
	int64_t took = all.last - all.first;

	for (int i = 0; i < all.ps; i++)
		p_is((uint64_t)i, 0, all.last);
	tr_follow_end(spell, NULL);
	printf("%s, %llu events, %llu goroutines made, %llu ended\n",
	       span(took, t), (unsigned long long)all.events,
	       (unsigned long long)all.made, (unsigned long long)all.ended);
	for (int i = 0; i < all.ps; i++)
		printf("P %-3d in use %5.1f %%\n", i,
		       took > 0 ? 100.0 * (double)all.p_busy[i] / (double)took
				: 0.0);
	print_latency();
	print_reasons();
	print_goroutines();
}
