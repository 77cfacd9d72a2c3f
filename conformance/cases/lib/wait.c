/*
 * wait.c - waiting for a rate limiter (XL-015).
 */
#include "rate.h"

CASE(XL_015, "wait takes the tokens when they are there, not before",
     NEEDS(NEED_WAIT_N))
{
	assay_limiter *l = limiter(100, 2);
	int64_t begin = now();

	CHECK_EQ(ext->rate->wait_n(l, background(), 2), ASSAY_OK);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(ext->rate->wait_n(l, background(), 1), ASSAY_OK);
	/* 2 at once, the others 10 ms apart; a microsecond for rounding */
	CHECK_GE(now() - begin, 40 * MS - 1000);
	CHECK_LT(now() - begin, upto(10 * SEC));
	free_limiter(l);
}

CASE_OF(XL_015, many, "who waits gets its turn, in even steps",
	NEEDS(NEED_WAIT_N, NEED_TIMEOUT))
{
	assay_limiter *l = limiter(1000, 1);
	assay_context *c = with_timeout(background(), upto(30 * SEC), 0);
	int64_t begin = now(), n = 30;

	for (int64_t i = 0; i < n; i++)
		CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_OK);
	CHECK_GE(now() - begin, (n - 1) * MS - 1000);
	free_context(c);
	free_limiter(l);
}

CASE_OF(XL_015, burst, "wait for more than the burst fails at once",
	NEEDS(NEED_WAIT_N, NEED_EXT(rate, error)))
{
	assay_limiter *l = limiter(1e-3, 3), *none = limiter(INFINITY, 0);

	CHECK_EQ(ext->rate->wait_n(l, background(), 4), ASSAY_RATE_BURST);
	CHECK_STR(ext->rate->error(),
		  "rate: Wait(n=4) exceeds limiter's burst 3");
	CHECK(allow(l, now(), 3));
	CHECK_EQ(ext->rate->wait_n(l, background(), 12), ASSAY_RATE_BURST);
	CHECK_STR(ext->rate->error(),
		  "rate: Wait(n=12) exceeds limiter's burst 3");
	CHECK_EQ(ext->rate->wait_n(none, background(), 1000), ASSAY_OK);
	free_limiter(l);
	free_limiter(none);
}

CASE_OF(XL_015, deadline, "wait beyond the deadline fails without waiting",
	NEEDS(NEED_WAIT_N, NEED_TIMEOUT, NEED_EXT(rate, error)))
{
	assay_limiter *l = limiter(0.01, 2);
	assay_context *c = with_timeout(background(), 60 * SEC, 0);
	int64_t begin = now();

	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_OK);
	CHECK_EQ(ext->rate->wait_n(l, c, 2), ASSAY_RATE_DEADLINE);
	CHECK_STR(ext->rate->error(),
		  "rate: Wait(n=2) would exceed context deadline");
	CHECK_LT(now() - begin, upto(8 * SEC));
	CHECK_EQ(err_of(c), 0);
	CHECK_REAL(ext->rate->tokens(l, now()), >, 0.9);
	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_OK);
	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_RATE_DEADLINE);
	CHECK_STR(ext->rate->error(),
		  "rate: Wait(n=1) would exceed context deadline");
	free_context(c);
	free_limiter(l);
}

CASE_OF(XL_015, ended,
	"wait with an ended context fails at once, tokens or not",
	NEEDS(NEED_WAIT_N, NEED_TIMEOUT, NEED_CAUSE, NEED_EXT(rate, error)))
{
	assay_limiter *l = limiter(0.01, 1);
	assay_context *c = with_cancel(background());
	assay_context *past = with_timeout(background(), -1, ERR_A);

	cancel(c);
	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_CANCELED);
	CHECK_STR(ext->rate->error(), "context canceled");
	CHECK_EQ(ext->rate->wait_n(l, past, 1), ASSAY_DEADLINE);
	CHECK_STR(ext->rate->error(), "context deadline exceeded");
	CHECK(allow(l, now(), 1));
	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_CANCELED);
	CHECK_EQ(ext->rate->wait_n(l, past, 1), ASSAY_DEADLINE);
	CHECK_REAL(ext->rate->tokens(l, now()), >, -0.5);
	CHECK_EQ(ext->rate->wait_n(l, NULL, 1), ASSAY_EINVAL);
	free_context(c);
	free_context(past);
	free_limiter(l);
}

struct waiter {
	assay_limiter *l;
	assay_context *c;
	int64_t n;
	int status; /* good when ended is set */
	atomic_int ended;
};

static void wait_here(void *arg)
{
	struct waiter *w = arg;

	w->status = ext->rate->wait_n(w->l, w->c, w->n);
	mark(&w->ended);
}

static void check_status(struct waiter *w, int status)
{
	CHECK(becomes(&w->ended, 1));
	CHECK_EQ(w->status, status);
}

CASE_OF(XL_015, cancel, "a cancelled wait gives its tokens back",
	NEEDS(NEED_WAIT_N))
{
	struct waiter w = {
		.l = limiter(0.001, 3), .c = with_cancel(background()), .n = 2};

	CHECK(allow(w.l, now(), 3));
	go(wait_here, &w);
	settle(1);
	CHECK_EQ(count(&w.ended), 0);
	CHECK_REAL(ext->rate->tokens(w.l, now()), <, -1.5);
	cancel(w.c);
	check_status(&w, ASSAY_CANCELED);
	CHECK_REAL(ext->rate->tokens(w.l, now()), >, -0.5);
	CHECK_REAL(ext->rate->tokens(w.l, now()), <, 0.5);
	free_context(w.c);
	free_limiter(w.l);
}

/*
 * In virtual time, which stands still while they come: one that reads the clock
 * and is then kept from reserving would count its time twice, in Go too.
 */
CASE_OF(XL_015, crowd, "many who wait come one by one",
	.flags = CASE_VIRTUAL_TIME, NEEDS(NEED_WAIT_N))
{
	enum { MANY = 10 };
	assay_limiter *l = limiter(500, 1);
	struct waiter w[MANY];
	int64_t begin = now();

	for (int i = 0; i < MANY; i++) {
		w[i] = (struct waiter){.l = l, .c = background(), .n = 1};
		go(wait_here, &w[i]);
	}
	for (int i = 0; i < MANY; i++)
		check_status(&w[i], ASSAY_OK);
	CHECK_GE(now() - begin, (MANY - 1) * 2 * MS - 1000);
	free_limiter(l);
}

CASE_OF(XL_015, queue, "it gives back what later waits did not build upon",
	NEEDS(NEED_WAIT_N))
{
	assay_context *c[] = {with_cancel(background()),
			      with_cancel(background())};
	assay_limiter *l = limiter(0.001, 3);
	struct waiter first = {.l = l, .c = c[0], .n = 3};
	struct waiter second = {.l = l, .c = c[1], .n = 1};

	CHECK(allow(l, now(), 3));
	go(wait_here, &first);
	settle(1);
	go(wait_here, &second);
	settle(2);
	cancel(c[0]);
	check_status(&first, ASSAY_CANCELED);
	CHECK_REAL(ext->rate->tokens(l, now()), >, -2.5);
	CHECK_REAL(ext->rate->tokens(l, now()), <, -1.5);
	CHECK_EQ(count(&second.ended), 0);
	cancel(c[1]);
	check_status(&second, ASSAY_CANCELED);
	free_context(c[0]);
	free_context(c[1]);
	free_limiter(l);
}

CASE_OF(XL_015, virtual, "virtual: waits of hours, to the microsecond",
	.flags = CASE_VIRTUAL_TIME,
	NEEDS(NEED_WAIT_N, NEED_TIMEOUT, NEED_EXT(rate, every)))
{
	assay_limiter *l = limiter(ext->rate->every(HOUR), 1);
	int64_t begin = now(), off;
	assay_context *c;

	for (int i = 0; i < 24; i++) {
		CHECK_EQ(ext->rate->wait_n(l, background(), 1), ASSAY_OK);
		off = now() - begin - i * HOUR;
		CHECK_MSG(off >= -1000 && off <= 1000, "off by %" PRId64, off);
	}
	begin = now();
	c = with_timeout(background(), HOUR / 2, 0);
	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_RATE_DEADLINE);
	CHECK_EQ(now(), begin);
	free_context(c);
	c = with_timeout(background(), HOUR + SEC, 0);
	CHECK_EQ(ext->rate->wait_n(l, c, 1), ASSAY_OK);
	CHECK_EQ(err_of(c), 0);
	free_context(c);
	free_limiter(l);
}
