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

#define NAP INT64_C(20000)

void goro__probed_here(struct m *m, const ucontext_t *uc)
{
	uint32_t asked = PROBE_ASKED;

	store_relaxed(&m->stopped_at, uc);
	/* Pairs with the loads of goro__probe(): stopped_at is set. */
	if (cas_acq_rel(&m->probe, &asked, PROBE_HERE))
		while (load_acquire(&m->probe) == PROBE_HERE)
			sys_futex_wait(&m->probe, PROBE_HERE, -1);
	store_relaxed(&m->stopped_at, NULL);
}

bool goro__probe(struct m *m, void (*fn)(void *), void *arg, int64_t *patience)
{
	uint32_t idle = PROBE_IDLE, asked = PROBE_ASKED;

	if (!goro__preempt_enabled() || *patience <= 0 ||
	    !cas_acq_rel(&m->probe, &idle, PROBE_ASKED))
		return false;
	goro__preempt_m(m);
	for (; *patience > 0 && load_acquire(&m->probe) == PROBE_ASKED;
	     *patience -= NAP)
		sys_nanosleep(NAP);
	/* Pairs with the handler's: if it was first, stopped_at is set. */
	if (cas_acq_rel(&m->probe, &asked, PROBE_IDLE))
		return false;
	fn(arg);
	/* Pairs with the handler's load: nobody looks any more. */
	store_release(&m->probe, PROBE_IDLE);
	sys_futex_wake(&m->probe, 1);
	return true;
}
