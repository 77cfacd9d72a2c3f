/*
 * proc.h - what the files of the runtime call of each other.
 */
#ifndef GORO_PROC_H
#define GORO_PROC_H

#include <signal.h>

#include "sched/types.h"

/* ---- proc.c: goroutines ------------------------------------------------- */

/*
 * Parks the calling goroutine until goro__ready(g).  l, if not NULL, is
 * released once its stack is free: who holds l may find and ready it.
 */
void goro__park(struct lock *l, enum wait_reason why);
/* The same with a function to run once the stack is free. */
void goro__park_after(after_fn fn, void *arg, enum wait_reason why);
/* Makes a parked goroutine the next one to run on this P. */
void goro__ready(struct g *g);
/* Puts the caller behind the others: local ring, or the global queue. */
void goro__yield_to(bool global);
/* A goroutine of the given stack class; NULL without memory. */
struct g *goro__newg(goro_fn fn, const void *arg, size_t n, int size_class,
		     void *creator);
/* Puts a new goroutine on this P's queue. */
void goro__start(struct g *g);
/* A deferred-free end of the calling goroutine. */
_Noreturn void goro__goexit0(void);
/* Calls fn(arg) on the scheduler's own stack of this M. */
void goro__systemstack(void (*fn)(void *), void *arg);
void *goro__gomain(void);

static inline struct g *goro__self(void)
{
	return goro__m()->curg;
}

/* ---- schedule.c --------------------------------------------------------- */

/* The life of an M that has a P (or gets one): runs goroutines. */
/* Returns when the M is to end. */
void goro__schedule(void);
void goro__arrive(void);
/* Puts g on p's queue; next: before all others.  Owner of p only. */
void goro__runqput(struct p *p, struct g *g, bool next);
/* On the global queue; the caller may look at nmspinning then. */
void goro__globrunqput(struct g *g);
void goro__globrunqput_all(struct glist *l);
/* Blocks until there is a goroutine to run on m; m has a P then. */
struct g *goro__find_runnable(struct m *m);

/* ---- note.c ------------------------------------------------------------- */

void goro__note_wake(atomic_uint *note);
/* False: ns passed first (ns < 0: never). */
bool goro__note_sleep(atomic_uint *note, int64_t ns);

/* ---- m.c: threads ------------------------------------------------------- */

void goro__acquirep(struct p *p);
struct p *goro__releasep(void);
/* Gives p to another M if there is anything to do for it. */
void goro__handoffp(struct p *p);
/* Starts a thread for m, which takes m->nextp; for fn.  errno or 0. */
int goro__newm_start(struct m *m);
int goro__newm_thread(void (*fn)(void));
void goro__checkdead(void);
/* Goroutines that have not ended; sched.lock may be held. */
int64_t goro__count_live(void);
/* Asks for an M for p; sched.lock is held.  The M counts from now on. */
void goro__want_m(struct p *p, bool spinning);
/* After goro__want_m(), without the lock: has it made. */
void goro__make_m(void);
/* Makes the threads that were asked for. */
void goro__make_threads(void);
/* Asks for one more idle M; sched.lock is held. */
void goro__want_spare_m(void);

/* ---- lockthread.c, preempt.c -------------------------------------------- */

struct g *goro__stoplockedm(struct m *m);
void goro__startlockedm(struct g *g);
bool goro__exit_locked(struct m *m, struct g *g);
void goro__mexit(struct m *m);
/* What Go uses: ignored by default, and hardly ever used. */
#define PREEMPT_SIGNAL SIGURG
/* Asks the goroutine on p to stop: at a scheduling point, or by a signal. */
void goro__preempt(struct p *p, enum stopped how);
/* Sends m the signal; nothing where there are only scheduling points. */
void goro__preempt_m(struct m *m);
bool goro__preempt_enabled(void);
/*
 * For a function that is called in loops and is no scheduling point: at its
 * end, with no lock of the runtime held, the goroutine may be stopped.
 */
void goro__stop_here(void);
static inline void goro__stop_if_asked(void)
{
	const struct m *m = goro__m();

	if (m && m->p && unlikely(load_relaxed(&m->p->preempt)))
		goro__stop_here();
}
/* The end of a poll that found nothing: loops do little else. */
static inline int goro__not_ready(void)
{
	goro__stop_if_asked();
	return GORO_AGAIN;
}
/*
 * The M of a goroutine that was stopped and now has to go on with p, which is
 * the caller's; NULL: there is none.  sched.lock is held.
 */
struct m *goro__stopped_m(struct p *p);
void goro__preempt_unblock(sigset_t *mask);
/* False: there are only scheduling points. */
bool goro__preempt_init(bool off);

/* ---- world.c ------------------------------------------------------------ */

void goro__gcstopm(void);
void goro__procresize(int32_t n);
void goro__stop_world(void);
void goro__start_world(void);
void goro__attend(struct p *p);
/* The slice of p is over: who is next goes to the end of its queue. */
void goro__line_up_next(struct p *p);

/* Adds what from has counted to to. */
void goro__add_stats(struct pstats *to, struct pstats *from);

/* ---- stack.c ------------------------------------------------------------ */

int goro__stack_class(size_t bytes);
size_t goro__stack_size(int size_class);
/* A G, with or without a stack; NULL without memory for both. */
struct g *goro__gfget(struct p *p, int size_class);
/* It has ended, or never ran; it keeps the stack it has. */
void goro__gfput(struct p *p, struct g *g);
/* g, which has none, gets s. */
void goro__stack_give(struct g *g, struct stack *s);
/* The same with any free one; false: no memory. */
bool goro__stack_take(struct p *p, struct g *g);
/* The same right before its first turn: fatal without memory. */
void goro__stack_first(struct p *p, struct g *g);
/*
 * Gives the memory of globally free stacks back: of those that nobody took
 * since the last call, or of all.
 */
void goro__scavenge(bool all);
/* True if at is in a goroutine's stack, used or free, or in its guard. */
bool goro__is_stack(const char *at);
/* True if at is in a guard; *owner is whose stack that is of, NULL: free. */
bool goro__is_guard(const char *at, struct g **owner);
/* Calls fn for every G ever made, dead ones too. */
void goro__each_g(void (*fn)(struct g *g, void *arg), void *arg);
uint64_t goro__stack_bytes(void);
void goro__stack_init(size_t default_bytes);
extern int goro__default_class;

/*
 * g leaves, and is not on its stack: it dies of an overflow.  Or the top of its
 * stack was overwritten.
 */
_Noreturn void goro__off_stack(struct g *g);

/* ---- overflow.c --------------------------------------------------------- */

void goro__sigstack(struct m *m);
void goro__overflow_init(void);

/* ---- timer.c ------------------------------------------------------------ */

/* Adds t, whose when and fn are set, to this P's heap. */
void goro__timer_add(struct timer *t);
/* The same to p's, for goro__real_p. */
void goro__timer_add_to(struct p *p, struct timer *t);
bool goro__timer_take(struct timer *t);
void goro__timer_wait(struct timer *t);
/*
 * True if t was pending and now is in no heap.  Most are in none: that takes
 * no call.
 */
static inline bool goro__timer_del(struct timer *t)
{
	return load_acquire(&t->p) && goro__timer_take(t);
}
/* The same, and its fn does not run any more when it returns. */
static inline bool goro__timer_del_sync(struct timer *t)
{
	bool pending = goro__timer_del(t);

	if (load_acquire(&t->running))
		goro__timer_wait(t);
	return pending;
}
/* Runs what is due in p's heap; the next due time, INT64_MAX for none. */
int64_t goro__timers_run(struct p *p, int64_t now);
/* Parks the caller until then. */
void goro__sleep_until(int64_t when, enum wait_reason why);
/* The last touch of t by its fn: who waits to free t may do so. */
static inline void goro__timer_done(struct timer *t)
{
	sub_release(&t->running, 1u);
}

void goro__timers_move(struct timers *to, struct timers *from);
/* The first of when + n * period that is after now; INT64_MAX: never. */
int64_t goro__next_tick(int64_t when, int64_t period, int64_t now);
/* ns from now without overflow. */
int64_t goro__when(int64_t ns);

/* ---- panic.c, dump.c ---------------------------------------------------- */

_Noreturn void goro__fatal(const char *text);
/* For a text of several lines: enter first, then fatal_alone at the end. */
void goro__enter_death(void);
_Noreturn void goro__fatal_alone(const char *text);
/* A panic of nobody: its text, then all goroutines. */
_Noreturn void goro__die_of_deadlock(const char *text);
_Noreturn void goro__panic_status(int status);
void goro__dump_all(struct g *first);
void goro__dump_g(struct g *g, const char *state);

/* ---- boot.c --------------------------------------------------- */

/* Main has left by goexit. */
void goro__main_ended(void);

/* A counter that only its owner writes. */
static inline void count(_Atomic(uint64_t) *n)
{
	count_own(n);
}

/* ---- rand --------------------------------------------------------------- */

/* xorshift64*: enough for choices, and four instructions. */
static inline uint64_t goro__rand(struct m *m)
{
	uint64_t x = m->rand;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	m->rand = x;
	return x * UINT64_C(2685821657736338717);
}

/* Uniform in [0, n), n > 0, by multiplication instead of division. */
static inline uint32_t goro__rand_below(struct m *m, uint32_t n)
{
	return (uint32_t)(((goro__rand(m) >> 32) * n) >> 32);
}

#endif
