/*
 * rate.c - a token bucket.
 *
 * Each call counts the tokens: those of the last call, plus what has come in
 * since.  They may be negative: a reservation takes its tokens at once, and its
 * event happens when they are there.
 */
#include <float.h>
#include <goro_ext.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "context.h"
#include "sched/errtext.h"
#include "sched/outside.h"

#define NEVER INT64_MIN

/* A time, which as in Go may be later than any int64_t. */
typedef __int128 moment;

/* The lock guards all of it. */
struct goro_limiter {
	goro_mutex lock;
	double limit;
	int64_t burst;
	double tokens;
	int64_t last;      /* when tokens was right; NEVER: it is full */
	moment last_event; /* the latest time reserved */
};

struct goro_reservation {
	goro_limiter *limiter;
	bool ok;
	int64_t tokens;
	moment at;    /* when the event may happen */
	double limit; /* the limiter's then; 0: taken without a limit */
};

static int64_t in_range(moment t)
{
	if (t > INT64_MAX)
		return INT64_MAX;
	return t < INT64_MIN ? INT64_MIN : (int64_t)t;
}

static int64_t subtract(moment a, moment b)
{
	return in_range(a - b);
}

/* Adds whole seconds and the rest, as Go does, so the last bit is the same. */
static double seconds(int64_t ns)
{
	return (double)(ns / GORO_SECOND) + (double)(ns % GORO_SECOND) / 1e9;
}

/* Takes infinity as DBL_MAX, as Go does: infinity times 0 is no number. */
static double tokens_in(double limit, int64_t ns)
{
	if (limit <= 0)
		return 0;
	return seconds(ns) * (limit < DBL_MAX ? limit : DBL_MAX);
}

static int64_t time_for(double limit, double tokens)
{
	double ns;

	if (limit <= 0)
		return INT64_MAX;
	ns = tokens / limit * (double)GORO_SECOND;
	if (ns >= 0x1p63)
		return INT64_MAX;
	return ns <= -0x1p63 ? INT64_MIN : (int64_t)ns;
}

static bool unlimited(double limit)
{
	return limit >= DBL_MAX;
}

double goro_every(int64_t ns)
{
	return ns <= 0 ? (double)INFINITY : 1 / seconds(ns);
}

goro_limiter *goro_limiter_new(double limit, int64_t burst)
{
	goro_limiter *l = isnan(limit) ? NULL : calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->limit = limit;
	l->burst = burst;
	l->tokens = (double)burst;
	l->last = NEVER;
	l->last_event = NEVER;
	return l;
}

void goro_limiter_free(goro_limiter *l)
{
	free(l);
}

/* Returns the tokens at a time.  A time before l->last adds none. */
static double tokens_at(const goro_limiter *l, int64_t at)
{
	int64_t last = at < l->last ? at : l->last;
	double tokens = l->tokens + tokens_in(l->limit, subtract(at, last));

	return tokens > (double)l->burst ? (double)l->burst : tokens;
}

static void advance(goro_limiter *l, int64_t at)
{
	l->tokens = tokens_at(l, at);
	l->last = at;
}

double goro_limiter_limit(goro_limiter *l)
{
	AS_GOROUTINE();
	double limit;

	goro_mutex_lock(&l->lock);
	limit = l->limit;
	goro_mutex_unlock(&l->lock);
	return limit;
}

int64_t goro_limiter_burst(goro_limiter *l)
{
	AS_GOROUTINE();
	int64_t burst;

	goro_mutex_lock(&l->lock);
	burst = l->burst;
	goro_mutex_unlock(&l->lock);
	return burst;
}

double goro_limiter_tokens(goro_limiter *l, int64_t at)
{
	AS_GOROUTINE();
	double tokens;

	goro_mutex_lock(&l->lock);
	tokens = tokens_at(l, at);
	goro_mutex_unlock(&l->lock);
	return tokens;
}

void goro_limiter_set_limit(goro_limiter *l, int64_t at, double limit)
{
	AS_GOROUTINE();

	if (isnan(limit))
		return;
	goro_mutex_lock(&l->lock);
	advance(l, at);
	l->limit = limit;
	goro_mutex_unlock(&l->lock);
}

void goro_limiter_set_burst(goro_limiter *l, int64_t at, int64_t burst)
{
	AS_GOROUTINE();

	goro_mutex_lock(&l->lock);
	advance(l, at);
	l->burst = burst;
	goro_mutex_unlock(&l->lock);
}

/* ---- reservations ------------------------------------------------------- */

/* Takes n tokens if they come within `patience` ns.  Else changes nothing. */
static void take(goro_limiter *l, int64_t at, int64_t n, int64_t patience,
		 struct goro_reservation *r)
{
	double left = tokens_at(l, at) - (double)n;
	int64_t wait = left < 0 ? time_for(l->limit, -left) : 0;

	r->limit = l->limit;
	r->ok = n <= l->burst && wait <= patience;
	if (!r->ok)
		return;
	r->tokens = n;
	r->at = (moment)at + wait;
	l->last = at;
	l->tokens = left;
	l->last_event = r->at;
}

static struct goro_reservation reserve(goro_limiter *l, int64_t at, int64_t n,
				       int64_t patience)
{
	struct goro_reservation r = {.limiter = l};

	if (n < 0)
		return r;
	goro_mutex_lock(&l->lock);
	if (unlimited(l->limit)) {
		r.ok = true;
		r.tokens = n;
		r.at = at;
	} else {
		take(l, at, n, patience, &r);
	}
	goro_mutex_unlock(&l->lock);
	return r;
}

bool goro_limiter_allow(goro_limiter *l, int64_t at, int64_t n)
{
	AS_GOROUTINE();

	return reserve(l, at, n, 0).ok;
}

goro_reservation *goro_limiter_reserve(goro_limiter *l, int64_t at, int64_t n)
{
	AS_GOROUTINE();
	goro_reservation *r = malloc(sizeof(*r));

	if (r)
		*r = reserve(l, at, n, INT64_MAX);
	return r;
}

bool goro_reservation_ok(goro_reservation *r)
{
	return r->ok;
}

int64_t goro_reservation_delay(goro_reservation *r, int64_t at)
{
	AS_GOROUTINE();
	int64_t delay;

	if (!r->ok)
		return INT64_MAX;
	delay = subtract(r->at, at);
	return delay < 0 ? 0 : delay;
}

/*
 * Gives r's tokens back, except for those that later reservations build on.  If
 * there is no later one, the event before r is the latest again.
 */
static void give_back(goro_limiter *l, const struct goro_reservation *r,
		      int64_t at)
{
	double tokens = (double)r->tokens -
			tokens_in(r->limit, subtract(l->last_event, r->at));
	moment before;

	if (tokens <= 0)
		return;
	advance(l, at);
	l->tokens += tokens;
	if (l->tokens > (double)l->burst)
		l->tokens = (double)l->burst;
	if (r->at != l->last_event)
		return;
	before = r->at + time_for(r->limit, -(double)r->tokens);
	if (before >= at)
		l->last_event = before;
}

/* Cancels r, unless its time has passed: then its event has happened. */
static void cancel(const struct goro_reservation *r, int64_t at)
{
	goro_limiter *l = r->limiter;

	if (!r->ok)
		return;
	goro_mutex_lock(&l->lock);
	if (!unlimited(l->limit) && r->tokens > 0 && r->at >= at)
		give_back(l, r, at);
	goro_mutex_unlock(&l->lock);
}

void goro_reservation_cancel(goro_reservation *r, int64_t at)
{
	AS_GOROUTINE();

	cancel(r, at);
}

void goro_reservation_free(goro_reservation *r)
{
	free(r);
}

/* ---- wait --------------------------------------------------------------- */

const char *goro_limiter_error(void)
{
	return goro__error_text(ERRTEXT_RATE);
}

static int failed(int error)
{
	goro__set_error_text(ERRTEXT_RATE, "%s", goro_status_text(error));
	return error;
}

static int beyond_burst(int64_t n, int64_t burst)
{
	goro__set_error_text(ERRTEXT_RATE,
			     "rate: Wait(n=%" PRId64
			     ") exceeds limiter's burst %" PRId64,
			     n, burst);
	return GORO_RATE_BURST;
}

static int beyond_deadline(int64_t n)
{
	goro__set_error_text(
		ERRTEXT_RATE,
		"rate: Wait(n=%" PRId64 ") would exceed context deadline", n);
	return GORO_RATE_DEADLINE;
}

/* Waits until the time of r.  If c ends before, cancels r. */
static int wait_for(const struct goro_reservation *r, goro_context *c)
{
	int err = 0;

	while (!err && goro_chan_recv(goro_context_done(c), NULL,
				      in_range(r->at)) != GORO_TIMEOUT)
		err = goro_context_err(c);
	if (!err)
		return GORO_OK;
	cancel(r, goro_now());
	return failed(err);
}

int goro_limiter_wait(goro_limiter *l, goro_context *c, int64_t n)
{
	AS_GOROUTINE();
	int64_t now = goro_now(), patience = INT64_MAX, burst, deadline;
	struct goro_reservation r;
	double limit;
	int err;

	if (!l || !c || n < 0)
		return failed(GORO_EINVAL);
	goro_mutex_lock(&l->lock);
	burst = l->burst;
	limit = l->limit;
	goro_mutex_unlock(&l->lock);
	if (n > burst && !unlimited(limit))
		return beyond_burst(n, burst);
	err = goro_context_err(c);
	if (err)
		return failed(err);
	if (goro__context_deadline(c, &deadline))
		patience = subtract(deadline, now);
	r = reserve(l, now, n, patience);
	if (!r.ok)
		return beyond_deadline(n);
	return r.at <= now ? GORO_OK : wait_for(&r, c);
}
