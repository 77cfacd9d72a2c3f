// core.cc - goroutines are fibers on procs threads; run, go, yield, exit.
//
// Fibers that are left when main's body has returned must never run again, but
// Boost can neither stop a fiber nor end a thread that has some.  So no thread
// with fibers ends: each freezes at its next switch, and run() returns on the
// thread of its caller, which never had any.
#include <linux/membarrier.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "bf.hpp"

using boost::fibers::context;
namespace algo = boost::fibers::algo;

namespace bf
{

namespace
{

constexpr size_t main_stack = size_t{8} << 20;
constexpr auto least_nap = std::chrono::microseconds{500};
constexpr auto most_nap = std::chrono::microseconds{16000};

std::atomic<bool> started;  // run() was called
std::atomic<bool> finished; // main has returned: release, seen at a switch
std::atomic<uint64_t> spawned, live;
sem_t main_returned;
thread_local bool serves; // this thread runs goroutines

[[noreturn]] void freeze() noexcept
{
	for (;;)
		pause();
}

// A thread that may read Boost's table of schedulers, which exit() frees: run()
// returns when none is busy any more.  A thread says so before it looks at
// finished, and run() sets that before it looks here; the barrier between is all
// run()'s, so that a switch costs nothing.
class thief
{
      public:
	thief() noexcept : next_(all_.load())
	{
		while (!all_.compare_exchange_weak(next_, this))
			;
	}

	// Before the first switch; without the barrier each switch has one.
	static void prepare() noexcept
	{
		fence_ = syscall(SYS_membarrier,
				 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
				 0) != 0;
	}

	static void wait_for_all() noexcept
	{
		syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
		std::atomic_thread_fence(std::memory_order_seq_cst);
		for (thief *t = all_.load(); t; t = t->next_)
			while (t->busy_.load(std::memory_order_acquire))
				sched_yield();
	}

      protected:
	void begin() noexcept
	{
		busy_.store(true, std::memory_order_relaxed);
		std::atomic_signal_fence(std::memory_order_seq_cst);
		if (fence_)
			std::atomic_thread_fence(std::memory_order_seq_cst);
	}

	void end() noexcept // pairs with the acquire in wait_for_all()
	{
		busy_.store(false, std::memory_order_release);
	}

      private:
	static std::atomic<thief *> all_;
	static bool fence_;
	thief *next_;
	std::atomic<bool> busy_{false};
};

std::atomic<thief *> thief::all_;
bool thief::fence_;

// A scheduler of Boost's that freezes its thread at the end of the program,
// and looks for work now and then: one that sleeps is not told when another
// thread has fibers to steal.
template <typename Base> class scheduler : thief, public Base
{
      public:
	using Base::Base;

	context *pick_next() noexcept override
	{
		begin();
		if (finished.load(std::memory_order_acquire)) {
			end();
			freeze();
		}
		context *next = Base::pick_next();
		end();
		if (next)
			nap_ = least_nap;
		return next;
	}

	void suspend_until(const std::chrono::steady_clock::time_point
				   &t) noexcept override
	{
		Base::suspend_until(
			std::min(t, std::chrono::steady_clock::now() + nap_));
		nap_ = std::min(2 * nap_, most_nap);
	}

      private:
	std::chrono::microseconds nap_ = least_nap;
};

// ---- goroutines ------------------------------------------------------------

struct alignas(16) argument {
	char bytes[ASSAY_ARG_MAX];
};

// Where the goroutines of the program end; the runtime's own do not count.
struct counted {
	assay_fn fn;

	void operator()(void *arg) const
	{
		fn(arg);
		live.fetch_sub(1, std::memory_order_relaxed);
	}
};

template <typename Fn>
int start_fiber(Fn fn, const void *arg, size_t n) noexcept
try {
	using boost::fibers::fiber;

	if (n == 0) {
		fiber([fn, arg] { fn(const_cast<void *>(arg)); }).detach();
	} else {
		argument copy;
		std::memcpy(copy.bytes, arg, n);
		fiber([fn, copy]() mutable { fn(copy.bytes); }).detach();
	}
	return ASSAY_OK;
} catch (const std::bad_alloc &) {
	return ASSAY_ENOMEM;
}

// ---- run -------------------------------------------------------------------

struct program {
	assay_fn fn;
	void *arg;
	uint32_t procs;
};

// A thread with fibers never comes back from here.
[[noreturn]] void serve(uint32_t procs, const program *main)
{
	using namespace boost::fibers;

	serves = true;
	// With one thread Boost's work_stealing looks for another for ever.
	if (procs == 1)
		use_scheduling_algorithm<scheduler<algo::round_robin>>();
	else
		use_scheduling_algorithm<scheduler<algo::work_stealing>>(procs,
									 true);
	if (main) {
		fiber(std::allocator_arg, fixedsize_stack(main_stack),
		      [p = *main] {
			      p.fn(p.arg);
			      finished.store(true, std::memory_order_release);
			      sem_post(&main_returned);
			      freeze();
		      }).detach();
	}
	for (parker forever;;)
		forever.park();
}

int run(assay_fn fn, void *arg, const assay_run_options *o)
{
	program p = {fn, arg,
		     std::max(1u, std::thread::hardware_concurrency())};

	if (!fn || (o && o->procs < 0))
		return ASSAY_EINVAL;
	if (o && o->flags & ~uint32_t{ASSAY_RUN_EMBEDDED})
		return ASSAY_ENOTSUP;
	if (o && o->procs > 0)
		p.procs = static_cast<uint32_t>(o->procs);
	if (started.exchange(true))
		return ASSAY_EINVAL;
	spawned = live = 1;
	sem_init(&main_returned, 0, 0);
	thief::prepare();
	for (uint32_t i = 1; i < p.procs; i++)
		std::thread(serve, p.procs, nullptr).detach();
	std::thread(serve, p.procs, &p).detach();
	while (sem_wait(&main_returned) != 0)
		;
	thief::wait_for_all();
	return ASSAY_OK;
}

void yield()
{
	boost::this_fiber::yield();
}

void exit_now(int status)
{
	std::fflush(nullptr);
	_exit(status);
}

} // namespace

int go(assay_fn fn, const void *arg, size_t n) noexcept
{
	if (!fn)
		fatal("go of nil func value");
	if (n > ASSAY_ARG_MAX || (n > 0 && !arg))
		return ASSAY_EINVAL;
	spawned.fetch_add(1, std::memory_order_relaxed);
	live.fetch_add(1, std::memory_order_relaxed);
	int status = start_fiber(counted{fn}, arg, n);
	if (status != ASSAY_OK) {
		spawned.fetch_sub(1, std::memory_order_relaxed);
		live.fetch_sub(1, std::memory_order_relaxed);
	}
	return status;
}

int go_own(assay_fn fn, const void *arg, size_t n) noexcept
{
	return start_fiber(fn, arg, n);
}

bool on_goroutine() noexcept
{
	return serves;
}

void fatal(const char *text) noexcept
{
	std::fprintf(stderr, "fatal error: %s\n", text);
	_exit(2);
}

// ---- the tables ------------------------------------------------------------

const assay_core_ops core_ops = {
	sizeof(core_ops), run,     go,      yield,   nullptr,
	exit_now,         nullptr, nullptr, nullptr, nullptr,
	nullptr,
};

namespace
{

int64_t num_goroutine()
{
	return static_cast<int64_t>(live.load(std::memory_order_relaxed));
}

int32_t num_cpu()
{
	return static_cast<int32_t>(sysconf(_SC_NPROCESSORS_ONLN));
}

int stats(assay_stats *out)
{
	assay_stats all = {};

	if (!out || out->size < sizeof(out->size))
		return ASSAY_EINVAL;
	all.size = out->size;
	all.spawned = spawned.load(std::memory_order_relaxed);
	all.live = live.load(std::memory_order_relaxed);
	std::memcpy(out, &all, std::min(out->size, sizeof(all)));
	return ASSAY_OK;
}

assay_inspect_ops inspect_ops()
{
	assay_inspect_ops ops = {};

	ops.size = sizeof(ops);
	ops.num_goroutine = num_goroutine;
	ops.num_cpu = num_cpu;
	ops.stats = stats;
	return ops;
}

const assay_inspect_ops inspect = inspect_ops();

const struct assay_runtime table = {
	sizeof(table),
	ASSAY_ABI_VERSION,
	ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PROC_LIMIT | ASSAY_TRAIT_SEVERAL_PS |
		ASSAY_TRAIT_BUFFERED | ASSAY_TRAIT_SELECT_SEND,
	"boost_fiber",
	BOOST_LIB_VERSION,
	"N:M",
	0,
	&core_ops,
	&chan_ops,
	&time_ops,
	&sync_ops,
	nullptr,
	&inspect,
	nullptr,
	nullptr,
	"1.22",
	nullptr,
	nullptr,
	nullptr,
	nullptr,
	0,
	nullptr,
};

} // namespace

} // namespace bf

extern "C" __attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	return &bf::table;
}
