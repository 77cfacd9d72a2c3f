/*
 * probe.c - a look at what another M does just now.
 *
 *	m->probe   IDLE -> ASKED   by the one who looks, who sends the signal
 *	           ASKED -> HERE   by m, in its handler; it waits
 *	           ASKED -> IDLE   by the one who looks: m has not come
 *	           HERE -> IDLE    by the one who looks: m goes on
 *
 * ASKED is left by a compare and swap, so either side knows what the other did.
 *
 * One M at a time looks, for two that look at each other would each wait in its
 * handler for the other.  Who waits for its turn can be looked at.
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

static atomic_uint looking;

/* Takes the turn to look; false if it is not had within the patience. */
static bool take_turn(int64_t *patience)
{
	/* Pairs with the release in goro__probe_allow(). */
	while (xchg_acquire(&looking, 1u)) {
		sys_nanosleep(NAP);
		*patience -= NAP;
		if (*patience <= 0)
			return false;
	}
	return true;
}

void goro__probe_forbid(void)
{
	int64_t as_long_as_it_takes = INT64_MAX;

	take_turn(&as_long_as_it_takes);
}

void goro__probe_allow(void)
{
	store_release(&looking, 0u);
}

static bool look(struct m *m, void (*fn)(void *), void *arg, int64_t *patience)
{
	uint32_t asked = PROBE_ASKED;

	/* Relaxed: m reads it when the signal has come. */
	store_relaxed(&m->probe, PROBE_ASKED);
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

bool goro__probe(struct m *m, void (*fn)(void *), void *arg, int64_t *patience)
{
	bool done;

	if (!goro__preempt_enabled() || *patience <= 0 || !take_turn(patience))
		return false;
	done = look(m, fn, arg, patience);
	goro__probe_allow();
	return done;
}
