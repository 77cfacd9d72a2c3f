/*
 * select.c - performs one of many cases. send and recv are selects of one.
 *
 * All channels of the cases are locked, by address, so that two selects cannot
 * deadlock.  Under these locks the cases stay as they are.  Either a ready one
 * is performed, or a waiter goes into the queue of each and the goroutine
 * parks.  The thread that claims the goroutine performs that case for it.
 */
#include <stdlib.h>

#include "pt.h"

#define FEW 4 /* up to this many cases need no heap memory */

struct choice {
	const struct assay_case *cases;
	size_t n;
	assay_chan **channels; /* of the cases, each once, sorted by address */
	size_t n_channels;
	struct waiter *waiters; /* one for each case */
	void *heap;             /* memory of the two arrays, if not ... */
	assay_chan *few_channels[FEW]; /* ... here */
	struct waiter few_waiters[FEW];
};

static bool valid(const struct assay_case *cases, size_t n,
		  const size_t *chosen)
{
	if (n && (!cases || !chosen))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct assay_case *k = &cases[i];

		if (k->dir != ASSAY_SEND && k->dir != ASSAY_RECV)
			return false;
		if (k->dir == ASSAY_SEND && k->c && k->c->elem && !k->send)
			return false;
	}
	return true;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t) * (assay_chan *const *)a;
	uintptr_t y = (uintptr_t) * (assay_chan *const *)b;

	return (x > y) - (x < y);
}

static void collect_channels(struct choice *ch)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < ch->n; i++)
		if (ch->cases[i].c)
			ch->channels[n++] = ch->cases[i].c;
	if (n > 1)
		qsort(ch->channels, n, sizeof(*ch->channels), by_address);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ch->channels[i] != ch->channels[i - 1])
			ch->channels[kept++] = ch->channels[i];
	ch->n_channels = kept;
}

static int prepare(struct choice *ch)
{
	size_t each = sizeof(*ch->waiters) + sizeof(*ch->channels);

	ch->heap = NULL;
	ch->waiters = ch->few_waiters;
	ch->channels = ch->few_channels;
	if (ch->n > FEW) {
		if (ch->n > SIZE_MAX / each)
			return ASSAY_ENOMEM;
		ch->heap = malloc(ch->n * each);
		if (!ch->heap)
			return ASSAY_ENOMEM;
		ch->waiters = ch->heap;
		ch->channels = (void *)(ch->waiters + ch->n);
	}
	collect_channels(ch);
	return ASSAY_OK;
}

static void lock_all(const struct choice *ch)
{
	for (size_t i = 0; i < ch->n_channels; i++)
		pthread_mutex_lock(&ch->channels[i]->lock);
}

static void unlock_all(const struct choice *ch)
{
	for (size_t i = ch->n_channels; i-- > 0;)
		pthread_mutex_unlock(&ch->channels[i]->lock);
}

/*
 * Picks a ready case with equal odds: the k-th ready one replaces the pick with
 * probability 1/k.  False if none is ready.
 */
static bool pick_ready(const struct choice *ch, size_t *pick)
{
	uint64_t ready = 0;

	for (size_t i = 0; i < ch->n; i++) {
		const struct assay_case *k = &ch->cases[i];

		if (!k->c || !pt_chan_ready(k->c, k->dir))
			continue;
		if (++ready == 1 || pt_random() % ready == 0)
			*pick = i;
	}
	return ready > 0;
}

static int perform(const struct assay_case *k)
{
	if (k->dir == ASSAY_SEND)
		return pt_chan_send(k->c, k->send);
	return pt_chan_recv(k->c, k->recv);
}

/*
 * Performs a ready case, or returns ASSAY_AGAIN.  The waiter that made a case
 * ready may be claimed through another channel first; then it looks again.
 */
static int try_now(const struct choice *ch, size_t *chosen)
{
	size_t pick = 0;

	while (pick_ready(ch, &pick)) {
		int status = perform(&ch->cases[pick]);

		if (status != ASSAY_AGAIN) {
			*chosen = pick;
			return status;
		}
	}
	return ASSAY_AGAIN;
}

/*
 * Orders the waiters at random: of two cases of one channel, either may be
 * first.
 */
static void shuffle(struct choice *ch)
{
	for (size_t i = 0; i < ch->n; i++) {
		size_t k = pt_random() % (i + 1);

		ch->waiters[i].index = ch->waiters[k].index;
		ch->waiters[k].index = i;
	}
}

static void enqueue(struct choice *ch)
{
	shuffle(ch);
	for (size_t i = 0; i < ch->n; i++) {
		struct waiter *w = &ch->waiters[i];
		const struct assay_case *k = &ch->cases[w->index];
		bool sends = k->dir == ASSAY_SEND;

		w->queue = NULL;
		w->g = pt_self();
		w->slot = sends ? (void *)(uintptr_t)k->send : k->recv;
		if (k->c)
			pt_push(sends ? &k->c->senders : &k->c->receivers, w);
	}
}

static void dequeue(struct choice *ch)
{
	for (size_t i = 0; i < ch->n; i++)
		if (ch->waiters[i].queue)
			pt_remove(&ch->waiters[i]);
}

static void pin_all(const struct choice *ch)
{
	for (size_t i = 0; i < ch->n_channels; i++)
		pt_chan_pin(ch->channels[i]);
}

static void unpin_all(const struct choice *ch)
{
	for (size_t i = ch->n_channels; i-- > 0;)
		pt_chan_unpin(ch->channels[i]);
}

/*
 * Parks until a case is done or the deadline.  Called with all locks held,
 * returns with none.
 */
static int wait(struct choice *ch, int64_t deadline, const char *reason,
		size_t *chosen)
{
	struct goroutine *g = pt_self();
	bool served;

	pt_park_begin(reason, deadline);
	enqueue(ch);
	pin_all(ch);
	unlock_all(ch);
	served = pt_park(deadline);
	lock_all(ch);
	dequeue(ch);
	unpin_all(ch);
	if (!served)
		return ASSAY_TIMEOUT;
	*chosen = g->chosen;
	return g->status;
}

int pt_select(const struct assay_case *cases, size_t n, int64_t deadline,
	      size_t *chosen, const char *reason)
{
	struct choice ch = {.cases = cases, .n = n};
	int status;

	if (!valid(cases, n, chosen))
		return ASSAY_EINVAL;
	status = prepare(&ch);
	if (status != ASSAY_OK)
		return status;
	lock_all(&ch);
	status = try_now(&ch, chosen);
	if (status == ASSAY_AGAIN && deadline != ASSAY_POLL)
		status = wait(&ch, deadline, reason, chosen);
	else
		unlock_all(&ch);
	free(ch.heap);
	return status;
}
