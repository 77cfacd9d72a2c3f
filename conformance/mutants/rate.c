/* rate.c - faults of rate limiters, lazy values and the map. */
#include <math.h>
#include <string.h>

#include "fault.h"

/* ---- limiters ----------------------------------------------------------- */

static double every_plain(int64_t ns)
{
	return 1e9 / (double)ns;
}

FAULT(every_negative, "XL-011", "an interval below zero is a negative limit")
{
	my.rate.every = every_plain;
}

static assay_limiter *make_more(double limit, int64_t burst)
{
	return was.rate.make(limit, burst + 1);
}

FAULT(burst_off_by_one, "XL-012", "a burst of one more")
{
	my.rate.make = make_more;
}

FAULT(crowd_of_six, "XL-013", "six get through a burst of five")
{
	my.rate.make = make_more;
}

static assay_limiter *make_faster(double limit, int64_t burst)
{
	return was.rate.make(limit * 1.005, burst);
}

FAULT(rate_too_fast, "XL-014", "the rate is half a percent too high")
{
	my.rate.make = make_faster;
}

static assay_limiter *make_slower(double limit, int64_t burst)
{
	return was.rate.make(limit * 0.995, burst);
}

FAULT(rate_too_slow, "XL-014", "the rate is half a percent too low")
{
	my.rate.make = make_slower;
}

/* Takes a time before the last one for one that is as much later. */
static bool allow_backwards(assay_limiter *l, int64_t at, int64_t n)
{
	int64_t last = recall(l);

	keep(l, at);
	if (last != 0 && at < last)
		at = last + (last - at);
	return was.rate.allow_n(l, at, n);
}

FAULT(backwards_adds, "XL-012/backwards", "time that goes back adds tokens")
{
	my.rate.allow_n = allow_backwards;
}

static void cancel_not(assay_reservation *r, int64_t at)
{
	(void)r, (void)at;
}

FAULT(reservation_keeps, "XL-015/last", "a cancelled reservation keeps its own")
{
	my.rate.reservation_cancel = cancel_not;
}

static void cancel_twice(assay_reservation *r, int64_t at)
{
	was.rate.reservation_cancel(r, at);
	was.rate.reservation_cancel(r, at);
}

FAULT(reservation_gives_more, "XL-015/model", "a cancel gives back too much")
{
	my.rate.reservation_cancel = cancel_twice;
}

static int64_t delay_whole(assay_reservation *r, int64_t at)
{
	(void)at;
	return was.rate.reservation_delay(r, at - at % 1000000000);
}

FAULT(delay_from_elsewhen, "XL-015/reserve", "a delay is not from its time on")
{
	my.rate.reservation_delay = delay_whole;
}

/* Waits for the context's end, even if it is known to come first. */
static int wait_anyway(assay_limiter *l, assay_context *c, int64_t n)
{
	int status = was.rate.wait_n(l, c, n);

	if (status == ASSAY_RATE_DEADLINE)
		was.chan.recv(was.context.done(c), NULL, ASSAY_FOREVER);
	return status;
}

FAULT(wait_beyond_deadline, "XL-015/virtual",
      "a wait that is too long is waited")
{
	my.rate.wait_n = wait_anyway;
}

static int wait_and_take(assay_limiter *l, assay_context *c, int64_t n)
{
	int status = was.rate.wait_n(l, c, n);

	if (status == ASSAY_CANCELED)
		was.rate.reserve_n(l, was.time.now(), n);
	return status;
}

FAULT(wait_keeps_tokens, "XL-015/cancel", "a cancelled wait keeps its tokens")
{
	my.rate.wait_n = wait_and_take;
}

static int wait_first(assay_limiter *l, assay_context *c, int64_t n)
{
	if (c != NULL && was.rate.allow_n(l, was.time.now(), n))
		return ASSAY_OK;
	return was.rate.wait_n(l, c, n);
}

FAULT(ended_wait_takes, "XL-015/ended", "an ended context still gets tokens")
{
	my.rate.wait_n = wait_first;
}

static assay_sometimes *first_one_more(int64_t first, int64_t every_nth,
				       int64_t interval)
{
	return was.rate.sometimes_make(first > 0 ? first + 1 : first, every_nth,
				       interval);
}

FAULT(sometimes_one_more, "XL-016", "one call too many at first")
{
	my.rate.sometimes_make = first_one_more;
}

static assay_sometimes *no_union(int64_t first, int64_t every_nth,
				 int64_t interval)
{
	return was.rate.sometimes_make(first, first > 0 ? 0 : every_nth,
				       interval);
}

FAULT(sometimes_no_union, "XL-016", "of several rules the first counts")
{
	my.rate.sometimes_make = no_union;
}

static assay_bucket *slack_much(int64_t rate, int64_t per, int64_t slack)
{
	return was.rate.bucket_make(rate, per, slack > 0 ? 1000 : slack);
}

FAULT(slack_unbounded, "XL-017/slack", "idleness saves up without bound")
{
	my.rate.bucket_make = slack_much;
}

/* ---- lazy values -------------------------------------------------------- */

struct recipe {
	void *(*make)(void *arg);
	void *arg;
};

static assay_lazy *lazy_recipe(void *(*make)(void *arg), void *arg)
{
	struct recipe *r = take(sizeof(*r));

	*r = (struct recipe){make, arg};
	return (assay_lazy *)r;
}

static void *get_anew(assay_lazy *l)
{
	struct recipe *r = (struct recipe *)l;

	return r->make(r->arg);
}

static void free_recipe(assay_lazy *l)
{
	(void)l;
}

FAULT(lazy_each_time, "WG-016", "a lazy value is made at each get")
{
	my.lazy.make = lazy_recipe;
	my.lazy.get = get_anew;
	my.lazy.free = free_recipe;
}

FAULT(lazy_panics_anew, "WG-016/panic",
      "a lazy value that panicked is made again")
{
	my.lazy.make = lazy_recipe;
	my.lazy.get = get_anew;
	my.lazy.free = free_recipe;
}

/* ---- the map ------------------------------------------------------------ */

static bool load_then_store(assay_map *m, uint64_t key, void *value,
			    void **actual)
{
	static atomic_uint n;
	void *found = value;
	bool there = was.map.load(m, key, &found);

	if (every(&n, 8))
		was.core.yield();
	if (!there)
		was.map.store(m, key, value);
	if (actual != NULL)
		*actual = there ? found : value;
	return there;
}

FAULT(load_or_store_races, "WG-028/first", "two who load or store both store")
{
	my.map.load_or_store = load_then_store;
}

static bool delete_anyway(assay_map *m, uint64_t key, void *old)
{
	(void)old;
	return was.map.load_and_delete(m, key, NULL);
}

FAULT(compare_ignored, "WG-028", "compare_and_delete does not compare")
{
	my.map.compare_and_delete = delete_anyway;
}

static bool swap_if_any(assay_map *m, uint64_t key, void *value, void **before)
{
	void *found;

	if (!was.map.load(m, key, &found)) {
		if (before != NULL)
			*before = NULL;
		return false;
	}
	return was.map.swap(m, key, value, before);
}

FAULT(swap_stores_not, "WG-028",
      "swap of a key that is not there does not store")
{
	my.map.swap = swap_if_any;
}

struct twice {
	bool (*fn)(void *arg, uint64_t key, void *value);
	void *arg;
};

static bool visit_twice(void *arg, uint64_t key, void *value)
{
	struct twice *t = arg;

	return t->fn(t->arg, key, value) &&
	       (key % 37 != 0 || t->fn(t->arg, key, value));
}

static void range_twice(assay_map *m,
			bool (*fn)(void *arg, uint64_t key, void *value),
			void *arg)
{
	struct twice t = {fn, arg};

	was.map.range(m, visit_twice, &t);
}

FAULT(range_visits_twice, "WG-029", "range visits a key twice")
{
	my.map.range = range_twice;
}

static bool visit_on(void *arg, uint64_t key, void *value)
{
	struct twice *t = arg;

	(void)t->fn(t->arg, key, value);
	return true;
}

static void range_on(assay_map *m,
		     bool (*fn)(void *arg, uint64_t key, void *value),
		     void *arg)
{
	struct twice t = {fn, arg};

	was.map.range(m, visit_on, &t);
}

FAULT(range_goes_on, "WG-028", "range goes on after a false")
{
	my.map.range = range_on;
}
