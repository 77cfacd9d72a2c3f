// park.cc - how a goroutine sleeps and is woken.
#include <chrono>

#include "bf.hpp"

using boost::fibers::context;
using boost::fibers::detail::spinlock_lock;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace bf
{

// twstatus is how Boost settles who wakes a context that sleeps with a
// deadline: 0 no deadline; -1 woken; -2 the deadline; else still asleep.

// The waker holds the lock while it wakes us, and we are gone from the stack
// once we return: so the lock is taken again first.  A thread of somebody else's
// would sleep with a scheduler of its own, which nobody wakes.
void parker::park() noexcept
{
	if (!on_goroutine())
		fatal("a call that blocks, and no goroutine makes it");
	spinlock_lock lock{lock_};

	if (woken_)
		return;
	sleeper_ = context::active();
	sleeper_->twstatus.store(0, std::memory_order_release);
	sleeper_->suspend(lock);
	lock = spinlock_lock{lock_};
}

bool parker::park_until(int64_t deadline) noexcept
{
	spinlock_lock lock{lock_};

	if (woken_)
		return true;
	sleeper_ = context::active();
	sleeper_->twstatus.store(reinterpret_cast<std::intptr_t>(this),
				 std::memory_order_release);
	sleeper_->wait_until(steady_clock::time_point{nanoseconds{deadline}},
			     lock);
	lock = spinlock_lock{lock_};
	sleeper_ = nullptr;
	return woken_;
}

void parker::wake() noexcept
{
	spinlock_lock lock{lock_};
	auto expected = reinterpret_cast<std::intptr_t>(this);

	woken_ = true;
	if (!sleeper_)
		return;
	if (sleeper_->twstatus.compare_exchange_strong(
		    expected, -1, std::memory_order_acq_rel) ||
	    expected == 0)
		context::active()->schedule(sleeper_);
}

bool operation::wait(int64_t deadline) noexcept
{
	if (deadline == ASSAY_FOREVER) {
		sleep.park();
		return true;
	}
	if (sleep.park_until(deadline))
		return true;
	if (claim())
		return false;
	sleep.park();
	return true;
}

// ---- queues ----------------------------------------------------------------

void queue::push(waiter *w) noexcept
{
	w->in = this;
	w->next = nullptr;
	w->prev = last;
	(last ? last->next : first) = w;
	last = w;
}

void queue::push_front(waiter *w) noexcept
{
	w->in = this;
	w->prev = nullptr;
	w->next = first;
	(first ? first->prev : last) = w;
	first = w;
}

void queue::remove(waiter *w) noexcept
{
	(w->prev ? w->prev->next : first) = w->next;
	(w->next ? w->next->prev : last) = w->prev;
	w->in = nullptr;
}

waiter *queue::pop() noexcept
{
	waiter *w = first;

	if (w)
		remove(w);
	return w;
}

} // namespace bf
