/*
 * pt.h - what patterns are made of: goroutines that are counted, so that a
 * pattern can be seen to leave none behind; a send and a receive that give up
 * when done closes; and the stages that several patterns are built from.
 *
 * Streams are unbuffered channels of int, owned by the goroutine that sends
 * on them: it closes them when it ends.  A NULL done never closes.
 */
#ifndef ASSAY_CASES_PT_H
#define ASSAY_CASES_PT_H

#include <stdlib.h>

#include "time/tm.h"

#define NEED_SELECT NEED(chan, select)
#define NEED_AFTER NEED_SELECT, NEED(time, after)

/* ---- goroutines that are counted ------------------------------------------ */

#define SPAWN_ARG 128

struct spawned {
	assay_fn fn;
	_Alignas(16) unsigned char arg[SPAWN_ARG];
};

/* Those of spawn() that have not ended: acq_rel pairs with all_ended(). */
static atomic_int spawned_alive;

static inline void run_spawned(void *arg)
{
	struct spawned *s = arg;

	s->fn(s->arg);
	atomic_fetch_sub_explicit(&spawned_alive, 1, memory_order_acq_rel);
}

/* go fn(copy of the n bytes at arg) */
static inline void spawn(assay_fn fn, const void *arg, size_t n)
{
	struct spawned s = {.fn = fn};

	REQUIRE_CMP(n, <=, sizeof(s.arg));
	memcpy(s.arg, arg, n);
	atomic_fetch_add_explicit(&spawned_alive, 1, memory_order_relaxed);
	go_copy(run_spawned, &s, sizeof(s));
}

#define SPAWN(fn, arg) spawn(fn, &(arg), sizeof(arg))

/* Whether at most n of them are left, now or within 10 s. */
static inline bool ended_but(int n)
{
	int64_t end = in(upto(10 * SEC));

	while (atomic_load_explicit(&spawned_alive, memory_order_acquire) > n) {
		if (now() > end) {
			note("after 10 s %d are left of those that were to end",
			     count(&spawned_alive));
			return false;
		}
		yield();
		sleep_ns(MS / 10);
	}
	return true;
}

static inline bool all_ended(void)
{
	return ended_but(0);
}

/* ---- one step of a stage -------------------------------------------------- */

/* select { case <-done: false; case c <- *v: true } */
static inline bool put_to(assay_chan *done, assay_chan *c, const void *v)
{
	struct assay_case cases[] = {case_recv(done, NULL), case_send(c, v)};

	return select_cases(cases, 2, NULL) == 1;
}

/* select { case <-done: false; case *v, ok = <-c: ok } */
static inline bool get_from(assay_chan *done, assay_chan *c, void *v)
{
	struct assay_case cases[] = {case_recv(done, NULL), case_recv(c, v)};
	int status;

	return select_cases(cases, 2, &status) == 1 && status == ASSAY_OK;
}

static inline bool put(assay_chan *done, assay_chan *c, int v)
{
	return put_to(done, c, &v);
}

/* The wait for ns that done cuts short: false if it did. */
static inline bool pause_for(assay_chan *done, int64_t ns)
{
	struct assay_case cases[] = {case_recv(done, NULL),
				     case_recv(rt->time->after(ns), NULL)};

	return select_cases(cases, 2, NULL) == 1;
}

/* ---- stages --------------------------------------------------------------- */

struct stage {
	assay_chan *done, *in, *out;
	const int *values; /* outlive the stage */
	int n;             /* of values, or how many to take */
	int operand;
};

static inline assay_chan *stage(assay_fn fn, struct stage s)
{
	s.out = chan_int(0);
	SPAWN(fn, s);
	return s.out;
}

static inline void run_generate(void *arg)
{
	const struct stage *s = arg;

	for (int i = 0; i < s->n; i++)
		if (!put(s->done, s->out, s->values[i]))
			break;
	close_chan(s->out);
}

/* The n values, once. */
static inline assay_chan *generate(assay_chan *done, const int *values, int n)
{
	return stage(run_generate,
		     (struct stage){.done = done, .values = values, .n = n});
}

static inline void run_repeat(void *arg)
{
	const struct stage *s = arg;
	int i = 0;

	while (put(s->done, s->out, s->values[i]))
		i = (i + 1) % s->n;
	close_chan(s->out);
}

/* The n values, over and over until done. */
static inline assay_chan *repeat(assay_chan *done, const int *values, int n)
{
	return stage(run_repeat,
		     (struct stage){.done = done, .values = values, .n = n});
}

static inline void run_take(void *arg)
{
	const struct stage *s = arg;
	int v;

	for (int i = 0; i < s->n; i++)
		if (!get_from(s->done, s->in, &v) || !put(s->done, s->out, v))
			break;
	close_chan(s->out);
}

/* The first n values of in. */
static inline assay_chan *take(assay_chan *done, assay_chan *in, int n)
{
	return stage(run_take, (struct stage){.done = done, .in = in, .n = n});
}

static inline void run_or_done(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (get_from(s->done, s->in, &v))
		if (!put(s->done, s->out, v))
			break;
	close_chan(s->out);
}

/* in, until it closes or done does. */
static inline assay_chan *or_done(assay_chan *done, assay_chan *in)
{
	return stage(run_or_done, (struct stage){.done = done, .in = in});
}

static inline void run_bridge(void *arg)
{
	const struct stage *s = arg;
	assay_chan *stream;
	int v;

	while (get_from(s->done, s->in, &stream)) {
		assay_chan *values = or_done(s->done, stream);

		while (recv(values, &v))
			put(s->done, s->out, v);
	}
	close_chan(s->out);
}

/* The values of the streams that in gives, one stream after another. */
static inline assay_chan *bridge(assay_chan *done, assay_chan *in)
{
	return stage(run_bridge, (struct stage){.done = done, .in = in});
}

static inline assay_chan *chan_of_chan(int64_t cap)
{
	return chan(sizeof(assay_chan *), cap);
}

/* Receives that must give exactly these values and then the close. */
static inline void expect_stream(assay_chan *c, const int *values, int n)
{
	int v;

	for (int i = 0; i < n; i++)
		CHECK_EQ(recv_int(c), values[i]);
	CHECK(!recv(c, &v));
}

/* ---- or-channel ----------------------------------------------------------- */

static assay_chan *or_channel(assay_chan *const *in, size_t n);

struct or_wait {
	assay_chan **in; /* n of them and room for out; freed by the waiter */
	size_t n;
	assay_chan *out;
};

static inline void run_or(void *arg)
{
	const struct or_wait *o = arg;
	struct assay_case cases[4];
	size_t n = o->n < 3 ? o->n : 3;

	for (size_t i = 0; i < n; i++)
		cases[i] = case_recv(o->in[i], NULL);
	if (o->n > 2) {
		/* out among the rest ends the waiters below with this one. */
		o->in[o->n] = o->out;
		cases[n++] = case_recv(or_channel(o->in + 3, o->n - 2), NULL);
	}
	select_cases(cases, n, NULL);
	close_chan(o->out);
	free(o->in);
}

/* Closes when any of the n has a value or closes; NULL for none. */
static inline assay_chan *or_channel(assay_chan *const *in, size_t n)
{
	struct or_wait o = {.n = n};

	if (n < 2)
		return n == 0 ? NULL : in[0];
	o.in = malloc((n + 1) * sizeof(*in));
	REQUIRE(o.in != NULL);
	memcpy(o.in, in, n * sizeof(*in));
	o.out = chan_signal(0);
	SPAWN(run_or, o);
	return o.out;
}

#endif
