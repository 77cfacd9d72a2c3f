/*
 * types.h - the structures of the runtime: G, M, P, sched, sudog, timer.
 *
 *	G  a goroutine: its stack, what it waits for, its place in queues
 *	M  a thread of the operating system
 *	P  the right to run goroutines, and the queues that belong to it;
 *	   there are GOMAXPROCS of them, and an M needs one to run a G
 *
 * Each field says who may touch it.  "Owner" of a P is the M that holds it.
 * Locks are taken in this order, left before right:
 *
 *	channel locks by address -> timer heap of a P -> bubble -> sched.lock
 *	-> slab
 */
#ifndef GORO_TYPES_H
#define GORO_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "goro.h"
#include "base/lock.h"
#include "san.h"
#include "sched/asleep.h"
#include "base/atomic.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define CACHE_LINE 64

/*
 * Status of a goroutine.  It says who owns the stack:
 *
 *	idle      nobody; on a free list, or being made
 *	runnable  a run queue holds it; nobody touches its stack
 *	running   an M runs it; it owns its stack
 *	syscall   its M runs it without a P
 *	waiting   its waker knows it; it is on no run queue
 *	dead      finished; on a free list
 */
enum gstatus {
	GIDLE = 0,
	GRUNNABLE = 1,
	GRUNNING = 2,
	GSYSCALL = 3,
	GWAITING = 4,
	GDEAD = 6
};

/* Why a goroutine waits: name, the words that dumps print. */
#define WAIT_REASON_MAP(X)                                                     \
	X(NONE, "")                                                            \
	X(CHAN_RECV_NIL, "chan receive (nil chan)")                            \
	X(CHAN_SEND_NIL, "chan send (nil chan)")                               \
	X(CHAN_RECV, "chan receive")                                           \
	X(CHAN_SEND, "chan send")                                              \
	X(SELECT, "select")                                                    \
	X(SELECT_NO_CASES, "select (no cases)")                                \
	X(SLEEP, "sleep")                                                      \
	X(MUTEX, "sync.Mutex.Lock")                                            \
	X(RW_RLOCK, "sync.RWMutex.RLock")                                      \
	X(RW_LOCK, "sync.RWMutex.Lock")                                        \
	X(WAITGROUP, "sync.WaitGroup.Wait")                                    \
	X(COND, "sync.Cond.Wait")                                              \
	X(STOP_WORLD, "stopping the world")                                    \
	X(IO, "IO wait")                                                       \
	X(SIGNAL, "signal wait")                                               \
	X(SEMACQUIRE, "semacquire")                                            \
	X(BUBBLE_RUN, "synctest.Run")                                          \
	X(BUBBLE_WAIT, "synctest.Wait")

enum wait_reason {
#define WAIT_ENUM(name, text) WAIT_##name,
	WAIT_REASON_MAP(WAIT_ENUM)
#undef WAIT_ENUM
		WAIT_REASONS /* how many */
};

extern const char *const goro__wait_text[];

/*
 * How a goroutine was stopped in the middle of C code: its slice was over, or
 * it slept in the kernel, perhaps for a lock whose holder is stopped.
 */
enum stopped { NOT_STOPPED = 0, STOPPED = 1, STOPPED_ASLEEP = 2 };

enum pstatus { PIDLE = 0, PRUNNING = 1, PSYSCALL = 2, PSTOPPED = 3 };

struct bubble;
struct cxx_globals;
struct g;
struct m;
struct p;
struct goro_chan;
struct labels;

struct glist {
	struct g *head, *tail;
	uint32_t n;
};

/*
 * A goroutine waiting in a channel's queue, or in that of a mutex, cond or
 * waitgroup.  It lives in the frame of the blocked call.  Guarded by the lock
 * of what it waits on.
 */
struct sudog {
	struct g *g;
	struct sudog *next, *prev;
	void *elem; /* where the value comes from or goes to */
	union {
		size_t size;   /* of it, in a select: its channel may be gone */
		int64_t since; /* of a mutex: not counted yet from here on */
	};
	uint32_t index; /* of the case, in a select */
	bool contended; /* g->select_done decides who wakes it */
	bool success;   /* by a value, not by close */
	bool timer;     /* in a select: it receives from a timer */
};

struct waitq {
	struct sudog *first, *last;
};

/*
 * A timer in a heap.  fn runs on the M that found it due, with no lock held,
 * and must not block.  The lock of the heap guards all fields but p and
 * running.
 */
struct timer {
	int64_t when;
	int64_t period; /* > 0: runs again */
	void (*fn)(struct timer *t, int64_t now);
	void *arg;
	_Atomic(struct p *) p; /* whose heap it is in; NULL: in none */
	uint32_t index;        /* in that heap */
	atomic_uint running;   /* calls of fn under way: timer_del_sync */
};

/* The key lies beside its entry: four of these are a cache line. */
struct due {
	int64_t when;
	uintptr_t who; /* a struct timer, or a sleeping struct g with bit 0 */
};

struct timers {
	struct lock lock;
	bool mixed;       /* what is due at once runs in any order: bubble.h */
	struct due *heap; /* 4-ary; [0] is due first */
	atomic_uint len;  /* the owner of the lock writes, all read */
	uint32_t cap;
	/* heap[0].when, INT64_MAX if none; written under lock, read by all */
	_Atomic int64_t next;
};

/* The global run queue: globq.h. */
struct globq {
	struct glist list;
	_Atomic(uint32_t) n; /* list.n, for a look without the lock */
};

struct defer;
struct frame;
struct panic;

/* Yields to nobody: lints.h. */
struct lone {
	_Atomic(int64_t) goid; /* of the goroutine they are of */
	_Atomic(uint32_t) n;
	_Atomic(uint32_t) at; /* goro__seconds at the last look */
};

/* A goroutine that is stopped again and again: lints.h. */
struct run {
	_Atomic(int64_t) goid, since;
	_Atomic(struct p *) p; /* that it went on with after its last stop */
	_Atomic(uint64_t) switches; /* of p, then */
};

/*
 * The top of a stack, with what a goroutine needs only once it runs.  Its
 * frames begin right below.
 */
struct stack {
	struct g *g;         /* whose it is; NULL: it is free */
	struct stack *next;  /* in a free list */
	char *lo;            /* first usable byte, above the guard */
	struct frame *frame; /* panic.h; NULL: the goroutine's function */
	struct defer *defers;
	struct panic *panics;
	struct errtexts *errtexts; /* errtext.c; NULL: none yet */
	uint8_t size_class;
	void *fake;     /* AddressSanitizer's, while g does not run: tools.c */
	int64_t parked; /* when it began to wait, if watched: watch.h */
	struct lone lone;
	struct bubble *bubble; /* that g is in; NULL: none */
	bool durable;          /* g's wait counts as idle there: bubble.h */
	bool at_end;           /* there is more to do at g's end: proc.c */
} __attribute__((aligned(CACHE_LINE)));

struct slist {
	struct stack *head;
	uint32_t n;
};

/* See sfree_push() in gfree.c. */
struct sfree {
	struct slist list;
	uint32_t least;
	struct stack *above;
};

enum { SP_OF_REGS = 2 };

/* The first line is what a switch touches. */
struct g {
	/*
	 * While not running or in goro_blocking(); NULL: it has no stack yet.
	 * With SP_OF_REGS: a struct regs lies there instead of what
	 * goro__switch saves.
	 */
	void *sp;
	/* stack->lo; UINTPTR_MAX: there may be something to keep: keep.h */
	_Atomic(uintptr_t) lo;
	struct g *schedlink; /* in run queues and free lists */
	_Atomic(uint32_t) status;
	uint8_t reason; /* wait_reason */
	uint8_t size_class;
	bool system; /* not counted, not dumped, no deadlock */
	/* enum stopped: in the handler of lockedm; its waker clears it */
	_Atomic(uint8_t) preempted;
	struct m *m;        /* the M that runs it */
	struct sudog *wake; /* its sudog that was woken; the waker sets it */
	/* 0 while a contended sudog of it may still be taken: see select.c */
	atomic_uint select_done;
	uint32_t since;    /* goro__seconds when it began to wait */
	struct m *lockedm; /* the only M that may run it; or see timed.h */

	struct stack *stack; /* from its first turn to its end */
	uint32_t lockcount;
	uint32_t trace_seq; /* trace.h */
	void (*fn)(void *);
	void *arg;
	int64_t goid;
	int64_t parent;
	void *creator;         /* pc of the go statement */
	struct labels *labels; /* labels.h; NULL: none */
	struct san_fiber san;
} __attribute__((aligned(CACHE_LINE)));

#define RUNQ_SIZE 256

/*
 * The run queue of a P: a ring that its owner pushes and pops and other Ms
 * steal half of.  A taker moves head by compare and swap; only the owner moves
 * tail.  See runq.c.
 */
struct runq {
	_Atomic(uint32_t) head __attribute__((aligned(CACHE_LINE)));
	_Atomic(uint32_t) tail;
	_Atomic(struct g *) next; /* runs before the ring; the owner's hint */
	_Atomic(struct g *) ring[RUNQ_SIZE];
};

/* What the monitor remembers of a P: monitor.h. */
struct monitor_note {
	uint32_t tick, calls;
	uint64_t switches;
	int64_t tick_when, calls_when; /* since when they are the same */
	bool waited;                   /* a goroutine was in the ring */
};

/* Counters of a P, written by the owner, read by anyone for statistics. */
struct pstats {
	_Atomic(uint64_t) switches, parks, steals, preemptions;
	_Atomic(uint64_t) spawned, finished;
	_Atomic(uint64_t) overflows, netwaits;
	_Atomic(uint64_t) mutex_wait; /* ns */
};

struct p {
	int32_t id;
	_Atomic(uint32_t) status; /* pstatus; PSYSCALL -> others by CAS */
	struct p *link;           /* in idle.pidle, sched.p_wants_m */
	bool start_spinning;      /* in p_wants_m: how its M is to start */
	_Atomic(struct m *) m;    /* the owner */
	uint32_t schedtick; /* owner: +1 for each goroutine it gives a turn */
	_Atomic(uint32_t) tick_seen;   /* schedtick, stored for sysmon */
	_Atomic(uint32_t) syscalltick; /* changes with each call and its end */
	/*
	 * Asks the owner to leave the fast path at its next scheduling point:
	 * a stop of the world, a time slice that is over, a timer that is
	 * due.  Set by anyone, cleared by the owner.
	 */
	atomic_uint resched;
	atomic_uint preempt; /* enum stopped: how to stop; implies resched */
	/*
	 * goro__mp, and MP_TIMED: a goroutine made ready here is to be timed.
	 * That is set by the owner or sysmon, the rest with the world stopped.
	 */
	_Atomic(uint32_t) mp;
	uint64_t timer_check_at; /* owner: arch_ticks() of the next look */
	struct runq runq;
	struct timers timers;
	struct glist gfree;     /* dead Gs, last in first out */
	struct slist sfree;     /* free stacks, the warmest first */
	int64_t goid, goid_end; /* numbers it may give to new goroutines */
	struct pstats stats;
	uint32_t trace_seq;      /* trace.h */
	uint64_t trace_caller;   /* the thread whose call it is left in, or 0 */
	uint32_t not_timed;      /* owner: to be left out first: timed.h */
	int64_t turn_began;      /* owner; 0: it is not timed */
	int64_t timed;           /* sysmon's own: when it last set MP_TIMED */
	struct monitor_note mon; /* sysmon's own */
	struct asleep_note mon_asleep;
} __attribute__((aligned(CACHE_LINE)));

/* What is left to do for a goroutine once its stack is no longer in use. */
typedef void (*after_fn)(struct m *m, struct g *prev, void *arg);

/* Which Ps' timers may be near while no M sleeps for them: poll.h. */
enum timer_watch { WATCH_NONE, WATCH_OTHERS, WATCH_ALL };

struct m {
	volatile unsigned nopreempt; /* nopreempt.h: must be first */
	_Atomic(int) tid;            /* of the kernel; 0 once it has ended */
	struct g *curg;
	struct p *p;
	after_fn after; /* set before a switch, called once after it */
	struct g *after_g;
	void *after_arg;
	atomic_uint mask_changed; /* its signal mask may differ */
	struct cxx_globals *cxx;  /* of the thread; NULL: no C++ */
	/* cxx, but NULL if a tool must be told of each switch: tools.h */
	const struct cxx_globals *untold;
	void *g0_sp; /* where the scheduler's own stack goes on */
	bool spinning;
	bool dying;         /* its goroutine ended locked to it */
	bool outsider;      /* a thread of the program's: outside.c */
	atomic_uint halted; /* it runs nothing any more: halt.c */
	/* Of its signal handler: where it was found, and how often: halt.c */
	uintptr_t halt_pc;
	atomic_uint halt_seen;
	/*
	 * What its handler has interrupted while that keeps a goroutine
	 * stopped, lets somebody look (probe.c), or reports.
	 */
	_Atomic(const ucontext_t *) stopped_at;
	int64_t stopped_when; /* its handler has stopped it; 0: not timed */
	struct run run;
	atomic_uint probe;   /* probe.c */
	uint8_t watch;       /* enum timer_watch */
	struct g *lockedg;   /* the only one it may run: lockthread.c */
	struct p *oldp;      /* left in a system call: first choice after it */
	struct p *nextp;     /* given by its waker */
	struct m *schedlink; /* in idle.midle */
	struct m *alllink;   /* in sched.allm */
	atomic_uint note;    /* futex it sleeps on */
	int32_t id;
	void *g0_lo;
	size_t g0_size;
	void *sigstack;
	uint64_t rand;
	struct trace_buf *trace_buf; /* of the generation: tracebuf.h */
	uint32_t trace_gen;
	struct san_fiber san; /* of the thread's own stack */
	/* Of tools.c: what is to be done after the tool was told; its own. */
	after_fn after_tools;
	void *fake;
	uint64_t gate; /* valgrind's number of the stack that m moves to */
};

/* Which Ps and Ms do nothing, and which are woken: idle.h, poll.h. */
struct idle {
	struct p *pidle;              /* lock */
	_Atomic(uint32_t) npidle;     /* written under lock */
	struct m *midle;              /* lock */
	uint32_t nmidle;              /* lock */
	_Atomic(uint32_t) nmspinning; /* Ms that look for work */
	/* Wake-ups to leave out after a futile search, and left out so far. */
	_Atomic(uint32_t) skip, skipped;
	/* lock: CPU time of all Ps and of idle ones, up to settled. */
	int64_t all_ns, idle_ns, settled;
	/*
	 * The M that sleeps until the next timer is due or the poller finds a
	 * descriptor ready: in the poller once there is one, else on pollnote.
	 */
	_Atomic(int64_t) polluntil; /* 0: nobody sleeps */
	atomic_uint pollnote;
};

struct sched {
	struct lock lock __attribute__((aligned(CACHE_LINE)));
	struct globq globq; /* lock */
	struct idle idle;
	struct m *allm;            /* lock: all but sysmon's */
	int32_t nmidlelocked;      /* lock: Ms that wait for their goroutine */
	_Atomic(uint32_t) outside; /* Gs that wait for a signal: no deadlock */
	struct m *mfree;           /* lock: of threads that have ended */
	struct p *p_wants_m;       /* lock: Ps that wait for a new M */
	bool spare_wanted;         /* lock: one more idle M is wanted */
	bool tracer_wanted;        /* lock: so is the writer of a trace */
	bool tracer_made;
	atomic_uint maker_note; /* the thread in goro_run(): thread.c */
	bool making;            /* lock: that thread makes others */
	bool making_waits;      /* lock: until the search for leaks is over */
	_Atomic(int) maker_tid; /* 0: not yet */
	uintptr_t maker_sp;     /* its frames above goro_run() begin here */
	uint64_t seed;
	uint32_t made_apart;      /* lock: goro__time_some() */
	_Atomic(uint32_t) mcount; /* written under lock; never shrinks */
	uint32_t mmade;           /* lock: Ms ever made */
	uint32_t maxm;            /* limit of threads */
	_Atomic(int64_t) goidgen;

	/* Stopping the world. */
	atomic_uint stopping; /* Ms are to stop */
	uint32_t stopwait;    /* lock: Ps still running */
	atomic_uint stopnote;

	/* The network poller; NULL until it is open for the first time. */
	_Atomic(const struct poller *) poller;
	atomic_uint netpolling;       /* an M polls without sleeping */
	_Atomic(uint32_t) netpolls;   /* changes with each poll */
	_Atomic(uint32_t) netwaiters; /* goroutines that it is to wake */

	/* sysmon */
	atomic_uint sysmonwait; /* it sleeps until a P is taken */
	atomic_uint sysmonnote;

	struct lock gflock; /* of the three below */
	struct glist gfree[GORO_STACK_CLASSES];
	struct sfree sfree[GORO_STACK_CLASSES];
	struct slist sfree_released[GORO_STACK_CLASSES]; /* without memory */

	_Atomic(int32_t) gomaxprocs; /* goro__procs() */
	bool embedded;               /* no deadlock report */
	bool async_timers;           /* timer channels as before Go 1.23 */
	int64_t start;               /* clock at start */
	atomic_uint up;              /* goro_run() has begun */
	atomic_uint done;            /* main has returned */
	bool main_exited; /* by goexit: the process goes on without it */
	_Atomic(uint64_t) handoffs;
	/* counts of Ps that are gone */
	struct pstats gone;
};

_Static_assert(offsetof(struct m, nopreempt) == 0, "nopreempt.h");

/* Hidden: read in one instruction, not by way of the linkage table. */
#pragma GCC visibility push(hidden)
#pragma GCC visibility push(hidden)
extern struct sched goro__sched;
extern struct p *goro__allp[];
/* Not in allp: holds the timers that are real in virtual time (virtual.c). */
extern struct p goro__real_p;
/* The clock, kept by sysmon: tells how long a goroutine has waited. */
extern _Atomic(uint32_t) goro__seconds;
/*
 * MP_MANY: there is more than one P.  MP_TRACED: a trace is on.  MP_WATCHED:
 * waits are counted.  MP_OWNED: it is noted who has which lock.  MP_EXPLORED:
 * the schedule is decided step by step.  MP_BUBBLED: there is, or was, a bubble.
 * If any is set, locks and queues are for real.  See lock.h, trace.h, watch.h,
 * owners.h, explore.h, bubble.h.
 */
extern _Atomic(uint32_t) goro__mp;
enum {
	MP_MANY = 1,
	MP_TRACED = 2,
	MP_WATCHED = 4,
	MP_OWNED = 8,
	MP_TIMED = 16, /* in p->mp alone */
	MP_EXPLORED = 32,
	MP_BUBBLED = 64,
	MP_BY_G0 = MP_TRACED | MP_EXPLORED, /* each switch goes over g0 */
	MP_PARKS = MP_WATCHED | MP_BUBBLED, /* each wait is looked at */
	MP_SEEN = MP_BY_G0 | MP_PARKS
};
#pragma GCC visibility pop
#pragma GCC visibility pop

/*
 * Returns the number of Ps, all in allp.  Written with the world stopped, but
 * an M without a P, and sysmon, read it meanwhile.  Pairs with the release in
 * goro__procresize().
 */
static inline int32_t goro__procs(void)
{
	return load_acquire(&goro__sched.gomaxprocs);
}

#define MAX_PROCS 65536
#define MAX_THREADS 10000

#endif
