/*
 * time.c - sleep, timers and tickers.
 *
 * Pending timers are a heap, the next one on top.  A goroutine of the kit, the
 * keeper, sleeps until that one is due.
 */
#include <stdlib.h>

#include "inner.h"

struct assay_timer {
	size_t at; /* its place in the heap, or IDLE */
	int64_t when, period;
	assay_chan *c; /* NULL: it calls fn in a goroutine */
	assay_fn fn;
	void *arg;
};

#define IDLE SIZE_MAX

/* The pending timers; none is due before its parent, at (i - 1) / 2. */
static struct assay_timer **heap;
static size_t pending, room, made;

/* The keeper, once it has been started, waits in this queue. */
static struct kit_queue keeper;
static bool kept;

/* ---- the heap -------------------------------------------------------------- */

static void put(size_t i, struct assay_timer *t)
{
	heap[i] = t;
	t->at = i;
}

/* Puts t at i or, if that has to be, above. */
static void rise(size_t i, struct assay_timer *t)
{
	for (; i > 0 && t->when < heap[(i - 1) / 2]->when; i = (i - 1) / 2)
		put(i, heap[(i - 1) / 2]);
	put(i, t);
}

/* Puts t at i or, if that has to be, below. */
static void sink(size_t i, struct assay_timer *t)
{
	for (size_t child; (child = 2 * i + 1) < pending; i = child) {
		if (child + 1 < pending &&
		    heap[child + 1]->when < heap[child]->when)
			child++;
		if (t->when <= heap[child]->when)
			break;
		put(i, heap[child]);
	}
	put(i, t);
}

static void insert(struct assay_timer *t)
{
	rise(pending++, t);
}

static void take_out(struct assay_timer *t)
{
	struct assay_timer *last = heap[--pending];
	size_t i = t->at;

	t->at = IDLE;
	if (last == t)
		return;
	if (i > 0 && last->when < heap[(i - 1) / 2]->when)
		rise(i, last);
	else
		sink(i, last);
}

/* Makes room for one more timer, so that none lacks it when it is armed. */
static bool reserve(void)
{
	size_t more = room ? 2 * room : 64;
	struct assay_timer **bigger;

	if (made < room)
		return true;
	bigger = realloc(heap, more * sizeof(*bigger));
	if (!bigger)
		return false;
	heap = bigger;
	room = more;
	return true;
}

static struct assay_timer *first(void)
{
	return heap[0];
}

/* ---- firing ---------------------------------------------------------------- */

/* A late ticker skips the ticks it has missed and keeps its phase. */
static void fire(struct assay_timer *t, int64_t now)
{
	take_out(t);
	if (t->period) {
		t->when += t->period * (1 + (now - t->when) / t->period);
		insert(t);
	}
	if (t->c && kit_hooks.chan == &kit_chan)
		kit_try_send(t->c, &now);
	else if (t->c)
		kit_hooks.chan->send(t->c, &now, ASSAY_POLL);
	else if (kit_core.go(t->fn, t->arg, 0) != ASSAY_OK)
		kit_fatal("no memory for the goroutine of a timer");
}

void kit_fire_due(void)
{
	int64_t now = pending ? kit_hooks.now() : 0;

	while (pending && first()->when <= now)
		fire(first(), now);
}

/* Gives way in each round: a ticker may always be due. */
static void keep(void *arg)
{
	(void)arg;
	for (;;) {
		struct kit_waiter w;
		struct kit_op op = {.waiters = &w, .n = 1};

		kit_core.yield();
		kit_fire_due();
		w = (struct kit_waiter){.op = &op};
		kit_push(&keeper, &w);
		kit_wait(&op, "timers",
			 pending ? first()->when : ASSAY_FOREVER);
	}
}

static void arm(struct assay_timer *t, int64_t ns)
{
	t->when = kit_later(ns);
	insert(t);
	if (t == first())
		kit_wake_first(&keeper);
}

/*
 * Stops a timer.  True if it was pending or, since Go 1.23, its value was not
 * yet received.
 */
static bool disarm(struct assay_timer *t)
{
	bool was = t->at != IDLE;

	if (was)
		take_out(t);
	if (t->c && kit_hooks.chan == &kit_chan)
		was |= kit_try_recv(t->c, NULL) == ASSAY_OK;
	return was;
}

/* ---- timers ---------------------------------------------------------------- */

/* Where spawn runs the keeper at once, another may come here meanwhile. */
static bool start_keeper(void)
{
	bool was = kept;

	kept = true;
	if (!was)
		kept = kit_go_own(keep, NULL) == ASSAY_OK;
	return kept;
}

/* Makes a timer, which owns c. */
static assay_timer *create(int64_t ns, int64_t period, assay_chan *c,
			   assay_fn fn, void *arg)
{
	struct assay_timer *t;

	if (!start_keeper())
		return NULL;
	t = reserve() ? malloc(sizeof(*t)) : NULL;
	if (!t)
		return NULL;
	made++;
	*t = (struct assay_timer){
		.at = IDLE, .period = period, .c = c, .fn = fn, .arg = arg};
	arm(t, ns);
	return t;
}

static assay_timer *with_chan(int64_t ns, int64_t period)
{
	assay_chan *c = kit_hooks.chan
				? kit_hooks.chan->make(sizeof(int64_t), 1, NULL)
				: NULL;
	assay_timer *t;

	if (!c)
		return NULL;
	if (kit_hooks.chan == &kit_chan)
		c->timer = true;
	t = create(ns, period, c, NULL, NULL);
	if (!t)
		kit_hooks.chan->free(c);
	return t;
}

static bool reset(assay_timer *t, int64_t ns, int64_t period)
{
	bool was = disarm(t);

	t->period = period;
	arm(t, ns);
	return was;
}

static void time_timer_free(assay_timer *t)
{
	if (!t)
		return;
	disarm(t);
	made--;
	if (t->c)
		kit_hooks.chan->free(t->c);
	free(t);
}

/* ---- the table; a ticker is a timer with a period --------------------------- */

static int64_t time_now(void)
{
	return kit_hooks.now();
}

static void time_sleep(int64_t ns)
{
	if (ns > 0)
		kit_never("sleep", kit_later(ns));
}

static assay_timer *time_timer_new(int64_t ns)
{
	return with_chan(ns, 0);
}

static assay_timer *time_after_func(int64_t ns, assay_fn fn, void *arg)
{
	return fn ? create(ns, 0, NULL, fn, arg) : NULL;
}

static assay_chan *time_timer_chan(assay_timer *t)
{
	return t ? t->c : NULL;
}

static int time_timer_stop(assay_timer *t)
{
	return t ? disarm(t) : ASSAY_TIMER_STOP;
}

static int time_timer_reset(assay_timer *t, int64_t ns)
{
	return t ? reset(t, ns, 0) : ASSAY_TIMER_RESET;
}

static assay_chan *time_after(int64_t ns)
{
	return time_timer_chan(time_timer_new(ns));
}

static assay_ticker *time_ticker_new(int64_t ns, int *status)
{
	assay_timer *t = ns > 0 ? with_chan(ns, ns) : NULL;

	if (status)
		*status = t        ? ASSAY_OK
			  : ns > 0 ? ASSAY_ENOMEM
				   : ASSAY_TICKER_NEW;
	return (assay_ticker *)t;
}

static assay_chan *time_ticker_chan(assay_ticker *t)
{
	return time_timer_chan((assay_timer *)t);
}

static void time_ticker_stop(assay_ticker *t)
{
	if (t)
		disarm((assay_timer *)t);
}

static int time_ticker_reset(assay_ticker *t, int64_t ns)
{
	if (ns <= 0)
		return ASSAY_TICKER_RESET;
	if (!t)
		return ASSAY_EINVAL;
	reset((assay_timer *)t, ns, ns);
	return ASSAY_OK;
}

static void time_ticker_free(assay_ticker *t)
{
	time_timer_free((assay_timer *)t);
}

static assay_chan *time_tick(int64_t ns)
{
	return time_ticker_chan(time_ticker_new(ns, NULL));
}

const struct assay_time_ops kit_time = {sizeof(kit_time),
					ASSAY_TIME_FN(ASSAY_ENTRY)};
