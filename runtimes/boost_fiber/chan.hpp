// chan.hpp - a channel: a ring of values and two queues of waiters under one
// lock.  Receivers wait only while the ring is empty and senders only while it
// is full; one who comes to a waiter serves it directly and wakes it.
#ifndef ASSAY_BF_CHAN_HPP
#define ASSAY_BF_CHAN_HPP

#include "bf.hpp"

struct assay_chan {
	bf::spin lock; // guards all that may change
	bool closed;
	bool freed; // by the program; memory goes with the last pin
	// Selects that were parked on it and still take themselves out of its
	// queues, when the program may have freed it already.
	int32_t pins;
	size_t elem;
	int64_t cap, len, head; // head: index of the oldest value
	bf::queue receivers, senders;
	char *buffer;
};

namespace bf
{

// For the holder of the lock.  ASSAY_AGAIN where they would have to wait.
bool chan_ready(assay_chan *c, int dir) noexcept;
int chan_send(assay_chan *c, const void *v) noexcept;
int chan_recv(assay_chan *c, void *out) noexcept;
// Also unlocks.
void chan_unpin(assay_chan *c) noexcept;

// What receives or sends on c without a lock held.
int send(assay_chan *c, const void *v, int64_t deadline) noexcept;

int select(const assay_case *cases, size_t n, int64_t deadline,
	   size_t *chosen) noexcept;

} // namespace bf

#endif
