/*
 * signal.c - signals of the operating system as values on channels.
 *
 *	handler    on whatever thread the signal finds: sets the signal's bit
 *	           in pending and wakes the courier
 *	courier    a thread without a P: puts the messenger on the global queue
 *	messenger  a goroutine of the runtime's own: takes pending and sends,
 *	           never blocking, to the channels that asked
 *
 * Sending takes a P and the locks of channels, so no signal handler can do
 * it; waking a goroutine takes sched.lock, so neither can that.  The courier
 * costs a thread, from the first notify on; sysmon in its place would make a
 * signal wait for its next tick.
 *
 * The race that matters is between a signal and the messenger that parks:
 *
 *	signal:    1. set the bit  2. the courier takes idle
 *	messenger: 1. store idle   2. look at pending
 *
 * Either the courier finds the messenger or the messenger finds the bit.
 */
#include "wait/signal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "wait/chan.h"
#include "base/sys.h"
#include "sched/outside.h"

enum { SIGNALS = 64 };

/* A channel and the signals it asked for, a bit each. */
struct subscriber {
	struct subscriber *next;
	goro_chan *c;
	uint64_t signals;
};

static goro_mutex registry; /* guards these: */
static struct subscriber *subscribers;
static struct sigaction before[SIGNALS]; /* us, for those caught or ignored */
static uint64_t caught, ignored;
static bool started;

/* subscribers that are left, for goro__signals_awaited(). */
static atomic_uint awaited;

static _Atomic(uint64_t) pending;
static _Atomic(struct g *) idle; /* the messenger, parked */
static atomic_uint courier_note;

bool goro__signals_awaited(void)
{
	return load_relaxed(&awaited) > 0;
}

static uint64_t bit(int sig)
{
	return UINT64_C(1) << (sig - 1);
}

/* ---- from the handler to the channels ----------------------------------- */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	int e = errno;

	(void)info, (void)context;
	or_seq(&pending, bit(sig));
	goro__note_wake(&courier_note);
	errno = e;
}

static void courier(void)
{
	static struct m self = {.id = -2, .rand = 1};
	struct g *g;

	goro__tls_m = &self;
	for (;;) {
		goro__note_sleep(&courier_note, -1);
		g = xchg_seq(&idle, NULL);
		if (!g)
			continue;
		store_relaxed(&g->status, GRUNNABLE);
		goro__globrunqput(g);
		store_relaxed(&goro__sched.skip, 0u);
		goro__wakep();
	}
}

/* False: the channel is closed. */
static bool offer(const struct subscriber *s, int32_t sig)
{
	if (!(s->signals & bit(sig)))
		return true;
	return goro_chan_send(s->c, &sig, GORO_POLL) != GORO_SEND_CLOSED;
}

/*
 * Sends what is pending; registry is locked, and stays so unless a channel
 * is closed: that panics, as any send to it.
 */
static void deliver(void)
{
	uint64_t left = xchg_seq(&pending, UINT64_C(0));

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
	if (load_seq(&pending) == 0 || !xchg_seq(&idle, NULL))
		return;
	store_relaxed(&prev->status, GRUNNABLE);
	goro__runqput(m->p, prev, false);
}

static void messenger(void *arg)
{
	(void)arg;
	for (;;) {
		goro_mutex_lock(&registry);
		deliver();
		goro_mutex_unlock(&registry);
		goro__park_after(after_park, NULL, WAIT_SIGNAL);
	}
}

/* ---- who wants what: registry locked ------------------------------------ */

static int start(void)
{
	struct g *g;

	if (started)
		return GORO_OK;
	g = goro__newg(messenger, NULL, 0, goro__default_class, NULL);
	if (!g)
		return GORO_ENOMEM;
	if (goro__newm_thread(courier)) {
		goro__gfput(goro__m()->p, g);
		return GORO_ENOMEM;
	}
	started = true;
	/* Not counted as started: it is nobody's goroutine. */
	g->system = true;
	store_relaxed(&g->status, GRUNNABLE);
	san_release(g);
	goro__runqput(goro__m()->p, g, false);
	goro__wakep();
	return GORO_OK;
}

/* The runtime's own are not to be had; other bad ones sigaction() tells. */
static bool valid(int sig)
{
	return sig >= 1 && sig <= SIGNALS && sig != SIGSEGV && sig != SIGBUS &&
	       sig != PREEMPT_SIGNAL;
}

/* What sig did before we caught or ignored it is kept. */
static int keep_before(int sig)
{
	struct sigaction old;

	if ((caught | ignored) & bit(sig))
		return GORO_OK;
	if (sigaction(sig, NULL, &old))
		return GORO_EINVAL;
	before[sig - 1] = old;
	return GORO_OK;
}

static int catch_signal(int sig)
{
	int status;

	if (caught & bit(sig))
		return GORO_OK;
	status = keep_before(sig);
	if (status || san_sigaction(sig, on_signal))
		return GORO_EINVAL;
	caught |= bit(sig);
	ignored &= ~bit(sig);
	return GORO_OK;
}

/* Signals that nobody asks for any more do what they did before. */
static void restore_unwanted(void)
{
	uint64_t wanted = 0;

	for (struct subscriber *s = subscribers; s; s = s->next)
		wanted |= s->signals;
	for (int sig = 1; sig <= SIGNALS; sig++) {
		if (!(caught & ~wanted & bit(sig)))
			continue;
		sigaction(sig, &before[sig - 1], NULL);
		caught &= ~bit(sig);
	}
}

/* The place of c in the list, or its end. */
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
		add_relaxed(&awaited, 1u);
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
	add_relaxed(&awaited, -1u);
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

	FROM_OUTSIDE_GIVES(goro_signal_stop(c));
	if (!c)
		return GORO_EINVAL;
	goro_mutex_lock(&registry);
	deliver(); /* what came before the stop */
	at = find(c);
	if (*at) {
		(*at)->signals = 0;
		remove_if_empty(at);
		restore_unwanted();
	}
	goro_mutex_unlock(&registry);
	return GORO_OK;
}

int goro_signal_ignore(int sig)
{
	struct subscriber **at = &subscribers;
	int status;

	FROM_OUTSIDE_GIVES(goro_signal_ignore(sig));
	if (!valid(sig))
		return GORO_EINVAL;
	goro_mutex_lock(&registry);
	deliver();
	status = keep_before(sig);
	if (!status && signal(sig, SIG_IGN) == SIG_ERR)
		status = GORO_EINVAL;
	if (!status) {
		caught &= ~bit(sig);
		ignored |= bit(sig);
	}
	while (!status && *at) {
		(*at)->signals &= ~bit(sig);
		if (!remove_if_empty(at))
			at = &(*at)->next;
	}
	goro_mutex_unlock(&registry);
	return status;
}
