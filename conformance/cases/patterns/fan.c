/*
 * fan.c - one stream to many goroutines and many streams into one
 * (PT-012 to PT-014), and workers that share a queue (PT-029).
 */
#include "pt.h"

/* ---- fan-in of any number ------------------------------------------------- */

struct fan {
	assay_chan *done, *out;
	assay_waitgroup wg;  /* the forwarders */
	atomic_int finished; /* forwarders that will send no more */
	atomic_int closed;   /* out was about to be closed */
};

struct forward {
	struct fan *fan;
	assay_chan *in;
};

static void run_forward(void *arg)
{
	const struct forward *f = arg;
	int v;

	while (recv(f->in, &v))
		if (!put(f->fan->done, f->fan->out, v))
			break;
	mark(&f->fan->finished);
	wg_done(&f->fan->wg);
}

static void run_closer(void *arg)
{
	struct fan *fan = *(struct fan **)arg;

	wg_wait(&fan->wg);
	mark(&fan->closed);
	close_chan(fan->out);
}

/* All that the n streams give, in any order; closes after the last of them. */
static assay_chan *fan_in(struct fan *fan, assay_chan *done,
			  assay_chan *const *in, int n)
{
	fan->done = done;
	fan->out = chan_int(0);
	wg_add(&fan->wg, n);
	for (int i = 0; i < n; i++) {
		struct forward f = {fan, in[i]};

		SPAWN(run_forward, f);
	}
	SPAWN(run_closer, fan);
	return fan->out;
}

/* ---- PT-012: fan-out, fan-in ---------------------------------------------- */

#define RANDOMS 200
#define BELOW 1000 /* the random numbers are */
#define MOST_FINDERS 64

static bool is_prime(int n)
{
	for (int divisor = 2; divisor * divisor <= n; divisor++)
		if (n % divisor == 0)
			return false;
	return n > 1;
}

static void run_prime_finder(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (recv(s->in, &v))
		if (is_prime(v) && !put(s->done, s->out, v))
			break;
	close_chan(s->out);
}

/* Starts n of them on one stream; n <= MOST_FINDERS. */
static assay_chan *fan_out(struct fan *fan, assay_fn fn, struct stage s, int n)
{
	assay_chan *found[MOST_FINDERS];

	for (int i = 0; i < n; i++)
		found[i] = stage(fn, s);
	return fan_in(fan, s.done, found, n);
}

CASE_OF(PT_012, primes, "finders of one stream find its primes, each once",
	NEEDS(NEED_SELECT, NEED_WG))
{
	static struct fan fan;
	static int values[RANDOMS], left[BELOW];
	struct stage s = {.done = chan_signal(0)};
	assay_chan *primes;
	int v;

	for (int i = 0; i < RANDOMS; i++) {
		values[i] = (int)rnd_below(BELOW);
		left[values[i]]++;
	}
	s.in = generate(s.done, values, RANDOMS);
	primes = fan_out(&fan, run_prime_finder, s, case_procs() + 1);
	while (recv(primes, &v)) {
		REQUIRE_CMP(v, >=, 0);
		REQUIRE_CMP(v, <, BELOW);
		CHECK(is_prime(v));
		CHECK_GE(--left[v], 0);
	}
	for (int i = 0; i < BELOW; i++)
		if (is_prime(i))
			CHECK_EQ(left[i], 0);
	CHECK(all_ended());
}

CASE_OF(PT_012, endless, "three primes of an endless stream, then done",
	NEEDS(NEED_SELECT, NEED_WG))
{
	static struct fan fan;
	static const int values[] = {4, 7, 9, 15, 11};
	struct stage s = {.done = chan_signal(0)};
	assay_chan *primes;

	s.in = repeat(s.done, values, 5);
	primes = fan_out(&fan, run_prime_finder, s, 4);
	for (int i = 0; i < 3; i++) {
		int prime = recv_int(primes);

		CHECK_EITHER(prime, 7, 11);
	}
	close_chan(s.done);
	while (recv(primes, NULL))
		continue;
	CHECK(all_ended());
}

/* Blocked for one unit per value, as one that asks a server. */
static void run_slow(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (recv(s->in, &v)) {
		sleep_ns(s->operand);
		if (!put(s->done, s->out, v))
			break;
	}
	close_chan(s->out);
}

static int64_t time_of(int workers, int64_t unit)
{
	static const int values[] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct fan fan = {0};
	struct stage s = {.done = chan_signal(0), .operand = (int)unit};
	int64_t begin = now(), sum = 0;
	assay_chan *out;
	int v;

	s.in = generate(s.done, values, 8);
	out = fan_out(&fan, run_slow, s, workers);
	while (recv(out, &v))
		sum += v;
	CHECK_EQ(sum, 36);
	CHECK(all_ended());
	CHECK_GE(now() - begin, 8 * unit / workers);
	return now() - begin;
}

CASE_SOME_UNIT_OF(PT_012, faster, four_beat_one, 2 * MS,
		  "four slow workers take less than half of one's time",
		  .timeout_ms = 20000, NEEDS(NEED_SELECT, NEED_WG))
{
	return IS(2 * time_of(4, unit), <, time_of(1, unit));
}

#define MEETING 2

struct meeting {
	assay_chan *in;
	atomic_int *present;
};

/* Computes until as many have computed at the same time. */
static void run_meet(void *arg)
{
	const struct meeting *m = arg;
	int64_t end = cpu_ns() + upto(5 * SEC);

	(void)recv_int(m->in);
	mark(m->present);
	while (count(m->present) < MEETING && cpu_ns() < end)
		continue;
}

CASE_OF(PT_012, parallel, "finders of one stream compute at the same time",
	.procs = {2, 4, 8}, .traits = ASSAY_TRAIT_PARALLEL, .timeout_ms = 30000,
	NEEDS(NEED_SELECT))
{
	static const int values[MEETING] = {1, 2};
	static atomic_int present;
	struct meeting m = {generate(NULL, values, MEETING), &present};

	for (int i = 0; i < MEETING; i++)
		SPAWN(run_meet, m);
	CHECK(all_ended());
	CHECK_EQ(count(&present), MEETING);
}

/* ---- PT-013: fan-in by select --------------------------------------------- */

struct pair {
	assay_chan *done, *a, *b, *out;
};

static void run_pair(void *arg)
{
	const struct pair *p = arg;
	int v;
	struct assay_case cases[] = {case_recv(p->done, NULL),
				     case_recv(p->a, &v), case_recv(p->b, &v)};

	for (;;) {
		int status;

		if (select_cases(cases, 3, &status) == 0)
			break;
		/* A generator may have heard of done first. */
		if (status == ASSAY_OK)
			send_int(p->out, v);
	}
	close_chan(p->out);
}

CASE(PT_013, "fan-in by select takes of both and ends by done when drained",
     NEEDS(NEED_SELECT))
{
	static const int one[] = {1}, two[] = {2};
	struct pair p = {.done = chan_signal(0), .out = chan_int(0)};
	int64_t end = in(upto(5 * SEC));
	int seen[3] = {0};
	int v;

	p.a = repeat(p.done, one, 1);
	p.b = repeat(p.done, two, 1);
	SPAWN(run_pair, p);
	/* A generator may come late, but not for ever. */
	for (int i = 0; i < 200 || (seen[1] * seen[2] == 0 && now() < end);
	     i++) {
		v = recv_int(p.out);
		REQUIRE_EITHER(v, 1, 2);
		seen[v] = 1;
	}
	CHECK(seen[1] && seen[2]);
	close_chan(p.done);
	while (recv(p.out, &v))
		CHECK_EITHER(v, 1, 2);
	CHECK(all_ended());
}

/* ---- PT-014: fan-in of N -------------------------------------------------- */

#define EACH 3 /* values of every stream */
#define MOST_STREAMS 100

static void run_tagged(void *arg)
{
	const struct stage *s = arg;

	for (int i = 0; i < EACH; i++)
		if (!put(s->done, s->out, s->operand * EACH + i))
			break;
	close_chan(s->out);
}

static assay_chan *fan_in_tagged(struct fan *fan, assay_chan *done, int n)
{
	assay_chan *in[MOST_STREAMS];

	for (int i = 0; i < n; i++) {
		struct stage s = {.done = done, .operand = i};

		in[i] = stage(run_tagged, s);
	}
	return fan_in(fan, done, in, n);
}

static void fan_in_all(int n)
{
	struct fan fan = {0};
	int next[MOST_STREAMS] = {0};
	assay_chan *out = fan_in_tagged(&fan, chan_signal(0), n);
	int v;

	for (int i = 0; i < n * EACH; i++) {
		CHECK_EQ(count(&fan.closed), 0);
		v = recv_int(out);
		REQUIRE_CMP(v, >=, 0);
		REQUIRE_CMP(v, <, n * EACH);
		CHECK_EQ(v % EACH, next[v / EACH]++);
	}
	CHECK(!recv(out, &v));
	CHECK_EQ(count(&fan.finished), n);
	CHECK_EQ(count(&fan.closed), 1);
	CHECK(all_ended());
}

CASE_OF(PT_014, all, "fan-in of N gives all values once, then closes once",
	NEEDS(NEED_SELECT, NEED_WG))
{
	static const int counts[] = {0, 1, 2, 3, 10, MOST_STREAMS};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		fan_in_all(counts[i]);
}

CASE_OF(PT_014, early, "fan-in of N closes after all heard of done",
	NEEDS(NEED_SELECT, NEED_WG))
{
	static struct fan fan;
	assay_chan *done = chan_signal(0);
	assay_chan *out = fan_in_tagged(&fan, done, 20);

	for (int i = 0; i < 5; i++)
		(void)recv_int(out);
	close_chan(done);
	while (recv(out, NULL))
		continue;
	CHECK_EQ(count(&fan.finished), 20);
	CHECK(all_ended());
}

/* ---- PT-029: worker pool -------------------------------------------------- */

#define WORKERS 4
#define TASKS 1000

struct result {
	int task, square, worker;
};

struct worker {
	assay_chan *tasks, *results;
	int id;
	assay_waitgroup *wg;
};

static void work(void *arg)
{
	const struct worker *w = arg;
	int task;

	while (recv(w->tasks, &task)) {
		struct result r = {task, task * task, w->id};

		send(w->results, &r);
	}
	wg_done(w->wg);
}

struct pool {
	assay_chan *tasks, *results;
	int n;
	assay_waitgroup *wg;
};

static void feed(void *arg)
{
	const struct pool *p = arg;

	for (int i = 0; i < p->n; i++)
		send_int(p->tasks, i);
	close_chan(p->tasks);
	wg_wait(p->wg);
	close_chan(p->results);
}

CASE(PT_029, "workers over one queue give every task's result once",
     NEEDS(NEED_WG))
{
	static assay_waitgroup wg;
	static int results[TASKS];
	struct pool p = {chan_int(0), chan(sizeof(struct result), 2),
			 (int)rounds(TASKS), &wg};
	struct result r;

	wg_add(&wg, WORKERS);
	for (int i = 0; i < WORKERS; i++) {
		struct worker w = {p.tasks, p.results, i, &wg};

		SPAWN(work, w);
	}
	SPAWN(feed, p);
	while (recv(p.results, &r)) {
		REQUIRE_CMP(r.task, >=, 0);
		REQUIRE_CMP(r.task, <, p.n);
		CHECK_EQ(r.square, r.task * r.task);
		CHECK_GE(r.worker, 0);
		CHECK_LT(r.worker, WORKERS);
		results[r.task]++;
	}
	for (int i = 0; i < p.n; i++)
		CHECK_EQ(results[i], 1);
	CHECK(all_ended());
}
