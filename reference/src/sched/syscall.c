/*
 * syscall.c - blocking calls: the M leaves its P behind, which sysmon hands to
 * another M if the call takes long, and wants it back after the call.
 */
#include <errno.h>

#include "sched/decide.h"
#include "sched/keep.h"
#include "sched/globq.h"
#include "sched/idle.h"
#include "base/note.h"
#include "sched/goroutine.h"
#include "sched/schedule.h"
#include "sched/timed.h"
#include "base/sys.h"
#include "base/text.h"
#include "regs.h"
#include "sched/switch.h"

/* Never inlined: the thread may be another one after the call. */
static __attribute__((noinline)) int get_errno(void)
{
	return errno;
}

static __attribute__((noinline)) void set_errno(int e)
{
	errno = e;
}

/* The stopper may have passed this P before it was PSYSCALL: gives it up. */
static void offer_p_to_stopper(struct p *p)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	if (s->stopwait > 0 && goro__retake(p))
		goro__stop_p(p);
	unlock(&s->lock);
}

static void entersyscall(void)
{
	struct m *m = goro__m();
	struct p *p = m->p;

	if (tracing())
		goro__trace_call(m);
	state_call(m->curg);
	state_leave_p(m);
	if (load_seq(&goro__sched.stopping))
		offer_p_to_stopper(p);
}

/* Takes an idle P for g, whose call is over then. */
static struct p *idle_p(const struct g *g)
{
	struct p *p = NULL;

	if (!load_relaxed(&goro__sched.stopping))
		p = goro__pidleget();
	if (p && tracing())
		goro__trace_call_lost(g);
	return p;
}

/* Takes an idle P for g, whose call is over, or queues it in the same step. */
static struct p *idle_p_or_queue(struct g *g)
{
	struct sched *s = &goro__sched;
	struct p *p;

	lock(&s->lock);
	p = idle_p(g);
	state_call_over(g, GRUNNABLE);
	if (!p) {
		if (tracing())
			goro__trace_call_lost(g);
		goro__time_some(g);
		globq_push(&s->globq, g);
	}
	unlock(&s->lock);
	return p;
}

/*
 * Looks for an idle P once more.  The M that gave one up did not see prev, and
 * it may have been the last M awake.
 */
static void after_no_p(struct m *m, struct g *prev, void *arg)
{
	struct p *p;

	(void)m, (void)arg;
	p = idle_p_or_queue(prev);
	if (!p)
		return;
	goro__acquirep(p);
	goro__runqput(p, prev, true);
}

static bool another_p(const struct g *g)
{
	struct p *p;

	lock(&goro__sched.lock);
	p = idle_p(g);
	unlock(&goro__sched.lock);
	if (p)
		goro__acquirep(p);
	return p != NULL;
}

static void exitsyscall(void)
{
	struct m *m = goro__m();
	struct g *g = m->curg;

	if (state_take_back_p(m)) {
		if (tracing())
			goro__trace_call_end(m, g);
	} else if (another_p(g)) {
		if (tracing())
			goro__trace_run(g);
	} else {
		after(m, g, after_no_p, NULL);
		switch_to_g0(m, g);
		return;
	}
	state_call_over(g, GRUNNING);
}

struct blocking {
	goro_fn fn;
	void *arg;
};

static void call_outside(void *arg)
{
	const struct blocking *b = arg;

	goro__call_outside(goro__m(), b->fn, b->arg);
}

/*
 * Says that the frames of the caller, a goroutine, begin with that of *here.
 * Who looks at a goroutine in a call does not stop it: it finds its frames by
 * g->sp, which stays the same for the whole call.
 */
static void frames_at(const struct regs *here)
{
	*(void *volatile *)&goro__m()->curg->sp = (char *)here + SP_OF_REGS;
}

/* AddressSanitizer would move `here` off the stack. */
__attribute__((no_sanitize("address"))) void goro_blocking(goro_fn fn,
							   void *arg)
{
	struct blocking b = {.fn = fn, .arg = arg};
	struct regs here = {0};
	int e;

	if (goro__outside() || goro__m()->p == &goro__quiet_p) {
		FROM_EXPLORED(goro_blocking(fn, arg));
		fn(arg);
		return;
	}
	decided_outside();
	regs_here(&here);
	frames_at(&here);
	entersyscall();
	goro__systemstack(call_outside, &b);
	e = get_errno();
	goro__keep_call(); /* before g may go on on another thread */
	exitsyscall();
	goro_checkpoint(); /* the signal may have met the runtime */
	set_errno(e);
}
