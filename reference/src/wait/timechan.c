/*
 * timechan.c - timers and tickers with a channel, as Go has them since 1.23.
 *
 * The channel has one slot but shows len and cap 0.  A value is put in when a
 * receiver polls, or at the due time if a receiver waits.  Stop and reset take
 * back a value that was not received, so no receiver ever sees a stale one.
 *
 * A timer is in the heap only while a receiver waits: the first one puts it in,
 * the last one takes it out.  Setting and stopping the others touches nothing
 * shared, and they do not keep a deadlock from being reported.
 *
 * The channel's lock guards when, blocked and the slot.  The heap's lock nests
 * inside it.  The heap calls due() without a lock, so due() looks again under
 * the channel's lock.
 *
 * The other kind, "heaped", is in the heap as long as it is armed: after_func,
 * and with GODEBUG=asynctimerchan=1 every timer, with an ordinary channel of
 * one slot.  Its own lock keeps two resets from putting it in twice.
 */
#include "wait/chan.h"
#include "sched/bubble.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "sched/preempt.h"
#include "sched/timer.h"
#include "sched/clock.h"
#include "base/godebug.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/outside.h"

struct goro_timer {
	struct timer t;
	int64_t when; /* 0: not armed; unused if heaped */
	int64_t period;
	goro_chan *c; /* NULL: after_func */
	union {
		uint32_t blocked; /* receivers waiting on c */
		uint32_t bubble;  /* without c: as c->bubble */
	};
	struct lock lock; /* if heaped: held over a reset */
	goro_fn fn;
	void *arg;
};

struct goro_ticker {
	goro_timer timer;
};

/* One allocation, so that malloc can give back the memory of many timers. */
struct with_chan {
	goro_ticker ticker;
	goro_chan c;
	int64_t slot; /* the buffer of c */
};

_Static_assert(offsetof(struct with_chan, c) <= UINT8_MAX, "goro_chan.lead");
_Static_assert(offsetof(struct with_chan, slot) ==
		       offsetof(struct with_chan, c) + sizeof(goro_chan),
	       "chan_buf()");

static bool heaped(const goro_timer *t)
{
	return !t->c || !t->c->timer;
}

static uint32_t bubble_id(const goro_timer *t)
{
	return t->c ? t->c->bubble : t->bubble;
}

/* Returns the time on t's clock: of a bubble that is the caller's, or real. */
static int64_t now_of(const goro_timer *t)
{
	return unlikely(bubble_id(t)) ? goro__my_now() : goro__now();
}

static void add(goro_timer *t)
{
	if (unlikely(bubble_id(t)))
		goro__add_my_timer(&t->t);
	else
		goro__timer_add(&t->t);
}

static void heap_in(goro_timer *t)
{
	if (!t->when || !t->blocked || load_relaxed(&t->t.p))
		return;
	t->t.when = t->when;
	add(t);
}

static void heap_out(goro_timer *t)
{
	goro__timer_del(&t->t);
}

/* The timer is due: arms it for its next period, or disarms it. */
static void advance(goro_timer *t, int64_t now)
{
	t->when = t->period ? goro__next_tick(t->when, t->period, now) : 0;
}

/*
 * Sends the time that was due, however late the receiver looks.  One tick is
 * pending at most: a slow receiver loses the others.
 */
static void fire(goro_timer *t, int64_t now)
{
	int64_t at = t->when;

	advance(t, now);
	san_release(t);
	goro__chan_send_now(t->c, &at);
}

static void due(struct timer *heaped, int64_t now)
{
	goro_timer *t = heaped->arg;

	plock(&t->c->lock);
	if (t->when && t->when <= now)
		fire(t, now);
	heap_in(t);
	punlock(&t->c->lock);
	goro__timer_done(heaped); /* t may be freed from here on */
}

/* Returns the timer that has the channel c. */
static goro_timer *timer_of(goro_chan *c)
{
	char *w = (char *)c - offsetof(struct with_chan, c);

	return &((struct with_chan *)(void *)w)->ticker.timer;
}

static void poll(goro_chan *c)
{
	goro_timer *t = timer_of(c);
	int64_t now;

	if (t->when == 0)
		return;
	now = now_of(t);
	if (t->when <= now)
		fire(t, now);
}

static void block(goro_chan *c)
{
	goro_timer *t = timer_of(c);

	t->blocked++;
	heap_in(t);
}

static void unblock(goro_chan *c)
{
	goro_timer *t = timer_of(c);

	if (--t->blocked == 0)
		heap_out(t);
}

static const struct chan_timer chan_timer = {poll, block, unblock};

/*
 * Takes back a value that was not received.  True if there was one.  Does not
 * poll the timer, which might put in the next value.
 */
static bool take_back(goro_chan *c)
{
	return load_relaxed(&c->qcount) > 0 &&
	       goro__chan_take_now(c, NULL) == GORO_OK;
}

static inline bool disarm(goro_timer *t)
{
	bool pending = t->when != 0;

	t->when = 0;
	heap_out(t);
	return take_back(t->c) || pending;
}

static void arm(goro_timer *t, int64_t ns, int64_t period)
{
	t->when = goro__when(now_of(t), ns);
	t->period = period;
	heap_in(t);
}

static int stop(goro_timer *t)
{
	bool pending;

	if (heaped(t))
		return goro__timer_del(&t->t);
	plock(&t->c->lock);
	pending = disarm(t);
	punlock(&t->c->lock);
	return pending;
}

/* Resets a heaped timer.  A value that is in the channel stays there. */
static int reset_heaped(goro_timer *t, int64_t ns, int64_t period)
{
	bool pending;

	plock(&t->lock);
	pending = goro__timer_del(&t->t);
	t->t.when = goro__when(now_of(t), ns);
	t->t.period = period;
	san_release(t);
	add(t);
	punlock(&t->lock);
	return pending;
}

static int reset(goro_timer *t, int64_t ns, int64_t period)
{
	bool pending;

	if (heaped(t))
		return reset_heaped(t, ns, period);
	plock(&t->c->lock);
	pending = disarm(t);
	arm(t, ns, period);
	punlock(&t->c->lock);
	return pending;
}

/* ---- before Go 1.23 ----------------------------------------------------- */

bool goro_sync_timers(void)
{
	return goro__godebug("asynctimerchan") == 0;
}

/* Sends the time.  If the slot is full, the value is lost. */
static void due_async(struct timer *heaped, int64_t now)
{
	goro_timer *t = heaped->arg;

	plock(&t->c->lock);
	san_release(t);
	goro__chan_send_now(t->c, &now);
	punlock(&t->c->lock);
	goro__timer_done(heaped); /* t may be freed from here on */
}

/* ---- made and freed ----------------------------------------------------- */

static goro_ticker *new_timer(int64_t ns, int64_t period)
{
	struct with_chan *w = sys_malloc(sizeof(*w)); /* calloc is slower */
	bool async = goro__sched.async_timers;
	goro_timer *t;

	if (!w)
		return NULL;
	arch_zero(w, sizeof(*w));
	t = &w->ticker.timer;
	w->c.dataqsiz = 1;
	w->c.elemsize = sizeof(w->slot);
	w->c.lead = offsetof(struct with_chan, c);
	w->c.timer = async ? NULL : &chan_timer;
	goro__chan_own(&w->c, async ? 0 : CHAN_TIMED);
	t->c = &w->c;
	t->t.fn = async ? due_async : due;
	t->t.arg = t;
	if (async)
		reset_heaped(t, ns, period);
	else
		arm(t, ns, period);
	return &w->ticker;
}

/*
 * Stops and frees t.  Waits until t's fn is over: it may be about to lock the
 * channel.  The channel and its timer are one allocation.
 */
static void dispose(goro_timer *t)
{
	stop(t);
	goro__timer_del_sync(&t->t);
	if (t->c)
		goro_chan_free(t->c);
	else
		sys_free(t);
}

goro_timer *goro_timer_new(int64_t ns)
{
	goro_ticker *t;

	FROM_OUTSIDE_GIVES(goro_timer_new(ns));
	t = new_timer(ns, 0);
	return t ? &t->timer : NULL;
}

goro_chan *goro_timer_chan(goro_timer *t)
{
	return t ? t->c : NULL;
}

/* ---- after_func --------------------------------------------------------- */

static void start_func(struct timer *heaped, int64_t now)
{
	goro_timer *t = heaped->arg;
	goro_fn fn = t->fn;
	void *arg = t->arg;
	struct g *g;

	(void)now;
	g = goro__newg(fn, arg, 0, goro__default_class,
		       __builtin_return_address(0));
	if (!g)
		goro__fatal("runtime: cannot allocate a goroutine's stack");
	san_acquire_as(&g->san, t);
	goro__timer_done(heaped);
	goro__start(g);
}

goro_timer *goro_after_func(int64_t ns, goro_fn fn, void *arg)
{
	goro_timer *t;

	FROM_OUTSIDE_GIVES(goro_after_func(ns, fn, arg));
	t = fn ? sys_calloc(1, sizeof(*t)) : NULL;
	if (!t)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	t->t.fn = start_func;
	t->t.arg = t;
	t->bubble = my_bubble_id();
	reset_heaped(t, ns, 0);
	return t;
}

/* ---- both --------------------------------------------------------------- */

static void check_stop(const goro_timer *t)
{
	goro__bubble_check(bubble_id(t),
			   "stop of synctest timer from outside bubble");
}

static void check_reset(const goro_timer *t)
{
	goro__bubble_check(bubble_id(t),
			   "reset of synctest timer from outside bubble");
}

int goro_timer_stop(goro_timer *t)
{
	int pending;

	FROM_OUTSIDE_GIVES(goro_timer_stop(t));
	if (!t)
		return GORO_TIMER_STOP;
	check_stop(t);
	pending = stop(t);
	goro__stop_if_asked();
	return pending;
}

int goro_timer_reset(goro_timer *t, int64_t ns)
{
	int pending;

	FROM_OUTSIDE_GIVES(goro_timer_reset(t, ns));
	if (!t)
		return GORO_TIMER_RESET;
	check_reset(t);
	pending = reset(t, ns, 0);
	goro__stop_if_asked();
	return pending;
}

void goro_timer_free(goro_timer *t)
{
	if (!t)
		return;
	FROM_OUTSIDE(goro_timer_free(t));
	dispose(t);
}

goro_chan *goro_after(int64_t ns)
{
	FROM_OUTSIDE_GIVES(goro_after(ns));
	return goro_timer_chan(goro_timer_new(ns));
}

/* ---- tickers ------------------------------------------------------------ */

goro_ticker *goro_ticker_new(int64_t ns, int *status)
{
	goro_ticker *t;
	int none;

	FROM_OUTSIDE_GIVES(goro_ticker_new(ns, status));
	if (!status)
		status = &none;
	*status = GORO_TICKER_NEW;
	if (ns <= 0)
		return NULL;
	*status = GORO_ENOMEM;
	t = new_timer(ns, ns);
	if (!t)
		return NULL;
	*status = GORO_OK;
	return t;
}

goro_chan *goro_ticker_chan(goro_ticker *t)
{
	return t ? t->timer.c : NULL;
}

void goro_ticker_stop(goro_ticker *t)
{
	FROM_OUTSIDE(goro_ticker_stop(t));
	if (!t)
		return;
	check_stop(&t->timer);
	stop(&t->timer);
}

int goro_ticker_reset(goro_ticker *t, int64_t ns)
{
	FROM_OUTSIDE_GIVES(goro_ticker_reset(t, ns));
	if (!t)
		return GORO_EINVAL;
	if (ns <= 0)
		return GORO_TICKER_RESET;
	check_reset(&t->timer);
	reset(&t->timer, ns, ns);
	return GORO_OK;
}

void goro_ticker_free(goro_ticker *t)
{
	if (!t)
		return;
	FROM_OUTSIDE(goro_ticker_free(t));
	dispose(&t->timer);
}

goro_chan *goro_tick(int64_t ns)
{
	FROM_OUTSIDE_GIVES(goro_tick(ns));
	return goro_ticker_chan(goro_ticker_new(ns, NULL));
}
