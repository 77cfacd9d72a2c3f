// select.cc - one of many cases; Boost.Fiber has nothing of the kind.
//
// All channels of the cases are locked, in order of address so that two
// selects cannot lock each other out.  Under these locks the cases stand
// still: one that is ready is performed, or a waiter is put in the queue of
// each and the goroutine parks.  Whoever claims the operation performs that
// case for it.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "chan.hpp"

namespace bf
{

namespace
{

constexpr size_t few = 8; // cases that need no memory from the heap

// Never kept over a park: the thread may be another one then.
__attribute__((noinline)) uint64_t random_number() noexcept
{
	static thread_local std::minstd_rand generator{std::random_device{}()};

	return generator();
}

class choice
{
      public:
	choice(const assay_case *cases, size_t n) noexcept
	    : cases_(cases), n_(n)
	{
	}

	~choice()
	{
		std::free(heap_);
	}

	// False without memory.
	bool prepare() noexcept
	{
		if (n_ > few) {
			size_t each = sizeof(*waiters_) + sizeof(*channels_);

			if (n_ <= SIZE_MAX / each)
				heap_ = std::malloc(n_ * each);
			if (!heap_)
				return false;
			waiters_ = static_cast<waiter *>(heap_);
			channels_ =
				reinterpret_cast<assay_chan **>(waiters_ + n_);
		}
		collect();
		return true;
	}

	int perform(int64_t deadline, size_t *chosen) noexcept
	{
		lock_all();
		int status = try_now(chosen);
		if (status == ASSAY_AGAIN && deadline != ASSAY_POLL)
			return wait(deadline, chosen);
		for (size_t i = n_channels_; i-- > 0;)
			channels_[i]->lock.unlock();
		return status;
	}

      private:
	// The channels of the cases, each once, by address.
	void collect() noexcept
	{
		for (size_t i = 0; i < n_; i++)
			if (cases_[i].c)
				channels_[n_channels_++] = cases_[i].c;
		std::sort(channels_, channels_ + n_channels_);
		n_channels_ = static_cast<size_t>(
			std::unique(channels_, channels_ + n_channels_) -
			channels_);
	}

	void lock_all() noexcept
	{
		for (size_t i = 0; i < n_channels_; i++)
			channels_[i]->lock.lock();
	}

	// The k-th ready case replaces the choice with probability 1/k.
	bool pick_ready(size_t *pick) noexcept
	{
		uint64_t ready = 0;

		for (size_t i = 0; i < n_; i++) {
			const assay_case &k = cases_[i];

			if (!k.c || !chan_ready(k.c, k.dir))
				continue;
			if (++ready == 1 || random_number() % ready == 0)
				*pick = i;
		}
		return ready > 0;
	}

	// A waiter that made a case ready may be claimed through another
	// channel before we perform it; then we look again.
	int try_now(size_t *chosen) noexcept
	{
		size_t pick = 0;

		while (pick_ready(&pick)) {
			const assay_case &k = cases_[pick];
			int status = k.dir == ASSAY_SEND
					     ? chan_send(k.c, k.send)
					     : chan_recv(k.c, k.recv);

			if (status != ASSAY_AGAIN) {
				*chosen = pick;
				return status;
			}
		}
		return ASSAY_AGAIN;
	}

	// In random order: of two cases of one channel, either may be first.
	void enqueue(operation *op) noexcept
	{
		for (size_t i = 0; i < n_; i++) {
			size_t k = random_number() % (i + 1);

			waiters_[i] = waiter{};
			waiters_[i].index = waiters_[k].index;
			waiters_[k].index = i;
		}
		for (size_t i = 0; i < n_; i++) {
			waiter *w = &waiters_[i];
			const assay_case &k = cases_[w->index];
			bool sends = k.dir == ASSAY_SEND;

			w->op = op;
			w->slot = sends ? const_cast<void *>(k.send) : k.recv;
			if (k.c)
				(sends ? k.c->senders : k.c->receivers).push(w);
		}
	}

	// Called with all locks held, returns with none.
	int wait(int64_t deadline, size_t *chosen) noexcept
	{
		operation op;

		enqueue(&op);
		for (size_t i = n_channels_; i-- > 0;) {
			channels_[i]->pins++;
			channels_[i]->lock.unlock();
		}
		bool served = op.wait(deadline);
		lock_all();
		for (size_t i = 0; i < n_; i++)
			if (waiters_[i].in)
				waiters_[i].in->remove(&waiters_[i]);
		for (size_t i = n_channels_; i-- > 0;)
			chan_unpin(channels_[i]);
		if (!served)
			return ASSAY_TIMEOUT;
		*chosen = op.chosen;
		return op.status;
	}

	const assay_case *cases_;
	size_t n_;
	size_t n_channels_ = 0;
	void *heap_ = nullptr;
	waiter few_waiters_[few];
	assay_chan *few_channels_[few];
	waiter *waiters_ = few_waiters_;
	assay_chan **channels_ = few_channels_;
};

bool valid(const assay_case *cases, size_t n, const size_t *chosen) noexcept
{
	if (n > 0 && (!cases || !chosen))
		return false;
	for (size_t i = 0; i < n; i++) {
		const assay_case &k = cases[i];

		if (k.dir != ASSAY_SEND && k.dir != ASSAY_RECV)
			return false;
		if (k.dir == ASSAY_SEND && k.c && k.c->elem > 0 && !k.send)
			return false;
	}
	return true;
}

} // namespace

int select(const assay_case *cases, size_t n, int64_t deadline,
	   size_t *chosen) noexcept
{
	if (!valid(cases, n, chosen))
		return ASSAY_EINVAL;
	choice c(cases, n);
	return c.prepare() ? c.perform(deadline, chosen) : ASSAY_ENOMEM;
}

} // namespace bf
