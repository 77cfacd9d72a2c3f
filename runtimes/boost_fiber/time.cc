// time.cc - the clock, sleep, and timers with the channel semantics of Go
// 1.22.  Boost.Fiber has no timers but sleep: here one fiber fires them all.
#include <chrono>
#include <mutex>
#include <new>
#include <set>

#include "chan.hpp"

struct assay_timer {
	int64_t when, period; // period > 0: a ticker
	assay_chan *c;        // or, for after_func, ...
	assay_fn fn;
	void *arg;
};

namespace bf
{

int64_t now() noexcept
{
	using namespace std::chrono;

	return duration_cast<nanoseconds>(
		       steady_clock::now().time_since_epoch())
		.count();
}

int64_t later(int64_t ns) noexcept
{
	int64_t t = now();

	if (ns <= 0)
		return t;
	return ns < ASSAY_FOREVER - 1 - t ? t + ns : ASSAY_FOREVER - 1;
}

namespace
{

// ---- pending timers --------------------------------------------------------

struct earlier {
	bool operator()(const assay_timer *a, const assay_timer *b) const
	{
		return a->when != b->when ? a->when < b->when : a < b;
	}
};

struct {
	spin lock; // guards all timers
	std::set<assay_timer *, earlier> pending;
	operation *sleep; // of the fiber that fires them; nullptr: awake
	bool started;
} timers;

// A late ticker skips the ticks it missed and keeps its phase.
void fire(assay_timer *t) noexcept
{
	int64_t v = now();

	if (t->c)
		send(t->c, &v, ASSAY_POLL);
	else if (go(t->fn, t->arg, 0) != ASSAY_OK)
		fatal("no memory for the goroutine of a timer");
	if (t->period == 0)
		return;
	t->when += t->period * (1 + (v - t->when) / t->period);
	timers.pending.insert(t);
}

// Fires what is due; returns when the next one is.  For the holder of the lock:
// so stop finds a timer either pending or its value sent.
int64_t fire_due() noexcept
{
	int64_t until = now();

	while (!timers.pending.empty()) {
		assay_timer *t = *timers.pending.begin();

		if (t->when > until)
			return t->when;
		timers.pending.erase(timers.pending.begin());
		fire(t);
	}
	return ASSAY_FOREVER;
}

void fire_for_ever(void *)
{
	for (;;) {
		operation op;

		timers.lock.lock();
		int64_t next = fire_due();
		timers.sleep = &op;
		timers.lock.unlock();
		if (!op.wait(next)) {
			timers.lock.lock();
			timers.sleep = nullptr;
			timers.lock.unlock();
		}
	}
}

// The next two are for the holder of the lock.

void arm(assay_timer *t, int64_t ns)
{
	operation *sleep = timers.sleep;

	t->when = later(ns);
	timers.pending.insert(t);
	if (!timers.started && go_own(fire_for_ever, nullptr, 0) != ASSAY_OK)
		fatal("no memory for timers");
	timers.started = true;
	if (*timers.pending.begin() != t || !sleep || !sleep->claim())
		return;
	timers.sleep = nullptr;
	sleep->finish(ASSAY_OK, 0);
}

bool disarm(assay_timer *t)
{
	return timers.pending.erase(t) > 0;
}

// ---- one timer -------------------------------------------------------------

// Owns c.
assay_timer *create(int64_t ns, int64_t period, assay_chan *c, assay_fn fn,
		    void *arg)
{
	auto *t = new (std::nothrow) assay_timer{0, period, c, fn, arg};

	if (!t) {
		chan_ops.free(c);
		return nullptr;
	}
	std::lock_guard<spin> lock(timers.lock);
	arm(t, ns);
	return t;
}

assay_timer *with_chan(int64_t ns, int64_t period)
{
	assay_chan *c = chan_ops.make(sizeof(int64_t), 1, nullptr);

	return c ? create(ns, period, c, nullptr, nullptr) : nullptr;
}

bool stop(assay_timer *t)
{
	std::lock_guard<spin> lock(timers.lock);

	return disarm(t);
}

bool reset(assay_timer *t, int64_t ns, int64_t period)
{
	std::lock_guard<spin> lock(timers.lock);
	bool was = disarm(t);

	t->period = period;
	arm(t, ns);
	return was;
}

void destroy(assay_timer *t)
{
	if (!t)
		return;
	stop(t);
	chan_ops.free(t->c);
	delete t;
}

void sleep_ns(int64_t ns)
{
	operation op;

	if (ns > 0)
		op.wait(later(ns));
}

// ---- the table; a ticker is a timer with a period --------------------------

assay_timer *timer_new(int64_t ns)
{
	return with_chan(ns, 0);
}

assay_timer *after_func(int64_t ns, assay_fn fn, void *arg)
{
	return fn ? create(ns, 0, nullptr, fn, arg) : nullptr;
}

assay_chan *timer_chan(assay_timer *t)
{
	return t ? t->c : nullptr;
}

int timer_stop(assay_timer *t)
{
	return t ? int{stop(t)} : int{ASSAY_TIMER_STOP};
}

int timer_reset(assay_timer *t, int64_t ns)
{
	return t ? int{reset(t, ns, 0)} : int{ASSAY_TIMER_RESET};
}

assay_chan *after(int64_t ns)
{
	return timer_chan(timer_new(ns));
}

assay_timer *timer_of(assay_ticker *t)
{
	return reinterpret_cast<assay_timer *>(t);
}

assay_ticker *ticker_new(int64_t ns, int *status)
{
	assay_timer *t = ns > 0 ? with_chan(ns, ns) : nullptr;

	if (status)
		*status = t        ? ASSAY_OK
			  : ns > 0 ? ASSAY_ENOMEM
				   : ASSAY_TICKER_NEW;
	return reinterpret_cast<assay_ticker *>(t);
}

assay_chan *ticker_chan(assay_ticker *t)
{
	return timer_chan(timer_of(t));
}

void ticker_stop(assay_ticker *t)
{
	if (t)
		stop(timer_of(t));
}

int ticker_reset(assay_ticker *t, int64_t ns)
{
	if (ns <= 0)
		return ASSAY_TICKER_RESET;
	if (!t)
		return ASSAY_EINVAL;
	reset(timer_of(t), ns, ns);
	return ASSAY_OK;
}

void ticker_free(assay_ticker *t)
{
	destroy(timer_of(t));
}

assay_chan *tick(int64_t ns)
{
	return ticker_chan(ticker_new(ns, nullptr));
}

} // namespace

const assay_time_ops time_ops = {
	sizeof(time_ops), now,          sleep_ns,    timer_new,
	after_func,       timer_chan,   timer_stop,  timer_reset,
	destroy,          after,        ticker_new,  ticker_chan,
	ticker_stop,      ticker_reset, ticker_free, tick,
};

} // namespace bf
