/*
 * select.c - performs one of many cases.  A send and a receive are selects of
 * one case.
 */
#include <stdlib.h>

#include "inner.h"

#define FEW 4 /* up to this many cases need no heap memory */

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

static bool ready(const struct assay_case *k)
{
	if (!k->c)
		return false;
	if (k->c->closed)
		return true;
	if (k->dir == ASSAY_SEND)
		return k->c->len < k->c->cap || k->c->receivers.first;
	return k->c->len > 0 || k->c->senders.first;
}

/*
 * Performs a ready case, each with equal odds: the k-th ready one replaces the
 * pick with probability 1/k.  ASSAY_AGAIN if none is ready.
 */
static int try_now(const struct assay_case *cases, size_t n, size_t *chosen)
{
	uint64_t found = 0;
	size_t pick = 0;

	for (size_t i = 0; i < n; i++)
		if (ready(&cases[i]) && kit_random() % ++found == 0)
			pick = i;
	if (!found)
		return ASSAY_AGAIN;
	*chosen = pick;
	if (cases[pick].dir == ASSAY_SEND)
		return kit_try_send(cases[pick].c, cases[pick].send);
	return kit_try_recv(cases[pick].c, cases[pick].recv);
}

/* Numbers the waiters at random: of two cases of one channel either may win. */
static void shuffle(struct kit_op *op)
{
	for (size_t i = 0; i < op->n; i++) {
		size_t k = kit_random() % (i + 1);

		op->waiters[i].index = op->waiters[k].index;
		op->waiters[k].index = i;
	}
}

static void enqueue(const struct assay_case *cases, struct kit_op *op)
{
	shuffle(op);
	for (size_t i = 0; i < op->n; i++) {
		struct kit_waiter *w = &op->waiters[i];
		const struct assay_case *k = &cases[w->index];
		bool sends = k->dir == ASSAY_SEND;

		w->queue = NULL;
		w->op = op;
		w->slot = sends ? (void *)(uintptr_t)k->send : k->recv;
		if (k->c)
			kit_push(sends ? &k->c->senders : &k->c->receivers, w);
	}
}

static int wait(const struct assay_case *cases, size_t n, int64_t deadline,
		size_t *chosen, const char *reason)
{
	struct kit_waiter few[FEW];
	struct kit_op op = {.waiters = few, .n = n};
	bool served;

	if (n > FEW)
		op.waiters = calloc(n, sizeof(*op.waiters));
	if (!op.waiters)
		return ASSAY_ENOMEM;
	enqueue(cases, &op);
	served = kit_wait(&op, reason, deadline);
	if (op.waiters != few)
		free(op.waiters);
	if (!served)
		return ASSAY_TIMEOUT;
	*chosen = op.chosen;
	return op.status;
}

int kit_select(const struct assay_case *cases, size_t n, int64_t deadline,
	       size_t *chosen, const char *reason)
{
	int status;

	if (!valid(cases, n, chosen))
		return ASSAY_EINVAL;
	kit_fire_due();
	status = try_now(cases, n, chosen);
	if (status == ASSAY_AGAIN && deadline != ASSAY_POLL)
		status = wait(cases, n, deadline, chosen, reason);
	return status;
}
