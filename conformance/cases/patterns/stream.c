/*
 * stream.c - streams through stages: pipeline, repeat and take, or-done,
 * tee, bridge, a queue between stages (PT-010, PT-011, PT-015 to PT-018).
 */
#include "pt.h"

/* ---- PT-010: pipeline ----------------------------------------------------- */

static void run_multiply(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (recv(s->in, &v))
		if (!put(s->done, s->out, v * s->operand))
			break;
	close_chan(s->out);
}

static assay_chan *multiply(assay_chan *done, assay_chan *in, int by)
{
	return stage(run_multiply,
		     (struct stage){.done = done, .in = in, .operand = by});
}

static void run_add(void *arg)
{
	const struct stage *s = arg;
	int v;

	while (recv(s->in, &v))
		if (!put(s->done, s->out, v + s->operand))
			break;
	close_chan(s->out);
}

static assay_chan *add(assay_chan *done, assay_chan *in, int what)
{
	return stage(run_add,
		     (struct stage){.done = done, .in = in, .operand = what});
}

static assay_chan *pipeline(assay_chan *done)
{
	static const int values[] = {1, 2, 3, 4};
	assay_chan *in = generate(done, values, 4);

	return multiply(done, add(done, multiply(done, in, 2), 1), 2);
}

CASE_OF(PT_010, all, "a pipeline of stages gives 6, 10, 14, 18",
	.flags = CASE_VALGRIND, NEEDS(NEED_SELECT))
{
	static const int want[] = {6, 10, 14, 18};

	expect_stream(pipeline(chan_signal(0)), want, 4);
	CHECK(all_ended());
}

CASE_OF(PT_010, early, "a pipeline that is left early ends in every stage",
	NEEDS(NEED_SELECT))
{
	for (int taken = 0; taken <= 3; taken++) {
		assay_chan *done = chan_signal(0);
		assay_chan *out = pipeline(done);

		for (int i = 0; i < taken; i++)
			CHECK_EQ(recv_int(out), 6 + 4 * i);
		close_chan(done);
		CHECK(all_ended());
		CHECK_EQ(try_recv(out, NULL), ASSAY_CLOSED);
	}
}

/* ---- PT-011: repeat and take ---------------------------------------------- */

CASE_OF(PT_011, ones, "ten of endlessly many ones", NEEDS(NEED_SELECT))
{
	static const int one[] = {1};
	static const int ten[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	assay_chan *done = chan_signal(0);

	expect_stream(take(done, repeat(done, one, 1), 10), ten, 10);
	CHECK(ended_but(1));
	CHECK_EQ(count(&spawned_alive), 1);
	close_chan(done);
	CHECK(all_ended());
}

/* Calls of the function, whose results are the number of the call. */
static atomic_int calls;

static void run_repeat_fn(void *arg)
{
	const struct stage *s = arg;

	while (put(s->done, s->out, mark(&calls)))
		continue;
	close_chan(s->out);
}

CASE_OF(PT_011, function, "ten results of a function called as they are taken",
	NEEDS(NEED_SELECT))
{
	static const int ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	assay_chan *done = chan_signal(0);
	struct stage s = {.done = done};

	expect_stream(take(done, stage(run_repeat_fn, s), 10), ten, 10);
	CHECK_LE(count(&calls), 12);
	close_chan(done);
	CHECK(all_ended());
}

struct tokens {
	assay_chan *done, *in, *out;
};

static void run_to_string(void *arg)
{
	static const char *const words[] = {"I", "am."};
	const struct tokens *t = arg;
	int v;

	while (recv(t->in, &v))
		if (!put_to(t->done, t->out, &words[v]))
			break;
	close_chan(t->out);
}

CASE_OF(PT_011, string, "five tokens make Iam.Iam.I", NEEDS(NEED_SELECT))
{
	static const int both[] = {0, 1};
	struct tokens t = {chan_signal(0), NULL, chan(sizeof(char *), 0)};
	char message[64] = "";
	const char *token;

	t.in = take(t.done, repeat(t.done, both, 2), 5);
	SPAWN(run_to_string, t);
	while (recv(t.out, &token))
		strncat(message, token, sizeof(message) - strlen(message) - 1);
	CHECK_STR(message, "Iam.Iam.I");
	close_chan(t.done);
	CHECK(all_ended());
}

/* ---- PT-015: or-done ------------------------------------------------------ */

CASE_OF(PT_015, source, "or-done passes all on and ends with its source",
	NEEDS(NEED_SELECT))
{
	static const int values[] = {3, 1, 4, 1, 5};
	assay_chan *done = chan_signal(0);

	expect_stream(or_done(done, generate(done, values, 5)), values, 5);
	CHECK(all_ended());
}

CASE_OF(PT_015, waiting, "or-done ends by done while its source is silent",
	NEEDS(NEED_SELECT))
{
	assay_chan *done = chan_signal(0), *silent = chan_int(0);
	assay_chan *out = or_done(done, silent);
	int v;

	settle(1);
	CHECK_EQ(count(&spawned_alive), 1);
	close_chan(done);
	CHECK(!recv(out, &v));
	CHECK(all_ended());
}

CASE_OF(PT_015, sending, "or-done ends by done while nobody takes its value",
	NEEDS(NEED_SELECT))
{
	assay_chan *done = chan_signal(0), *source = chan_int(0);
	assay_chan *out = or_done(done, source);

	send_int(source, 1);
	settle(1);
	CHECK_EQ(count(&spawned_alive), 1);
	close_chan(done);
	CHECK(all_ended());
	CHECK_EQ(try_recv(out, NULL), ASSAY_CLOSED);
}

/* ---- PT-016: tee ---------------------------------------------------------- */

struct tee {
	assay_chan *done, *in, *out1, *out2;
};

static void run_tee(void *arg)
{
	const struct tee *t = arg;
	bool goes_on = true;
	int v;

	while (goes_on && get_from(t->done, t->in, &v)) {
		struct assay_case cases[] = {case_recv(t->done, NULL),
					     case_send(t->out1, &v),
					     case_send(t->out2, &v)};

		for (int i = 0; i < 2 && goes_on; i++) {
			size_t chosen = select_cases(cases, 3, NULL);

			/* Each side gets the value once. */
			cases[chosen].c = NULL;
			goes_on = chosen != 0;
		}
	}
	close_chan(t->out1);
	close_chan(t->out2);
}

static struct tee tee(assay_chan *done, assay_chan *in)
{
	struct tee t = {done, in, chan_int(0), chan_int(0)};

	SPAWN(run_tee, t);
	return t;
}

static const int one_two[] = {1, 2};

CASE_OF(PT_016, pairs, "tee gives every value to both sides, in pairs",
	NEEDS(NEED_SELECT))
{
	static const int want[] = {1, 2, 1, 2};
	assay_chan *done = chan_signal(0);
	struct tee t = tee(done, take(done, repeat(done, one_two, 2), 4));
	int v;

	for (int i = 0; i < 4; i++) {
		CHECK_EQ(recv_int(t.out1), want[i]);
		CHECK_EQ(recv_int(t.out2), want[i]);
	}
	CHECK(!recv(t.out1, &v));
	CHECK(!recv(t.out2, &v));
	close_chan(done);
	CHECK(all_ended());
}

CASE_OF(PT_016, lockstep, "a slow side of a tee holds the other by one value",
	NEEDS(NEED_SELECT))
{
	assay_chan *done = chan_signal(0);
	struct tee t = tee(done, repeat(done, one_two, 2));
	assay_chan *fast = t.out1, *slow = t.out2;

	for (int i = 0; i < 6; i++) {
		int want = one_two[i % 2];
		assay_chan *other = fast;

		CHECK_EQ(recv_int(fast), want);
		settle(2);
		CHECK_EQ(try_recv(fast, NULL), ASSAY_AGAIN);
		CHECK_EQ(recv_int(slow), want);
		fast = slow;
		slow = other;
	}
	close_chan(done);
	CHECK(all_ended());
}

CASE_OF(PT_016, left, "a tee with sides that read no more ends by done",
	NEEDS(NEED_SELECT))
{
	for (int read = 0; read < 3; read++) {
		assay_chan *done = chan_signal(0);
		struct tee t = tee(done, repeat(done, one_two, 2));

		if (read > 0)
			CHECK_EQ(recv_int(read == 1 ? t.out1 : t.out2), 1);
		settle(2);
		close_chan(done);
		CHECK(all_ended());
		CHECK_EQ(try_recv(t.out1, NULL), ASSAY_CLOSED);
		CHECK_EQ(try_recv(t.out2, NULL), ASSAY_CLOSED);
	}
}

/* ---- PT-017: bridge ------------------------------------------------------- */

static void send_streams(void *arg)
{
	assay_chan *streams = *(assay_chan **)arg;

	for (int i = 0; i < 10; i++) {
		assay_chan *stream = chan_int(1);

		send_int(stream, i);
		close_chan(stream);
		send(streams, &stream);
	}
	close_chan(streams);
}

static void bridge_ten(assay_chan *done)
{
	static const int want[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	assay_chan *streams = chan_of_chan(0);

	SPAWN(send_streams, streams);
	expect_stream(bridge(done, streams), want, 10);
	CHECK(all_ended());
}

CASE_OF(PT_017, order, "bridge gives the values of ten streams in order",
	NEEDS(NEED_SELECT))
{
	bridge_ten(NULL);
	bridge_ten(chan_signal(0));
}

CASE_OF(PT_017, turn, "bridge turns to a stream when the one before has ended",
	NEEDS(NEED_SELECT))
{
	assay_chan *streams = chan_of_chan(2);
	assay_chan *first = chan_int(0), *second = chan_int(1);
	assay_chan *out;
	int v;

	send(streams, &first);
	send(streams, &second);
	send_int(second, 2);
	close_chan(second);
	close_chan(streams);
	out = bridge(NULL, streams);
	settle(2);
	CHECK_EQ(try_recv(out, NULL), ASSAY_AGAIN);
	send_int(first, 1);
	CHECK_EQ(recv_int(out), 1);
	close_chan(first);
	CHECK_EQ(recv_int(out), 2);
	CHECK(!recv(out, &v));
	CHECK(all_ended());
}

CASE_OF(PT_017, done, "bridge ends by done: between streams, in one, sending",
	NEEDS(NEED_SELECT))
{
	for (int where = 0; where < 3; where++) {
		assay_chan *done = chan_signal(0), *stream = chan_int(0);
		assay_chan *streams = chan_of_chan(0);
		assay_chan *out = bridge(done, streams);

		if (where > 0)
			send(streams, &stream);
		if (where > 1)
			send_int(stream, 1);
		settle(where == 0 ? 1 : 2);
		close_chan(done);
		CHECK(all_ended());
		CHECK_EQ(try_recv(out, NULL), ASSAY_CLOSED);
	}
}

/* ---- PT-018: a queue between stages --------------------------------------- */

#define QUEUED 5

struct queue {
	assay_chan *c;
	int64_t pause; /* of the early stage, per value */
	int64_t end;   /* when the early stage ended; read after all_ended() */
};

static void run_early(void *arg)
{
	struct queue *q = *(struct queue **)arg;

	for (int i = 0; i < QUEUED; i++) {
		sleep_ns(q->pause);
		send_int(q->c, i);
	}
	q->end = now();
	close_chan(q->c);
}

/* The time of both stages, the later one four times as slow. */
static int64_t run_queue(struct queue *q, int64_t cap, int64_t unit)
{
	int64_t begin = now();
	int v;

	*q = (struct queue){.c = chan_int(cap), .pause = unit};
	SPAWN(run_early, q);
	for (int want = 0; recv(q->c, &v); want++) {
		CHECK_EQ(v, want);
		sleep_ns(4 * unit);
	}
	CHECK(all_ended());
	CHECK_GE(now() - begin, (1 + 4 * QUEUED) * unit);
	q->end -= begin;
	CHECK_GE(q->end, QUEUED * unit);
	return now() - begin;
}

CASE_SOME_UNIT(PT_018, queue_frees_the_early, MS,
	       "a queue frees the early stage sooner, not the pipeline",
	       .timeout_ms = 20000)
{
	struct queue direct, queued;
	int64_t a = run_queue(&direct, 0, unit);
	int64_t b = run_queue(&queued, QUEUED, unit);

	CHECK_GE(direct.end, (1 + 4 * (QUEUED - 1)) * unit);
	/* No less is checked in run_queue(); a busy machine adds to both. */
	return IS(queued.end, <, direct.end / 2) && IS(b, <, a + a / 4) &&
	       IS(a, <, b + b / 4);
}
