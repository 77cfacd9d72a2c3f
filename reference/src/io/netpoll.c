/*
 * netpoll.c - the part of the network poller that no system call is in: the
 * words, the deadlines and the polldescs' memory.  netpoll.h has the protocol.
 */
#include "io/netpoll.h"

#include "sched/bubble.h"
#include "base/note.h"
#include "sched/die.h"
#include "sched/decide.h"
#include "sched/goroutine.h"
#include "sched/timer.h"
#include "sched/runq.h"
#include "base/sys.h"
#include "base/text.h"

/* ---- where polldescs live -------------------------------------------------- */

enum { FIRST_BLOCK = 32, BLOCKS = 26 };

/*
 * Block n has FIRST_BLOCK << n polldescs and is never unmapped.  id counts
 * through all blocks from FIRST_BLOCK on, so its highest bit gives the block.
 */
static struct {
	struct lock lock;
	struct polldesc *free;                    /* lock */
	uint32_t made;                            /* lock: ids given out */
	_Atomic(struct polldesc *) block[BLOCKS]; /* written under lock */
} pool;

static int block_of(uint32_t id)
{
	return 31 - __builtin_clz(id) - __builtin_ctz(FIRST_BLOCK);
}

/* Returns polldesc id.  The acquire pairs with new_polldesc()'s release. */
static struct polldesc *find(uint32_t id)
{
	int n = block_of(id);

	return &load_acquire(&pool.block[n])[id - ((uint32_t)FIRST_BLOCK << n)];
}

static void on_deadline(struct timer *t, int64_t now);

/* Sets the fields that keep their values when the polldesc is reused. */
static void prepare_polldesc(struct polldesc *pd, uint32_t id)
{
	pd->id = id;
	for (int mode = 0; mode < 2; mode++) {
		pd->side[mode].pd = pd;
		pd->side[mode].timer.fn = on_deadline;
		pd->side[mode].timer.arg = &pd->side[mode];
	}
}

/* Makes a polldesc, with pool.lock held.  Returns NULL without memory. */
static struct polldesc *new_polldesc(void)
{
	uint32_t id = FIRST_BLOCK + pool.made;
	int n = block_of(id);
	struct polldesc *block;

	if (n >= BLOCKS)
		return NULL;
	block = load_relaxed(&pool.block[n]);
	if (!block) {
		block = sys_map(((size_t)FIRST_BLOCK << n) * sizeof(*block));
		if (!block)
			return NULL;
		store_release(&pool.block[n], block);
	}
	pool.made++;
	block = &block[id - ((uint32_t)FIRST_BLOCK << n)];
	prepare_polldesc(block, id);
	return block;
}

static struct polldesc *take_polldesc(void)
{
	struct polldesc *pd;

	lock(&pool.lock);
	pd = pool.free;
	if (pd)
		pool.free = pd->link;
	else
		pd = new_polldesc();
	unlock(&pool.lock);
	return pd;
}

static void give_back(struct polldesc *pd)
{
	lock(&pool.lock);
	pd->link = pool.free;
	pool.free = pd;
	unlock(&pool.lock);
}

static uint64_t tag_of(struct polldesc *pd)
{
	return (uint64_t)load_relaxed(&pd->seq) << 32 | pd->id;
}

/* ---- waiting --------------------------------------------------------------- */

static int check(struct polldesc *pd, enum fd_mode mode)
{
	/*
	 * seq_cst: commit() puts g into the word and then loads info here.
	 * publish_late() and evict store info and then load the word.
	 */
	uint32_t info = load_seq(&pd->info);

	if (info & PD_CLOSING)
		return GORO_NET_CLOSED;
	return info & ((uint32_t)PD_LATE << mode) ? GORO_TIMEOUT : GORO_OK;
}

int goro__netpoll_prepare(struct polldesc *pd, enum fd_mode mode)
{
	_Atomic(uintptr_t) *word = &pd->side[mode].word;

	/* Clear the word before the try, so that a later READY stays in it. */
	if (load_relaxed(word) != PD_NIL)
		xchg_seq(word, PD_NIL);
	return check(pd, mode);
}

static void wake(struct g *g)
{
	goro__ready(g);
	goro__netpoll_woken(1);
}

static enum fd_mode mode_of(const struct pollside *side)
{
	return side == &side->pd->side[FD_WRITE] ? FD_WRITE : FD_READ;
}

/* Puts g, which is off its stack, into the word.  From then on it may run. */
static void commit(struct m *m, struct g *g, void *arg)
{
	struct pollside *side = arg;
	uintptr_t none = PD_NIL, self = (uintptr_t)g;

	(void)m;
	add_seq(&goro__sched.netwaiters, 1u);
	if (!cas_seq(&side->word, &none, self)) {
		if (unlikely(none != PD_READY))
			goro__fatal("runtime: double wait");
		wake(g);
		return;
	}
	if (unlikely(check(side->pd, mode_of(side)) != GORO_OK) &&
	    cas_seq(&side->word, &self, PD_NIL))
		wake(g);
}

/* Parks until side is ready.  False: woken for another reason, see check(). */
static bool park_for(struct pollside *side)
{
	uintptr_t ready = PD_READY;

	if (cas_seq(&side->word, &ready, PD_NIL))
		return true;
	count_own(&goro__m()->p->stats.netwaits);
	decided_outside();
	goro__park_after(commit, side, WAIT_IO);
	return xchg_seq(&side->word, PD_NIL) == PD_READY;
}

/* If the deadline was moved after it woke this goroutine, it parks again. */
int goro__netpoll_wait(struct polldesc *pd, enum fd_mode mode)
{
	int status;

	do
		status = check(pd, mode);
	while (status == GORO_OK && !park_for(&pd->side[mode]));
	return status;
}

/* Sets the word to leave.  Returns the g to make ready, NULL if none waits. */
static struct g *take_waiter(struct pollside *side, uintptr_t leave)
{
	uintptr_t word = load_seq(&side->word);

	/* Keep a pending READY.  If the word is leave already, none waits. */
	while (word != PD_READY && word != leave)
		if (cas_seq(&side->word, &word, leave))
			return (struct g *)word;
	return NULL;
}

void goro__netpoll_ready(uint64_t tag, unsigned modes, bool hup,
			 struct glist *ready)
{
	struct polldesc *pd = find((uint32_t)tag);

	if (load_acquire(&pd->seq) != (uint32_t)(tag >> 32))
		return;
	if (hup)
		store_seq(&pd->hup, 1u); /* before the word is READY */
	for (int mode = 0; mode < 2; mode++) {
		struct g *g = NULL;

		if (modes & 1u << mode)
			g = take_waiter(&pd->side[mode], PD_READY);
		if (g)
			glist_push(ready, g);
	}
}

/* ---- open and close -------------------------------------------------------- */

static void poll(int64_t ns, struct glist *ready)
{
	goro__poller_poll(ns, ready, goro__netpoll_ready);
}

static const struct poller epoll_poller = {poll, goro__poller_wake};

/* Opens the poller unless it is open.  Returns 0 or an errno. */
static int init(void)
{
	static struct lock opening;
	struct sched *s = &goro__sched;
	int e = 0;

	if (load_acquire(&s->poller))
		return 0;
	lock(&opening);
	if (!load_relaxed(&s->poller)) {
		e = goro__poller_init();
		if (!e)
			store_seq(&s->poller, &epoll_poller);
	}
	unlock(&opening);
	/* An M that sleeps on pollnote must sleep in the poller instead. */
	if (!e && load_seq(&s->idle.polluntil) != 0)
		goro__note_wake(&s->idle.pollnote);
	return e;
}

static void reset(struct polldesc *pd, int fd)
{
	lock(&pd->lock); /* a timer of the last use may still run */
	pd->fd = fd;
	store_seq(&pd->hup, 0u);
	for (int mode = 0; mode < 2; mode++) {
		struct pollside *side = &pd->side[mode];

		side->deadline = GORO_FOREVER;
		store_seq(&side->word, PD_NIL);
	}
	store_seq(&pd->info, 0u);
	unlock(&pd->lock);
}

int goro__netpoll_open(int fd, struct polldesc **out)
{
	int e = init();
	struct polldesc *pd;

	if (e)
		return e;
	pd = take_polldesc();
	if (!pd)
		return ENOMEM;
	reset(pd, fd);
	e = goro__poller_open(fd, tag_of(pd));
	if (e)
		give_back(pd);
	else
		*out = pd;
	return e;
}

void goro__netpoll_evict(struct polldesc *pd)
{
	struct g *g[2];

	lock(&pd->lock);
	store_seq(&pd->info, PD_CLOSING);
	for (int mode = 0; mode < 2; mode++) {
		pd->side[mode].deadline = GORO_FOREVER;
		goro__timer_del(&pd->side[mode].timer);
		g[mode] = take_waiter(&pd->side[mode], PD_NIL);
	}
	unlock(&pd->lock);
	for (int mode = 0; mode < 2; mode++)
		if (g[mode])
			wake(g[mode]);
}

void goro__netpoll_close(struct polldesc *pd)
{
	goro__poller_close(pd->fd);
	/* Pairs with the acquire in goro__netpoll_ready(). */
	store_release(&pd->seq, load_relaxed(&pd->seq) + 1);
	give_back(pd);
}

/* ---- deadlines ------------------------------------------------------------- */

/* Writes info, with pd->lock held.  The caller then reads the word: check(). */
static void publish_late(struct polldesc *pd, enum fd_mode mode, bool late)
{
	uint32_t bit = (uint32_t)PD_LATE << mode;
	uint32_t info = load_relaxed(&pd->info);

	store_seq(&pd->info, late ? info | bit : info & ~bit);
}

/*
 * Runs when a timer fires.  The deadline may have been moved meanwhile, or the
 * polldesc reused, so compares the deadline itself with now.
 */
static void on_deadline(struct timer *t, int64_t now)
{
	struct pollside *side = t->arg;
	struct polldesc *pd = side->pd;
	struct g *g = NULL;

	lock(&pd->lock);
	if (side->deadline <= now) {
		publish_late(pd, mode_of(side), true);
		g = take_waiter(side, PD_NIL);
	}
	unlock(&pd->lock);
	goro__timer_done(t);
	if (g)
		wake(g);
}

/* Sets the deadline, with pd->lock held.  Returns a waiter that is now late. */
static struct g *set_deadline(struct pollside *side, int64_t when, bool late)
{
	goro__timer_del(&side->timer);
	side->deadline = when;
	publish_late(side->pd, mode_of(side), late);
	if (late)
		return take_waiter(side, PD_NIL);
	if (when == GORO_FOREVER)
		return NULL;
	side->timer.when = when;
	goro__timer_add_to(goro__virtual() ? &goro__real_p : goro__m()->p,
			   &side->timer);
	return NULL;
}

void goro__netpoll_deadline(struct polldesc *pd, unsigned modes, int64_t when)
{
	int64_t now = goro__my_now();
	bool late = when <= now;
	struct g *g[2] = {NULL, NULL};

	if ((goro__virtual() || my_bubble()) && !late && when != GORO_FOREVER)
		when += sys_clock() - now;
	lock(&pd->lock);
	if (!(load_relaxed(&pd->info) & PD_CLOSING))
		for (int mode = 0; mode < 2; mode++)
			if (modes & 1u << mode)
				g[mode] = set_deadline(&pd->side[mode], when,
						       late);
	unlock(&pd->lock);
	for (int mode = 0; mode < 2; mode++)
		if (g[mode])
			wake(g[mode]);
}
