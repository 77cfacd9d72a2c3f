/*
 * owner.c - who makes a stream sends on it and closes it; loops around
 * select; goroutines that end when they are told to (PT-001 to PT-007).
 */
#include "pt.h"

/* ---- PT-001: owner and consumer ------------------------------------------- */

#define OWNER_CAP 5

static void own(void *arg)
{
	assay_chan *results = *(assay_chan **)arg;

	for (int i = 0; i <= OWNER_CAP; i++)
		send_int(results, i);
	close_chan(results);
}

static assay_chan *chan_owner(void)
{
	assay_chan *results = chan_int(OWNER_CAP);

	SPAWN(own, results);
	return results;
}

CASE(PT_001, "an owner's six values come through a buffer of five, then end")
{
	static const int all[] = {0, 1, 2, 3, 4, 5};

	expect_stream(chan_owner(), all, 6);
	CHECK(all_ended());
}

CASE_OF(PT_001, ahead, "the owner runs ahead by its buffer and no further",
	NEEDS(NEED(chan, len)))
{
	assay_chan *results = chan_owner();
	int64_t end = in(upto(10 * SEC));

	while (rt->chan->len(results) < OWNER_CAP && now() < end)
		yield();
	settle(1);
	CHECK_EQ(rt->chan->len(results), OWNER_CAP);
	CHECK_EQ(count(&spawned_alive), 1);
	CHECK_EQ(recv_int(results), 0);
	CHECK(all_ended());
}

/* ---- PT-002: confinement -------------------------------------------------- */

static void send_ones(void *arg)
{
	assay_chan *result = *(assay_chan **)arg;

	for (int i = 0; i < 5; i++)
		send_int(result, 1);
	close_chan(result);
}

static assay_chan *rest(void)
{
	assay_chan *result = chan_int(0);

	SPAWN(send_ones, result);
	return result;
}

CASE(PT_002, "a confined generator gives five ones and closes")
{
	static const int ones[] = {1, 1, 1, 1, 1};
	assay_chan *a = rest(), *b = rest();

	expect_stream(a, ones, 5);
	expect_stream(b, ones, 5);
	CHECK(all_ended());
}

/* ---- PT-003, PT-004: loops around a select -------------------------------- */

static const int abc[] = {'a', 'b', 'c'};

CASE_OF(PT_003, all, "a sending loop sends all of its values",
	NEEDS(NEED_SELECT))
{
	expect_stream(generate(chan_signal(0), abc, 3), abc, 3);
	CHECK(all_ended());
}

CASE_OF(PT_003, stopped, "a sending loop that waits to send ends by done",
	NEEDS(NEED_SELECT))
{
	assay_chan *done = chan_signal(0);
	assay_chan *letters = generate(done, abc, 3);

	CHECK_EQ(recv_int(letters), 'a');
	settle(1);
	close_chan(done);
	CHECK(all_ended());
	CHECK_EQ(try_recv(letters, NULL), ASSAY_CLOSED);
}

struct spinner {
	assay_chan *done;
	bool yields;
	atomic_int *turns;
};

static void spin_until_done(void *arg)
{
	const struct spinner *s = arg;
	struct assay_case stop = case_recv(s->done, NULL);

	while (select_default(&stop, 1, NULL) == NO_CASE) {
		mark(s->turns);
		if (s->yields)
			yield();
	}
}

CASE_TABLE(PT_004, stop_a_spinner, (bool yields),
	   ROW(yielding, (true),
	       "a loop that polls done and yields ends with it",
	       NEEDS(NEED_SELECT)),
	   ROW(spinning, (false), "a loop that only polls done ends with it",
	       .traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS(NEED_SELECT)))
{
	static atomic_int turns;
	struct spinner s = {chan_signal(0), yields, &turns};
	int64_t closed;

	SPAWN(spin_until_done, s);
	CHECK(becomes(&turns, 10));
	CHECK_EQ(count(&spawned_alive), 1);
	close_chan(s.done);
	closed = now();
	CHECK(all_ended());
	CHECK_LT(now() - closed, upto(2 * SEC));
}

/* ---- PT-005: a reader that is told to stop -------------------------------- */

struct reading {
	assay_chan *done, *strings, *terminated;
};

static void read_strings(void *arg)
{
	const struct reading *r = arg;
	const char *s;

	while (get_from(r->done, r->strings, &s))
		CHECK_STR(s, "hello");
	close_chan(r->terminated);
}

static assay_chan *do_work(assay_chan *done, assay_chan *strings)
{
	struct reading r = {done, strings, chan_signal(0)};

	SPAWN(read_strings, r);
	return r.terminated;
}

struct canceller {
	assay_chan *done;
	int64_t delay;
	atomic_int *cancelling;
};

static void cancel_later(void *arg)
{
	const struct canceller *c = arg;

	sleep_ns(c->delay);
	mark(c->cancelling);
	close_chan(c->done);
}

CASE(PT_005, "a reader of a nil channel ends when done closes, not before",
     NEEDS(NEED_SELECT))
{
	static atomic_int cancelling;
	struct canceller c = {chan_signal(0), 50 * MS, &cancelling};
	assay_chan *terminated = do_work(c.done, NULL);
	int64_t begin = now();

	SPAWN(cancel_later, c);
	wait_for(terminated);
	CHECK_EQ(count(&cancelling), 1);
	CHECK_GE(now() - begin, c.delay);
	CHECK_LT(now() - begin, upto(2 * SEC));
	CHECK(all_ended());
}

CASE_OF(PT_005, strings, "a reader takes what comes until done closes",
	NEEDS(NEED_SELECT))
{
	const char *hello = "hello";
	assay_chan *done = chan_signal(0);
	assay_chan *strings = chan(sizeof(char *), 0);
	assay_chan *terminated = do_work(done, strings);

	for (int i = 0; i < 3; i++)
		send(strings, &hello);
	CHECK_EQ(try_recv(terminated, NULL), ASSAY_AGAIN);
	close_chan(done);
	wait_for(terminated);
	CHECK(all_ended());
}

/* ---- PT-006: a writer that is told to stop -------------------------------- */

struct random_stream {
	assay_chan *done, *out;
	atomic_int *exits;
};

static void send_random(void *arg)
{
	const struct random_stream *r = arg;

	while (put(r->done, r->out, (int)rnd_below(INT32_MAX)))
		continue;
	mark(r->exits);
	close_chan(r->out);
}

CASE(PT_006, "a random stream stops after three values when done closes",
     NEEDS(NEED_SELECT))
{
	static atomic_int exits;
	struct random_stream r = {chan_signal(0), chan_int(0), &exits};
	int a, b, c;

	SPAWN(send_random, r);
	a = recv_int(r.out);
	b = recv_int(r.out);
	c = recv_int(r.out);
	CHECK_GE(a, 0);
	CHECK_GE(b, 0);
	CHECK_GE(c, 0);
	CHECK_MSG(a != b || b != c, "all are %d", a);
	CHECK(still_unset(&exits));
	close_chan(r.done);
	CHECK(all_ended());
	CHECK_EQ(count(&exits), 1);
	CHECK_EQ(try_recv(r.out, NULL), ASSAY_CLOSED);
}

/* ---- PT-007: a generator without an end ----------------------------------- */

CASE(PT_007, "a generator gives what is asked for and ends by done",
     NEEDS(NEED_SELECT))
{
	static const int one[] = {1};
	assay_chan *done = chan_signal(0);
	assay_chan *result = repeat(done, one, 1);

	for (int i = 0; i < 5; i++)
		CHECK_EQ(recv_int(result), 1);
	CHECK_EQ(count(&spawned_alive), 1);
	close_chan(done);
	CHECK(all_ended());
	CHECK_EQ(try_recv(result, NULL), ASSAY_CLOSED);
}
