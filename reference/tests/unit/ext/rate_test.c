/*
 * rate_test.c - limiters: token bucket, even spacing, sometimes.
 */
#include <math.h>

#include "ext.h"

static void every(void)
{
	CU_ASSERT(goro_every(10 * MS) == 100);
	CU_ASSERT(goro_every(GORO_SECOND) == 1);
	CU_ASSERT(isinf(goro_every(0)) && isinf(goro_every(-1)));
	CU_ASSERT_PTR_NULL(goro_limiter_new(NAN, 1));
}

struct step {
	int64_t at; /* ms */
	int64_t n;
	bool ok;
};

static void walk(double limit, int64_t burst, const struct step *s, size_t n)
{
	goro_limiter *l = goro_limiter_new(limit, burst);

	for (size_t i = 0; i < n; i++)
		UNIT_EQ(goro_limiter_allow(l, s[i].at * MS, s[i].n), s[i].ok);
	goro_limiter_free(l);
}

static void tables(void)
{
	static const struct step one[] = {{0, 1, true},    {0, 1, false},
					  {100, 1, true},  {100, 1, false},
					  {199, 1, false}, {200, 1, true}};
	static const struct step three[] = {
		{0, 1, true},    {0, 1, true},    {0, 2, false},
		{0, 1, true},    {0, 1, false},   {100, 4, false},
		{150, 1, true},  {200, 1, true},  {300, 1, true},
		{300, 1, false}, {900, 3, true},  {900, 1, false},
		{950, 4, false}, {1200, 3, true}, {1200, 1, false}};
	static const struct step back[] = {
		{1000, 1, true}, {0, 1, true},    {0, 1, true},
		{0, 1, false},   {100, 1, true},  {100, 1, false},
		{50, 1, false},  {100, 1, false}, {200, 1, true}};

	walk(10, 1, one, sizeof(one) / sizeof(one[0]));
	walk(10, 3, three, sizeof(three) / sizeof(three[0]));
	walk(10, 3, back, sizeof(back) / sizeof(back[0]));
}

static void no_limit_and_none(void)
{
	goro_limiter *l = goro_limiter_new(INFINITY, 0);
	goro_reservation *r;

	UNIT_EQ(goro_limiter_allow(l, 0, 1000000), true);
	UNIT_EQ(goro_limiter_wait(l, goro_todo(), 1000000), GORO_OK);
	r = goro_limiter_reserve(l, 5, 1000);
	UNIT_EQ(goro_reservation_delay(r, 5), 0);
	goro_reservation_cancel(r, 5);
	goro_reservation_free(r);
	goro_limiter_free(l);
	l = goro_limiter_new(0, 2);
	UNIT_EQ(goro_limiter_allow(l, 0, 1), true);
	UNIT_EQ(goro_limiter_allow(l, 0, 1), true);
	UNIT_EQ(goro_limiter_allow(l, 1000 * GORO_SECOND, 1), false);
	UNIT_EQ(goro_limiter_allow(l, 0, -1), false);
	goro_limiter_free(l);
}

static void settings(void)
{
	goro_limiter *l = goro_limiter_new(10, 5);

	UNIT_EQ(goro_limiter_burst(l), 5);
	CU_ASSERT(goro_limiter_limit(l) == 10);
	CU_ASSERT(goro_limiter_tokens(l, 0) == 5);
	goro_limiter_allow(l, 0, 5);
	CU_ASSERT(goro_limiter_tokens(l, 100 * MS) == 1);
	goro_limiter_set_limit(l, 100 * MS, 20);
	CU_ASSERT(goro_limiter_tokens(l, 200 * MS) == 3);
	goro_limiter_set_burst(l, 200 * MS, 2);
	CU_ASSERT(goro_limiter_tokens(l, 200 * MS) == 2);
	CU_ASSERT(goro_limiter_limit(l) == 20);
	goro_limiter_free(l);
}

static goro_reservation *reserve(goro_limiter *l, int64_t at, int64_t n,
				 int64_t delay)
{
	goro_reservation *r = goro_limiter_reserve(l, at * MS, n);

	UNIT_EQ(goro_reservation_ok(r), delay >= 0);
	UNIT_EQ(goro_reservation_delay(r, at * MS),
		delay >= 0 ? delay * MS : INT64_MAX);
	return r;
}

/* Two reservations, the first or the second cancelled, then a third. */
static void cancel_one(int which, int64_t at, int64_t n, int64_t delay)
{
	goro_limiter *l = goro_limiter_new(10, 2);
	goro_reservation *r[3];

	r[0] = reserve(l, 0, 2, 0);
	r[1] = reserve(l, 0, 2, 200);
	goro_reservation_cancel(r[which], at * MS);
	r[2] = reserve(l, at, n, delay);
	for (int i = 0; i < 3; i++)
		goro_reservation_free(r[i]);
	goro_limiter_free(l);
}

static void reservations(void)
{
	goro_limiter *l = goro_limiter_new(10, 2);

	goro_reservation_free(reserve(l, 0, 3, -1));
	goro_reservation_free(reserve(l, 0, 2, 0));
	goro_reservation_free(reserve(l, 0, 2, 200));
	goro_reservation_free(reserve(l, 100, 2, 300));
	goro_reservation_free(reserve(l, 900, 0, 0));
	goro_limiter_free(l);
	cancel_one(1, 100, 2, 100); /* all of the later one comes back */
	cancel_one(0, 0, 1, 300);   /* nothing of what others built upon */
	cancel_one(0, 100, 1, 200); /* nor of what has happened */
}

static void wait_errors(void)
{
	goro_limiter *l = goro_limiter_new(10, 3);
	goro_context *c = NULL;

	UNIT_EQ(goro_limiter_wait(l, goro_todo(), 4), GORO_RATE_BURST);
	UNIT_STR(goro_limiter_error(),
		 "rate: Wait(n=4) exceeds limiter's burst 3");
	UNIT_EQ(goro_limiter_wait(l, goro_todo(), 3), GORO_OK);
	goro_with_timeout(goro_background(), 50 * MS, 0, &c);
	UNIT_EQ(goro_limiter_wait(l, c, 2), GORO_RATE_DEADLINE);
	UNIT_STR(goro_limiter_error(),
		 "rate: Wait(n=2) would exceed context deadline");
	goro_cancel(c, 0);
	UNIT_EQ(goro_limiter_wait(l, c, 0), GORO_CANCELED);
	UNIT_STR(goro_limiter_error(), "context canceled");
	UNIT_EQ(goro_limiter_wait(l, NULL, 1), GORO_EINVAL);
	UNIT_EQ(goro_limiter_wait(l, goro_todo(), -1), GORO_EINVAL);
	goro_context_free(c);
	goro_limiter_free(l);
}

static void wait_in_time(void)
{
	goro_limiter *l = goro_limiter_new(100, 1);
	goro_context *c = NULL;
	int64_t start = goro_now();

	goro_with_timeout(goro_background(), 10 * GORO_SECOND, 0, &c);
	for (int i = 0; i < 4; i++)
		UNIT_EQ(goro_limiter_wait(l, c, 1), GORO_OK);
	CU_ASSERT(goro_now() - start >= 30 * MS);
	if (ext_virtual)
		UNIT_EQ(goro_now() - start, 30 * MS);
	goro_context_free(c);
	goro_limiter_free(l);
}

static void cancel_it(void *c)
{
	goro_cancel(c, 0);
}

/* A wait that is given up gives its tokens back. */
static void wait_given_up(void)
{
	goro_limiter *l = goro_limiter_new(0.01, 1);
	goro_context *c = NULL;
	goro_timer *t;

	goro_with_cancel(goro_background(), &c);
	UNIT_EQ(goro_limiter_wait(l, c, 1), GORO_OK);
	t = goro_after_func(5 * MS, cancel_it, c);
	UNIT_EQ(goro_limiter_wait(l, c, 1), GORO_CANCELED);
	CU_ASSERT(goro_limiter_tokens(l, goro_now()) >= 0);
	goro_timer_free(t);
	goro_context_free(c);
	goro_limiter_free(l);
}

struct crowd {
	goro_limiter *l;
	atomic_int ok;
};

static void allow_one(void *arg, int i)
{
	struct crowd *c = arg;

	(void)i;
	if (goro_limiter_allow(c->l, 0, 1))
		atomic_fetch_add(&c->ok, 1);
}

static void at_once(void)
{
	struct crowd c = {.l = goro_limiter_new(0.001, 5)};

	ext_team(15, allow_one, &c);
	UNIT_EQ(atomic_load(&c.ok), 5);
	goro_limiter_free(c.l);
}

static void bucket_spacing(void)
{
	goro_bucket *b = goro_bucket_new(100, GORO_SECOND, 0);

	UNIT_EQ(goro_bucket_next(b, 0), 0);
	UNIT_EQ(goro_bucket_next(b, 0), 10 * MS);
	UNIT_EQ(goro_bucket_next(b, 5 * MS), 20 * MS);
	UNIT_EQ(goro_bucket_next(b, 100 * MS), 100 * MS);
	UNIT_EQ(goro_bucket_next(b, 100 * MS), 110 * MS);
	UNIT_EQ(goro_bucket_next(b, 50 * MS), 120 * MS);
	goro_bucket_free(b);
	CU_ASSERT_PTR_NULL(goro_bucket_new(0, 1, 0));
	CU_ASSERT_PTR_NULL(goro_bucket_new(1, 0, 0));
	CU_ASSERT_PTR_NULL(goro_bucket_new(1, 1, -1));
}

static void bucket_slack(void)
{
	goro_bucket *b = goro_bucket_new(100, GORO_SECOND, 2);

	UNIT_EQ(goro_bucket_next(b, 0), 0);
	UNIT_EQ(goro_bucket_next(b, 0), 10 * MS); /* nothing saved yet */
	for (int i = 0; i < 3; i++)
		UNIT_EQ(goro_bucket_next(b, GORO_SECOND), GORO_SECOND);
	UNIT_EQ(goro_bucket_next(b, GORO_SECOND), GORO_SECOND + 10 * MS);
	goro_bucket_free(b);
}

static void bucket_take(void)
{
	goro_bucket *b = goro_bucket_new(200, GORO_SECOND, 0);
	int64_t last = goro_bucket_take(b);

	for (int i = 0; i < 5; i++) {
		int64_t at = goro_bucket_take(b);

		CU_ASSERT(at - last >= 5 * MS && goro_now() >= at);
		last = at;
	}
	goro_bucket_free(b);
}

static int calls(int64_t first, int64_t each, int n)
{
	goro_sometimes *s = goro_sometimes_new(first, each, 0);
	atomic_int done = 0;

	for (int i = 0; i < n; i++)
		goro_sometimes_do(s, ext_count, &done);
	goro_sometimes_free(s);
	return atomic_load(&done);
}

static void panics(void *arg)
{
	(void)arg;
	goro_panic("not now");
}

static void do_panic(void *s)
{
	goro_sometimes_do(s, panics, NULL);
}

static void sometimes(void)
{
	goro_sometimes *s = goro_sometimes_new(0, 0, 10 * MS);
	atomic_int n = 0;

	UNIT_EQ(calls(0, 0, 10), 1);
	UNIT_EQ(calls(3, 0, 10), 3);
	UNIT_EQ(calls(0, 3, 10), 4);
	UNIT_EQ(calls(2, 4, 10), 4);
	CU_ASSERT_PTR_NULL(goro_sometimes_new(-1, 0, 0));
	UNIT_EQ(goro_try(do_panic, s, NULL), GORO_PANICKED);
	goro_sometimes_do(s, ext_count, &n);
	if (ext_virtual) {
		goro_sometimes_do(s, ext_count, &n);
		UNIT_EQ(atomic_load(&n), 1);
	}
	goro_sleep(10 * MS);
	goro_sometimes_do(s, ext_count, &n);
	UNIT_EQ(atomic_load(&n), 2);
	goro_sometimes_free(s);
}

/* An event that never happens has as long to wait at every time, as in Go. */
static void never(void)
{
	int64_t at = 1000 * GORO_SECOND;
	goro_limiter *l = goro_limiter_new(-1, 3);
	goro_reservation *r;

	CU_ASSERT(goro_limiter_allow(l, at, 3));
	r = goro_limiter_reserve(l, at, 1);
	CU_ASSERT(goro_reservation_ok(r));
	UNIT_EQ(goro_reservation_delay(r, at), INT64_MAX);
	UNIT_EQ(goro_reservation_delay(r, at + 5), INT64_MAX - 5);
	goro_reservation_free(r);
	goro_limiter_free(l);
}

static const struct unit_test tests[] = {
	{"every", every},
	{"allow: what Go allows", tables},
	{"no limit, and a limit of nothing", no_limit_and_none},
	{"limit and burst change", settings},
	{"reservations, and what comes back", reservations},
	{"wait: errors", wait_errors},
	{"wait: until there are tokens", wait_in_time},
	{"wait: given up", wait_given_up},
	{"fifteen at once", at_once},
	{"bucket: spacing", bucket_spacing},
	{"bucket: slack", bucket_slack},
	{"bucket: take", bucket_take},
	{"sometimes", sometimes},
	{"an event that never happens", never},
	{NULL, NULL},
};

const struct unit_suite ext_rate = {"rate", tests};
