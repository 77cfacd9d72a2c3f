// bf.hpp - what the files of this runtime share.
//
// A goroutine is a detached fiber.  It blocks in one way only: a parker, built
// like Boost's own mutexes and channels on context::suspend() under a
// spinlock.  Channels, select and the sync types are queues of waiters on top.
//
// Locks are held for some instructions and never while parked.  Their order:
// timers; channels by address, or one sync object; a parker.
#ifndef ASSAY_BF_HPP
#define ASSAY_BF_HPP

#include <assay.h>

#include <sched.h>

#include <atomic>
#include <boost/fiber/all.hpp>

namespace bf
{

// A lock that is free when all zero, as the storage of the sync types is.
class spin
{
      public:
	void lock() noexcept
	{
		for (int tries = 0;
		     held_.exchange(1, std::memory_order_acquire);)
			while (held_.load(std::memory_order_relaxed))
				if (++tries % 64 == 0)
					sched_yield();
	}

	void unlock() noexcept
	{
		held_.store(0, std::memory_order_release);
	}

      private:
	std::atomic<uint32_t> held_;
};

// One stop of one goroutine, on its stack.  wake() may come first.
class parker
{
      public:
	// Returns after wake().
	void park() noexcept;
	// The same, or false when the deadline has passed without one.
	bool park_until(int64_t deadline) noexcept;
	// Called once, by another goroutine.
	void wake() noexcept;

      private:
	boost::fibers::detail::spinlock lock_; // guards the rest
	boost::fibers::context *sleeper_ = nullptr;
	bool woken_ = false;
};

// What a blocking operation waits for.  A select waits in many queues: the
// first to claim it completes it, everybody else passes it over.
struct operation {
	std::atomic<bool> claimed{false};
	int status = ASSAY_OK; // what it returns, and ...
	size_t chosen = 0;     // ... its case: by the claimer, before it wakes
	parker sleep;

	// True for the one who may complete it.
	bool claim() noexcept
	{
		return !claimed.exchange(true, std::memory_order_acq_rel);
	}

	// By the claimer.
	void finish(int how, size_t which) noexcept
	{
		status = how;
		chosen = which;
		sleep.wake();
	}

	// False when the deadline came first: then nobody can claim it more.
	bool wait(int64_t deadline) noexcept;
};

struct queue;

// An operation in a queue, on the stack of the goroutine that waits.
struct waiter {
	waiter *prev = nullptr, *next = nullptr;
	queue *in = nullptr; // nullptr: taken out
	operation *op = nullptr;
	void *slot = nullptr; // channel: where the value goes to or is
	size_t index = 0;     // channel: number of the case
};

// First in, first out; all zero is empty.
struct queue {
	waiter *first, *last;

	void push(waiter *w) noexcept;
	void push_front(waiter *w) noexcept;
	void remove(waiter *w) noexcept;
	waiter *pop() noexcept;
};

// False on a thread that is not of the runtime.
bool on_goroutine() noexcept;

// "fatal error: text", status 2.
[[noreturn]] void fatal(const char *text) noexcept;

// Starts a goroutine, as core->go.
int go(assay_fn fn, const void *arg, size_t n) noexcept;
// The same for one of the runtime's own, which nobody counts.
int go_own(assay_fn fn, const void *arg, size_t n) noexcept;

// Nanoseconds of the steady clock; ns from now, never ASSAY_FOREVER.
int64_t now() noexcept;
int64_t later(int64_t ns) noexcept;

extern const assay_core_ops core_ops;
extern const assay_chan_ops chan_ops;
extern const assay_time_ops time_ops;
extern const assay_sync_ops sync_ops;

} // namespace bf

#endif
