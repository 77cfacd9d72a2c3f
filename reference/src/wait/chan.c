/*
 * chan.c - channels.
 *
 * A send copies its value to a waiting receiver, from stack to stack; else into
 * the buffer; else the sender parks, and the value stays on its stack.  A
 * receive mirrors that.  If the buffer is full and a sender waits, a receive
 * takes the head, and the sender's value becomes the tail.
 *
 * All of that happens under the channel's lock.  A goroutine that parks keeps
 * the lock until its stack is free (goro__park), so no waker finds it earlier.
 * It is woken after the unlock, so that it does not find the lock taken.
 */
#include "wait/chan.h"

#include "sched/bubble.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/panic.h"
#include "sched/preempt.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "wait/chanfree.h"
#include "wait/deadline.h"
#include "wait/shared.h"
#include "wait/sleep.h"

void goro__chan_own(struct goro_chan *c, uint8_t state)
{
	c->bubble = my_bubble_id();
	store_relaxed(&c->state, c->bubble ? state | CHAN_BUBBLED : state);
}

goro_chan *goro_chan_make(size_t elem, int64_t cap, int *status)
{
	const size_t own = CHAN_LEAD + sizeof(struct goro_chan);
	struct goro_chan *c;
	char *memory;
	size_t bytes;
	int none;

	if (!status)
		status = &none;
	*status = GORO_CHAN_SIZE;
	if (cap < 0 || __builtin_mul_overflow(elem, (size_t)cap, &bytes) ||
	    bytes > ((size_t)1 << 47) - own)
		return NULL;
	*status = GORO_ENOMEM;
	memory = sys_malloc(own + bytes);
	if (!memory)
		return NULL;
	*status = GORO_OK;
	c = (void *)(memory + CHAN_LEAD);
	memset(c, 0, sizeof(*c));
	c->lead = CHAN_LEAD;
	c->dataqsiz = (uint64_t)cap;
	c->elemsize = elem;
	goro__chan_own(c, 0);
	return c;
}

goro_chan *goro__chan_make_shared(size_t elem, int64_t cap)
{
	struct goro_chan *c = goro_chan_make(elem, cap, NULL);

	if (c) {
		c->bubble = 0;
		store_relaxed(&c->state, (uint8_t)0); /* nobody else has c */
	}
	return c;
}

const struct goro_chan *goro__chan_in(const void *at, size_t n)
{
	const size_t own = CHAN_LEAD + sizeof(struct goro_chan);
	const struct goro_chan *c =
		(const void *)((const char *)at + CHAN_LEAD);
	size_t bytes;

	if (n < own || c->lead != CHAN_LEAD || c->timer ||
	    c->state >= CHAN_STATES || c->qcount > c->dataqsiz ||
	    __builtin_mul_overflow(c->elemsize, c->dataqsiz, &bytes))
		return NULL;
	/* malloc rounds up to 16 bytes, and 8 more. */
	return bytes <= n - own && n - own - bytes < 32 ? c : NULL;
}

goro_chan *goro_make(size_t elem, int64_t cap)
{
	int status;
	goro_chan *c = goro_chan_make(elem, cap, &status);

	if (status == GORO_ENOMEM)
		goro__fatal("runtime: out of memory");
	if (status) {
		(void)goro__panicking(__func__, goro_status_text(status));
		goro__panic_status(status);
	}
	return c;
}

static _Noreturn __attribute__((cold, noinline)) void freed(const char *text)
{
	goro__fatal(text);
}

/* True if c was freed and no goroutine will look for a stray sudog in it. */
static bool last_gone(const struct goro_chan *c)
{
	return load_relaxed(&c->state) & CHAN_FREED && c->stray == 0;
}

static void free_memory(struct goro_chan *c)
{
	sys_free((char *)c - c->lead);
}

/* Empties q.  Its goroutines never go on, unless they are woken elsewhere. */
static void abandon(struct goro_chan *c, struct waitq *q)
{
	struct sudog *s;

	while ((s = waitq_pop(q)) != NULL) {
		c->stray += s->contended;
	}
}

/*
 * The last sender or receiver may still be in its call.  Its last access to c is
 * the unlock, so taking the lock waits for it.
 */
void goro__chan_free(struct goro_chan *c)
{
	bool gone;

	plock(&c->lock);
	if (unlikely(load_relaxed(&c->state) & CHAN_FREED))
		freed("free of freed channel");
	abandon(c, &c->recvq);
	abandon(c, &c->sendq);
	store_relaxed(&c->qcount, 0u);
	store_relaxed(&c->state, CHAN_FREED);
	gone = last_gone(c);
	punlock(&c->lock);
	if (gone)
		free_memory(c);
}

/* Without a run no goroutine uses c any more: frees the memory at once. */
void goro_chan_free(goro_chan *c)
{
	if (!c)
		return;
	if (goro__outside()) {
		if (!goro__running()) {
			free_memory(c);
			return;
		}
		if (goro__sched.embedded)
			FROM_OUTSIDE(goro_chan_free(c));
		goro__chan_free_later(c);
		return;
	}
	goro__chan_free(c);
}

void goro__chan_leave(struct goro_chan *c, struct waitq *q, struct sudog *s)
{
	bool gone;

	plock(&c->lock);
	if (unlikely(c->timer != NULL) && q == &c->recvq)
		c->timer->unblock(c);
	if (unlikely(!waitq_remove(q, s)))
		c->stray--;
	gone = unlikely(c->stray == 0) && last_gone(c);
	punlock(&c->lock);
	if (gone)
		free_memory(c);
}

static uint64_t after_slot(const struct goro_chan *c, uint64_t i)
{
	return i + 1 == c->dataqsiz ? 0 : i + 1;
}

/*
 * Tells the race detector of a value that went from goroutine to goroutine:
 * edges both ways on a channel without buffer, else those of slot i.
 */
static void san_handoff(struct goro_chan *c, uint64_t i, struct g *other)
{
	const void *slot = slot_addr(c, i);

	if (c->dataqsiz > 0) {
		san_sync(slot);
		san_sync_as(&other->san, slot);
		return;
	}
	san_release(slot);
	san_sync_as(&other->san, slot);
	san_acquire(slot);
}

/* Returns answer if c is closed.  Dies if c was freed, or is no channel. */
static __attribute__((noinline)) int closed(const struct goro_chan *c,
					    int answer)
{
	if (load_relaxed(&c->state) & ~(CHAN_CLOSED | CHAN_ASKS))
		freed("use of freed channel");
	return answer;
}

/* A send or close finds c->state set.  Returns what it is to return if at all. */
static COLD int in_state(const struct goro_chan *c, const char *foreign,
			 int answer)
{
	goro__bubble_check(c->bubble, foreign);
	return load_relaxed(&c->state) & CHAN_ENDED ? closed(c, answer)
						    : GORO_OK;
}

/* A receive finds that it has to ask first. */
static COLD void ask(struct goro_chan *c)
{
	goro__bubble_check(c->bubble,
			   "receive on synctest channel from outside bubble");
	if (c->timer)
		c->timer->poll(c);
}

/*
 * Unlocks c if release is set.  send_now() and recv_now() call it when they are
 * done with c, before they wake the other side, unless they return GORO_AGAIN.
 */
static inline __attribute__((always_inline)) void
release_if(bool release, struct goro_chan *c)
{
	if (release)
		punlock(&c->lock);
}

static inline __attribute__((always_inline)) int
send_now(struct goro_chan *c, const void *v, bool release)
{
	struct sudog *s;

	if (unlikely(load_relaxed(&c->state))) {
		int status = in_state(
			c, "send on synctest channel from outside bubble",
			GORO_SEND_CLOSED);

		if (status) {
			release_if(release, c);
			return status;
		}
	}
	s = waitq_claim(&c->recvq, &c->stray);
	if (s) {
		san_read(v, c->elemsize);
		if (s->elem)
			copy_elem(s->elem, v, c->elemsize);
		san_handoff(c, c->recvx, s->g);
		release_if(release, c);
		sudog_wake(s, true);
		return GORO_OK;
	}
	if (load_relaxed(&c->qcount) >= c->dataqsiz)
		return GORO_AGAIN;
	/* before the edge: the receiver may own v and write to it */
	san_read(v, c->elemsize);
	san_sync(slot_addr(c, c->sendx));
	copy_elem(chan_buf(c) + c->sendx * c->elemsize, v, c->elemsize);
	c->sendx = after_slot(c, c->sendx);
	store_relaxed(&c->qcount, load_relaxed(&c->qcount) + 1);
	release_if(release, c);
	return GORO_OK;
}

/* Takes the head of a full buffer, and appends the value of the sender s. */
static void recv_full(struct goro_chan *c, struct sudog *s, void *out)
{
	char *slot = chan_buf(c) + c->recvx * c->elemsize;

	san_sync(slot_addr(c, c->recvx));
	san_sync_as(&s->g->san, slot_addr(c, c->recvx));
	copy_to_user(c, out, slot);
	copy_elem(slot, s->elem, c->elemsize);
	c->recvx = after_slot(c, c->recvx);
	c->sendx = c->recvx;
}

static inline void recv_from_sender(struct goro_chan *c, struct sudog *s,
				    void *out)
{
	if (c->dataqsiz == 0) {
		san_handoff(c, 0, s->g);
		copy_to_user(c, out, s->elem);
	} else {
		recv_full(c, s, out);
	}
}

static inline void recv_from_buffer(struct goro_chan *c, void *out)
{
	san_sync(slot_addr(c, c->recvx));
	copy_to_user(c, out, chan_buf(c) + c->recvx * c->elemsize);
	c->recvx = after_slot(c, c->recvx);
	store_relaxed(&c->qcount, load_relaxed(&c->qcount) - 1);
}

static int recv_closed(struct goro_chan *c, void *out)
{
	int status = closed(c, GORO_CLOSED);

	san_acquire(&c->state);
	zero_user(c->elemsize, out);
	return status;
}

static inline __attribute__((always_inline)) int
take_now(struct goro_chan *c, void *out, bool release)
{
	struct sudog *s;
	int status;

	s = waitq_claim(&c->sendq, &c->stray);
	if (s) {
		recv_from_sender(c, s, out);
		release_if(release, c);
		sudog_wake(s, true);
		return GORO_OK;
	}
	if (load_relaxed(&c->qcount) > 0) {
		recv_from_buffer(c, out);
		release_if(release, c);
		return GORO_OK;
	}
	if (!(load_relaxed(&c->state) & CHAN_ENDED))
		return GORO_AGAIN;
	status = recv_closed(c, out);
	release_if(release, c);
	return status;
}

static inline __attribute__((always_inline)) int
recv_now(struct goro_chan *c, void *out, bool release)
{
	if (unlikely(load_relaxed(&c->state) & CHAN_ASKS))
		ask(c);
	return take_now(c, out, release);
}

int goro__chan_send_now(struct goro_chan *c, const void *v)
{
	return send_now(c, v, false);
}

int goro__chan_take_now(struct goro_chan *c, void *out)
{
	return take_now(c, out, false);
}

int goro__chan_recv_now(struct goro_chan *c, void *out)
{
	return recv_now(c, out, false);
}

/* Parks s, which is in q.  False if the deadline passed. */
static __attribute__((noinline)) bool
wait_until(struct goro_chan *c, struct waitq *q, struct sudog *s,
	   int64_t deadline, enum wait_reason why)
{
	struct deadline d;
	struct g *g = s->g;

	s->contended = true;
	store_relaxed(&g->select_done, 0u);
	goro__deadline_start(&d, g, &c->lock, deadline);
	goro__park_in(c->bubble, &c->lock, why);
	goro__deadline_stop(&d);
	if (g->wake)
		return true;
	goro__chan_leave(c, q, s);
	return false;
}

/*
 * Parks in q with c's lock held, and returns without it.  True if the other
 * side or close woke it, false if the deadline passed.
 */
static inline bool wait_in(struct goro_chan *c, struct waitq *q,
			   struct sudog *s, int64_t deadline,
			   enum wait_reason why)
{
	struct m *m = goro__m();

	s->g = m->curg;
	s->contended = false;
	waitq_push(q, s);
	if (unlikely(deadline != GORO_FOREVER))
		return wait_until(c, q, s, deadline, why);
	park(m, s->g, &c->lock, &c->bubble, why);
	return true;
}

static inline int send_blocking(struct goro_chan *c, const void *v,
				int64_t deadline)
{
	struct sudog s;

	s.elem = (void *)(uintptr_t)v;
	san_read(v, c->elemsize);
	if (!wait_in(c, &c->sendq, &s, deadline, WAIT_CHAN_SEND))
		return GORO_TIMEOUT;
	return s.success ? GORO_OK : GORO_SEND_CLOSED;
}

/* Reads q without the lock.  Writers store plainly: hence the atomic load. */
static bool nobody_in(const struct waitq *q)
{
	return !__atomic_load_n(&q->first, __ATOMIC_ACQUIRE);
}

static bool full(struct goro_chan *c)
{
	return c->dataqsiz > 0 ? load_acquire(&c->qcount) >= c->dataqsiz
			       : nobody_in(&c->recvq);
}

static bool empty(struct goro_chan *c)
{
	return c->dataqsiz > 0 ? load_acquire(&c->qcount) == 0
			       : nobody_in(&c->sendq);
}

static inline __attribute__((always_inline)) int
do_send(goro_chan *c, const void *v, int64_t deadline)
{
	int status;

	if (unlikely(!c))
		return goro__block_until(deadline, WAIT_CHAN_SEND_NIL);
	if (unlikely(!v && c->elemsize))
		return GORO_EINVAL;
	/*
	 * A poll that must fail needs no lock: there was a moment when the
	 * channel was open, and full or without a receiver.
	 */
	if (deadline == GORO_POLL && !load_acquire(&c->state) && full(c))
		return goro__not_ready();
	plock(&c->lock);
	status = send_now(c, v, true);
	if (likely(status != GORO_AGAIN))
		return status;
	if (deadline == GORO_POLL) {
		punlock(&c->lock);
		return goro__not_ready();
	}
	return send_blocking(c, v, deadline);
}

void goro__chan_unblock(struct goro_chan *c)
{
	plock(&c->lock);
	c->timer->unblock(c);
	punlock(&c->lock);
}

/* Does wait_in() for a receive from a timer's channel. */
static __attribute__((noinline)) bool
wait_for_timer(struct goro_chan *c, struct sudog *s, int64_t deadline)
{
	c->timer->block(c);
	if (!wait_in(c, &c->recvq, s, deadline, WAIT_CHAN_RECV))
		return false;
	goro__chan_unblock(c);
	return true;
}

/*
 * Parks to receive.  The channel may be gone when it wakes: *out then has the
 * value already, or the zeros of close.
 */
static inline int recv_blocking(struct goro_chan *c, void *out,
				int64_t deadline)
{
	struct sudog s;
	bool woken;

	s.elem = out;
	if (out)
		san_write(out, c->elemsize);
	if (likely(!c->timer))
		woken = wait_in(c, &c->recvq, &s, deadline, WAIT_CHAN_RECV);
	else
		woken = wait_for_timer(c, &s, deadline);
	if (!woken)
		return GORO_TIMEOUT;
	if (s.success)
		return GORO_OK;
	san_acquire(&c->state);
	return GORO_CLOSED;
}

static inline __attribute__((always_inline)) int
do_recv(goro_chan *c, void *out, int64_t deadline)
{
	int status;

	if (unlikely(!c))
		return goro__block_until(deadline, WAIT_CHAN_RECV_NIL);
	/* As in do_send(): there was a moment when c was open and empty. */
	if (deadline == GORO_POLL && empty(c) && !load_acquire(&c->state))
		return goro__not_ready();
	plock(&c->lock);
	status = recv_now(c, out, true);
	if (likely(status != GORO_AGAIN))
		return status;
	if (deadline == GORO_POLL) {
		punlock(&c->lock);
		return goro__not_ready();
	}
	return recv_blocking(c, out, deadline);
}

int goro_chan_send(goro_chan *c, const void *v, int64_t deadline)
{
	FROM_OUTSIDE_ON_GIVES(c, NULL, goro_chan_send(c, v, deadline));
	return do_send(c, v, deadline);
}

int goro_chan_recv(goro_chan *c, void *out, int64_t deadline)
{
	FROM_OUTSIDE_ON_GIVES(c, NULL, goro_chan_recv(c, out, deadline));
	return do_recv(c, out, deadline);
}

/*
 * Moves all waiters from q to woken; the caller wakes them after the unlock.  A
 * receiver gets size bytes of zeros.
 */
static void drain(struct goro_chan *c, struct waitq *q, size_t size,
		  struct waitq *woken)
{
	struct sudog *s;

	while ((s = waitq_claim(q, &c->stray)) != NULL) {
		if (s->elem && size > 0)
			arch_zero(s->elem, size);
		san_acquire_as(&s->g->san, &c->state);
		waitq_push(woken, s);
	}
}

static int close_chan(goro_chan *c)
{
	struct waitq woken = {0};
	uint8_t state;

	if (!c)
		return GORO_CLOSE_NIL;
	plock(&c->lock);
	state = load_relaxed(&c->state);
	if (state) {
		int status = in_state(
			c, "close of synctest channel from outside bubble",
			GORO_CLOSE_CLOSED);

		if (status) {
			punlock(&c->lock);
			return status;
		}
	}
	san_release(&c->state);
	/* Pairs with the acquires in do_send() and do_recv(). */
	store_release(&c->state, state | CHAN_CLOSED);
	drain(c, &c->recvq, c->elemsize, &woken);
	drain(c, &c->sendq, 0, &woken);
	punlock(&c->lock);
	waitq_wake(woken.first, false);
	return GORO_OK;
}

int goro_chan_close(goro_chan *c)
{
	FROM_OUTSIDE_ON_GIVES(c, NULL, goro_chan_close(c));
	return close_chan(c);
}

int64_t goro_len(goro_chan *c)
{
	return !c || c->timer ? 0 : (int64_t)load_relaxed(&c->qcount);
}

int64_t goro_cap(goro_chan *c)
{
	return !c || c->timer ? 0 : (int64_t)c->dataqsiz;
}

void goro_send(goro_chan *c, const void *v)
{
	int status;

	FROM_OUTSIDE_ON(c, NULL, goro_send(c, v));
	status = do_send(c, v, GORO_FOREVER);
	if (unlikely(status))
		goro__panic_status(status);
}

bool goro_recv(goro_chan *c, void *out)
{
	FROM_OUTSIDE_ON_GIVES(c, NULL, goro_recv(c, out));
	return do_recv(c, out, GORO_FOREVER) == GORO_OK;
}

void goro_close(goro_chan *c)
{
	int status;

	FROM_OUTSIDE_ON(c, NULL, goro_close(c));
	status = close_chan(c);
	if (unlikely(status))
		goro__panic_status(status);
}
