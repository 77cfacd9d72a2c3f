/*
 * probe.c - a look at what another M does just now.
 *
 *	m->probe   IDLE -> ASKED   by the one who looks, who sends the signal
 *	           ASKED -> HERE   by m, in its handler; it waits
 *	           ASKED -> IDLE   by the one who looks: m has not come
 *	           HERE -> IDLE    by the one who looks: m goes on
 *
 * ASKED is left by a compare and swap, so either side knows what the other did.
 */
#include "sched/probe.h"

#include "base/sys.h"
#include "base/text.h"
#include "sched/resched.h"

enum { IDLE, ASKED, HERE };

#define NAP INT64_C(20000)

void goro__probed(struct m *m, const ucontext_t *uc)
{
	uint32_t asked = ASKED;

	/* relaxed: a stale look costs the other side its patience */
	if (likely(load_relaxed(&m->probe) != ASKED))
		return;
	store_relaxed(&m->stopped_at, uc);
	/* Pairs with the loads of goro__probe(): stopped_at is set. */
	if (cas_acq_rel(&m->probe, &asked, HERE))
		while (load_acquire(&m->probe) == HERE)
			sys_futex_wait(&m->probe, HERE, -1);
	store_relaxed(&m->stopped_at, NULL);
}

bool goro__probe(struct m *m, void (*fn)(void *), void *arg, int64_t *patience)
{
	uint32_t idle = IDLE, asked = ASKED;

	if (!goro__preempt_enabled() || *patience <= 0 ||
	    !cas_acq_rel(&m->probe, &idle, ASKED))
		return false;
	goro__preempt_m(m);
	for (; *patience > 0 && load_acquire(&m->probe) == ASKED;
	     *patience -= NAP)
		sys_nanosleep(NAP);
	/* Pairs with the handler's: if it was first, stopped_at is set. */
	if (cas_acq_rel(&m->probe, &asked, IDLE))
		return false;
	fn(arg);
	/* Pairs with the handler's load: nobody looks any more. */
	store_release(&m->probe, IDLE);
	sys_futex_wake(&m->probe, 1);
	return true;
}
