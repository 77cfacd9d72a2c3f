/*
 * resched.c - see resched.h.  What the signal does is in preempt.c.
 */
#include "sched/resched.h"

#include <errno.h>

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"

static atomic_uint enabled;

bool goro__preempt_enabled(void)
{
	return load_relaxed(&enabled);
}

void goro__preempt_enable(void)
{
	store_relaxed(&enabled, 1u);
}

/* Ends preemption: the signal cannot be sent, mostly by a syscall filter. */
void goro__preempt_fails(int error)
{
	static atomic_uint said;

	store_relaxed(&enabled, 0u);
	if (xchg_acq_rel(&said, 1u))
		return;
	print_str("goro: no preemption, as tgkill() fails with errno ");
	print_int(error);
	print_str("\n");
}

void goro__preempt_m(struct m *m)
{
	int tid = load_relaxed(&m->tid), err;

	store_relaxed(&m->mask_changed, 1u); /* it may block the signal */
	if (!load_relaxed(&enabled) || !tid)
		return;
	err = sys_tgkill(tid, PREEMPT_SIGNAL);
	if (err && err != ESRCH && err != EAGAIN)
		goro__preempt_fails(err);
}

void goro__preempt(struct p *p, enum stopped how)
{
	struct m *m;

	if (mp() & MP_EXPLORED) /* who goes on is decided, not timed */
		return;
	store_relaxed(&p->preempt, how);
	store_release(&p->resched, 1u);
	m = load_relaxed(&p->m);
	if (m)
		goro__preempt_m(m);
}

void goro__preempt_unblock(sigset_t *mask)
{
	sigdelset(mask, PREEMPT_SIGNAL);
}
