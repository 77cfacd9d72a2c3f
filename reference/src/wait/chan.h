/*
 * chan.h - the channel (Go's hchan), for chan.c, select.c and timechan.c.
 *
 * Invariants, with the lock held:
 *
 *   At least one of sendq and recvq is empty.  The exception is a channel
 *   without buffer on which one goroutine selects to send and to receive.
 *   qcount > 0 implies that recvq is empty.
 *   qcount < dataqsiz implies that sendq is empty.
 *
 * A goroutine that was woken may free the channel at once (goro_chan_free() in
 * goro.h).  So an operation wakes the other side after it has unlocked the
 * channel, and does not touch the channel after the unlock.  A goroutine that
 * was woken through a channel does not touch that channel either.
 */
#ifndef GORO_CHAN_H
#define GORO_CHAN_H

#include <string.h>

#include "wait/waitq.h"

/* What a channel asks its timer to do.  The channel's lock is held. */
struct chan_timer {
	/* Puts the value in if the timer is due. */
	void (*poll)(struct goro_chan *c);
	/* Called when a receiver is about to wait, and when it has waited. */
	void (*block)(struct goro_chan *c);
	void (*unblock)(struct goro_chan *c);
};

/*
 * What keeps a channel from being an open one of the program's, in c->state.
 * goro_chan_free() leaves CHAN_FREED behind: a use of a freed channel is
 * reported as long as its memory has not been reused.
 */
enum {
	CHAN_CLOSED = 1,
	CHAN_FREED = 2,
	CHAN_ENDED = CHAN_CLOSED | CHAN_FREED,
	CHAN_TIMED = 4,   /* c->timer is set */
	CHAN_BUBBLED = 8, /* c->bubble is set */
	CHAN_ASKS = CHAN_TIMED | CHAN_BUBBLED,
	CHAN_STATES = 16
};

/* free() writes into the first bytes of the memory: c lies behind them. */
enum { CHAN_LEAD = 16 };

/* The buffer, dataqsiz * elemsize bytes, stands after this. */
struct goro_chan {
	struct lock lock;
	_Atomic(uint8_t) state;
	uint8_t lead;      /* bytes before this in its memory */
	uint64_t dataqsiz; /* slots of the buffer */
	size_t elemsize;
	_Atomic(uint64_t) qcount; /* values in the buffer */
	uint64_t sendx, recvx;    /* next slot to fill, to empty */
	struct waitq recvq, sendq;
	const struct chan_timer *timer; /* NULL: not the channel of a timer */
	/*
	 * Sudogs that were taken off a queue although their goroutine is woken
	 * elsewhere.  The goroutine will look for each of them here, so the
	 * memory is kept until then.
	 */
	uint32_t stray;
	uint32_t bubble; /* number of the bubble it is of: bubble.h; 0: none */
};

/* Makes c, new and in no other state, one of the caller's bubble if it is in one. */
void goro__chan_own(struct goro_chan *c, uint8_t state);
/* Frees c while a run lasts, or after it.  For the owner of a P. */
void goro__chan_free(struct goro_chan *c);

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

/* Copies a value into a goroutine's memory, as the race detector sees it. */
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
 * Returns the address that stands for slot i in the race detector.  A slot
 * carries the release of a send to its receive, and the release of that receive
 * to the send that fills the slot next: the k-th receive comes before send k+C
 * completes.  Without memory for slots the bytes of sendx stand for them.
 */
static inline const void *slot_addr(const struct goro_chan *c, uint64_t i)
{
	return c->dataqsiz && c->elemsize ? chan_buf(c) + i * c->elemsize
					  : (const char *)&c->sendx + i % 8;
}

/*
 * Sends or receives if that is possible at once.  The lock is held.  Returns
 * GORO_OK, GORO_CLOSED, GORO_SEND_CLOSED, or GORO_AGAIN if it would block.
 */
int goro__chan_send_now(struct goro_chan *c, const void *v);
int goro__chan_recv_now(struct goro_chan *c, void *out);

/* As goro__chan_recv_now(), but does not poll the channel's timer first. */
int goro__chan_take_now(struct goro_chan *c, void *out);

/* Ends the wait of a receiver that a timer's channel has woken.  Locks c. */
void goro__chan_unblock(struct goro_chan *c);

/*
 * Returns the channel that a block of n bytes from malloc holds, as its size and
 * its first fields say; NULL: it is something else, or a timer's channel.
 */
const struct goro_chan *goro__chan_in(const void *at, size_t n);

/*
 * Takes s off q, a queue of c, after s's goroutine was woken, but not through
 * s.  Locks c.  Frees c if goro_chan_free() has left that to the last stray.
 */
void goro__chan_leave(struct goro_chan *c, struct waitq *q, struct sudog *s);

#endif
