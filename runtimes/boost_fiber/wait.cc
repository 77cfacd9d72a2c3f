// wait.cc - waitgroup, once and cond.
#include "sync.hpp"

namespace bf
{

// ---- waitgroup -------------------------------------------------------------

namespace
{

struct waitgroup {
	spin guard;
	int64_t n;
	queue waiters;
};

struct task {
	assay_waitgroup *wg;
	assay_fn fn;
	void *arg;
};

void run_task(void *arg)
{
	auto *t = static_cast<task *>(arg);

	t->fn(t->arg);
	wg_add(t->wg, -1);
}

} // namespace

int wg_add(assay_waitgroup *storage, int64_t delta) noexcept
{
	auto *wg = reinterpret_cast<waitgroup *>(storage);
	int status = ASSAY_OK;
	int64_t n;

	if (!wg)
		return ASSAY_EINVAL;
	wg->guard.lock();
	if (__builtin_add_overflow(wg->n, delta, &n) || n < 0 || n > INT32_MAX)
		status = ASSAY_WG_NEGATIVE;
	else if ((wg->n = n) == 0)
		wake_all(&wg->waiters);
	wg->guard.unlock();
	return status;
}

int wg_wait(assay_waitgroup *storage, int64_t deadline) noexcept
{
	auto *wg = reinterpret_cast<waitgroup *>(storage);
	int status = may_wait(deadline);

	if (!wg || status == ASSAY_ENOTSUP)
		return wg ? status : ASSAY_EINVAL;
	wg->guard.lock();
	if (wg->n == 0) {
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_in(&wg->waiters, &wg->guard);
		return ASSAY_OK;
	}
	wg->guard.unlock();
	return status;
}

int wg_go(assay_waitgroup *wg, assay_fn fn, void *arg) noexcept
{
	task t = {wg, fn, arg};

	if (!fn)
		return ASSAY_EINVAL;
	int status = wg_add(wg, 1);
	if (status != ASSAY_OK)
		return status;
	status = go(run_task, &t, sizeof(t));
	if (status != ASSAY_OK)
		wg_add(wg, -1);
	return status;
}

// ---- once ------------------------------------------------------------------

namespace
{

enum { NOT_YET, RUNNING, DONE };

struct once {
	spin guard;
	std::atomic<int> state; // release with DONE, acquire without the guard
	queue waiters;
};

} // namespace

void once_do(assay_once *storage, assay_fn fn, void *arg)
{
	auto *o = reinterpret_cast<once *>(storage);

	if (!o || !fn || o->state.load(std::memory_order_acquire) == DONE)
		return;
	o->guard.lock();
	int state = o->state.load(std::memory_order_relaxed);
	if (state == RUNNING) {
		wait_in(&o->waiters, &o->guard);
		return;
	}
	if (state == NOT_YET)
		o->state.store(RUNNING, std::memory_order_relaxed);
	o->guard.unlock();
	if (state == DONE)
		return;
	fn(arg);
	o->guard.lock();
	o->state.store(DONE, std::memory_order_release);
	wake_all(&o->waiters);
	o->guard.unlock();
}

// ---- cond ------------------------------------------------------------------

namespace
{

struct cond {
	spin guard;
	const void *at; // where it was first used: finds copies
	queue waiters;
};

// For the holder of the guard.
bool copied(cond *c) noexcept
{
	if (!c->at)
		c->at = c;
	return c->at != c;
}

// In the queue before the unlock, so that no signal after it is missed.
template <typename Unlock> int wait_signal(cond *c, Unlock unlock) noexcept
{
	operation op;
	waiter w;

	w.op = &op;
	c->guard.lock();
	bool copy = copied(c);
	if (!copy)
		c->waiters.push(&w);
	c->guard.unlock();
	if (copy)
		return ASSAY_COND_COPIED;
	unlock();
	op.sleep.park();
	c->guard.lock(); // as in wait_in
	c->guard.unlock();
	return ASSAY_OK;
}

int signal(assay_cond *storage, bool all) noexcept
{
	auto *c = reinterpret_cast<cond *>(storage);

	if (!c)
		return ASSAY_EINVAL;
	c->guard.lock();
	bool copy = copied(c);
	if (!copy && all)
		wake_all(&c->waiters);
	else if (!copy)
		wake_first(&c->waiters);
	c->guard.unlock();
	return copy ? ASSAY_COND_COPIED : ASSAY_OK;
}

} // namespace

int cond_wait(assay_cond *storage, assay_mutex *m) noexcept
{
	auto *c = reinterpret_cast<cond *>(storage);

	if (!c || !m)
		return ASSAY_EINVAL;
	int status = wait_signal(c, [m] { mutex_unlock(m); });
	return status == ASSAY_OK ? mutex_lock(m, ASSAY_FOREVER) : status;
}

int cond_wait_r(assay_cond *storage, assay_rwmutex *m) noexcept
{
	auto *c = reinterpret_cast<cond *>(storage);

	if (!c || !m)
		return ASSAY_EINVAL;
	int status = wait_signal(c, [m] { rw_runlock(m); });
	return status == ASSAY_OK ? rw_rlock(m, ASSAY_FOREVER) : status;
}

int cond_signal(assay_cond *c) noexcept
{
	return signal(c, false);
}

int cond_broadcast(assay_cond *c) noexcept
{
	return signal(c, true);
}

static_assert(sizeof(waitgroup) <= sizeof(assay_waitgroup), "waitgroup");
static_assert(sizeof(once) <= sizeof(assay_once), "once");
static_assert(sizeof(cond) <= sizeof(assay_cond), "cond");

} // namespace bf
