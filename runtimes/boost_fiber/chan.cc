// chan.cc - see chan.hpp.
#include "chan.hpp"

#include <cstdlib>
#include <cstring>

namespace bf
{

namespace
{

constexpr int64_t bytes_max = int64_t{1} << 47; // what can be addressed

// ---- the other side's waiters ----------------------------------------------

// The first that nobody has served yet.  A select that was served on another
// channel may still stand in the queue, until it runs or we meet it.
waiter *first_of(queue *q) noexcept
{
	while (q->first &&
	       q->first->op->claimed.load(std::memory_order_acquire))
		q->remove(q->first);
	return q->first;
}

// The same, ours to serve.
waiter *claim_from(queue *q) noexcept
{
	while (waiter *w = q->pop())
		if (w->op->claim())
			return w;
	return nullptr;
}

// ---- values ----------------------------------------------------------------

void copy(const assay_chan *c, void *to, const void *from) noexcept
{
	if (c->elem == sizeof(int64_t) && to)
		std::memcpy(to, from, sizeof(int64_t));
	else if (to && c->elem > 0)
		std::memcpy(to, from, c->elem);
}

void clear(const assay_chan *c, void *to) noexcept
{
	if (to && c->elem > 0)
		std::memset(to, 0, c->elem);
}

char *place(assay_chan *c, int64_t i) noexcept
{
	return c->buffer +
	       static_cast<size_t>(i >= c->cap ? i - c->cap : i) * c->elem;
}

void put(assay_chan *c, const void *v) noexcept
{
	copy(c, place(c, c->head + c->len), v);
	c->len++;
}

void take(assay_chan *c, void *out) noexcept
{
	copy(c, out, place(c, c->head));
	c->head = c->head + 1 == c->cap ? 0 : c->head + 1;
	c->len--;
}

} // namespace

// ---- for the holder of the lock --------------------------------------------

bool chan_ready(assay_chan *c, int dir) noexcept
{
	if (c->closed)
		return true;
	if (dir == ASSAY_SEND)
		return c->len < c->cap || first_of(&c->receivers);
	return c->len > 0 || first_of(&c->senders);
}

int chan_send(assay_chan *c, const void *v) noexcept
{
	if (c->closed)
		return ASSAY_SEND_CLOSED;
	if (waiter *w = claim_from(&c->receivers)) {
		copy(c, w->slot, v);
		w->op->finish(ASSAY_OK, w->index);
		return ASSAY_OK;
	}
	if (c->len == c->cap)
		return ASSAY_AGAIN;
	put(c, v);
	return ASSAY_OK;
}

int chan_recv(assay_chan *c, void *out) noexcept
{
	waiter *w = claim_from(&c->senders);

	if (c->len > 0) {
		take(c, out);
		if (w)
			put(c, w->slot);
	} else if (w) {
		copy(c, out, w->slot);
	} else if (c->closed) {
		clear(c, out);
		return ASSAY_CLOSED;
	} else {
		return ASSAY_AGAIN;
	}
	if (w)
		w->op->finish(ASSAY_OK, w->index);
	return ASSAY_OK;
}

void chan_unpin(assay_chan *c) noexcept
{
	bool last = --c->pins == 0 && c->freed;

	c->lock.unlock();
	if (last)
		std::free(c);
}

// ---- one channel -----------------------------------------------------------

namespace
{

// Called with the lock held, returns without.
int wait_in(assay_chan *c, queue *q, void *slot, int64_t deadline) noexcept
{
	operation op;
	waiter w;

	w.op = &op;
	w.slot = slot;
	q->push(&w);
	c->pins++;
	c->lock.unlock();
	bool served = op.wait(deadline);
	c->lock.lock();
	if (w.in)
		q->remove(&w);
	chan_unpin(c);
	return served ? op.status : ASSAY_TIMEOUT;
}

// A nil channel: nobody ever comes.
int wait_for_nobody(int64_t deadline) noexcept
{
	operation op;

	if (deadline == ASSAY_POLL)
		return ASSAY_AGAIN;
	op.wait(deadline);
	return ASSAY_TIMEOUT;
}

int recv(assay_chan *c, void *out, int64_t deadline) noexcept
{
	if (!c)
		return wait_for_nobody(deadline);
	c->lock.lock();
	int status = chan_recv(c, out);
	if (status == ASSAY_AGAIN && deadline != ASSAY_POLL)
		return wait_in(c, &c->receivers, out, deadline);
	c->lock.unlock();
	return status;
}

int close_chan(assay_chan *c) noexcept
{
	if (!c)
		return ASSAY_CLOSE_NIL;
	c->lock.lock();
	if (c->closed) {
		c->lock.unlock();
		return ASSAY_CLOSE_CLOSED;
	}
	c->closed = true;
	while (waiter *w = claim_from(&c->receivers)) {
		clear(c, w->slot);
		w->op->finish(ASSAY_CLOSED, w->index);
	}
	while (waiter *w = claim_from(&c->senders))
		w->op->finish(ASSAY_SEND_CLOSED, w->index);
	c->lock.unlock();
	return ASSAY_OK;
}

assay_chan *result(assay_chan *c, int *status, int how) noexcept
{
	if (status)
		*status = how;
	return c;
}

assay_chan *make(size_t elem, int64_t cap, int *status) noexcept
{
	if (cap < 0 || elem > static_cast<size_t>(bytes_max) ||
	    (elem > 0 && cap > bytes_max / static_cast<int64_t>(elem)))
		return result(nullptr, status, ASSAY_CHAN_SIZE);
	auto *c = static_cast<assay_chan *>(std::calloc(
		1, sizeof(assay_chan) + elem * static_cast<size_t>(cap)));
	if (!c)
		return result(nullptr, status, ASSAY_ENOMEM);
	c->elem = elem;
	c->cap = cap;
	c->buffer = reinterpret_cast<char *>(c + 1);
	return result(c, status, ASSAY_OK);
}

// Takes the lock: who has just served us may still hold it.
void destroy(assay_chan *c) noexcept
{
	if (!c)
		return;
	c->lock.lock();
	c->freed = true;
	c->pins++;
	chan_unpin(c);
}

int64_t len(assay_chan *c) noexcept
{
	if (!c)
		return 0;
	c->lock.lock();
	int64_t n = c->len;
	c->lock.unlock();
	return n;
}

int64_t cap(assay_chan *c) noexcept
{
	return c ? c->cap : 0;
}

} // namespace

int send(assay_chan *c, const void *v, int64_t deadline) noexcept
{
	if (!c)
		return wait_for_nobody(deadline);
	if (!v && c->elem > 0)
		return ASSAY_EINVAL;
	c->lock.lock();
	int status = chan_send(c, v);
	if (status == ASSAY_AGAIN && deadline != ASSAY_POLL)
		return wait_in(c, &c->senders, const_cast<void *>(v), deadline);
	c->lock.unlock();
	return status;
}

const assay_chan_ops chan_ops = {
	sizeof(chan_ops), make, destroy, send,   recv,
	close_chan,       len,  cap,     select,
};

} // namespace bf
