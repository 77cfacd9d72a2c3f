/*
 * outside.c - threads of the program that call goro.
 *
 * In an embedded run such a thread gets an M and a G of its own at its first
 * call.  At each call it gets a P, as a goroutine does that comes back from a
 * system call: it takes an idle one, or its G waits in the global queue.  While
 * it has the P it is a goroutine locked to its thread, and the call does what
 * it does elsewhere.  After the call it gives the P back at once.
 *
 * Only parking differs.  Such an M has no scheduler's stack to switch to: the
 * thread gives the P back and sleeps where it is.  An M that takes its G from a
 * queue hands a P over (goro__startlockedm), and the call goes on.  p->resched
 * is set as long as a locked goroutine has the P, so it never switches to
 * another goroutine.
 *
 * While no run is on, a call is made quietly: one thread at a time, with a P
 * that nobody looks at.  So channels can be filled before goro_run(), and read
 * and freed after it.  A call that would wait, start a goroutine or set a timer
 * is refused.
 *
 * Rejected: threads that use channels without a P.  A run with one P would have
 * to take every lock then, and each place that makes a goroutine ready or sets
 * a timer would need a second way.
 *
 * g->preempted is set while the thread sleeps, which nmidlelocked does not
 * count.  The M that takes its G from a queue clears that and wakes the thread.
 */
#include "sched/outside.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "sched/user.h"
#include "sched/globq.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "sched/poller.h"
#include "base/forked.h"
#include "base/note.h"
#include "sched/die.h"
#include "sched/runq.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/switch.h"

#define LOOK_AGAIN INT64_C(100000000)

struct outsider {
	struct m m;
	struct g g;
	struct stack stack; /* the fields at the top of one; no frames */
	struct outsider *next;
};

/* The calling thread's outsider; NULL before its first call in a run. */
static _Thread_local struct outsider *self
	__attribute__((tls_model("initial-exec")));
/* The M that is inside goro_blocking() on this thread. */
static _Thread_local struct m *blocking
	__attribute__((tls_model("initial-exec")));

static atomic_uint forked;

/* Outsiders of ended threads, to be used again; unused_lock guards them. */
static struct outsider *unused;
static struct lock unused_lock;
static pthread_key_t at_thread_end;

/* What a call uses while no run is on.  It holds quiet_lock up to its end. */
struct p goro__quiet_p = {.timers = {.next = INT64_MAX}};
static struct outsider quiet;
static struct lock quiet_lock;
static const char *quiet_call;

/* ---- may it be called? --------------------------------------------------- */

bool goro__running(void)
{
	return load_acquire(&goro__sched.up) &&
	       !load_acquire(&goro__sched.done) && !load_relaxed(&forked);
}

static const char *where(void)
{
	if (load_relaxed(&forked))
		return "in the child of a fork()";
	if (!load_acquire(&goro__sched.up))
		return "before goro_run()";
	if (load_acquire(&goro__sched.done))
		return "after goro_run() has returned";
	if (blocking)
		return "inside goro_blocking()";
	return "on a thread that is no goroutine";
}

/* Writes the line in one piece, as other threads may be dying, too. */
static _Noreturn void die(const char *call, const char *place)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "fatal error: %s: called %s%s\n",
			 call, place,
			 goro__running() && !goro__sched.embedded
				 ? ", in a run that is not embedded"
				 : "");

	(void)!write(STDERR_FILENO, line, (size_t)n);
	_exit(2);
}

void goro__refuse(const char *call)
{
	die(quiet_call && goro__m() == &quiet.m ? quiet_call : call, where());
}

void goro__need_run(const char *call)
{
	if (!goro__running())
		goro__refuse(call);
}

/* True if calls from outside are allowed now. */
static bool may_call(void)
{
	return !load_relaxed(&forked) &&
	       (goro__sched.embedded || !goro__running());
}

/* Runs in the child of a fork(), which has no M to run goroutines. */
static void in_child(void)
{
	store_relaxed(&forked, 1u);
	goro__tls_m = NULL;
	self = NULL;
	goro__user_forked();
}

/* ---- a thread's M and G --------------------------------------------------- */

static void thread_ends(void *arg)
{
	struct outsider *o = arg;

	self = NULL;
	sys_free(o->stack.errtexts);
	san_fiber_free(&o->g.san);
	lock(&unused_lock);
	o->next = unused;
	unused = o;
	unlock(&unused_lock);
}

void goro__outside_init(void)
{
	if (pthread_atfork(NULL, NULL, in_child) ||
	    pthread_key_create(&at_thread_end, thread_ends))
		goro__fatal("runtime: out of memory");
	goro__forked_init();
	lock(&quiet_lock); /* a quiet call takes no locks: wait for its end */
	store_release(&goro__sched.up, 1u);
	unlock(&quiet_lock);
}

static struct outsider *alloc(void)
{
	struct outsider *o;

	lock(&unused_lock);
	o = unused;
	if (o)
		unused = o->next;
	unlock(&unused_lock);
	if (!o)
		o = sys_map(sizeof(*o));
	if (!o)
		goro__fatal("runtime: out of memory");
	arch_zero(o, sizeof(*o)); /* a sanitizer would check memset() */
	return o;
}

/* Sets o up.  The stack's bounds are empty, so no signal stops the thread. */
static void set_up(struct outsider *o)
{
	struct m *m = &o->m;
	struct g *g = &o->g;

	m->id = -3;
	m->outsider = true;
	m->rand = (uint64_t)sys_clock() | 1;
	store_relaxed(&m->tid, sys_gettid());
	m->curg = m->lockedg = g;
	g->system = true;
	g->m = g->lockedm = m;
	g->lockcount = UINT32_MAX / 2; /* whatever the program counts */
	g->stack = &o->stack;
	o->stack.g = g;
	o->stack.lo = (char *)&o->stack;
}

static struct outsider *adopt(void)
{
	struct outsider *o = alloc();

	set_up(o);
	san_thread(&o->m.san, NULL, 0);
	san_fiber_new(&o->g.san);
	pthread_setspecific(at_thread_end, o);
	return self = o;
}

struct errtexts **goro__outsider_texts(void)
{
	static struct errtexts *none;
	struct m *m = goro__explored_m();

	if (m)
		return &m->curg->stack->errtexts;
	return self ? &self->stack.errtexts : &none;
}

/* ---- its P ---------------------------------------------------------------- */

static void begin_turn(struct p *p)
{
	store_relaxed(&p->tick_seen, ++p->schedtick);
}

/* Takes an idle P for g.  False if g is on the global queue instead. */
static bool take_p_or_queue(struct g *g)
{
	struct sched *s = &goro__sched;
	struct p *p;

	lock(&s->lock);
	p = load_relaxed(&s->stopping) ? NULL : goro__pidleget();
	state_call_over(g, p ? GRUNNING : GRUNNABLE);
	if (!p) {
		store_relaxed(&g->preempted, STOPPED);
		globq_push(&s->globq, g);
	}
	unlock(&s->lock);
	if (p)
		goro__acquirep(p);
	return p != NULL;
}

/* Sleeps until an M hands a P over.  If the run ends first none does. */
static void wait_for_p(struct m *m, const char *call)
{
	while (!goro__note_sleep(&m->note, LOOK_AGAIN))
		if (load_acquire(&goro__sched.done))
			goro__refuse(call);
	goro__take_nextp();
}

static bool stopped_with(struct p *p)
{
	struct sched *s = &goro__sched;
	bool stopping;

	lock(&s->lock);
	stopping = load_relaxed(&s->stopping);
	if (stopping)
		goro__stop_p(p);
	else
		goro__pidleput(p);
	unlock(&s->lock);
	return stopping;
}

/*
 * Gives the P back.  If its queue has work, starts an M for that.  Else looks
 * as recheck() does for work submitted while no P was idle, and for timers and
 * a network that no M sleeps for.
 */
static void give_back(void)
{
	struct sched *s = &goro__sched;
	struct p *p = goro__releasep();

	store_relaxed(&p->preempt, 0u);
	if (!goro__runq_empty(&p->runq)) {
		goro__startm(p, false);
		return;
	}
	if (stopped_with(p))
		return;
	fence_seq(); /* pairs with runq_set_next(), goro__globrunqput() */
	if (!goro__work_anywhere() &&
	    (load_seq(&s->idle.polluntil) != 0 ||
	     (goro__next_timer() == INT64_MAX && !goro__network_unwatched())))
		return;
	goro__wake_missed();
}

/* Begins a call while no run is on.  False if a run has begun meanwhile. */
static bool begin_quietly(const char *call)
{
	lock(&quiet_lock);
	if (goro__running()) {
		unlock(&quiet_lock);
		return false;
	}
	san_acquire(&quiet);
	quiet_call = call;
	set_up(&quiet);
	goro__tls_m = &quiet.m;
	goro__acquirep(&goro__quiet_p);
	state_call_over(&quiet.g, GRUNNING);
	return true;
}

static void end_quietly(void)
{
	state_call(&quiet.g);
	goro__releasep();
	goro__tls_m = NULL;
	quiet_call = NULL;
	san_release(&quiet);
	unlock(&quiet_lock);
}

void goro__call_begin(const char *call)
{
	struct outsider *o;

	if (goro__user_calls(call))
		return;
	if (!may_call())
		goro__refuse(call);
	while (!goro__running())
		if (begin_quietly(call))
			return;
	if (!goro__sched.embedded)
		goro__refuse(call);
	o = self ? self : adopt();
	goro__tls_m = &o->m;
	if (!take_p_or_queue(&o->g))
		wait_for_p(&o->m, call);
	begin_turn(o->m.p);
	san_release(o);
	san_become(&o->m.san, &o->g.san);
	san_acquire(o);
}

void goro__call_end(const char *call)
{
	struct m *m = goro__m();

	if (!m) /* the call has called a function that forked */
		goro__refuse(call);
	if (m == &quiet.m) {
		end_quietly();
		return;
	}
	if (!m->outsider) {
		goro__user_goes_on();
		return;
	}
	san_release(self);
	san_become(&m->curg->san, &m->san);
	san_acquire(self);
	state_call(m->curg);
	give_back();
	goro__tls_m = NULL;
}

/* Returns the M whose goroutine calls; NULL outside. */
static struct m *m_of_caller(void)
{
	struct m *m = goro__m();

	return m ? m : goro__explored_m();
}

struct g *goro__goroutine(const char *call)
{
	struct m *m = m_of_caller();

	if (!m || m->outsider)
		goro__refuse(call);
	return m->curg;
}

struct g *goro__deferring(const char *call)
{
	struct m *m = m_of_caller();

	if (!m || (m->outsider && !m->curg->stack->frame))
		goro__refuse(call);
	return m->curg;
}

struct g *goro__panicking(const char *call, const char *text)
{
	if (goro__outside()) {
		if (!may_call() && !goro__explored_m())
			(void)!dprintf(STDERR_FILENO, "panic: %s\n", text);
		goro__call_begin(call);
	}
	return goro__m()->curg;
}

/* Parks g.  After run_after() any M may find g and hand a P over. */
static void park_thread(struct m *m, struct g *g)
{
	store_relaxed(&g->preempted, STOPPED);
	san_become(&g->san, &m->san); /* from here on others act for g */
	run_after(m);
	if (m->p)
		give_back();
	goro__note_sleep(&m->note, -1);
	begin_turn(goro__take_nextp());
	san_become(&m->san, &g->san);
}

/* Parks g.  In a quiet call a yield does nothing, and a wait is refused. */
void goro__park_outsider(struct m *m, struct g *g)
{
	if (m != &quiet.m) {
		park_thread(m, g);
		return;
	}
	if (load_relaxed(&g->status) == GWAITING)
		goro__refuse(quiet_call);
	m->after = NULL;
	state_resume(g);
	sys_yield();
}

struct m *goro__blocking_m(void)
{
	return blocking;
}

void goro__call_outside(struct m *m, void (*fn)(void *), void *arg)
{
	struct m *before = blocking;

	blocking = m;
	goro__tls_m = NULL;
	fn(arg);
	if (load_relaxed(&forked))
		goro__refuse("goro_blocking");
	goro__tls_m = m;
	blocking = before;
}
