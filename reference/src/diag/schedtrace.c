/*
 * schedtrace.c - see schedtrace.h.  The text is that of Go 1.26:
 *
 *	SCHED 0ms: gomaxprocs=2 idleprocs=1 threads=1 spinningthreads=0 ...
 *	  P0: status=1 schedtick=3 syscalltick=0 m=0 runqsize=0 ...
 *	  M0: p=0 curg=1 mallocing=0 throwing=0 preemptoff= locks=0 ...
 *	  G1: status=4(chan receive) m=nil lockedm=nil
 *
 * What is printed is a copy, taken with sched.lock held and written without it.
 * So a slow reader of stderr holds up nothing but this text.  A thread that
 * dies with sched.lock held may not ask for it.  Ps change hands without that
 * lock, so the copy is no instant.  But an M's p and a P's m, a G's m and an
 * M's curg are one copy each, and cannot contradict each other.
 *
 * What goro does not have is printed as Go prints it when there is nothing to
 * tell: needspinning, mallocing, throwing, preemptoff, locks, dying.
 */
#include "diag/schedtrace.h"

#include <string.h>

#include "base/godebug.h"
#include "base/print.h"
#include "sched/stack.h"
#include "sched/runq.h"
#include "base/sys.h"
#include "base/text.h"

enum { LINE = 8192, TOKEN = 128, MAX_MS = INT32_MAX };

struct pcopy {
	struct m *m;
	int32_t mid;
	uint32_t status, tick, syscalltick, runq, gfree, timers;
};

struct mcopy {
	struct m *m;
	struct g *curg;
	int64_t goid, locked; /* 0: none */
	int32_t id, p;        /* p: -1 without */
	bool spinning;
};

/* One text at a time; all below is guarded by the lock. */
static struct {
	struct lock lock;
	struct pcopy *p;
	struct mcopy *m;
	uint32_t p_room, m_room;
	uint32_t procs, threads;
	uint32_t idle_procs, idle_threads, spinning, runq;
	uint32_t stopwait;
	int32_t idle_locked;
	bool stopping, sysmonwait;
	struct out out;
	char text[LINE];
} trace;

/*
 * Set before the first line and not changed after.  With a period of 0 there
 * are no lines, except the one of a dying process if detail is asked for.
 */
static int64_t period;
static bool detail;

/* When the next line is due; only sysmon uses it. */
static int64_t due;

/* Set by the thread that ends the process; it keeps trace.lock to the end. */
static bool stopped;

/* ---- the copy ----------------------------------------------------------- */

/* Makes room for n of size bytes at *p; does not keep what was there. */
static bool make_room(void *p, uint32_t *room, uint32_t n, size_t size)
{
	void *old, *new;

	if (n <= *room)
		return true;
	new = sys_map(n * size);
	if (!new)
		return false;
	memcpy(&old, p, sizeof(old));
	if (old)
		sys_unmap(old, *room * size);
	memcpy(p, &new, sizeof(new));
	*room = n;
	return true;
}

static uint32_t count_ms(void)
{
	uint32_t n = 0;

	for (struct m *m = goro__sched.allm; m; m = m->alllink)
		n++;
	return n;
}

static void copy_p(struct pcopy *to, struct p *p)
{
	struct m *m = load_acquire(&p->m);

	*to = (struct pcopy){
		.m = m,
		.mid = m ? m->id : 0,
		.status = load_relaxed(&p->status),
		.tick = load_relaxed(&p->tick_seen),
		.syscalltick = load_relaxed(&p->syscalltick),
		.runq = runq_len(&p->runq),
		.gfree = p->gfree.n,
		.timers = load_relaxed(&p->timers.len),
	};
}

/* Returns m's P or -1.  If m changed its P meanwhile, the later one counts. */
static int32_t p_of(struct m *m)
{
	int32_t found = -1;

	for (uint32_t i = 0; i < trace.procs; i++) {
		if (trace.p[i].m != m)
			continue;
		if (found >= 0)
			trace.p[found].m = NULL;
		found = (int32_t)i;
	}
	return found;
}

/* True if g is on a thread, and not stopped in its handler: preempt.c. */
static bool runs(const struct g *g)
{
	uint32_t status = load_relaxed(&g->status);

	return status == GRUNNING || status == GSYSCALL;
}

static void copy_m(struct mcopy *to, struct m *m)
{
	struct g *g = m->curg;
	struct g *locked = m->lockedg;

	if (g && !runs(g))
		g = NULL;
	*to = (struct mcopy){
		.m = m,
		.curg = g,
		.goid = g ? g->goid : 0,
		.locked = locked ? locked->goid : 0,
		.id = m->id,
		.p = p_of(m),
		.spinning = m->spinning,
	};
}

/*
 * Copies the numbers of the first line, which change one after the other.  An M
 * that is woken counts as spinning before it is off the list of idle ones.
 */
static void copy_sched(struct sched *s)
{
	uint32_t awake;

	trace.idle_procs = load_relaxed(&s->idle.npidle);
	trace.idle_threads = s->idle.nmidle;
	awake = trace.threads - trace.idle_threads;
	trace.spinning = load_relaxed(&s->idle.nmspinning);
	if (trace.spinning > awake)
		trace.spinning = awake;
	trace.runq = s->globq.list.n;
	trace.stopping = load_relaxed(&s->stopping);
	trace.stopwait = s->stopwait;
	trace.idle_locked = s->nmidlelocked;
	trace.sysmonwait = load_relaxed(&s->sysmonwait);
}

/* Copies all; sched.lock is held.  False if the room made is too small. */
static bool copy_locked(struct sched *s)
{
	uint32_t n = 0;

	trace.procs = (uint32_t)goro__procs();
	trace.threads = count_ms();
	if (trace.procs > trace.p_room || trace.threads > trace.m_room)
		return false;
	for (uint32_t i = 0; i < trace.procs; i++)
		copy_p(&trace.p[i], goro__allp[i]);
	for (struct m *m = s->allm; m; m = m->alllink)
		copy_m(&trace.m[n++], m);
	copy_sched(s);
	return true;
}

/* Copies all, with room for it.  False without memory. */
static bool copy_all(void)
{
	struct sched *s = &goro__sched;
	uint32_t procs = (uint32_t)goro__procs(), threads = 16;
	bool done;

	do {
		if (!make_room(&trace.p, &trace.p_room, procs,
			       sizeof(*trace.p)) ||
		    !make_room(&trace.m, &trace.m_room, threads,
			       sizeof(*trace.m)))
			return false;
		lock(&s->lock);
		done = copy_locked(s);
		unlock(&s->lock);
		procs = trace.procs;
		threads = trace.threads * 2;
	} while (!done);
	return true;
}

/* ---- the text ----------------------------------------------------------- */

static void flush(void)
{
	print_str(trace.text);
	trace.out.len = 0;
}

static void text(const char *s)
{
	goro__out_str(&trace.out, s);
}

static void number(const char *name, int64_t v)
{
	/* A line is written whole unless it is longer than all of text. */
	if (trace.out.len + TOKEN > LINE)
		flush();
	text(name);
	goro__out_int(&trace.out, v);
}

static void number_or_nil(const char *name, bool is, int64_t v)
{
	if (is) {
		number(name, v);
		return;
	}
	text(name);
	text("nil");
}

static void flag(const char *name, bool v)
{
	text(name);
	text(v ? "true" : "false");
}

static void end_line(void)
{
	text("\n");
	if (trace.out.len > LINE / 2)
		flush();
}

static void print_sched(int64_t ms)
{
	number("SCHED ", ms);
	number("ms: gomaxprocs=", trace.procs);
	number(" idleprocs=", trace.idle_procs);
	number(" threads=", trace.threads);
	number(" spinningthreads=", trace.spinning);
	text(" needspinning=0");
	number(" idlethreads=", trace.idle_threads);
	number(" runqueue=", trace.runq);
}

static void print_queues(void)
{
	text(" [");
	for (uint32_t i = 0; i < trace.procs; i++)
		number(" ", trace.p[i].runq);
	text(" ] schedticks=[");
	for (uint32_t i = 0; i < trace.procs; i++)
		number(" ", trace.p[i].tick);
	text(" ]");
	end_line();
}

static void print_stop(void)
{
	flag(" gcwaiting=", trace.stopping);
	number(" nmidlelocked=", trace.idle_locked);
	number(" stopwait=", trace.stopwait);
	flag(" sysmonwait=", trace.sysmonwait);
	end_line();
}

static void print_p(uint32_t i)
{
	const struct pcopy *p = &trace.p[i];

	number("  P", i);
	number(": status=", p->status);
	number(" schedtick=", p->tick);
	number(" syscalltick=", p->syscalltick);
	number_or_nil(" m=", p->m != NULL, p->mid);
	number(" runqsize=", p->runq);
	number(" gfreecnt=", p->gfree);
	number(" timerslen=", p->timers);
	end_line();
}

/* An M without P and goroutine sleeps, or is on its way to or from sleep. */
static void print_m(const struct mcopy *m)
{
	number("  M", m->id);
	number_or_nil(": p=", m->p >= 0, m->p);
	number_or_nil(" curg=", m->curg != NULL, m->goid);
	text(" mallocing=0 throwing=0 preemptoff= locks=0 dying=0");
	flag(" spinning=", m->spinning);
	flag(" blocked=", m->p < 0 && !m->curg && !m->spinning);
	number_or_nil(" lockedg=", m->locked > 0, m->locked);
	end_line();
}

static const struct mcopy *m_running(const struct g *g)
{
	for (uint32_t i = 0; i < trace.threads; i++)
		if (trace.m[i].curg == g)
			return &trace.m[i];
	return NULL;
}

static const struct mcopy *m_locked_to(const struct g *g)
{
	for (uint32_t i = 0; i < trace.threads; i++)
		if (trace.m[i].locked == g->goid)
			return &trace.m[i];
	return NULL;
}

/* Prints dead goroutines too, as they wait to be used again. */
static void print_g(struct g *g, void *arg)
{
	uint32_t status = load_relaxed(&g->status);
	const struct mcopy *m = runs(g) ? m_running(g) : NULL;
	const struct mcopy *locked = g->lockcount > 0 ? m_locked_to(g) : NULL;

	(void)arg;
	if (status == GIDLE || g->goid <= 0)
		return;
	number("  G", g->goid);
	number(": status=", status);
	text("(");
	text(status == GWAITING ? goro__wait_text[g->reason] : "");
	number_or_nil(") m=", m != NULL, m ? m->id : 0);
	number_or_nil(" lockedm=", locked != NULL, locked ? locked->id : 0);
	end_line();
}

static void print_detail(void)
{
	print_stop();
	for (uint32_t i = 0; i < trace.procs; i++)
		print_p(i);
	for (uint32_t i = 0; i < trace.threads; i++)
		print_m(&trace.m[i]);
	goro__each_g(print_g, NULL);
}

/* Prints one text; trace.lock is held. */
static void print_all(int64_t now, bool all)
{
	if (!copy_all())
		return;
	trace.out = (struct out){.buf = trace.text, .n = LINE};
	print_sched((now - goro__sched.start) / 1000000);
	if (all)
		print_detail();
	else
		print_queues();
	flush();
}

static void print_next(int64_t now)
{
	lock(&trace.lock);
	print_all(now, detail);
	unlock(&trace.lock);
}

/* ---- when --------------------------------------------------------------- */

void goro__schedtrace_first(void)
{
	int64_t ms = goro__godebug("schedtrace");

	detail = goro__godebug("scheddetail") > 0;
	if (ms <= 0)
		return;
	period = ms < MAX_MS ? ms * 1000000 : MAX_MS * INT64_C(1000000);
	due = goro__sched.start + period;
	print_next(goro__sched.start);
}

void goro__schedtrace_tick(int64_t now)
{
	if (period == 0 || now < due)
		return;
	due = now + period;
	print_next(now);
}

int64_t goro__schedtrace_wait(void)
{
	int64_t ns = due - sys_clock();

	if (period == 0)
		return -1;
	return ns > 0 ? ns : 0;
}

/* Waits for 100 ms at most: sysmon may be in a line, and stay there. */
void goro__schedtrace_stop(void)
{
	if (period == 0 && !detail)
		return;
	for (int tries = 0; !stopped && tries < 100; tries++) {
		stopped = try_lock(&trace.lock);
		if (!stopped)
			sys_nanosleep(1000000);
	}
}

void goro__schedtrace_dying(void)
{
	if (stopped)
		print_all(sys_clock(), true);
}
