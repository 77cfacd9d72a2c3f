/*
 * chan.c - channels, as the book's chapter on their inside tells.
 *
 * A send goes, in this order: to a waiting receiver, from stack to stack; into
 * the buffer; or the sender parks with its value still on its own stack.  A
 * receive mirrors that; from a full buffer with a waiting sender it takes the
 * head, and the sender's value becomes the tail.
 *
 * All is done with the channel's lock.  Whoever parks keeps it until its stack
 * is free (goro__park); whoever wakes it needs the lock to find it.
 */
#include "wait/chan.h"

#include "base/sys.h"
#include "sched/outside.h"

goro_chan *goro_chan_make(size_t elem, int64_t cap, int *status)
{
	struct goro_chan *c;
	size_t bytes;
	int none;

	if (!status)
		status = &none;
	*status = GORO_CHAN_SIZE;
	if (cap < 0 || __builtin_mul_overflow(elem, (size_t)cap, &bytes) ||
	    bytes > ((size_t)1 << 47) - sizeof(*c))
		return NULL;
	*status = GORO_ENOMEM;
	c = sys_malloc(sizeof(*c) + bytes);
	if (!c)
		return NULL;
	*status = GORO_OK;
	memset(c, 0, sizeof(*c));
	c->dataqsiz = (uint64_t)cap;
	c->elemsize = elem;
	c->buf = (char *)(c + 1);
	return c;
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

/*
 * Whoever took or gave the last value may be woken, and free the channel,
 * before the other side has left its call.  The other side's last touch is to
 * unlock; to have had the lock after that is to be alone.
 */
void goro_chan_free(goro_chan *c)
{
	if (!c)
		return;
	plock(&c->lock);
	punlock(&c->lock);
	sys_free(c);
}

static uint64_t after_slot(const struct goro_chan *c, uint64_t i)
{
	return i + 1 == c->dataqsiz ? 0 : i + 1;
}

static void slot_filled(struct goro_chan *c)
{
	c->sendx = after_slot(c, c->sendx);
	store_relaxed(&c->qcount, load_relaxed(&c->qcount) + 1);
}

static void slot_emptied(struct goro_chan *c)
{
	c->recvx = after_slot(c, c->recvx);
	store_relaxed(&c->qcount, load_relaxed(&c->qcount) - 1);
}

/*
 * The edges of a value that goes from goroutine to goroutine: both ways on a
 * channel without buffer; else as if it had been in slot i of the buffer.
 */
static void meet(struct goro_chan *c, uint64_t i, struct g *other)
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

static inline int send_now(struct goro_chan *c, const void *v)
{
	struct sudog *s;

	if (load_relaxed(&c->closed))
		return GORO_SEND_CLOSED;
	s = dequeue(&c->recvq);
	if (s) {
		san_read(v, c->elemsize);
		if (s->elem)
			copy_elem(s->elem, v, c->elemsize);
		meet(c, c->recvx, s->g);
		wake(s, true);
		return GORO_OK;
	}
	if (load_relaxed(&c->qcount) >= c->dataqsiz)
		return GORO_AGAIN;
	san_sync(slot_addr(c, c->sendx));
	copy_from_user(c, c->buf + c->sendx * c->elemsize, v);
	slot_filled(c);
	return GORO_OK;
}

/* The buffer is full and s waits to send: the queue moves up by one. */
static void rotate(struct goro_chan *c, struct sudog *s, void *out)
{
	char *slot = c->buf + c->recvx * c->elemsize;

	san_sync(slot_addr(c, c->recvx));
	san_sync_as(&s->g->san, slot_addr(c, c->recvx));
	copy_to_user(c, out, slot);
	copy_elem(slot, s->elem, c->elemsize);
	c->recvx = after_slot(c, c->recvx);
	c->sendx = c->recvx;
}

static int recv_from_sender(struct goro_chan *c, struct sudog *s, void *out)
{
	if (c->dataqsiz == 0) {
		meet(c, 0, s->g);
		copy_to_user(c, out, s->elem);
	} else {
		rotate(c, s, out);
	}
	wake(s, true);
	return GORO_OK;
}

static int recv_from_buffer(struct goro_chan *c, void *out)
{
	san_sync(slot_addr(c, c->recvx));
	copy_to_user(c, out, c->buf + c->recvx * c->elemsize);
	slot_emptied(c);
	return GORO_OK;
}

static inline int recv_now(struct goro_chan *c, void *out)
{
	struct sudog *s;

	if (unlikely(c->timer != NULL))
		goro__timechan_poll(c);
	s = dequeue(&c->sendq);
	if (s)
		return recv_from_sender(c, s, out);
	if (load_relaxed(&c->qcount) > 0)
		return recv_from_buffer(c, out);
	if (!load_relaxed(&c->closed))
		return GORO_AGAIN;
	san_acquire(&c->closed);
	zero_user(c, out);
	return GORO_CLOSED;
}

int goro__chan_send_now(struct goro_chan *c, const void *v)
{
	return send_now(c, v);
}

int goro__chan_recv_now(struct goro_chan *c, void *out)
{
	return recv_now(c, out);
}

static void deadline_passed(struct timer *t, int64_t now)
{
	struct deadline *d = t->arg;
	struct g *g = d->g;
	uint32_t undecided = 0;

	(void)now;
	if (!cas_acq_rel(&g->select_done, &undecided, 1u)) {
		goro__timer_done(t);
		return;
	}
	/* Until its stack is free g's M holds this lock. */
	plock(d->l);
	punlock(d->l);
	g->wake = NULL;
	goro__timer_done(t);
	goro__ready(g);
}

void goro__deadline_start(struct deadline *d, struct g *g, struct lock *l,
			  int64_t when)
{
	arch_zero(d, sizeof(*d)); /* memset may be a call: l is held */
	d->g = g;
	d->l = l;
	d->t.when = when;
	d->t.fn = deadline_passed;
	d->t.arg = d;
	goro__timer_add(&d->t);
}

void goro__deadline_stop(struct deadline *d)
{
	goro__timer_del_sync(&d->t);
}

int goro__block_until(int64_t deadline, enum wait_reason why)
{
	if (deadline == GORO_FOREVER)
		for (;;)
			goro__park(NULL, why);
	goro__sleep_until(deadline, why);
	return GORO_TIMEOUT;
}

static int block_on_nil(int64_t deadline, enum wait_reason why)
{
	return deadline == GORO_POLL ? GORO_AGAIN
				     : goro__block_until(deadline, why);
}

/* Parks in q with a deadline; false: it passed. */
static __attribute__((noinline)) bool
wait_until(struct goro_chan *c, struct waitq *q, struct sudog *s,
	   int64_t deadline, enum wait_reason why)
{
	struct deadline d;
	struct g *g = s->g;

	s->contended = true;
	store_relaxed(&g->select_done, 0u);
	goro__deadline_start(&d, g, &c->lock, deadline);
	goro__park(&c->lock, why);
	goro__deadline_stop(&d);
	if (g->wake)
		return true;
	plock(&c->lock);
	dequeue_sudog(q, s);
	punlock(&c->lock);
	return false;
}

/*
 * Parks in q with c's lock held, and comes back without it.  True: woken by
 * the other side or by close; false: the deadline passed.
 */
static inline bool wait_in(struct goro_chan *c, struct waitq *q,
			   struct sudog *s, int64_t deadline,
			   enum wait_reason why)
{
	struct m *m = goro__m();

	s->g = m->curg;
	s->contended = false;
	enqueue(q, s);
	if (unlikely(deadline != GORO_FOREVER))
		return wait_until(c, q, s, deadline, why);
	park(m, s->g, &c->lock, why);
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

/* A look without the lock, under which plain stores change the queue. */
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

/* Inline, for both of the calls that send. */
static inline __attribute__((always_inline)) int
do_send(goro_chan *c, const void *v, int64_t deadline)
{
	int status;

	if (unlikely(!c))
		return block_on_nil(deadline, WAIT_CHAN_SEND_NIL);
	if (unlikely(!v && c->elemsize))
		return GORO_EINVAL;
	/*
	 * A send that may not block and cannot succeed needs no lock: at one
	 * moment the channel was open, and full or without receiver.
	 */
	if (deadline == GORO_POLL && !load_acquire(&c->closed) && full(c))
		return goro__not_ready();
	plock(&c->lock);
	status = send_now(c, v);
	if (likely(status != GORO_AGAIN)) {
		punlock(&c->lock);
		return status;
	}
	if (deadline == GORO_POLL) {
		punlock(&c->lock);
		return goro__not_ready();
	}
	return send_blocking(c, v, deadline);
}

static inline int recv_blocking(struct goro_chan *c, void *out,
				int64_t deadline)
{
	struct sudog s;
	bool woken;

	s.elem = out;
	if (out)
		san_write(out, c->elemsize);
	if (unlikely(c->timer != NULL))
		goro__timechan_block(c);
	woken = wait_in(c, &c->recvq, &s, deadline, WAIT_CHAN_RECV);
	if (unlikely(c->timer != NULL)) {
		plock(&c->lock);
		goro__timechan_unblock(c);
		punlock(&c->lock);
	}
	if (!woken)
		return GORO_TIMEOUT;
	if (s.success)
		return GORO_OK;
	san_acquire(&c->closed);
	zero_user(c, out);
	return GORO_CLOSED;
}

static inline __attribute__((always_inline)) int
do_recv(goro_chan *c, void *out, int64_t deadline)
{
	int status;

	if (unlikely(!c))
		return block_on_nil(deadline, WAIT_CHAN_RECV_NIL);
	/* As above: at one moment it was open and empty. */
	if (deadline == GORO_POLL && !c->timer && empty(c) &&
	    !load_acquire(&c->closed))
		return goro__not_ready();
	plock(&c->lock);
	status = recv_now(c, out);
	if (likely(status != GORO_AGAIN)) {
		punlock(&c->lock);
		return status;
	}
	if (deadline == GORO_POLL) {
		punlock(&c->lock);
		return goro__not_ready();
	}
	return recv_blocking(c, out, deadline);
}

int goro_chan_send(goro_chan *c, const void *v, int64_t deadline)
{
	FROM_OUTSIDE_GIVES(goro_chan_send(c, v, deadline));
	return do_send(c, v, deadline);
}

int goro_chan_recv(goro_chan *c, void *out, int64_t deadline)
{
	FROM_OUTSIDE_GIVES(goro_chan_recv(c, out, deadline));
	return do_recv(c, out, deadline);
}

/*
 * Takes all waiters off under the lock and wakes them after it: a woken
 * goroutine must not find the lock taken.
 */
static struct sudog *drain(struct waitq *q, struct sudog *list)
{
	struct sudog *s;

	while ((s = dequeue(q)) != NULL) {
		s->next = list;
		list = s;
	}
	return list;
}

static struct sudog *reversed(struct sudog *list)
{
	struct sudog *out = NULL;

	while (list) {
		struct sudog *next = list->next;

		list->next = out;
		out = list;
		list = next;
	}
	return out;
}

static int close_chan(goro_chan *c)
{
	struct sudog *list;

	if (!c)
		return GORO_CLOSE_NIL;
	plock(&c->lock);
	if (load_relaxed(&c->closed)) {
		punlock(&c->lock);
		return GORO_CLOSE_CLOSED;
	}
	san_release(&c->closed);
	store_release(&c->closed, 1u);
	list = reversed(drain(&c->sendq, drain(&c->recvq, NULL)));
	punlock(&c->lock);
	while (list) {
		struct sudog *s = list;

		list = s->next;
		san_acquire_as(&s->g->san, &c->closed);
		wake(s, false);
	}
	return GORO_OK;
}

int goro_chan_close(goro_chan *c)
{
	FROM_OUTSIDE_GIVES(goro_chan_close(c));
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

	FROM_OUTSIDE(goro_send(c, v));
	status = do_send(c, v, GORO_FOREVER);
	if (unlikely(status))
		goro__panic_status(status);
}

bool goro_recv(goro_chan *c, void *out)
{
	FROM_OUTSIDE_GIVES(goro_recv(c, out));
	return do_recv(c, out, GORO_FOREVER) == GORO_OK;
}

void goro_close(goro_chan *c)
{
	int status;

	FROM_OUTSIDE(goro_close(c));
	status = close_chan(c);
	if (unlikely(status))
		goro__panic_status(status);
}
