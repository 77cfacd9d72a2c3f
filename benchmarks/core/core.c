/*
 * core.c - the core operations of goro, one at a time; core.go is its twin,
 * workload by workload.
 *
 *	core WORKLOAD N
 *
 * prints the nanoseconds per operation of N operations, after a warm-up of a
 * quarter as many.  Each workload checks what it computed.  Status 1: a wrong
 * answer; 2: wrong usage.
 */
#include <errno.h>
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BURST = 100000, BUFFER = 128, DEPTH = 1024, CONTENDERS = 8 };

static const char *name;

static void expect(const char *what, int64_t got, int64_t want)
{
	if (got == want)
		return;
	fprintf(stderr, "core: %s: %s is %lld, not %lld\n", name, what,
		(long long)got, (long long)want);
	exit(1);
}

static void *must(void *p)
{
	expect("memory at hand", p != NULL, 1);
	return p;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The sum of 0 ... n - 1. */
static int64_t sum_below(int64_t n)
{
	return n * (n - 1) / 2;
}

/* ---- goroutines ---------------------------------------------------------- */

/* One of several goroutines; its maker reads it after the join. */
struct worker {
	goro_waitgroup *wg;
	int64_t turns, done;
};

static void yielder(void *arg)
{
	struct worker *w = arg;

	for (; w->done < w->turns; w->done++)
		goro_yield();
	goro_wg_done(w->wg);
}

/* Two goroutines that do nothing but yield. */
static int64_t yield(int64_t n)
{
	goro_waitgroup wg = {0};
	struct worker a = {.wg = &wg, .turns = n / 2};
	struct worker b = {.wg = &wg, .turns = n - n / 2};
	int64_t start = goro_now();

	goro_wg_add(&wg, 2);
	goro_go(yielder, &a);
	goro_go(yielder, &b);
	goro_wg_wait(&wg);
	start = goro_now() - start;
	expect("number of yields", a.done + b.done, n);
	return start;
}

static void finish(void *arg)
{
	struct worker *w = arg;

	w->done++;
	goro_wg_done(w->wg);
}

/* A goroutine is started and waited for, then the next. */
static int64_t spawn_join(int64_t n)
{
	goro_waitgroup wg = {0};
	struct worker w = {.wg = &wg};
	int64_t start = goro_now();

	for (int64_t i = 0; i < n; i++) {
		goro_wg_add(&wg, 1);
		goro_go(finish, &w);
		goro_wg_wait(&wg);
	}
	start = goro_now() - start;
	expect("number of goroutines", w.done, n);
	return start;
}

/* 100 000 goroutines are started before any is waited for. */
static int64_t spawn_burst(int64_t n)
{
	goro_waitgroup wg = {0};
	struct worker *w = must(calloc(BURST, sizeof(*w)));
	int64_t spent = 0, done = 0;

	for (int64_t left = n; left > 0; left -= BURST) {
		int64_t batch = least(left, BURST);
		int64_t start = goro_now();

		goro_wg_add(&wg, batch);
		for (int64_t i = 0; i < batch; i++) {
			w[i].wg = &wg;
			goro_go(finish, &w[i]);
		}
		goro_wg_wait(&wg);
		spent += goro_now() - start;
	}
	for (int i = 0; i < BURST; i++)
		done += w[i].done;
	free(w);
	expect("number of goroutines", done, n);
	return spent;
}

/* ---- channels ------------------------------------------------------------ */

struct pair {
	goro_chan *in, *out;
	int64_t n;
};

static void echo(void *arg)
{
	struct pair *p = arg;
	int64_t v;

	while (goro_recv(p->in, &v)) {
		v++;
		goro_send(p->out, &v);
	}
	goro_close(p->out);
}

/* A value there and back over two channels without buffer. */
static int64_t ping_pong(int64_t n)
{
	struct pair p = {.in = goro_make(sizeof(int64_t), 0),
			 .out = goro_make(sizeof(int64_t), 0)};
	int64_t v = 0, start;

	goro_go(echo, &p);
	start = goro_now();
	for (int64_t i = 0; i < n; i++) {
		goro_send(p.in, &v);
		goro_recv(p.out, &v);
	}
	start = goro_now() - start;
	goro_close(p.in);
	expect("last receive", goro_recv(p.out, NULL), false);
	goro_chan_free(p.in);
	goro_chan_free(p.out);
	expect("number of turns", v, n);
	return start;
}

static void produce(void *arg)
{
	struct pair *p = arg;

	for (int64_t i = 0; i < p->n; i++)
		goro_send(p->out, &i);
	goro_close(p->out);
}

/* One producer and one consumer on a buffer of 128. */
static int64_t buffered(int64_t n)
{
	struct pair p = {.out = goro_make(sizeof(int64_t), BUFFER), .n = n};
	int64_t v, sum = 0;
	int64_t start = goro_now();

	goro_go(produce, &p);
	while (goro_recv(p.out, &v))
		sum += v;
	start = goro_now() - start;
	goro_chan_free(p.out);
	expect("sum", sum, sum_below(n));
	return start;
}

/* A send and a receive by one goroutine, nobody waiting. */
static int64_t send_recv(int64_t n)
{
	goro_chan *c = goro_make(sizeof(int64_t), BUFFER);
	int64_t v, sum = 0;
	int64_t start = goro_now();

	for (int64_t i = 0; i < n; i++) {
		goro_send(c, &i);
		goro_recv(c, &v);
		sum += v;
	}
	start = goro_now() - start;
	goro_chan_free(c);
	expect("sum", sum, sum_below(n));
	return start;
}

/* ---- select -------------------------------------------------------------- */

/* The cases are written out anew for each select, as in Go. */
static inline int64_t take(goro_chan **c, size_t k, int64_t *taken)
{
	struct goro_case cases[8];
	int64_t v;

	for (size_t i = 0; i < k; i++)
		cases[i] = (struct goro_case){
			.c = c[i], .dir = GORO_RECV, .recv = &v};
	taken[goro_select(cases, k, NULL)]++;
	return v;
}

static int64_t fill(goro_chan *c, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		goro_send(c, &i);
	return sum_below(n);
}

/*
 * k cases, all ready each time: every channel holds as many values as there
 * are selects in a row, and only these are timed.
 */
static int64_t select_ready(int64_t n, size_t k)
{
	goro_chan *c[8];
	int64_t taken[8], spent = 0, sum = 0, sent = 0, v;

	for (size_t i = 0; i < k; i++)
		c[i] = goro_make(sizeof(int64_t), DEPTH);
	for (int64_t left = n; left > 0; left -= DEPTH) {
		int64_t start;

		for (size_t i = 0; i < k; i++) {
			sent += fill(c[i], DEPTH);
			taken[i] = 0;
		}
		start = goro_now();
		for (int64_t i = least(left, DEPTH); i > 0; i--)
			sum += take(c, k, taken);
		spent += goro_now() - start;
		for (size_t i = 0; i < k; i++)
			for (; taken[i] < DEPTH; taken[i]++) {
				goro_recv(c[i], &v);
				sum += v;
			}
	}
	for (size_t i = 0; i < k; i++)
		goro_chan_free(c[i]);
	expect("sum", sum, sent);
	return spent;
}

static int64_t select_2(int64_t n)
{
	return select_ready(n, 2);
}

static int64_t select_4(int64_t n)
{
	return select_ready(n, 4);
}

static int64_t select_8(int64_t n)
{
	return select_ready(n, 8);
}

/* ---- mutex, timer -------------------------------------------------------- */

struct counter {
	goro_mutex m;
	goro_waitgroup wg;
	int64_t n, turns;
};

static void increment(void *arg)
{
	struct counter *c = arg;

	for (int64_t i = 0; i < c->turns; i++) {
		goro_mutex_lock(&c->m);
		c->n++;
		goro_mutex_unlock(&c->m);
	}
	goro_wg_done(&c->wg);
}

static int64_t mutex_of(int64_t n, int64_t goroutines)
{
	struct counter c = {.turns = (n + goroutines - 1) / goroutines};
	int64_t start = goro_now();

	goro_wg_add(&c.wg, goroutines);
	for (int64_t i = 0; i < goroutines; i++)
		goro_go(increment, &c);
	goro_wg_wait(&c.wg);
	start = goro_now() - start;
	expect("count", c.n, c.turns * goroutines);
	return start;
}

static int64_t mutex(int64_t n)
{
	return mutex_of(n, 1);
}

static int64_t mutex_contended(int64_t n)
{
	return mutex_of(n, CONTENDERS);
}

static int64_t timer(int64_t n)
{
	int64_t stopped = 0;
	int64_t start = goro_now();

	for (int64_t i = 0; i < n; i++) {
		goro_timer *t = must(goro_timer_new(3600 * GORO_SECOND));

		stopped += goro_timer_stop(t);
		goro_timer_free(t);
	}
	start = goro_now() - start;
	expect("number of timers stopped in time", stopped, n);
	return start;
}

/* ---- the program --------------------------------------------------------- */

static const struct workload {
	const char *name;
	int64_t (*run)(int64_t n); /* the nanoseconds that it took */
} workloads[] = {
	{"yield", yield},
	{"ping-pong", ping_pong},
	{"spawn-join", spawn_join},
	{"spawn-burst", spawn_burst},
	{"buffered", buffered},
	{"send-recv", send_recv},
	{"select-2", select_2},
	{"select-4", select_4},
	{"select-8", select_8},
	{"mutex", mutex},
	{"mutex-contended", mutex_contended},
	{"timer", timer},
};

static const struct workload *find(const char *wanted)
{
	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++)
		if (strcmp(workloads[i].name, wanted) == 0)
			return &workloads[i];
	return NULL;
}

struct order {
	const struct workload *w;
	int64_t n;
};

static void measure(void *arg)
{
	struct order *o = arg;

	o->w->run((o->n + 3) / 4);
	printf("%.2f\n", (double)o->w->run(o->n) / (double)o->n);
}

/* A number from 1 to 10^12; 0 if it is none. */
static int64_t count_of(const char *s)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(s, &end, 10);
	return *end || errno || n < 1 || n > 1000000000000 ? 0 : n;
}

int main(int argc, char **argv)
{
	struct order o = {0};

	if (argc == 3) {
		name = argv[1];
		o.w = find(name);
		o.n = count_of(argv[2]);
	}
	if (!o.w || !o.n) {
		fprintf(stderr, "usage: core WORKLOAD N\n");
		return 2;
	}
	return goro_run(measure, &o) || fflush(stdout) ? 1 : 0;
}
