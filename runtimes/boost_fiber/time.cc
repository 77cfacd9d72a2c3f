// time.cc - the clock, sleep, and timers with the channel semantics of Go
// 1.22.  Boost.Fiber has no timers but sleep, so a pending timer is a fiber
// that sleeps: it is woken to end when the timer is stopped or reset.
#include <chrono>
#include <new>

#include "chan.hpp"

// The program and each fiber of the timer have a reference.
struct assay_timer {
	bf::spin lock;      // guards the rest
	int32_t references; // memory goes with the last
	uint64_t setting;   // changes when it is stopped, reset or has fired
	bool pending;
	int64_t when, period; // period > 0: a ticker
	bf::operation *sleep; // of the fiber that waits for this setting
	assay_chan *c;        // or, for after_func, ...
	assay_fn fn;
	void *arg;
};

namespace bf {

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

namespace {

// For the holder of the lock; also unlocks.
void drop(assay_timer *t) noexcept
{
	bool last = --t->references == 0;

	t->lock.unlock();
	if (last) {
		chan_ops.free(t->c);
		delete t;
	}
}

void fire(const assay_timer *t) noexcept
{
	int64_t v = now();

	if (t->c)
		send(t->c, &v, ASSAY_POLL);
	else if (go(t->fn, t->arg, 0) != ASSAY_OK)
		fatal("no memory for the goroutine of a timer");
}

// A late ticker skips the ticks it missed and keeps its phase.
void advance(assay_timer *t) noexcept
{
	if (t->period > 0) {
		t->when += t->period * (1 + (now() - t->when) / t->period);
		return;
	}
	t->pending = false;
	t->setting++;
}

struct patience {
	assay_timer *t;
	uint64_t setting;
};

// The fiber of one setting.  Fires with the lock held, so that stop finds the
// timer either pending or its value sent.
void wait_and_fire(void *arg)
{
	patience p = *static_cast<patience *>(arg);
	assay_timer *t = p.t;

	t->lock.lock();
	while (t->setting == p.setting) {
		operation op;

		t->sleep = &op;
		int64_t when = t->when;
		t->lock.unlock();
		op.wait(when);
		t->lock.lock();
		if (t->setting != p.setting)
			break;
		t->sleep = nullptr;
		fire(t);
		advance(t);
	}
	drop(t);
}

// The next two are for the holder of the lock.

// False without memory.
bool arm(assay_timer *t, int64_t ns) noexcept
{
	patience p = {t, t->setting};

	t->when = later(ns);
	t->pending = true;
	t->references++;
	if (go_own(wait_and_fire, &p, sizeof(p)) == ASSAY_OK)
		return true;
	t->references--;
	t->pending = false;
	return false;
}

bool disarm(assay_timer *t) noexcept
{
	bool was = t->pending;

	t->pending = false;
	t->setting++;
	if (t->sleep && t->sleep->claim())
		t->sleep->finish(ASSAY_OK, 0);
	t->sleep = nullptr;
	return was;
}

// Owns c.
assay_timer *create(int64_t ns, int64_t period, assay_chan *c, assay_fn fn,
		    void *arg) noexcept
{
	auto *t = new (std::nothrow) assay_timer{};

	if (!t) {
		chan_ops.free(c);
		return nullptr;
	}
	t->references = 1;
	t->period = period;
	t->c = c;
	t->fn = fn;
	t->arg = arg;
	t->lock.lock();
	bool armed = arm(t, ns);
	if (!armed)
		drop(t);
	else
		t->lock.unlock();
	return armed ? t : nullptr;
}

assay_timer *with_chan(int64_t ns, int64_t period) noexcept
{
	assay_chan *c = chan_ops.make(sizeof(int64_t), 1, nullptr);

	return c ? create(ns, period, c, nullptr, nullptr) : nullptr;
}

bool stop(assay_timer *t) noexcept
{
	t->lock.lock();
	bool was = disarm(t);
	t->lock.unlock();
	return was;
}

bool reset(assay_timer *t, int64_t ns, int64_t period) noexcept
{
	t->lock.lock();
	bool was = disarm(t);
	t->period = period;
	if (!arm(t, ns))
		fatal("no memory for a timer");
	t->lock.unlock();
	return was;
}

void destroy(assay_timer *t) noexcept
{
	if (!t)
		return;
	t->lock.lock();
	disarm(t);
	drop(t);
}

// ---- the table; a ticker is a timer with a period --------------------------

void sleep_ns(int64_t ns)
{
	operation op;

	if (ns > 0)
		op.wait(later(ns));
}

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
	sizeof(time_ops), now,         sleep_ns,     timer_new,   after_func,
	timer_chan,       timer_stop,  timer_reset,  destroy,     after,
	ticker_new,       ticker_chan, ticker_stop,  ticker_reset, ticker_free,
	tick,
};

} // namespace bf
