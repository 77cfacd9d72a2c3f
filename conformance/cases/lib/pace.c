/*
 * pace.c - what is done now and then, and events with even spacing (XL-016,
 * XL-017).
 */
#include "context/cx.h"
#include "time/tm.h"

/* ---- XL-016: now and then ----------------------------------------------------------- */

#define NEED_SOMETIMES                                                         \
	NEED_EXT(rate, sometimes_make), NEED_EXT(rate, sometimes_do),          \
		NEED_EXT(rate, sometimes_free)

static assay_sometimes *sometimes(int64_t first, int64_t every, int64_t ns)
{
	assay_sometimes *s = ext->rate->sometimes_make(first, every, ns);

	REQUIRE(s != NULL);
	return s;
}

static void count_run(void *arg)
{
	mark(arg);
}

/* Whether a call runs its function, once and at once. */
static bool runs(assay_sometimes *s)
{
	atomic_int n = 0;

	ext->rate->sometimes_do(s, count_run, &n);
	CHECK_LE(count(&n), 1);
	return count(&n) == 1;
}

static void drop_sometimes(assay_sometimes *s)
{
	ext->rate->sometimes_free(s);
}

static void check_calls(int first, int every)
{
	assay_sometimes *s = sometimes(first, every, 0);

	for (int i = 0; i < 40; i++) {
		bool want =
			i == 0 || i < first || (every > 0 && i % every == 0);

		CHECK_MSG(runs(s) == want,
			  "first %d, every %d: call %d, want %d", first, every,
			  i + 1, want);
	}
	drop_sometimes(s);
}

CASE(XL_016, "the first ones, each so-manieth, and the very first always",
     .flags = CASE_VALGRIND, NEEDS(NEED_SOMETIMES))
{
	for (int first = 0; first < 5; first++)
		for (int every = 0; every < 6; every++)
			check_calls(first, every);
	check_calls(30, 7);
	drop_sometimes(NULL);
	CHECK_PTR(ext->rate->sometimes_make(-1, 0, 0), ==, NULL);
	CHECK_PTR(ext->rate->sometimes_make(0, -1, 0), ==, NULL);
	CHECK_PTR(ext->rate->sometimes_make(0, 0, -1), ==, NULL);
}

CASE_OF(XL_016, interval, "what comes an interval after the last",
	NEEDS(NEED_SOMETIMES))
{
	assay_sometimes *s = sometimes(0, 0, HOUR);
	assay_sometimes *often = sometimes(0, 0, 5 * MS);

	CHECK(runs(s));
	for (int i = 0; i < 5; i++) {
		CHECK(!runs(s));
		CHECK(i > 0 || runs(often));
		sleep_ns(6 * MS);
		CHECK(runs(often));
	}
	drop_sometimes(s);
	drop_sometimes(often);
}

CASE_OF(XL_016, virtual, "virtual: intervals and counts together",
	.flags = CASE_VIRTUAL_TIME, NEEDS(NEED_SOMETIMES))
{
	assay_sometimes *s = sometimes(2, 5, HOUR);

	CHECK(runs(s)); /* the first two */
	CHECK(runs(s));
	CHECK(!runs(s));
	sleep_ns(HOUR - 1);
	CHECK(!runs(s));
	sleep_ns(1);
	CHECK(runs(s)); /* an hour after the second */
	CHECK(runs(s)); /* the sixth: each fifth, from the first on */
	sleep_ns(HOUR - 1);
	CHECK(!runs(s));
	sleep_ns(1);
	CHECK(runs(s));
	CHECK(!runs(s));
	drop_sometimes(s);
}

struct slow {
	int64_t ns;
	int runs;
};

static void run_slowly(void *arg)
{
	struct slow *s = arg;

	s->runs++;
	sleep_ns(s->ns);
}

/* It is called again at once, after more than an interval inside. */
CASE_SOME_UNIT_OF(XL_016, end, counts_from_end, 10 * MS,
		  "an interval counts from the end of the last function",
		  NEEDS(NEED_SOMETIMES))
{
	assay_sometimes *s = sometimes(0, 0, unit);
	struct slow slow = {.ns = 2 * unit};

	for (int i = 0; i < 2; i++)
		ext->rate->sometimes_do(s, run_slowly, &slow);
	drop_sometimes(s);
	return IS(slow.runs, ==, 1);
}

struct crowd {
	assay_sometimes *s;
	assay_chan *ended, *release;
	atomic_int runs, calls, inside, wrong;
};

static void run_alone(void *arg)
{
	struct crowd *c = arg;

	if (mark(&c->inside) != 1)
		mark(&c->wrong);
	mark(&c->runs);
	yield();
	atomic_fetch_sub_explicit(&c->inside, 1, memory_order_acq_rel);
}

static void call_often(void *arg)
{
	struct crowd *c = arg;

	for (int i = 0; i < 20; i++) {
		ext->rate->sometimes_do(c->s, run_alone, c);
		mark(&c->calls);
	}
	send_signal(c->ended);
}

CASE_OF(XL_016, crowd, "many goroutines count together, one runs at a time",
	NEEDS(NEED_SOMETIMES))
{
	struct crowd c = {.s = sometimes(10, 4, 0), .ended = chan_signal(0)};

	go_many(8, call_often, &c);
	join(c.ended, 8);
	CHECK_EQ(count(&c.wrong), 0);
	/* of 160 calls the first ten, then 12, 16 ... 156 */
	CHECK_EQ(count(&c.runs), 10 + 37);
	drop_sometimes(c.s);
}

static void run_held(void *arg)
{
	struct crowd *c = arg;

	mark(&c->inside);
	wait_for(c->release);
}

static void call_held(void *arg)
{
	struct crowd *c = arg;

	ext->rate->sometimes_do(c->s, run_held, c);
	mark(&c->calls);
}

CASE_OF(XL_016, blocks, "a call waits while another's function runs",
	NEEDS(NEED_SOMETIMES))
{
	struct crowd c = {.s = sometimes(1, 0, 0), .release = chan_signal(0)};

	go(call_held, &c);
	CHECK(becomes(&c.inside, 1));
	go(call_held, &c);
	settle(2);
	CHECK_EQ(count(&c.calls), 0);
	close_chan(c.release);
	CHECK(becomes(&c.calls, 2));
	CHECK_EQ(count(&c.inside), 1);
	drop_sometimes(c.s);
}

/* ---- XL-017: even spacing --------------------------------------------------------------- */

#define NEED_BUCKET                                                            \
	NEED_EXT(rate, bucket_make), NEED_EXT(rate, bucket_take),              \
		NEED_EXT(rate, bucket_next), NEED_EXT(rate, bucket_free)

static assay_bucket *bucket(int64_t rate, int64_t per, int64_t slack)
{
	assay_bucket *b = ext->rate->bucket_make(rate, per, slack);

	REQUIRE(b != NULL);
	return b;
}

static int64_t next(assay_bucket *b, int64_t at)
{
	return ext->rate->bucket_next(b, at);
}

static void drop_bucket(assay_bucket *b)
{
	ext->rate->bucket_free(b);
}

CASE(XL_017, "events come evenly, and never before they are asked for",
     NEEDS(NEED_BUCKET))
{
	assay_bucket *b = bucket(100, SEC, 0);
	int64_t t = HOUR;

	CHECK_EQ(next(b, t), t);
	for (int i = 1; i < 10; i++)
		CHECK_EQ(next(b, t), t + i * 10 * MS);
	CHECK_EQ(next(b, t + 95 * MS), t + 100 * MS);
	CHECK_EQ(next(b, t + 500 * MS), t + 500 * MS);
	CHECK_EQ(next(b, t + 500 * MS), t + 510 * MS);
	CHECK_EQ(next(b, t + 520 * MS), t + 520 * MS);
	CHECK_EQ(next(b, t + 525 * MS), t + 530 * MS);
	drop_bucket(b);
	drop_bucket(NULL);
}

CASE_OF(XL_017, per, "a rate is so many events in any time", NEEDS(NEED_BUCKET))
{
	assay_bucket *b = bucket(6, 60 * SEC, 0), *fast = bucket(1, 1, 0);
	int64_t t = HOUR;

	CHECK_EQ(next(b, t), t);
	CHECK_EQ(next(b, t), t + 10 * SEC);
	CHECK_EQ(next(b, t + SEC), t + 20 * SEC);
	CHECK_EQ(next(fast, t), t);
	CHECK_EQ(next(fast, t), t + 1);
	drop_bucket(b);
	drop_bucket(fast);
	CHECK_PTR(ext->rate->bucket_make(0, SEC, 0), ==, NULL);
	CHECK_PTR(ext->rate->bucket_make(-1, SEC, 0), ==, NULL);
	CHECK_PTR(ext->rate->bucket_make(1, 0, 0), ==, NULL);
	CHECK_PTR(ext->rate->bucket_make(1, -SEC, 0), ==, NULL);
	CHECK_PTR(ext->rate->bucket_make(1, SEC, -1), ==, NULL);
}

/* After idleness `slack` events are saved up, beside the one that is due. */
static void check_slack(int64_t slack)
{
	assay_bucket *b = bucket(100, SEC, slack);
	int64_t t = HOUR;

	CHECK_EQ(next(b, t), t); /* nothing is saved up before the first */
	CHECK_EQ(next(b, t), t + 10 * MS);
	for (int round = 0; round < 3; round++) {
		t += 10 * SEC;
		for (int64_t i = 0; i <= slack; i++)
			CHECK_EQ(next(b, t), t);
		CHECK_EQ(next(b, t), t + 10 * MS);
		CHECK_EQ(next(b, t), t + 20 * MS);
	}
	drop_bucket(b);
}

CASE_OF(XL_017, slack, "idleness saves up as much as the slack, and no more",
	NEEDS(NEED_BUCKET))
{
	check_slack(0);
	check_slack(1);
	check_slack(10);
}

CASE_OF(XL_017, part, "short idleness saves up what it was", NEEDS(NEED_BUCKET))
{
	assay_bucket *b = bucket(100, SEC, 10);
	int64_t t = HOUR;

	CHECK_EQ(next(b, t), t);
	/* due at 10, 20, 30 and, out of these 35 ms, at 40 */
	CHECK_EQ(next(b, t + 35 * MS), t + 35 * MS);
	CHECK_EQ(next(b, t + 35 * MS), t + 35 * MS);
	CHECK_EQ(next(b, t + 35 * MS), t + 35 * MS);
	CHECK_EQ(next(b, t + 35 * MS), t + 40 * MS);
	CHECK_EQ(next(b, t + 35 * MS), t + 50 * MS);
	drop_bucket(b);
}

struct takers {
	assay_bucket *b;
	assay_chan *times;
};

static void take_times(void *arg)
{
	struct takers *t = arg;

	for (int i = 0; i < 5; i++) {
		int64_t at = ext->rate->bucket_take(t->b);

		CHECK_GE(now(), at);
		send(t->times, &at);
	}
}

CASE_OF(XL_017, take, "take waits for its turn, among many too",
	NEEDS(NEED_BUCKET))
{
	enum { ALL = 20 };
	struct takers t = {bucket(500, SEC, 0), chan(sizeof(int64_t), ALL)};
	int64_t at[ALL], begin = now();

	go_many(4, take_times, &t);
	for (int i = 0; i < ALL; i++) {
		int k = i;

		REQUIRE(recv(t.times, &at[i]));
		for (; k > 0 && at[k - 1] > at[k]; k--) {
			int64_t swapped = at[k];

			at[k] = at[k - 1];
			at[k - 1] = swapped;
		}
	}
	CHECK_GE(at[0], begin);
	for (int i = 1; i < ALL; i++)
		CHECK_GE(at[i] - at[i - 1], 2 * MS);
	CHECK_GE(now() - begin, (ALL - 1) * 2 * MS);
	drop_bucket(t.b);
}

CASE_OF(XL_017, virtual, "virtual: takes of an hour each, to the nanosecond",
	.flags = CASE_VIRTUAL_TIME, NEEDS(NEED_BUCKET))
{
	assay_bucket *b = bucket(1, HOUR, 2);
	int64_t begin = now();

	for (int i = 0; i < 10; i++) {
		CHECK_EQ(ext->rate->bucket_take(b), begin + i * HOUR);
		CHECK_EQ(now(), begin + i * HOUR);
	}
	sleep_ns(24 * HOUR);
	begin = now();
	for (int i = 0; i < 3; i++)
		CHECK_EQ(ext->rate->bucket_take(b), begin);
	CHECK_EQ(ext->rate->bucket_take(b), begin + HOUR);
	CHECK_EQ(now(), begin + HOUR);
	drop_bucket(b);
}
