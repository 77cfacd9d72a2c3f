/*
 * m.c - threads: how they are made, what a P without one needs, and when all
 * of them sleep.
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
#include "sched/idle.h"
#include "sched/poll.h"
#include "base/note.h"
#include "sched/die.h"
#include "sched/m.h"
#include "sched/schedule.h"
#include "sched/state.h"
#include "sched/stack.h"
#include "base/sys.h"
#include "base/text.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

#define HANDLER_NEEDS ((size_t)32768)
#define M_STACK ((size_t)1 << 20)

atomic_uint goro__awaited_outside;

/* Sized by the kernel's own figure: a frame with AMX state is over 8 KiB. */
static void set_sigstack(struct m *m)
{
	size_t size = getauxval(AT_MINSIGSTKSZ) + HANDLER_NEEDS;
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

/* The calling thread becomes m. */
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
	store_relaxed(&m->tid, sys_gettid());
	goro__keep_init(m);
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
 * pthread_exit() and pthread_cancel() unwind the goroutine, which was current,
 * and end up here.  Its thread is one of the runtime's, and cannot be spared.
 */
static void thread_left(void *arg)
{
	struct m *m = arg;

	goro__tls_m = m; /* not so in goro_blocking() */
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
	pthread_attr_setstacksize(&attr, M_STACK * SAN_STACK_SCALE);
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

static void *plain_main(void *arg)
{
	void (*fn)(void);

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

/* The memory of an M that has ended, or new. */
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

/* An M for p, or, for NULL, one that is idle from the start. */
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

static bool exceeds_limit(void)
{
	/* sysmon counts, the thread in goro_run() does not. */
	return load_relaxed(&goro__sched.mcount) + 1 > goro__sched.maxm;
}

static _Noreturn void too_many_threads(void)
{
	goro__enter_death();
	print_str("runtime: program exceeds ");
	print_int(goro__sched.maxm);
	print_str("-thread limit\n");
	goro__fatal_alone("thread exhaustion");
}

/*
 * Threads are made by the thread that waits in goro_run(), and by no other.
 * It runs no goroutine, so a new thread inherits nothing that a goroutine
 * locked to its thread has changed; and it holds no P, so it may wait for a
 * lock of libc that a stopped goroutine holds.
 */
void goro__want_m(struct p *p, bool spinning)
{
	struct sched *s = &goro__sched;

	add_relaxed(&s->mcount, 1u);
	p->start_spinning = spinning;
	p->link = s->p_wants_m;
	s->p_wants_m = p;
}

void goro__make_m(void)
{
	if (exceeds_limit())
		too_many_threads();
	goro__note_wake(&goro__sched.maker_note);
}

void goro__want_spare_m(void)
{
	struct sched *s = &goro__sched;

	if (s->spare_wanted || load_relaxed(&s->mcount) + 2 > s->maxm)
		return;
	add_relaxed(&s->mcount, 1u);
	s->spare_wanted = true;
	goro__note_wake(&s->maker_note);
}

/* What the thread in goro_run() does when it is woken. */
void goro__make_threads(void)
{
	struct sched *s = &goro__sched;
	struct p *list;
	bool spare;

	lock(&s->lock);
	list = s->p_wants_m;
	s->p_wants_m = NULL;
	spare = s->spare_wanted;
	s->spare_wanted = false;
	unlock(&s->lock);
	while (list) {
		struct p *p = list;

		list = p->link;
		new_m(p);
	}
	if (spare)
		new_m(NULL);
}

/* p is idle and belongs to nobody; sched.lock is not held. */
void goro__handoffp(struct p *p)
{
	struct sched *s = &goro__sched;

	if (!goro__runq_empty(&p->runq) || globq_len(&s->globq) > 0 ||
	    load_relaxed(&p->timers.next) != INT64_MAX) {
		goro__startm(p, false);
		return;
	}
	if (load_seq(&s->idle.nmspinning) + load_seq(&s->idle.npidle) == 0) {
		uint32_t none = 0;

		if (cas_seq(&s->idle.nmspinning, &none, 1u)) {
			goro__startm(p, true);
			return;
		}
	}
	lock(&s->lock);
	if (load_relaxed(&s->stopping)) {
		goro__stop_p(p);
		unlock(&s->lock);
		return;
	}
	/* The last P that was in use: somebody must sleep for the network. */
	if (globq_len(&s->globq) > 0 ||
	    ((int32_t)load_relaxed(&s->idle.npidle) == s->gomaxprocs - 1 &&
	     goro__network_unwatched())) {
		unlock(&s->lock);
		goro__startm(p, false);
		return;
	}
	goro__pidleput(p);
	unlock(&s->lock);
}

static void count_live(struct g *g, void *n)
{
	uint32_t status = load_relaxed(&g->status);

	if (status != GIDLE && status != GDEAD && !g->system)
		++*(int64_t *)n;
}

int64_t goro__count_live(void)
{
	int64_t n = 0;

	goro__each_g(count_live, &n);
	return n;
}

/* All Ms but n sleep; those that are tied to a goroutine do it elsewhere. */
static bool idle_but(struct sched *s, int64_t n)
{
	return s->idle.nmidle + (int64_t)s->nmidlelocked + n >=
	       (int64_t)load_relaxed(&s->mcount);
}

/*
 * An M still sleeps for a timer that has been stopped, or a goroutine that no
 * longer waits for the network, and is the last: it must come by here too.
 * The fence pairs with the cas and the second look in goro__poll_idle().
 */
static void wake_futile_poller(struct sched *s)
{
	fence_seq();
	if (idle_but(s, 1) && load_relaxed(&s->idle.polluntil) != 0 &&
	    !goro__netpoll_awaited() &&
	    (goro__next_timer() == INT64_MAX || goro__virtual()))
		goro__break_poll();
}

/*
 * Called with sched.lock held when an M goes to sleep for good.  Nobody is
 * left to run anything if all Ms sleep: those in system calls, and the one
 * that waits for timers and the network, are not in midle.  But sysmon may have a P in its
 * hands, taken from a system call that has ended since: then what there is to
 * run is on a queue, and the M that gets the P comes by here again.
 */
void goro__checkdead(void)
{
	struct sched *s = &goro__sched;

	goro_check(s->idle.nmidle + (int64_t)s->nmidlelocked <=
			   (int64_t)load_relaxed(&s->mcount),
		   "more threads sleep than there are");
	wake_futile_poller(s);
	if (!idle_but(s, 0) || s->embedded || load_relaxed(&s->done) ||
	    goro__work_anywhere() || goro__virtual_idle())
		return;
	for (int32_t i = 0; i < s->gomaxprocs; i++)
		if (load_relaxed(&goro__allp[i]->timers.next) != INT64_MAX)
			return;
	if (load_relaxed(&goro__awaited_outside) > 0)
		return;
	unlock(&s->lock);
	goro__virtual_dead();
	if (s->main_exited && goro__count_live() == 0)
		goro__fatal("no goroutines (main called runtime.Goexit) - "
			    "deadlock!");
	goro__fatal("all goroutines are asleep - deadlock!");
}
