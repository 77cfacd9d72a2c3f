/*
 * time.c - the clock, and timers: a heap by due time and one thread that fires
 * them.  A timer fires with the heap locked.  So stop and reset find it either
 * pending, or with its value in the channel already, where they take it back.
 * That gives Go 1.23 semantics.
 */
#include <stdlib.h>
#include <time.h>

#include "pt.h"

#define IDLE SIZE_MAX

struct assay_timer {
	int64_t when;
	int64_t period; /* > 0: a ticker */
	size_t at;      /* index in the heap, or IDLE */
	assay_chan *c;  /* NULL for after_func, which has fn and arg */
	assay_fn fn;
	void *arg;
};

static struct {
	pthread_mutex_t lock; /* guards all timers */
	pthread_cond_t changed;
	struct assay_timer **heap;
	size_t n;    /* pending */
	size_t made; /* timers that exist; each has a place in the heap */
	size_t room;
} timers = {.lock = PTHREAD_MUTEX_INITIALIZER};

static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

int64_t pt_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct timespec pt_timespec(int64_t ns)
{
	if (ns < 0)
		ns = 0;
	return (struct timespec){.tv_sec = ns / 1000000000,
				 .tv_nsec = ns % 1000000000};
}

void pt_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

/* Returns the time ns from now.  Never ASSAY_FOREVER, which is not a time. */
static int64_t later(int64_t ns)
{
	int64_t now = pt_now();

	if (ns <= 0)
		return now;
	return ns < SLEEP_MAX - now ? now + ns : SLEEP_MAX;
}

/* ---- the heap: earliest first; under the lock ---- */

static void set(size_t i, struct assay_timer *t)
{
	timers.heap[i] = t;
	t->at = i;
}

static void sift_up(size_t i, struct assay_timer *t)
{
	while (i > 0 && t->when < timers.heap[(i - 1) / 2]->when) {
		set(i, timers.heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	set(i, t);
}

static void sift_down(size_t i, struct assay_timer *t)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < timers.n &&
		    timers.heap[child + 1]->when < timers.heap[child]->when)
			child++;
		if (child >= timers.n || t->when <= timers.heap[child]->when)
			break;
		set(i, timers.heap[child]);
		i = child;
	}
	set(i, t);
}

static void take_out(struct assay_timer *t)
{
	struct assay_timer *last = timers.heap[--timers.n];
	size_t i = t->at;

	t->at = IDLE;
	if (last == t)
		return;
	if (i > 0 && last->when < timers.heap[(i - 1) / 2]->when)
		sift_up(i, last);
	else
		sift_down(i, last);
}

static bool reserve_place(void)
{
	size_t room = timers.room ? 2 * timers.room : 64;
	struct assay_timer **heap;

	if (timers.made++ < timers.room)
		return true;
	heap = realloc(timers.heap, room * sizeof(*heap));
	if (!heap) {
		timers.made--;
		return false;
	}
	timers.heap = heap;
	timers.room = room;
	return true;
}

/* ---- firing ---- */

static void fire(struct assay_timer *t, int64_t now)
{
	if (t->c) {
		pthread_mutex_lock(&t->c->lock);
		pt_chan_send(t->c, &now);
		pthread_mutex_unlock(&t->c->lock);
	} else if (pt_go(t->fn, t->arg, 0) != ASSAY_OK) {
		pt_fatal("no memory for the goroutine of a timer", false);
	}
}

/*
 * Fires all due timers.  A late ticker skips missed ticks and keeps its phase.
 */
static void fire_due(int64_t now)
{
	while (timers.n && timers.heap[0]->when <= now) {
		struct assay_timer *t = timers.heap[0];

		if (t->period) {
			t->when +=
				t->period * (1 + (now - t->when) / t->period);
			sift_down(0, t);
		} else {
			take_out(t);
		}
		fire(t, now);
	}
}

static void *thread_main(void *arg)
{
	pthread_mutex_lock(&timers.lock);
	for (;;) {
		fire_due(pt_now());
		pthread_mutex_unlock(&timers.lock);
		pt_check_deadlock();
		pthread_mutex_lock(&timers.lock);
		if (!timers.n) {
			pthread_cond_wait(&timers.changed, &timers.lock);
		} else if (timers.heap[0]->when > pt_now()) {
			struct timespec t = pt_timespec(timers.heap[0]->when);

			pthread_cond_timedwait(&timers.changed, &timers.lock,
					       &t);
		}
	}
	return arg;
}

static void start_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pt_cond_init(&timers.changed);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, thread_main, NULL) != 0)
		pt_fatal("no memory for the timer thread", false);
	pthread_attr_destroy(&attr);
}

/* ---- timers ---- */

static void lock_timers(void)
{
	pthread_once(&thread_once, start_thread);
	pthread_mutex_lock(&timers.lock);
}

static void unlock_timers(void)
{
	pthread_mutex_unlock(&timers.lock);
}

static void arm(struct assay_timer *t, int64_t ns)
{
	t->when = later(ns);
	sift_up(timers.n++, t);
	if (t->at == 0)
		pthread_cond_signal(&timers.changed);
}

/* Stops a timer.  True if it was pending, or its value was not yet received. */
static bool disarm(struct assay_timer *t)
{
	bool was = t->at != IDLE;

	if (was)
		take_out(t);
	if (t->c) {
		pthread_mutex_lock(&t->c->lock);
		was |= pt_chan_recv(t->c, NULL) == ASSAY_OK;
		pthread_mutex_unlock(&t->c->lock);
	}
	return was;
}

/* Makes a timer, which owns c. */
static assay_timer *create(int64_t ns, int64_t period, assay_chan *c,
			   assay_fn fn, void *arg)
{
	struct assay_timer *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	*t = (struct assay_timer){
		.period = period, .at = IDLE, .c = c, .fn = fn, .arg = arg};
	lock_timers();
	if (reserve_place()) {
		arm(t, ns);
	} else {
		free(t);
		t = NULL;
	}
	unlock_timers();
	return t;
}

static assay_timer *with_chan(int64_t ns, int64_t period)
{
	assay_chan *c = pt_chan.make(sizeof(int64_t), 1, NULL);
	assay_timer *t;

	if (!c)
		return NULL;
	c->timer = true;
	t = create(ns, period, c, NULL, NULL);
	if (!t)
		pt_chan.free(c);
	return t;
}

static bool stop(assay_timer *t)
{
	bool was;

	lock_timers();
	was = disarm(t);
	unlock_timers();
	return was;
}

static bool reset(assay_timer *t, int64_t ns, int64_t period)
{
	bool was;

	lock_timers();
	was = disarm(t);
	t->period = period;
	arm(t, ns);
	unlock_timers();
	return was;
}

static void time_timer_free(assay_timer *t)
{
	if (!t)
		return;
	lock_timers();
	disarm(t);
	timers.made--;
	unlock_timers();
	pt_chan.free(t->c);
	free(t);
}

/* ---- the table; a ticker is a timer with a period ---- */

static void time_sleep(int64_t ns)
{
	int64_t deadline;

	if (ns <= 0)
		return;
	deadline = later(ns);
	pt_park_begin("sleep", deadline);
	pt_park(deadline);
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
	return t ? stop(t) : ASSAY_TIMER_STOP;
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
		stop((assay_timer *)t);
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

/* ---- for the deadlock check ---- */

void pt_timers_lock(void)
{
	pthread_mutex_lock(&timers.lock);
}

void pt_timers_unlock(void)
{
	pthread_mutex_unlock(&timers.lock);
}

/*
 * True if the timer may wake a goroutine: it calls a function, or a goroutine
 * waits on its channel.
 */
static bool awaited(const struct assay_timer *t)
{
	bool waits;

	if (!t->c)
		return true;
	pthread_mutex_lock(&t->c->lock);
	waits = t->c->receivers.first != NULL;
	pthread_mutex_unlock(&t->c->lock);
	return waits;
}

bool pt_timers_may_wake(void)
{
	for (size_t i = 0; i < timers.n; i++)
		if (awaited(timers.heap[i]))
			return true;
	return false;
}

#define time_now pt_now

const struct assay_time_ops pt_time = {sizeof(pt_time),
				       ASSAY_TIME_FN(ASSAY_ENTRY)};
