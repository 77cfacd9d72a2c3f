/*
 * chan.h - hchan of the book, and what chan.c, select.c and timechan.c share.
 *
 * Invariants, with the lock held:
 *
 *   At least one of sendq and recvq is empty, but for a channel without
 *   buffer on which one goroutine selects to send and to receive.
 *   qcount > 0 implies that recvq is empty.
 *   qcount < dataqsiz implies that sendq is empty.
 */
#ifndef GORO_CHAN_H
#define GORO_CHAN_H

#include <string.h>

#include "sched/switch.h"

struct goro_timer;

struct goro_chan {
	struct lock lock;
	_Atomic(uint32_t) closed;
	_Atomic(uint64_t) qcount; /* values in the buffer */
	uint64_t dataqsiz;        /* slots of the buffer */
	size_t elemsize;
	uint64_t sendx, recvx; /* next slot to fill, to empty */
	struct waitq recvq, sendq;
	struct goro_timer *timer; /* it is the channel of this timer */
	char *buf;                /* dataqsiz * elemsize bytes, after this */
};

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
static inline void copy_from_user(const struct goro_chan *c, void *to,
				  const void *from)
{
	san_read(from, c->elemsize);
	copy_elem(to, from, c->elemsize);
}

static inline void copy_to_user(const struct goro_chan *c, void *to,
				const void *from)
{
	if (!to)
		return;
	san_write(to, c->elemsize);
	copy_elem(to, from, c->elemsize);
}

static inline void zero_user(const struct goro_chan *c, void *to)
{
	if (!to || c->elemsize == 0)
		return;
	san_write(to, c->elemsize);
	arch_zero(to, c->elemsize);
}

/*
 * Edges of the memory model, for the race detector.  A slot carries the
 * release of the send to the receive, and that of the receive to the send
 * that fills it next: the k-th receive comes before send k+C completes.  A
 * channel without buffer uses the address of its buf field for both.
 */
static inline const void *slot_addr(const struct goro_chan *c, uint64_t i)
{
	return c->dataqsiz && c->elemsize ? c->buf + i * c->elemsize
					  : (const char *)&c->buf + i % 8;
}

static inline void enqueue(struct waitq *q, struct sudog *s)
{
	s->next = NULL;
	s->prev = q->last;
	if (q->last)
		q->last->next = s;
	else
		q->first = s;
	q->last = s;
}

/* s may have been taken off already; then nothing happens. */
static inline void dequeue_sudog(struct waitq *q, struct sudog *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else if (q->first == s)
		q->first = s->next;
	else
		return;
	if (s->next)
		s->next->prev = s->prev;
	else
		q->last = s->prev;
	s->next = s->prev = NULL;
}

/*
 * The longest waiter whose wake-up nobody else has won.  A goroutine in a
 * select, or with a deadline, stands in several queues; select_done decides.
 * The acq_rel pairs among those who try.
 */
static inline struct sudog *dequeue(struct waitq *q)
{
	struct sudog *s;

	while ((s = q->first) != NULL) {
		uint32_t undecided = 0;

		q->first = s->next;
		if (s->next)
			s->next->prev = NULL;
		else
			q->last = NULL;
		s->next = s->prev = NULL;
		if (!s->contended ||
		    cas_acq_rel(&s->g->select_done, &undecided, 1u))
			return s;
	}
	return NULL;
}

/* The goroutine of a dequeued sudog goes on. */
static inline void wake(struct sudog *s, bool success)
{
	struct g *g = s->g;

	s->success = success;
	g->wake = s;
	ready(g);
}

/*
 * What can be done at once, lock held: GORO_OK, GORO_CLOSED, GORO_SEND_CLOSED,
 * or GORO_AGAIN if it would block.
 */
int goro__chan_send_now(struct goro_chan *c, const void *v);
int goro__chan_recv_now(struct goro_chan *c, void *out);

/* A deadline for a goroutine that waits in queues. */
struct deadline {
	struct timer t;
	struct g *g;
	struct lock *l; /* released after g's stack is free */
};

void goro__deadline_start(struct deadline *d, struct g *g, struct lock *l,
			  int64_t when);
void goro__deadline_stop(struct deadline *d);
/* Blocks on nothing until the deadline: GORO_TIMEOUT. */
int goro__block_until(int64_t deadline, enum wait_reason why);

/* ---- timechan.c: the channel of a timer; its lock is held -------------- */

/* Puts the value in if the timer is due. */
void goro__timechan_poll(struct goro_chan *c);
/* A receiver is about to wait, has waited. */
void goro__timechan_block(struct goro_chan *c);
void goro__timechan_unblock(struct goro_chan *c);

#endif
