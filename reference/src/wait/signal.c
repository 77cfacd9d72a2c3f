/*
 * signal.c - signals of the operating system as values on channels.
 *
 *	the handler   runs on any thread; sets the signal's bit in pending
 *	              and wakes signal_thread()
 *	the thread    has no P; puts the goroutine on the global queue
 *	the goroutine belongs to the runtime; takes pending and sends,
 *	              never blocking, to the channels that asked
 *
 * A handler cannot send: that takes a P and the locks of channels.  It cannot
 * wake a goroutine either: that takes sched.lock.  The thread exists from the
 * first notify on.  If sysmon did its work, a signal would wait for sysmon's
 * next tick.
 *
 * A signal races with the goroutine that parks:
 *
 *	signal:    1. set the bit  2. the thread takes idle
 *	goroutine: 1. store idle   2. look at pending
 *
 * Either the thread finds the goroutine or the goroutine finds the bit.
 *
 * A signal may be on its way when the last channel that wants it is stopped.
 * If the kernel still holds it, the stopper takes it.  Or a thread is at the
 * start of the handler:
 *
 *	handler: 1. set the bit       2. look at caught
 *	stopper: 1. clear it in caught 2. take pending, for the channel too
 *
 * Either the stopper finds the bit, or the handler finds that the signal is no
 * longer caught, takes its bit back and passes the signal on.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/note.h"
#include "sched/gfree.h"
#include "sched/goroutine.h"
#include "sched/thread.h"
#include "sched/panic.h"
#include "sched/resched.h"
#include "sched/runq.h"
#include "sched/trace.h"
#include "base/forward.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/outside.h"
#include "sched/stack.h"
#include "wait/chan.h"

enum { SIGNALS = 64 };

/* A channel and the signals it asked for, a bit each. */
struct subscriber {
	struct subscriber *next;
	goro_chan *c;
	uint64_t signals;
};

static goro_mutex registry; /* guards the next two, and writes of the rest */
static struct subscriber *subscribers;
static bool started;
static _Atomic(uint64_t) caught, ignored;
/*
 * A signal's action before it was caught or ignored; NULL: it never was.  An
 * entry is never freed, since a late handler may still read it.
 */
static _Atomic(const struct sigaction *) before[SIGNALS];

static _Atomic(uint64_t) pending;
static _Atomic(struct g *) idle; /* signal_goroutine(), parked */
static atomic_uint signal_thread_note;

static uint64_t bit(int sig)
{
	return UINT64_C(1) << (sig - 1);
}

/* ---- from the handler to the channels ----------------------------------- */

/* True for the signals by which Go ends a process whose channels want none. */
static bool asks_for_the_end(int sig)
{
	return sig == SIGHUP || sig == SIGINT || sig == SIGTERM ||
	       sig == SIGQUIT || sig == SIGILL || sig == SIGTRAP ||
	       sig == SIGABRT || sig == SIGSTKFLT || sig == SIGSYS;
}

/*
 * Passes a signal that no channel wants on to the program's handler.  If there
 * is none, a signal that asks for the end of the process is sent once more: it
 * has its default action when goro's handler has returned.  Any other was news
 * for a channel that is gone, and is dropped.
 */
static void pass_on(int sig, siginfo_t *info, void *context)
{
	/* Pairs with the release in keep_before(). */
	const struct sigaction *act = load_acquire(&before[sig - 1]);

	if (load_seq(&ignored) & bit(sig))
		return;
	if (goro__has_handler(act))
		goro__forward(act, sig, info, context);
	else if (asks_for_the_end(sig))
		sys_tgkill_raw(sys_gettid(), sig);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	int e = errno;

	or_seq(&pending, bit(sig));
	if (load_seq(&caught) & bit(sig))
		goro__note_wake(&signal_thread_note);
	else if (and_seq(&pending, ~bit(sig)) & bit(sig))
		pass_on(sig, info, context);
	errno = e;
}

static void signal_thread(void)
{
	static struct m self = {.id = -2, .rand = 1};
	struct glist ready;
	struct g *g;

	goro__tls_m = &self;
	for (;;) {
		goro__note_sleep(&signal_thread_note, -1);
		g = xchg_seq(&idle, NULL);
		if (!g)
			continue;
		ready = (struct glist){0};
		glist_push(&ready, g);
		goro__globrunqput_ready(&ready);
		goro__wake_missed();
	}
}

/* Sends sig to s if s asked for it.  False if the channel is closed. */
static bool offer(const struct subscriber *s, int32_t sig)
{
	if (!(s->signals & bit(sig)))
		return true;
	return goro_chan_send(s->c, &sig, GORO_POLL) != GORO_SEND_CLOSED;
}

/*
 * Sends the pending signals that are in `of`.  registry is locked.  If a
 * channel is closed, unlocks it and panics, as a send to a closed channel does.
 */
static void deliver(uint64_t of)
{
	uint64_t left = and_seq(&pending, ~of) & of;

	while (left) {
		int32_t sig = __builtin_ctzll(left) + 1;

		left &= left - 1;
		for (struct subscriber *s = subscribers; s; s = s->next) {
			if (offer(s, sig))
				continue;
			goro_mutex_unlock(&registry);
			goro__panic_status(GORO_SEND_CLOSED);
		}
	}
}

static void after_park(struct m *m, struct g *prev, void *arg)
{
	(void)arg;
	store_seq(&idle, prev);
	if (!(load_seq(&pending) & load_seq(&caught)) || !xchg_seq(&idle, NULL))
		return;
	state_ready(prev);
	if (tracing())
		goro__trace_unblock(prev);
	goro__runqput(m->p, prev, false);
}

static void signal_goroutine(void *arg)
{
	(void)arg;
	for (;;) {
		goro_mutex_lock(&registry);
		deliver(load_seq(&caught));
		goro_mutex_unlock(&registry);
		goro__park_after(after_park, NULL, WAIT_SIGNAL);
	}
}

/* ---- channels and the signals they want: registry locked --------------- */

static int start(void)
{
	struct g *g;

	if (started)
		return GORO_OK;
	g = goro__newg(signal_goroutine, NULL, 0, goro__default_class, NULL);
	if (!g)
		return GORO_ENOMEM;
	if (goro__newm_thread(signal_thread)) {
		goro__gfput(goro__m()->p, g);
		return GORO_ENOMEM;
	}
	started = true;
	/* A goroutine of the runtime is not counted as started. */
	g->system = true;
	state_start(g);
	if (tracing())
		goro__trace_create(g);
	san_release(g);
	goro__runqput(goro__m()->p, g, false);
	goro__wake_now();
	return GORO_OK;
}

/* False for the runtime's own signals.  sigaction() refuses other bad ones. */
static bool valid(int sig)
{
	return sig >= 1 && sig <= SIGNALS && sig != SIGSEGV && sig != SIGBUS &&
	       sig != PREEMPT_SIGNAL;
}

/* Keeps a copy of sig's present action, unless before[] has the same one. */
static int keep_before(int sig)
{
	const struct sigaction *last = load_relaxed(&before[sig - 1]);
	struct sigaction now, *copy;

	if ((load_relaxed(&caught) | load_relaxed(&ignored)) & bit(sig))
		return GORO_OK;
	memset(&now, 0, sizeof(now));
	if (sigaction(sig, NULL, &now))
		return GORO_EINVAL;
	if (last && memcmp(last, &now, sizeof(now)) == 0)
		return GORO_OK;
	copy = sys_malloc(sizeof(*copy));
	if (!copy)
		return GORO_ENOMEM;
	*copy = now;
	store_release(&before[sig - 1], copy);
	return GORO_OK;
}

static int catch_signal(int sig)
{
	int status;

	if (load_relaxed(&caught) & bit(sig))
		return GORO_OK;
	status = keep_before(sig);
	if (status)
		return status;
	or_seq(&caught, bit(sig));
	if (san_sigaction(sig, on_signal)) {
		and_seq(&caught, ~bit(sig));
		return GORO_EINVAL;
	}
	and_seq(&ignored, ~bit(sig));
	return GORO_OK;
}

/*
 * Takes those of the signals that the kernel holds pending, while their handler
 * is still on_signal(), and sends them.  Leaves them blocked for this thread
 * and its mask in *old.
 */
static void collect(uint64_t signals, sigset_t *old)
{
	const struct timespec now = {0};
	sigset_t set;
	int sig;

	signals &= load_relaxed(&caught);
	sigemptyset(&set);
	for (sig = 1; sig <= SIGNALS; sig++)
		if (signals & bit(sig))
			sigaddset(&set, sig);
	preempt_disable();
	sys_sigmask(SIG_BLOCK, &set, old);
	while ((sig = sigtimedwait(&set, NULL, &now)) > 0 || errno == EINTR)
		if (sig > 0)
			or_seq(&pending, bit(sig));
	preempt_enable();
	deliver(signals);
}

/*
 * Follows collect(): gives the signals the action *now, or their old one if now
 * is NULL, and sends those that came meanwhile.
 */
static void let_go(uint64_t signals, const struct sigaction *now,
		   const sigset_t *old)
{
	signals &= load_relaxed(&caught);
	for (int sig = 1; sig <= SIGNALS; sig++)
		if (signals & bit(sig))
			sigaction(sig,
				  now ? now : load_relaxed(&before[sig - 1]),
				  NULL);
	and_seq(&caught, ~signals);
	deliver(signals);
	sys_sigmask(SIG_SETMASK, old, NULL);
}

/* Returns the signals that channels other than c ask for. */
static uint64_t wanted_beside(const goro_chan *c)
{
	uint64_t wanted = 0;

	for (struct subscriber *s = subscribers; s; s = s->next)
		if (s->c != c)
			wanted |= s->signals;
	return wanted;
}

/* Returns the link to c's entry in the list, or the list's end. */
static struct subscriber **find(const goro_chan *c)
{
	struct subscriber **at = &subscribers;

	while (*at && (*at)->c != c)
		at = &(*at)->next;
	return at;
}

static struct subscriber *find_or_add(goro_chan *c)
{
	struct subscriber **at = find(c);

	if (*at)
		return *at;
	*at = sys_calloc(1, sizeof(**at));
	if (*at) {
		(*at)->c = c;
		add_relaxed(&goro__sched.outside, 1u);
	}
	return *at;
}

/* Takes *at off the list if it asks for nothing. */
static bool remove_if_empty(struct subscriber **at)
{
	struct subscriber *s = *at;

	if (s->signals)
		return false;
	*at = s->next;
	free(s);
	add_relaxed(&goro__sched.outside, -1u);
	return true;
}

static int subscribe(goro_chan *c, int sig)
{
	struct subscriber *s;
	int status = start();

	if (status)
		return status;
	s = find_or_add(c);
	if (!s)
		return GORO_ENOMEM;
	status = catch_signal(sig);
	if (!status)
		s->signals |= bit(sig);
	remove_if_empty(find(c));
	return status;
}

/* ---- the calls ---------------------------------------------------------- */

int goro_signal_notify(goro_chan *c, int sig)
{
	int status;

	FROM_OUTSIDE_GIVES(goro_signal_notify(c, sig));
	if (!c || c->elemsize != sizeof(int32_t) || !valid(sig))
		return GORO_EINVAL;
	goro_mutex_lock(&registry);
	status = subscribe(c, sig);
	goro_mutex_unlock(&registry);
	return status;
}

int goro_signal_stop(goro_chan *c)
{
	struct subscriber **at;
	sigset_t old;

	FROM_OUTSIDE_GIVES(goro_signal_stop(c));
	if (!c)
		return GORO_EINVAL;
	goro_mutex_lock(&registry);
	at = find(c);
	if (*at) {
		uint64_t signals = (*at)->signals;

		collect(signals, &old);
		let_go(signals & ~wanted_beside(c), NULL, &old);
		(*at)->signals = 0;
		remove_if_empty(at);
	}
	goro_mutex_unlock(&registry);
	return GORO_OK;
}

static void forget(int sig)
{
	struct subscriber **at = &subscribers;

	while (*at) {
		(*at)->signals &= ~bit(sig);
		if (!remove_if_empty(at))
			at = &(*at)->next;
	}
}

/* Gives sig the action that it had before notify and ignore. */
static void reset(int sig)
{
	sigset_t old;

	if (load_relaxed(&ignored) & bit(sig))
		sigaction(sig, load_relaxed(&before[sig - 1]), NULL);
	and_seq(&ignored, ~bit(sig));
	collect(bit(sig), &old);
	let_go(bit(sig), NULL, &old);
	forget(sig);
}

static int ignore(int sig)
{
	static const struct sigaction nothing = {.sa_handler = SIG_IGN};
	sigset_t old;
	int status = keep_before(sig);

	if (status)
		return status;
	collect(bit(sig), &old);
	if (sigaction(sig, &nothing, NULL))
		status = GORO_EINVAL;
	else
		or_seq(&ignored, bit(sig));
	let_go(status ? 0 : bit(sig), &nothing, &old);
	if (!status)
		forget(sig);
	return status;
}

int goro_signal_ignore(int sig)
{
	int status;

	FROM_OUTSIDE_GIVES(goro_signal_ignore(sig));
	if (!valid(sig))
		return GORO_EINVAL;
	goro_mutex_lock(&registry);
	status = ignore(sig);
	goro_mutex_unlock(&registry);
	return status;
}

int goro_signal_reset(int sig)
{
	FROM_OUTSIDE_GIVES(goro_signal_reset(sig));
	if (!valid(sig))
		return GORO_EINVAL;
	goro_mutex_lock(&registry);
	reset(sig);
	goro_mutex_unlock(&registry);
	return GORO_OK;
}

int goro_signal_ignored(int sig)
{
	struct sigaction now;

	if (!valid(sig) || sigaction(sig, NULL, &now))
		return GORO_EINVAL;
	return !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_IGN;
}
