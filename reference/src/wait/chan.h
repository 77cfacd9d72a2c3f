/*
 * chan.h - hchan of the book, and what chan.c, select.c and timechan.c share.
 *
 * Invariants, with the lock held:
 *
 *   At least one of sendq and recvq is empty, but for a channel without
 *   buffer on which one goroutine selects to send and to receive.
 *   qcount > 0 implies that recvq is empty.
 *   qcount < dataqsiz implies that sendq is empty.
 *
 * Who may touch a channel how long: goro_chan_free() in goro.h lets whoever
 * has been woken free it.  So an operation touches its channel no more once it
 * has unlocked it; it wakes the other side after that.  A goroutine that was
 * woken through a channel does not touch that channel either.
 */
#ifndef GORO_CHAN_H
#define GORO_CHAN_H

#include <string.h>

#include "wait/waitq.h"

/* What the channel of a timer asks it for; the channel's lock is held. */
struct chan_timer {
	/* Puts the value in if the timer is due. */
	void (*poll)(struct goro_chan *c);
	/* A receiver is about to wait, has waited. */
	void (*block)(struct goro_chan *c);
	void (*unblock)(struct goro_chan *c);
};

/*
 * CHAN_FREED is what goro_chan_free() leaves behind, so that a use of a freed
 * channel is told as one while its memory has not become something else.
 */
enum { CHAN_OPEN, CHAN_CLOSED, CHAN_FREED };

/* malloc writes its notes into the first bytes of what is free: not into c. */
enum { CHAN_LEAD = 16 };

/* The buffer, dataqsiz * elemsize bytes, stands after this. */
struct goro_chan {
	struct lock lock;
	_Atomic(uint32_t) closed;
	uint64_t dataqsiz; /* slots of the buffer */
	size_t elemsize;
	_Atomic(uint64_t) qcount; /* values in the buffer */
	uint64_t sendx, recvx;    /* next slot to fill, to empty */
	struct waitq recvq, sendq;
	const struct chan_timer *timer; /* NULL: it is no timer's */
	/*
	 * Sudogs that were taken off a queue though their goroutine is woken
	 * by somebody else.  It comes by to look for each: the memory is kept
	 * until then.
	 */
	uint32_t stray;
	uint32_t lead; /* bytes before this in its memory */
};

static inline char *chan_buf(const struct goro_chan *c)
{
	return (char *)(uintptr_t)(c + 1);
}

static inline void copy_elem(void *to, const void *from, size_t n)
{
	switch (SAN_INLINE_COPY ? n : SIZE_MAX) {
	case 8:
		memcpy(to, from, 8);
		break;
	case 4:
		memcpy(to, from, 4);
		break;
	case 0:
		break;
	case 16:
		memcpy(to, from, 16);
		break;
	default:
		san_copy(to, from, n);
	}
}

/* The channel's side of a copy is the runtime's; this is the goroutine's. */
static inline void copy_to_user(const struct goro_chan *c, void *to,
				const void *from)
{
	if (!to)
		return;
	san_write(to, c->elemsize);
	copy_elem(to, from, c->elemsize);
}

static inline void zero_user(size_t n, void *to)
{
	if (!to || n == 0)
		return;
	san_write(to, n);
	arch_zero(to, n);
}

/*
 * Edges of the memory model, for the race detector.  A slot carries the
 * release of the send to the receive, and that of the receive to the send
 * that fills it next: the k-th receive comes before send k+C completes.  A
 * channel without buffer uses the address of its buf field for both.
 */
static inline const void *slot_addr(const struct goro_chan *c, uint64_t i)
{
	return c->dataqsiz && c->elemsize ? chan_buf(c) + i * c->elemsize
					  : (const char *)&c->sendx + i % 8;
}

/*
 * What can be done at once, lock held: GORO_OK, GORO_CLOSED, GORO_SEND_CLOSED,
 * or GORO_AGAIN if it would block.
 */
int goro__chan_send_now(struct goro_chan *c, const void *v);
int goro__chan_recv_now(struct goro_chan *c, void *out);

/* The same as recv_now(), but does not ask the channel's timer first. */
int goro__chan_take_now(struct goro_chan *c, void *out);

/* For a receiver that was woken through the channel of a timer.  Locks c. */
void goro__chan_unblock(struct goro_chan *c);

/*
 * Takes s, which waited in q, off c: its goroutine was woken, but not through
 * s.  Locks c; frees it if goro_chan_free() has left that to the last stray.
 */
void goro__chan_leave(struct goro_chan *c, struct waitq *q, struct sudog *s);

#endif
