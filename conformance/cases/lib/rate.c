/*
 * rate.c - rate limiters on a clock of the case's own: what is allowed,
 * what reservations cost and give back (XL-011 to XL-015).
 */
#include "rate.h"

/* ---- XL-011: every ------------------------------------------------------------------ */

CASE(XL_011, "every(interval) is that many events a second",
     NEEDS(NEED_EXT(rate, every)))
{
	static const struct {
		int64_t ns;
		double limit;
	} table[] = {{10 * MS, 100}, {SEC, 1},          {2 * SEC, 0.5},
		     {1, 1e9},       {3, 1e9 / 3},      {HOUR, 1.0 / 3600},
		     {100 * MS, 10}, {7 * MS, 1e3 / 7}, {0, INFINITY},
		     {-1, INFINITY}, {-SEC, INFINITY},  {INT64_MIN, INFINITY}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		CHECK_ABOUT(ext->rate->every(table[i].ns), table[i].limit);
	CHECK_REAL(ext->rate->every(HOUR), >, 0);
}

CASE_OF(XL_011, told, "a limiter tells its limit and its burst",
	NEEDS(NEED_LIMITER, NEED_EXT(rate, every), NEED_EXT(rate, limit),
	      NEED_EXT(rate, burst), NEED_EXT(rate, set_limit),
	      NEED_EXT(rate, set_burst)))
{
	assay_limiter *l = limiter(ext->rate->every(10 * MS), 7);

	CHECK_ABOUT(ext->rate->limit(l), 100);
	CHECK_EQ(ext->rate->burst(l), 7);
	ext->rate->set_limit(l, T(0), 3.5);
	ext->rate->set_burst(l, T(0), 2);
	CHECK_ABOUT(ext->rate->limit(l), 3.5);
	CHECK_EQ(ext->rate->burst(l), 2);
	free_limiter(l);
	free_limiter(NULL);
	CHECK_PTR(ext->rate->make((double)NAN, 1), ==, NULL);
}

/* ---- XL-012: tables of steps -------------------------------------------------------------- */

/* At that tenth of a second n events are wanted. */
struct step {
	int tenth, n;
	bool allowed;
};

static void run_steps(assay_limiter *l, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool ok = allow(l, T(steps[i].tenth), steps[i].n);

		CHECK_MSG(ok == steps[i].allowed, "step %zu: %d at %d: %s",
			  i + 1, steps[i].n, steps[i].tenth,
			  ok ? "allowed" : "not allowed");
	}
	free_limiter(l);
}

#define STEPS(l, ...)                                                          \
	run_steps(l, (const struct step[]){__VA_ARGS__},                       \
		  sizeof((struct step[]){__VA_ARGS__}) / sizeof(struct step))

CASE(XL_012, "with a burst of 1 and 3, what a bucket allows step by step",
     .flags = CASE_VALGRIND, NEEDS(NEED_LIMITER))
{
	STEPS(limiter(10, 1), {0, 1, true}, {0, 1, false}, {0, 1, false},
	      {1, 1, true}, {1, 1, false}, {1, 1, false}, {2, 2, false},
	      {2, 1, true}, {2, 1, false}, {9, 1, true}, {9, 1, false});
	STEPS(limiter(10, 3), {0, 2, true}, {0, 2, false}, {0, 1, true},
	      {0, 1, false}, {1, 4, false}, {2, 1, true}, {3, 1, true},
	      {4, 1, true}, {4, 1, true}, {4, 1, false}, {4, 1, false},
	      {9, 3, true}, {9, 1, false}, {9, 0, true});
	STEPS(limiter(10, 0), {0, 1, false}, {9, 1, false}, {9, 0, true});
}

CASE_OF(XL_012, backwards, "a clock that goes backwards adds no tokens",
	NEEDS(NEED_LIMITER))
{
	STEPS(limiter(10, 3), {1, 1, true}, {0, 1, true}, {0, 1, true},
	      {0, 1, false}, {0, 1, false}, {1, 1, true}, {1, 1, false},
	      {1, 1, false}, {2, 1, true}, {2, 1, false}, {2, 1, false});
	STEPS(limiter(10, 2), {9, 2, true}, {0, 1, false}, {5, 1, false},
	      {8, 1, false}, {9, 1, false}, {10, 1, true}, {10, 1, false});
}

CASE_OF(XL_012, first, "a new limiter is full, whatever its clock says",
	NEEDS(NEED_LIMITER))
{
	static const int64_t starts[] = {0, 1, SEC, INT64_C(1) << 60};

	for (int i = 0; i < 4; i++) {
		assay_limiter *l = limiter(0.001, 4);

		CHECK_ABOUT(ext->rate->tokens(l, starts[i]), 4);
		CHECK(!allow(l, starts[i], 5));
		CHECK(allow(l, starts[i], 3));
		CHECK_ABOUT(ext->rate->tokens(l, starts[i]), 1);
		CHECK(!allow(l, starts[i], 2));
		CHECK(allow(l, starts[i] + 1, 1));
		CHECK(!allow(l, starts[i] + 2, 1));
		free_limiter(l);
	}
}

CASE_OF(XL_012, infinite, "with no limit all is allowed", NEEDS(NEED_LIMITER))
{
	assay_limiter *l = limiter(INFINITY, 0);

	for (int i = 0; i < 100; i++)
		CHECK(allow(l, T(0), 1 + i * 1000));
	free_limiter(l);
	prove_alive();
}

/* Infinity times no time is no token. */
CASE_OF(XL_012, passing, "a limit that was none for no time leaves no trace",
	NEEDS(NEED_LIMITER, NEED_EXT(rate, set_limit)))
{
	assay_limiter *l = limiter(10, 1);

	CHECK(allow(l, T(0), 1));
	ext->rate->set_limit(l, T(0), INFINITY);
	CHECK(allow(l, T(0), 1000));
	ext->rate->set_limit(l, T(0), 10);
	CHECK(!allow(l, T(0), 1));
	CHECK(!allow(l, T(0) + 99 * MS, 1));
	CHECK(allow(l, T(0) + 101 * MS, 1));
	CHECK(!allow(l, T(0) + 101 * MS, 1));
	free_limiter(l);
}

CASE_OF(XL_012, zero, "with a limit of 0 only the burst is allowed",
	NEEDS(NEED_LIMITER))
{
	STEPS(limiter(0, 2), {0, 1, true}, {0, 1, true}, {0, 1, false},
	      {1000, 1, false}, {100000, 1, false});
}

CASE_OF(XL_012, tokens, "tokens fill up to the burst, and asking takes none",
	NEEDS(NEED_LIMITER, NEED_EXT(rate, set_limit),
	      NEED_EXT(rate, set_burst)))
{
	assay_limiter *l = limiter(10, 5);

	CHECK(allow(l, T(0), 5));
	for (int i = 0; i < 3; i++) {
		CHECK_ABOUT(ext->rate->tokens(l, T(0)), 0);
		CHECK_ABOUT(ext->rate->tokens(l, T(3)), 3);
		CHECK_ABOUT(ext->rate->tokens(l, T(5)), 5);
		CHECK_ABOUT(ext->rate->tokens(l, T(50)), 5);
	}
	ext->rate->set_limit(l, T(2), 20);
	CHECK_ABOUT(ext->rate->tokens(l, T(2)), 2);
	CHECK_ABOUT(ext->rate->tokens(l, T(3)), 4);
	ext->rate->set_burst(l, T(3), 3);
	CHECK_ABOUT(ext->rate->tokens(l, T(4)), 3);
	CHECK(!allow(l, T(4), 4));
	CHECK(allow(l, T(4), 3));
	ext->rate->set_burst(l, T(4), 100);
	CHECK_ABOUT(ext->rate->tokens(l, T(4)), 0);
	CHECK_ABOUT(ext->rate->tokens(l, T(54)), 100);
	free_limiter(l);
}

/* ---- XL-013: at once ----------------------------------------------------- */

struct crowd {
	assay_limiter *l;
	assay_chan *ended;
	int64_t at; /* 0: the runtime's clock */
	atomic_int arrived, allowed;
};

static void allow_one(void *arg)
{
	struct crowd *s = arg;

	gather(&s->arrived, 15);
	if (allow(s->l, s->at != 0 ? s->at : now(), 1))
		mark(&s->allowed);
	send_signal(s->ended);
}

CASE(XL_013, "of 15 at once a burst of 5 allows exactly 5", NEEDS(NEED_LIMITER))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(50); i > 0; i--) {
		struct crowd s = {.l = limiter(1e-3, 5),
				  .ended = ended,
				  .at = i % 2 == 0 ? T(0) : 0};

		go_many(15, allow_one, &s);
		join(ended, 15);
		CHECK_EQ(count(&s.allowed), 5);
		free_limiter(s.l);
	}
}

/* ---- XL-014: in the long run --------------------------------------------- */

/* Asks more often than is allowed, in uneven steps, for that long. */
static void run_long(double rate, int64_t burst, int64_t time)
{
	assay_limiter *l = limiter(rate, burst);
	int64_t step = (int64_t)(1e9 / rate / 1.7), at = T(0), allowed = 0;
	double ideal = (double)burst + rate * (double)time / 1e9;

	for (; at < T(0) + time; at += step / 2 + rnd_below(step))
		while (allow(l, at, 1))
			allowed++;
	CHECK_LE(allowed, (int64_t)(ideal + 1));
	CHECK_GE(allowed, (int64_t)(0.999 * ideal));
	free_limiter(l);
}

CASE(XL_014, "in the long run the rate is kept, and used up",
     NEEDS(NEED_LIMITER))
{
	run_long(100, 100, 5 * SEC);
	run_long(1000, 2, 10 * SEC);
	run_long(7, 3, 3 * HOUR);
	run_long(1e6, 1000, SEC / 20);
}

CASE_OF(XL_014, virtual, "virtual: 5 s at 100 a second with a burst of 100",
	.flags = CASE_VIRTUAL_TIME, NEEDS(NEED_LIMITER))
{
	assay_limiter *l = limiter(100, 100);
	int64_t end = in(5 * SEC), allowed = 0;

	for (; now() < end; sleep_ns(MS))
		allowed += allow(l, now(), 1);
	CHECK_GE(allowed, 599);
	CHECK_LE(allowed, 601);
	free_limiter(l);
}

/* ---- XL-015: reservations ------------------------------------------------ */

static assay_reservation *reserve(assay_limiter *l, int64_t at, int64_t n)
{
	assay_reservation *r = ext->rate->reserve_n(l, at, n);

	REQUIRE(r != NULL);
	return r;
}

static int64_t delay_of(assay_reservation *r, int64_t at)
{
	return ext->rate->reservation_delay(r, at);
}

static void cancel_at(assay_reservation *r, int64_t at)
{
	ext->rate->reservation_cancel(r, at);
}

/* Within the rounding of times. */
static bool is_near(int64_t a, int64_t b)
{
	return (a > b ? a - b : b - a) <= 1000;
}

#define CHECK_DELAY(r, at, ns)                                                 \
	__extension__({                                                        \
		const int64_t delay_is = delay_of(r, at);                      \
		check_ok(is_near(delay_is, ns), __FILE__, __LINE__,            \
			 "the delay is %" PRId64 ", not %s", delay_is, #ns);   \
	})

static void give_up(assay_reservation *r)
{
	ext->rate->reservation_free(r);
}

CASE_OF(XL_015, reserve, "a reservation waits for the tokens it lacks",
	.flags = CASE_VALGRIND, NEEDS(NEED_RESERVE))
{
	assay_limiter *l = limiter(10, 2);
	assay_reservation *a = reserve(l, T(0), 2), *b = reserve(l, T(0), 2);
	assay_reservation *c = reserve(l, T(3), 2), *d;

	CHECK(ext->rate->reservation_ok(a));
	CHECK_EQ(delay_of(a, T(0)), 0);
	CHECK_DELAY(b, T(0), 200 * MS);
	CHECK_DELAY(b, T(1), 100 * MS);
	CHECK_EQ(delay_of(b, T(7)), 0);
	CHECK_DELAY(c, T(3), 100 * MS);
	CHECK_ABOUT(ext->rate->tokens(l, T(4)), 0);
	d = reserve(l, T(9), 0);
	CHECK(ext->rate->reservation_ok(d));
	CHECK_EQ(delay_of(d, T(9)), 0);
	give_up(a);
	give_up(b);
	give_up(c);
	give_up(d);
	give_up(NULL);
	free_limiter(l);
}

CASE_OF(XL_015, unlimited, "what was reserved without a limit comes back too",
	NEEDS(NEED_RESERVE, NEED_EXT(rate, set_limit)))
{
	assay_limiter *l = limiter(INFINITY, 5);
	assay_reservation *r = reserve(l, T(0), 3);

	CHECK(ext->rate->reservation_ok(r));
	CHECK_EQ(delay_of(r, T(0)), 0);
	ext->rate->set_limit(l, T(0), 10);
	CHECK(allow(l, T(0), 5));
	cancel_at(r, T(0));
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), 3);
	give_up(r);
	free_limiter(l);
}

CASE_OF(XL_015, refused, "more than the burst is never reserved",
	NEEDS(NEED_RESERVE))
{
	assay_limiter *l = limiter(10, 2);
	assay_reservation *r = reserve(l, T(0), 3);

	CHECK(!ext->rate->reservation_ok(r));
	CHECK_EQ(delay_of(r, T(0)), INT64_MAX);
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), 2);
	cancel_at(r, T(0));
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), 2);
	give_up(r);
	free_limiter(l);
}

CASE_OF(XL_015, infinite, "with no limit a reservation never waits",
	NEEDS(NEED_RESERVE))
{
	assay_limiter *l = limiter(INFINITY, 0);

	for (int i = 0; i < 5; i++) {
		assay_reservation *r = reserve(l, T(0), 1000);

		CHECK(ext->rate->reservation_ok(r));
		CHECK_EQ(delay_of(r, T(0)), 0);
		cancel_at(r, T(0));
		give_up(r);
	}
	free_limiter(l);
}

CASE_OF(XL_015, last, "the last reservation gives all its tokens back",
	NEEDS(NEED_RESERVE))
{
	assay_limiter *l = limiter(10, 2);
	assay_reservation *a = reserve(l, T(0), 2), *b = reserve(l, T(0), 2);
	assay_reservation *again;

	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -2);
	cancel_at(b, T(1));
	CHECK_ABOUT(ext->rate->tokens(l, T(1)), 1);
	again = reserve(l, T(1), 2);
	CHECK_DELAY(again, T(1), 100 * MS);
	give_up(a);
	give_up(b);
	give_up(again);
	free_limiter(l);
}

CASE_OF(XL_015, late, "a reservation whose time has come gives nothing back",
	NEEDS(NEED_RESERVE))
{
	assay_limiter *l = limiter(10, 2);
	assay_reservation *a = reserve(l, T(0), 2), *b = reserve(l, T(0), 2);

	cancel_at(a, T(1));
	cancel_at(b, T(3));
	CHECK_ABOUT(ext->rate->tokens(l, T(3)), 1);
	give_up(a);
	give_up(b);
	free_limiter(l);
}

CASE_OF(XL_015, before, "what later reservations built upon stays taken",
	NEEDS(NEED_RESERVE))
{
	assay_limiter *l = limiter(10, 4);
	assay_reservation *a = reserve(l, T(0), 4), *b = reserve(l, T(0), 3);
	assay_reservation *c = reserve(l, T(0), 1), *d = reserve(l, T(0), 4);

	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -8);
	cancel_at(c, T(0)); /* 4 were taken after it: nothing comes back */
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -8);
	cancel_at(d, T(0));
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -4);
	cancel_at(b, T(0)); /* 1 was taken after it */
	CHECK_ABOUT(ext->rate->tokens(l, T(0)), -2);
	give_up(a);
	give_up(b);
	give_up(c);
	give_up(d);
	free_limiter(l);
}

CASE_OF(XL_015, full, "what comes back does not overflow the burst",
	NEEDS(NEED_RESERVE, NEED_EXT(rate, set_burst)))
{
	assay_limiter *l = limiter(10, 4);
	assay_reservation *a = reserve(l, T(0), 2), *b = reserve(l, T(0), 4);

	ext->rate->set_burst(l, T(0), 1);
	cancel_at(b, T(1));
	CHECK_ABOUT(ext->rate->tokens(l, T(1)), 1);
	CHECK(!allow(l, T(9), 2));
	give_up(a);
	give_up(b);
	free_limiter(l);
}

/* ---- XL-015: against a model --------------------------------------------- */

/*
 * The bucket in numbers: tokens there at the time last, and when the event
 * that was granted last will be.  newest is that event; 0 once the time was
 * reckoned back from one that was given up.
 */
struct model {
	double limit, tokens;
	int64_t burst, last, last_event;
	int64_t newest, booked;
};

struct booking {
	bool ok;
	int64_t id, n, act;
	double limit;
	assay_reservation *real;
};

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

static double tokens_at(const struct model *m, int64_t at)
{
	int64_t waited = at > m->last ? at - m->last : 0;
	double tokens = m->tokens + (double)waited / 1e9 * m->limit;

	return smaller(tokens, (double)m->burst);
}

static struct booking book(struct model *m, int64_t at, int64_t n, bool wait)
{
	double tokens = tokens_at(m, at) - (double)n;
	int64_t delay = tokens < 0 ? (int64_t)(-tokens / m->limit * 1e9) : 0;
	struct booking b = {.ok = n <= m->burst && (wait || delay == 0),
			    .n = n,
			    .act = at + delay,
			    .limit = m->limit};

	if (b.ok) {
		m->tokens = tokens;
		m->last = at;
		m->last_event = b.act;
		b.id = m->newest = ++m->booked;
	}
	return b;
}

/* What stays of b if it is given up, and the event before it. */
static double remains_of(const struct model *m, const struct booking *b)
{
	return (double)b->n - (double)(m->last_event - b->act) / 1e9 * b->limit;
}

static int64_t event_before(const struct booking *b)
{
	return b->act - (int64_t)((double)b->n / b->limit * 1e9);
}

static bool near(int64_t a, int64_t b)
{
	return a - b <= 2 && b - a <= 2;
}

/*
 * False: a nanosecond, or the last bit of the tokens, decides what becomes of
 * b, and runtimes may round as they like.
 */
static bool sure_to_unbook(const struct model *m, const struct booking *b,
			   int64_t at)
{
	double left = remains_of(m, b);

	if (!b->ok)
		return true;
	return !near(b->act, at) && !near(event_before(b), at) &&
	       (left > 1e-6 || left < -1e-6) &&
	       (b->id == m->newest || !near(b->act, m->last_event));
}

static void unbook(struct model *m, const struct booking *b, int64_t at)
{
	double left = remains_of(m, b);

	if (!b->ok || b->n == 0 || b->act < at || left <= 0)
		return;
	m->tokens = smaller(tokens_at(m, at) + left, (double)m->burst);
	m->last = at;
	if (b->act == m->last_event && event_before(b) >= at) {
		m->last_event = event_before(b);
		m->newest = 0;
	}
}

enum { BOOKINGS = 6 };

static void book_both(assay_limiter *l, struct model *m, struct booking *b,
		      int64_t at)
{
	int64_t n = 1 + rnd_below(5);

	if (b->real != NULL)
		give_up(b->real);
	*b = book(m, at, n, true);
	b->real = reserve(l, at, n);
	CHECK_EQ(ext->rate->reservation_ok(b->real), b->ok);
	if (b->ok)
		CHECK_DELAY(b->real, at, b->act - at);
}

/* A step that rounding cannot turn: the tokens are no whole number. */
static void do_both(assay_limiter *l, struct model *m, struct booking *some,
		    int64_t at)
{
	struct booking *one = &some[rnd_below(BOOKINGS)];
	int64_t n = 1 + rnd_below(4);

	switch (rnd_below(8)) {
	case 0:
	case 1:
	case 2:
		CHECK_EQ(allow(l, at, n), book(m, at, n, false).ok);
		break;
	case 3:
	case 4:
		book_both(l, m, one, at);
		break;
	case 5:
	case 6:
		if (one->real != NULL && sure_to_unbook(m, one, at)) {
			cancel_at(one->real, at);
			unbook(m, one, at);
			one->ok = false; /* cancelled once */
			give_up(one->real);
			one->real = NULL;
		}
		break;
	default:
		m->tokens = tokens_at(m, at);
		m->last = at;
		m->burst = 1 + rnd_below(6);
		ext->rate->set_burst(l, at, m->burst);
	}
}

static bool is_clear(double tokens)
{
	double part = tokens - (double)(int64_t)tokens;

	part = part < 0 ? part + 1 : part;
	return part > 1e-5 && part < 1 - 1e-5;
}

/* pace: half as many tokens come in between two steps, at the mean. */
static void run_model(double limit, double pace, bool backwards)
{
	struct model m = {.limit = limit,
			  .tokens = 5,
			  .burst = 5,
			  .last = T(0),
			  .last_event = 0};
	struct booking some[BOOKINGS] = {{.ok = false}};
	assay_limiter *l = limiter(limit, 5);
	int64_t at = T(0);

	CHECK_EQ(allow(l, at, 2), book(&m, at, 2, false).ok);
	for (int i = 0; i < 200; i++) {
		at += rnd_below((int64_t)(pace * 1e9 / limit));
		if (backwards && rnd_below(10) == 0)
			at -= rnd_below((int64_t)(5e9 / limit));
		if (is_clear(tokens_at(&m, at)))
			do_both(l, &m, some, at);
		if (!CHECK_ABOUT(ext->rate->tokens(l, at), tokens_at(&m, at)))
			break;
	}
	for (int i = 0; i < BOOKINGS; i++)
		give_up(some[i].real);
	free_limiter(l);
}

CASE_OF(XL_015, model, "allowing, reserving and giving back, against a model",
	NEEDS(NEED_RESERVE, NEED_EXT(rate, set_burst)))
{
	static const double limits[] = {0.37, 1, 10, 123.4, 9999};

	static const double paces[] = {0.3, 1, 2};

	for (int64_t i = rounds(120); i > 0; i--)
		run_model(limits[i % 5], paces[i % 3], i % 2 == 0);
}
