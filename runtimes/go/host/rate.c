//go:build rate

/* rate.c - golang.org/x/time/rate; it has no bucket with even spacing. */
#include "_cgo_export.h"

static assay_limiter *make(double limit, int64_t burst)
{
	return (assay_limiter *)goRateNew(limit, burst);
}

static void limiter_free(assay_limiter *l)
{
	if (l)
		goRateFree((uintptr_t)l);
}

static double limit_(assay_limiter *l)
{
	return l ? goRateLimit((uintptr_t)l) : 0;
}

static int64_t burst_(assay_limiter *l)
{
	return l ? goRateBurst((uintptr_t)l) : 0;
}

static double tokens(assay_limiter *l, int64_t at)
{
	return l ? goRateTokens((uintptr_t)l, at) : 0;
}

static void set_limit(assay_limiter *l, int64_t at, double limit)
{
	if (l)
		goRateSetLimit((uintptr_t)l, at, limit);
}

static void set_burst(assay_limiter *l, int64_t at, int64_t burst)
{
	if (l)
		goRateSetBurst((uintptr_t)l, at, burst);
}

static bool allow_n(assay_limiter *l, int64_t at, int64_t n)
{
	return l && goRateAllowN((uintptr_t)l, at, n);
}

static assay_reservation *reserve_n(assay_limiter *l, int64_t at, int64_t n)
{
	if (!l)
		return NULL;
	return (assay_reservation *)goRateReserveN((uintptr_t)l, at, n);
}

static bool reservation_ok(assay_reservation *r)
{
	return r && goReservationOk((uintptr_t)r);
}

static int64_t reservation_delay(assay_reservation *r, int64_t at)
{
	return r ? goReservationDelay((uintptr_t)r, at) : INT64_MAX;
}

static void reservation_cancel(assay_reservation *r, int64_t at)
{
	if (r)
		goReservationCancel((uintptr_t)r, at);
}

static void reservation_free(assay_reservation *r)
{
	if (r)
		goRateFree((uintptr_t)r);
}

static int wait_n(assay_limiter *l, assay_context *c, int64_t n)
{
	if (!l || !c)
		return ASSAY_EINVAL;
	return goRateWaitN((uintptr_t)l, (uintptr_t)c, n);
}

static const char *rate_error(void)
{
	return assay_go_text(GO_TEXT_RATE);
}

static assay_sometimes *sometimes_make(int64_t first, int64_t every,
				       int64_t interval)
{
	if (first < 0 || every < 0 || interval < 0)
		return NULL;
	return (assay_sometimes *)goSometimesNew(first, every, interval);
}

static void sometimes_do(assay_sometimes *s, assay_fn fn, void *arg)
{
	if (s && fn)
		goSometimesDo((uintptr_t)s, fn, arg);
}

static void sometimes_free(assay_sometimes *s)
{
	if (s)
		goRateFree((uintptr_t)s);
}

const struct assay_rate_ops assay_go_rate = {
	.size = sizeof(assay_go_rate),
	.every = goRateEvery,
	.make = make,
	.free = limiter_free,
	.limit = limit_,
	.burst = burst_,
	.tokens = tokens,
	.set_limit = set_limit,
	.set_burst = set_burst,
	.allow_n = allow_n,
	.reserve_n = reserve_n,
	.reservation_ok = reservation_ok,
	.reservation_delay = reservation_delay,
	.reservation_cancel = reservation_cancel,
	.reservation_free = reservation_free,
	.wait_n = wait_n,
	.error = rate_error,
	.sometimes_make = sometimes_make,
	.sometimes_do = sometimes_do,
	.sometimes_free = sometimes_free,
};
