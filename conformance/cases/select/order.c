/*
 * order.c - when operands are evaluated, priority, lists of cases made at
 * run time and of any length (SE-012, SE-013, SE-026, SE-030, SE-033).
 */
#include <stdlib.h>

#include "kit/sync_kit.h"

/* ---- operands ----------------------------------------------------------- */

static unsigned evaluated, turn;

static unsigned next_value(void)
{
	evaluated++;
	return 1u << turn;
}

/* Sends on each of a and b once; each turn evaluates both values first. */
static int send_both(assay_chan *a, assay_chan *b)
{
	int sent = 0;

	for (;; turn++) {
		unsigned to_a = next_value(), to_b = next_value();
		struct assay_case cases[2] = {case_send(a, &to_a),
					      case_send(b, &to_b)};
		size_t i = select_default(cases, 2, NULL);

		if (i == NO_CASE)
			return sent;
		sent++;
		*(i == 0 ? &a : &b) = NULL;
	}
}

CASE(SE_012, "operands of all cases are evaluated once, on entry",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	assay_chan *a = chan(sizeof(unsigned), 1);
	assay_chan *b = chan(sizeof(unsigned), 1);
	unsigned from_a, from_b;

	CHECK_EQ(send_both(a, b), 2);
	REQUIRE(recv(a, &from_a) && recv(b, &from_b));
	CHECK_EQ(from_a | from_b, 3);
	CHECK_EQ(send_both(a, NULL), 1);
	CHECK_EQ(evaluated, 10);
}

struct relay {
	assay_chan *source, *out, *done;
	atomic_int finished;
	size_t taken;
};

/* select { done; out <- <-source } */
static void relay_one(void *arg)
{
	struct relay *r = arg;
	int v = recv_int(r->source);
	struct assay_case cases[2] = {case_recv(r->done, NULL),
				      case_send(r->out, &v)};

	r->taken = select_cases(cases, 2, NULL);
	mark(&r->finished);
}

CASE(SE_013, "a value to be received first holds the select up",
     NEEDS(NEED(chan, select)))
{
	struct relay r = {.source = chan_int(0),
			  .out = chan_int(0),
			  .done = chan_signal(0)};

	go(relay_one, &r);
	settle(1);
	close_chan(r.done);
	CHECK(stays(&r.finished, 0));
	send_int(r.source, 4);
	REQUIRE(becomes(&r.finished, 1));
	CHECK_EQ(r.taken, 0);
}

/* ---- many cases --------------------------------------------------------- */

#define CHANNELS 1024
#define LARGE 65536

static assay_chan *many[CHANNELS];

/* n cases over the never-ready channels, in random order. */
static struct assay_case *never(size_t n)
{
	struct assay_case *cases = calloc(n + 1, sizeof(*cases));

	REQUIRE(cases != NULL);
	for (size_t i = 0; i < n; i++)
		cases[i] = case_recv(many[rnd_below(CHANNELS)], NULL);
	return cases;
}

/* The one ready case stands at `place` of n. */
static void ready_at(size_t n, size_t place)
{
	struct assay_case *cases = never(n);
	assay_chan *ready = chan_int(1);
	int v = 0;

	send_int(ready, 5);
	cases[place] = case_recv(ready, &v);
	CHECK_EQ(select_cases(cases, n, NULL), place);
	CHECK_EQ(v, 5);
	free(cases);
}

static void send_later(void *arg)
{
	settle(1);
	send_int(arg, 6);
}

static void wakes_at(size_t n, size_t place)
{
	struct assay_case *cases = never(n);
	assay_chan *late = chan_int(0);
	int v = 0;

	cases[place] = case_recv(late, &v);
	go(send_later, late);
	CHECK_EQ(select_cases(cases, n, NULL), place);
	CHECK_EQ(v, 6);
	free(cases);
}

static void make_many(void)
{
	for (size_t i = 0; i < CHANNELS; i++)
		many[i] = chan_int(0);
}

static void up_to(size_t most)
{
	for (size_t n = 1; n <= most; n = n * 3 / 2 + 1) {
		ready_at(n, n - 1);
		ready_at(n, 0);
		ready_at(n, (size_t)rnd_below((int64_t)n));
	}
	ready_at(most, most - 1);
	for (size_t n = 1; n <= most; n *= 4)
		wakes_at(n, n - 1);
	for (size_t i = 0; i < CHANNELS; i++)
		CHECK_EQ(try_send(many[i], &(int){0}), ASSAY_AGAIN);
}

CASE(SE_026, "a select may have any number of cases, in any order",
     NEEDS(NEED(chan, select)))
{
	CHECK_EQ(select_default(NULL, 0, NULL), NO_CASE);
	make_many();
	up_to(48);
}

/* ThreadSanitizer knows at most 64 locks held together. */
CASE_OF(SE_026, many, "a select of 1024 cases", NEEDS(NEED(chan, select)),
	.flags = CASE_NOT_SANITIZED)
{
	make_many();
	up_to(1024);
}

CASE_OF(SE_026, large, "a select of 65536 cases", NEEDS(NEED(chan, select)),
	.flags = CASE_NOT_SANITIZED)
{
	make_many();
	ready_at(LARGE, LARGE - 1);
	wakes_at(LARGE, LARGE - 1);
	for (size_t i = 0; i < CHANNELS; i++)
		CHECK_EQ(try_send(many[i], &(int){0}), ASSAY_AGAIN);
}

/* ---- priority ----------------------------------------------------------- */

struct worker {
	assay_chan *done, *work, *ended;
	atomic_int closed; /* set after close(done) returned */
	int64_t before, after;
};

/* done is looked at first; `after` counts work of turns begun too late. */
static void work_until_done(void *arg)
{
	struct worker *w = arg;
	struct assay_case first[1] = {case_recv(w->done, NULL)};
	struct assay_case both[2] = {case_recv(w->done, NULL),
				     case_recv(w->work, NULL)};
	bool late;

	for (;;) {
		late = count(&w->closed) != 0;
		if (select_default(first, 1, NULL) == 0)
			break;
		if (select_cases(both, 2, NULL) == 0)
			break;
		*(late ? &w->after : &w->before) += 1;
		yield();
	}
	send_signal(w->ended);
}

CASE(SE_030, "work never goes on after a first look sees done closed",
     NEEDS(NEED(chan, select)))
{
	assay_chan *always = chan_signal(0), *ended = chan_signal(0);
	int64_t n = rounds(200), before = 0;

	close_chan(always);
	for (int64_t i = 0; i < n; i++) {
		struct worker w = {
			.done = chan_signal(0), .work = always, .ended = ended};

		go(work_until_done, &w);
		for (int64_t k = i % 8; k > 0; k--)
			yield();
		close_chan(w.done);
		mark(&w.closed);
		wait_for(w.ended);
		CHECK_EQ(w.after, 0);
		before += w.before;
		drop(w.done);
	}
	note("%" PRId64 " items before done", before);
}

/* ---- cases made at run time --------------------------------------------- */

#define PRODUCERS 12

struct producer {
	assay_chan *out, *done;
	int first, count;
};

static void produce(void *arg)
{
	struct producer *p = arg;

	for (int i = 0; i < p->count; i++)
		send_int(p->out, p->first + i);
	close_chan(p->out);
}

struct forward {
	assay_chan *from, *to, *ended;
};

static void fan_in(void *arg)
{
	struct forward *f = arg;
	int v;

	while (recv(f->from, &v))
		send_int(f->to, v);
	send_signal(f->ended);
}

static void start_producers(struct producer *p)
{
	for (int i = 0; i < PRODUCERS; i++) {
		p[i] = (struct producer){.out = chan_int(i % 3),
					 .first = 100 * i,
					 .count = 5 * i};
		go(produce, &p[i]);
	}
}

/* One select over all of them, less each that was closed. */
static void by_select(int *seen)
{
	struct producer p[PRODUCERS];
	struct assay_case cases[PRODUCERS];
	size_t n = PRODUCERS;
	int v, status;

	start_producers(p);
	for (size_t i = 0; i < n; i++)
		cases[i] = case_recv(p[i].out, &v);
	while (n > 0) {
		size_t i = select_cases(cases, n, &status);

		if (status == ASSAY_CLOSED)
			cases[i] = cases[--n];
		else
			seen[v]++;
	}
}

static void by_fan_in(int *seen)
{
	struct producer p[PRODUCERS];
	struct forward f[PRODUCERS];
	assay_chan *to = chan_int(0), *ended = chan_signal(0);
	int v, left = PRODUCERS;
	struct assay_case cases[2] = {case_recv(to, &v),
				      case_recv(ended, NULL)};

	start_producers(p);
	for (int i = 0; i < PRODUCERS; i++) {
		f[i] = (struct forward){p[i].out, to, ended};
		go(fan_in, &f[i]);
	}
	while (left > 0) {
		if (select_cases(cases, 2, NULL) == 0)
			seen[v]++;
		else
			left--;
	}
}

CASE(SE_033, "a select over cases listed at run time equals a fan-in",
     NEEDS(NEED(chan, select)))
{
	static int once[100 * PRODUCERS], twice[100 * PRODUCERS];

	by_select(once);
	by_fan_in(twice);
	for (int i = 0; i < 100 * PRODUCERS; i++) {
		int expected = i % 100 < 5 * (i / 100);

		CHECK_EQ(once[i], expected);
		CHECK_EQ(twice[i], expected);
	}
}
