/* select.c - ready cases, default, and a blocking select on both sides. */
#include "workload.h"

enum { MOST_CASES = 8, DEPTH = 1024 };

/* The cases are written out anew for each select, as a compiler would. */
static inline int64_t take(assay_chan **c, size_t k, int64_t *taken)
{
	struct assay_case cases[MOST_CASES];
	int64_t v = -1;
	size_t chosen = 0;

	for (size_t i = 0; i < k; i++)
		cases[i] = (struct assay_case){
			.c = c[i], .dir = ASSAY_RECV, .recv = &v};
	rt.chan.select(cases, k, ASSAY_FOREVER, &chosen);
	taken[chosen]++;
	return v;
}

static int64_t fill(assay_chan *c)
{
	for (int64_t i = 0; i < DEPTH; i++)
		rt.chan.send(c, &i, ASSAY_FOREVER);
	return sum_below(DEPTH);
}

/*
 * Every channel holds as many values as there are selects in a row, and only
 * the selects are timed.
 */
static void ready(struct bench_state *s)
{
	size_t k = (size_t)bench_range(s, 0);
	assay_chan *c[MOST_CASES];
	int64_t taken[MOST_CASES], sum = 0, sent = 0, v, n;

	for (size_t i = 0; i < k; i++)
		c[i] = chan_of(sizeof(int64_t), DEPTH);
	n = bench_begin(s);
	for (int64_t left = n; left > 0; left -= DEPTH) {
		bench_pause(s);
		for (size_t i = 0; i < k; i++) {
			sent += fill(c[i]);
			taken[i] = 0;
		}
		bench_resume(s);
		for (int64_t i = left < DEPTH ? left : DEPTH; i > 0; i--)
			sum += take(c, k, taken);
		bench_pause(s);
		for (size_t i = 0; i < k; i++)
			for (; taken[i] < DEPTH; taken[i]++) {
				rt.chan.recv(c[i], &v, ASSAY_FOREVER);
				sum += v;
			}
		bench_resume(s);
	}
	bench_end(s);
	for (size_t i = 0; i < k; i++)
		rt.chan.free(c[i]);
	expect(s, "sum", sum, sent);
	finish(s, n, 0, n);
}

static void default_one(struct bench_state *s, assay_chan *c)
{
	int64_t n = bench_begin(s), again = 0, v;

	for (int64_t i = 0; i < n; i++)
		again += rt.chan.recv(c, &v, ASSAY_POLL) == ASSAY_AGAIN;
	bench_end(s);
	expect(s, "number of defaults", again, n);
	finish(s, n, 0, 0);
}

static void default_two(struct bench_state *s, assay_chan *c, assay_chan *d)
{
	int64_t n = bench_begin(s), again = 0, v;
	size_t chosen;

	for (int64_t i = 0; i < n; i++) {
		struct assay_case cases[2] = {
			{.c = c, .dir = ASSAY_RECV, .recv = &v},
			{.c = d, .dir = ASSAY_RECV, .recv = &v},
		};
		again += rt.chan.select(cases, 2, ASSAY_POLL, &chosen) ==
			 ASSAY_AGAIN;
	}
	bench_end(s);
	expect(s, "number of defaults", again, n);
	finish(s, n, 0, 0);
}

static void take_default(struct bench_state *s)
{
	assay_chan *c = chan_of(sizeof(int64_t), 0);
	assay_chan *d = chan_of(sizeof(int64_t), 0);

	if (bench_range(s, 0) == 1)
		default_one(s, c);
	else
		default_two(s, c, d);
	rt.chan.free(c);
	rt.chan.free(d);
}

/* ---- there and back ------------------------------------------------------ */

struct pair {
	assay_chan *in, *out, *quit;
	assay_waitgroup wg;
};

/* The value of c, or false once quit is closed. */
static bool receive(assay_chan *c, assay_chan *quit, int64_t *v)
{
	struct assay_case cases[2] = {
		{.c = c, .dir = ASSAY_RECV, .recv = v},
		{.c = quit, .dir = ASSAY_RECV},
	};
	size_t chosen = 1;

	rt.chan.select(cases, 2, ASSAY_FOREVER, &chosen);
	return chosen == 0;
}

static void echo(void *arg)
{
	struct pair *p = arg;
	int64_t v = 0;

	while (receive(p->in, p->quit, &v)) {
		v++;
		rt.chan.send(p->out, &v, ASSAY_FOREVER);
	}
	rt.sync.wg_add(&p->wg, -1);
}

static void pingpong(struct bench_state *s)
{
	struct pair p = {.in = chan_of(sizeof(int64_t), 0),
			 .out = chan_of(sizeof(int64_t), 0),
			 .quit = chan_of(0, 0)};
	int64_t v = 0, n, got = 0;

	rt.sync.wg_add(&p.wg, 1);
	spawn(echo, &p);
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		rt.chan.send(p.in, &v, ASSAY_FOREVER);
		got += receive(p.out, p.quit, &v);
	}
	bench_end(s);
	rt.chan.close(p.quit);
	rt.sync.wg_wait(&p.wg, ASSAY_FOREVER);
	rt.chan.free(p.in);
	rt.chan.free(p.out);
	rt.chan.free(p.quit);
	expect(s, "number of turns", v, n);
	expect(s, "number of values received", got, n);
	finish(s, n, 1, 2 * n);
}

#define NEED_SELECT NEED_CHAN, NEED(chan, select)
#define READY(n)                                                               \
	{                                                                      \
		"select/ready/cases:" #n, ready, NEEDS(NEED_SELECT)            \
	}

const struct workload select_workloads[] = {
	READY(2),
	READY(4),
	READY(8),
	{"select/default/cases:1", take_default, NEEDS(NEED_CHAN)},
	{"select/default/cases:2", take_default, NEEDS(NEED_SELECT)},
	{"select/pingpong", pingpong, NEEDS(NEED_GO, NEED_SELECT)},
	{0},
};
