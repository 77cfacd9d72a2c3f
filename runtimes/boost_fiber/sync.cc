// sync.cc - the table of the sync types, and those that never park: pool and
// atomics.
#include "sync.hpp"

#include <mutex>
#include <new>
#include <vector>

struct assay_pool {
	bf::spin lock;
	void *(*make)(void *arg);
	void *arg;
	std::vector<void *> items;
};

namespace bf
{

namespace
{

// ---- pool ------------------------------------------------------------------

assay_pool *pool_new(void *(*make)(void *arg), void *arg) noexcept
{
	return new (std::nothrow) assay_pool{{}, make, arg, {}};
}

void *pool_get(assay_pool *p)
{
	void *item = nullptr;

	if (!p)
		return nullptr;
	p->lock.lock();
	if (!p->items.empty()) {
		item = p->items.back();
		p->items.pop_back();
	}
	p->lock.unlock();
	return item || !p->make ? item : p->make(p->arg);
}

// An item for which there is no memory is dropped, as a pool may.
void pool_put(assay_pool *p, void *item) noexcept
{
	if (!p || !item)
		return;
	std::lock_guard<spin> lock(p->lock);
	try {
		p->items.push_back(item);
	} catch (const std::bad_alloc &) {
	}
}

void pool_free(assay_pool *p) noexcept
{
	delete p;
}

// ---- atomics ---------------------------------------------------------------

template <typename T> T add(T *p, T delta) noexcept
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

template <typename T> T load(T const *p) noexcept
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

template <typename T> void store(T *p, T v) noexcept
{
	__atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}

template <typename T> T swap(T *p, T v) noexcept
{
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

template <typename T> bool cas(T *p, T old, T v) noexcept
{
	return __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

} // namespace

const assay_sync_ops sync_ops = {
	sizeof(sync_ops), mutex_lock,     mutex_unlock,   rw_lock,
	rw_unlock,        rw_rlock,       rw_runlock,     wg_add,
	wg_wait,          wg_go,          once_do,        cond_wait,
	cond_wait_r,      cond_signal,    cond_broadcast, pool_new,
	pool_get,         pool_put,       pool_free,      add<int32_t>,
	load<int32_t>,    store<int32_t>, swap<int32_t>,  cas<int32_t>,
	add<int64_t>,     load<int64_t>,  store<int64_t>, swap<int64_t>,
	cas<int64_t>,     load<void *>,   store<void *>,  swap<void *>,
	cas<void *>,
};

} // namespace bf
