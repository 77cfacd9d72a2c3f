/*
 * thread.c - threads: how they are made.
 *
 * The thread that waits in goro_run() makes them, and no other.  It runs no
 * goroutine, so a new thread inherits nothing that a goroutine locked to its
 * thread has changed; and it holds no P, so it may wait for a lock of libc that
 * a stopped goroutine holds.
 */
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>

#include "sched/clock.h"
#include "sched/keep.h"
#include "sched/poller.h"
#include "base/print.h"
#include "sched/globq.h"
#include "sched/hooks.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "base/note.h"
#include "sched/die.h"
#include "sched/thread.h"
#include "sched/schedule.h"
#include "sched/state.h"
#include "sched/stack.h"
#include "sched/tools.h"
#include "base/sys.h"
#include "base/text.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

#define HANDLER_NEEDS ((size_t)32768)
#define M_STACK ((size_t)1 << 20)

/* Sized by the kernel's figure: AMX takes over 8 KiB. */
size_t goro__sigstack_size(void)
{
	return getauxval(AT_MINSIGSTKSZ) + HANDLER_NEEDS;
}

static void set_sigstack(struct m *m)
{
	size_t size = goro__sigstack_size();
	stack_t old;
	stack_t ss = {.ss_size = size};

	/* A sanitizer's own is as good. */
	if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE))
		return;
	if (!m->sigstack)
		m->sigstack = sys_map(size);
	ss.ss_sp = m->sigstack;
	if (!ss.ss_sp || sigaltstack(&ss, NULL))
		goro__fatal("runtime: no memory for a signal stack");
	san_release(&m->sigstack);
}

/* Makes the calling thread m. */
static void attach(struct m *m)
{
	pthread_attr_t attr;

	goro__tls_m = m;
	if (pthread_getattr_np(pthread_self(), &attr) == 0) {
		void *lo = NULL;
		size_t size = 0;

		pthread_attr_getstack(&attr, &lo, &size);
		pthread_attr_destroy(&attr);
		m->g0_lo = lo;
		m->g0_size = size;
	}
	san_thread(&m->san, m->g0_lo, m->g0_size);
	set_sigstack(m);
	goro__keep_init(m);
	/* Last: from here on the search for leaks takes m for one at rest. */
	store_relaxed(&m->tid, sys_gettid());
}

static void link_m(struct m *m)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	m->alllink = s->allm;
	s->allm = m;
	unlock(&s->lock);
}

/*
 * Ends the process: pthread_exit() or pthread_cancel() has unwound the current
 * goroutine, and the runtime cannot spare the thread.
 */
static void thread_left(void *arg)
{
	struct m *m = arg;

	goro__tls_m = m; /* NULL in goro_blocking() */
	goro__fatal("pthread_exit or pthread_cancel in a goroutine");
}

static void *m_main(void *arg)
{
	struct m *m = arg;

	if (m->id > 0)
		link_m(m);
	attach(m);
	if (m->nextp)
		goro__take_nextp();
	pthread_cleanup_push(thread_left, m);
	goro__schedule();
	pthread_cleanup_pop(0);
	return NULL;
}

static int start_thread(void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, M_STACK * SAN_STACK_SCALE *
						 goro__tools_stack_scale());
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	sys_sigmask(SIG_SETMASK, &all, &old);
	err = sys_thread(&thread, &attr, fn, arg);
	sys_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return err;
}

static _Noreturn void no_thread(void)
{
	goro__fatal("runtime: failed to create new OS thread");
}

int goro__newm_start(struct m *m)
{
	if (m->id == 0)
		goro__keep_start();
	return start_thread(m_main, m);
}

enum { OWN_THREADS = 4 }; /* the monitor; of signals, SIGQUIT, traces */
static atomic_int own_threads[OWN_THREADS], nown;

bool goro__own_thread(int tid)
{
	for (int i = 0; i < OWN_THREADS; i++)
		if (load_relaxed(&own_threads[i]) == tid)
			return true;
	return false;
}

static void *plain_main(void *arg)
{
	void (*fn)(void);

	/* None of them ends. */
	store_relaxed(&own_threads[add_relaxed(&nown, 1) % OWN_THREADS],
		      sys_gettid());
	memcpy(&fn, &arg, sizeof(fn));
	fn();
	return NULL;
}

int goro__newm_thread(void (*fn)(void))
{
	void *arg;

	memcpy(&arg, &fn, sizeof(arg));
	return start_thread(plain_main, arg);
}

/* Returns the memory of an M that has ended, or new memory. */
static struct m *alloc_m(void)
{
	struct sched *s = &goro__sched;
	struct m *m;
	void *sigstack = NULL;

	lock(&s->lock);
	m = s->mfree;
	if (m)
		s->mfree = m->schedlink;
	unlock(&s->lock);
	if (m)
		sigstack = m->sigstack;
	else
		m = sys_map(sizeof(*m));
	if (!m)
		no_thread();
	memset(m, 0, sizeof(*m));
	m->sigstack = sigstack;
	return m;
}

/* Starts an M for p or, for NULL, one that is idle from the start. */
static void new_m(struct p *p)
{
	struct sched *s = &goro__sched;
	struct m *m = alloc_m();

	lock(&s->lock);
	m->id = (int32_t)s->mmade++;
	unlock(&s->lock);
	m->rand =
		(s->seed + (uint64_t)m->id * UINT64_C(0x9e3779b97f4a7c15)) | 1;
	m->nextp = p;
	m->spinning = p && p->start_spinning;
	if (goro__newm_start(m))
		no_thread();
}

void goro__want_tracer(void)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	s->tracer_wanted = !s->tracer_made;
	s->tracer_made = true;
	unlock(&s->lock);
	goro__note_wake(&s->maker_note);
}

void goro__make_threads(void)
{
	struct sched *s = &goro__sched;
	struct p *list;
	bool spare, tracer;

	lock(&s->lock);
	if (s->making_waits) {
		unlock(&s->lock);
		return;
	}
	list = s->p_wants_m;
	s->p_wants_m = NULL;
	spare = s->spare_wanted;
	s->spare_wanted = false;
	tracer = s->tracer_wanted;
	s->tracer_wanted = false;
	s->making = list || spare || tracer;
	unlock(&s->lock);
	if (tracer)
		(void)goro__newm_thread(goro__hooks.trace_writer);
	while (list) {
		struct p *p = list;

		list = p->link;
		new_m(p);
	}
	if (spare)
		new_m(NULL);
	lock(&s->lock);
	s->making = false;
	unlock(&s->lock);
}
