/*
 * metrics.c - goro_metrics_read(): numbers under documented names.
 *
 * All come from counts that are kept anyway.  One reading takes each kind of
 * count once, when the first metric asks for it, so that what it says in two
 * metrics agrees.
 */
#include <math.h>
#include <string.h>

#include "goro_debug.h"

#include "base/sys.h"
#include "base/text.h"
#include "diag/stats.h"
#include "sched/idle.h"
#include "sched/stack.h"
#include "sched/timed.h"
#include "sched/world.h"

enum id {
#define ID(id, name, kind, moves, text) ID_##id,
	GORO_METRIC_MAP(ID)
#undef ID
		IDS
};

static const struct goro_metric_info infos[IDS] = {
#define INFO(id, name, kind, moves, text)                                      \
	{name, text, GORO_METRIC_##kind, GORO_METRIC_##moves},
	GORO_METRIC_MAP(INFO)
#undef INFO
};

const struct goro_metric_info *goro_metrics_info(size_t *n)
{
	*n = IDS;
	return infos;
}

double goro_histogram_from(size_t i)
{
	return i < GORO_HISTOGRAM_SIZE
		       ? (double)histogram_from((uint32_t)i) / 1e9
		       : (double)INFINITY;
}

/* ---- one reading ---------------------------------------------------------- */

struct cpu {
	int64_t total, idle, user, system;
};

struct reading {
	struct pstats stats;
	bool has_cpu, has_states;
	struct cpu cpu;
	uint64_t states[GDEAD + 1];
};

/*
 * Shares out the time since the last reading: what the Ps were busy is system
 * as far as the process was in the kernel, else user.  So all of them only
 * grow, and their sum is the total.
 */
static struct cpu read_cpu(void)
{
	static struct lock guard;
	static struct cpu sum;
	static int64_t kernel_seen;
	struct cpu now;
	int64_t busy, kernel, user;

	lock(&guard);
	goro__cpu_time(&now.total, &now.idle);
	sys_cpu_time(&user, &kernel);
	busy = now.total - now.idle - (sum.total - sum.idle);
	now.system = kernel - kernel_seen;
	if (now.system > busy)
		now.system = busy;
	now.user = sum.user + busy - now.system;
	now.system += sum.system;
	kernel_seen = kernel;
	sum = now;
	unlock(&guard);
	return now;
}

static void count_state(struct g *g, void *states)
{
	if (!g->system && g->goid > 0)
		((uint64_t *)states)[load_relaxed(&g->status)]++;
}

static uint64_t in_state(struct reading *r, enum gstatus s)
{
	if (!r->has_states)
		goro__each_g(count_state, r->states);
	r->has_states = true;
	return r->states[s];
}

/* One that is looked at early and one late may have run on the same P. */
static uint64_t running(struct reading *r)
{
	uint64_t n = in_state(r, GRUNNING), most = (uint64_t)goro__procs();

	return n < most ? n : most;
}

static int64_t cpu_of(struct reading *r, enum id id)
{
	if (!r->has_cpu)
		r->cpu = read_cpu();
	r->has_cpu = true;
	return id == ID_CPU_IDLE     ? r->cpu.idle
	       : id == ID_CPU_SYSTEM ? r->cpu.system
				     : r->cpu.user;
}

/* clang-format off */
static uint64_t value_of(struct reading *r, enum id id)
{
	switch (id) {
	case ID_CPU_IDLE:
	case ID_CPU_SYSTEM:
	case ID_CPU_USER: return (uint64_t)cpu_of(r, id);
	case ID_PROCS: return (uint64_t)goro__procs();
	case ID_CREATED: return load_relaxed(&r->stats.spawned);
	case ID_GOROUTINES: return goro__live();
	case ID_IN_CALLS: return in_state(r, GSYSCALL);
	case ID_RUNNABLE: return in_state(r, GRUNNABLE);
	case ID_RUNNING: return running(r);
	case ID_WAITING: return in_state(r, GWAITING);
	case ID_HANDOFFS: return load_relaxed(&goro__sched.handoffs);
	case ID_NETPOLL: return load_relaxed(&r->stats.netwaits);
	case ID_OVERFLOWS: return load_relaxed(&r->stats.overflows);
	case ID_PARKS: return load_relaxed(&r->stats.parks);
	case ID_PREEMPTIONS: return load_relaxed(&r->stats.preemptions);
	case ID_STACKS: return goro__stack_bytes();
	case ID_STEALS: return load_relaxed(&r->stats.steals);
	case ID_SWITCHES: return load_relaxed(&r->stats.switches);
	case ID_THREADS: return goro__count_threads();
	case ID_TIMERS: return goro__count_timers();
	case ID_MUTEX_WAIT: return load_relaxed(&r->stats.mutex_wait);
	default: return 0;
	}
}
/* clang-format on */

static double seconds_of(struct reading *r, enum id id)
{
	if (id == ID_CPU_TOTAL)
		return seconds_of(r, ID_CPU_IDLE) +
		       seconds_of(r, ID_CPU_SYSTEM) +
		       seconds_of(r, ID_CPU_USER);
	return (double)value_of(r, id) / 1e9;
}

static struct histogram *histogram_of(enum id id)
{
	return id == ID_PAUSES      ? &goro__pauses
	       : id == ID_LATENCIES ? &goro__latencies
	       : id == ID_TURNS     ? &goro__turns
				    : &goro__stopping_took;
}

static void copy_histogram(struct goro_metric *m, struct histogram *h)
{
	m->count = 0;
	m->seconds = (double)load_relaxed(&h->sum) / 1e9;
	for (size_t i = 0; i < GORO_HISTOGRAM_SIZE; i++) {
		uint64_t n = load_relaxed(&h->n[i]);

		m->count += n;
		if (m->histogram)
			m->histogram->n[i] = n;
	}
}

static void fill(struct reading *r, struct goro_metric *m, enum id id)
{
	m->kind = infos[id].kind;
	m->count = 0;
	m->seconds = 0;
	if (m->kind == GORO_METRIC_COUNT)
		m->count = value_of(r, id);
	else if (m->kind == GORO_METRIC_SECONDS)
		m->seconds = seconds_of(r, id);
	else
		copy_histogram(m, histogram_of(id));
}

/* ---- by name -------------------------------------------------------------- */

/* Returns IDS for an unknown name. */
static enum id id_of(const char *name)
{
	int lo = 0, hi = IDS;

	while (name && lo < hi) {
		int mid = (lo + hi) / 2, order = strcmp(name, infos[mid].name);

		if (order == 0)
			return (enum id)mid;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return IDS;
}

static int read_all(struct reading *r, bool one_p, struct goro_metric *m,
		    size_t n)
{
	int status = GORO_OK;

	for (size_t i = 0; i < n; i++) {
		enum id id = id_of(m[i].name);

		if (id != IDS &&
		    (!one_p || infos[id].moves == GORO_METRIC_SUM_P)) {
			fill(r, &m[i], id);
			continue;
		}
		m[i].kind = GORO_METRIC_NONE;
		status = GORO_EINVAL;
	}
	return status;
}

int goro_metrics_read(struct goro_metric *m, size_t n)
{
	struct reading r = {.stats = goro__all_stats()};

	return m || n == 0 ? read_all(&r, false, m, n) : GORO_EINVAL;
}

int goro_metrics_read_p(int p, struct goro_metric *m, size_t n)
{
	struct reading r = {.has_cpu = false};

	if ((!m && n > 0) || p < GORO_METRIC_GONE || p >= goro__procs())
		return GORO_EINVAL;
	goro__add_stats(&r.stats, p == GORO_METRIC_GONE
					  ? &goro__sched.gone
					  : &goro__allp[p]->stats);
	return read_all(&r, true, m, n);
}
