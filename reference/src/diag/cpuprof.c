/*
 * cpuprof.c - the profile of CPU time.
 *
 * Each thread of the process has a timer that counts its own CPU time and sends
 * it SIGPROF.  (One timer for the process would send it to any thread, and
 * loses signals if many run.)  Threads come and go: sysmon looks for them every
 * 100 ms, so one that is new is seen a little late.  The handler puts its stack
 * into a ring (samples.h), which sysmon empties into a tally.
 *
 * The handler stays when a profile has ended: a signal that is under way then
 * must not end the process.
 */
#include "diag/cpuprof.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/forward.h"
#include "base/lock.h"
#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/pprof.h"
#include "diag/profile.h"
#include "diag/samples.h"
#include "diag/tally.h"
#include "diag/tallylabels.h"
#include "diag/unwind.h"
#include "goro_debug.h"
#include "sched/outside.h"
#include "sched/resched.h"

#define PERIOD INT64_C(10000000) /* ns of CPU time between two samples */
#define LOOK_AGAIN PERIOD

_Static_assert((int)SAMPLE_DEPTH == (int)TALLY_DEPTH + (int)LABEL_WORDS,
	       "samples.h");

/* A thread and its timer; seen: the last look for threads that found it. */
struct timed {
	int tid, timer;
	unsigned seen;
};

/* Where a profile goes. */
struct target {
	int fd;
	bool closes; /* fd is ours */
	int64_t began, began_unix;
};

static struct {
	struct lock lock;    /* of the rest */
	struct grow threads; /* struct timed */
	unsigned looks;      /* for threads, so far */
	int64_t looked;      /* when, last */
	struct tally tally;  /* what was read from the ring */
	struct target to;
} prof;

static _Atomic(struct samples *) ring; /* NULL before the first profile */
static atomic_uint on;
static atomic_uint inside;      /* handlers that run */
static struct sigaction before; /* the program's own action */
static uintptr_t preemption;    /* the handler of its signal */

/* ---- the handler ------------------------------------------------------------ */

/*
 * A thread that was off its CPU may get both signals at once.  Then this one
 * finds it at the first instruction of the other's handler.
 */
static void take_sample(const siginfo_t *info, const ucontext_t *uc)
{
	const struct unwind_start from = {.uc = uc};
	struct sample s = {.count = 1 + (uint64_t)info->si_overrun};
	const struct m *m = goro__m() ? goro__m() : goro__blocking_m();

	s.depth = (uint32_t)goro__unwind(&from, s.pcs, TALLY_DEPTH);
	if (s.depth > 1 && s.pcs[0] == preemption) {
		s.depth--;
		memmove(s.pcs, s.pcs + 1, s.depth * sizeof(s.pcs[0]));
	}
	if (m && m->curg)
		s.tag = label_words(m->curg->labels, s.pcs + s.depth);
	s.depth += (uint32_t)s.tag;
	goro__samples_put(load_relaxed(&ring), &s);
}

/* Runs on any thread, wherever that is. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	int e = errno;

	if (info->si_code != SI_TIMER || info->si_ptr != &prof) {
		if (goro__has_handler(&before))
			goro__forward(&before, sig, info, context);
		errno = e;
		return;
	}
	add_seq(&inside, 1u); /* before the look at on: see quiet() */
	if (load_seq(&on))
		take_sample(info, context);
	sub_release(&inside, 1u);
	errno = e;
}

/* Makes sure that no handler touches the ring any more. */
static void quiet(void)
{
	store_seq(&on, 0u); /* before the look at inside: on_signal() */
	while (load_seq(&inside))
		sys_yield();
}

/* The preemption signal waits, as it may not stop a handler. */
static bool install(void)
{
	struct sigaction act = {.sa_flags =
					SA_SIGINFO | SA_ONSTACK | SA_RESTART};
	struct sigaction old;

	act.sa_sigaction = on_signal;
	sigemptyset(&act.sa_mask);
	sigaddset(&act.sa_mask, PREEMPT_SIGNAL);
	if (sigaction(SIGPROF, &act, &old))
		return false;
	sigaction(PREEMPT_SIGNAL, NULL, &act);
	preemption = (uintptr_t)act.sa_sigaction;
	if (!(old.sa_flags & SA_SIGINFO) || old.sa_sigaction != on_signal)
		before = old;
	return true;
}

/* ---- threads and their timers ------------------------------------------------ */

/* The clock of a thread's CPU time, as the kernel numbers it. */
static clockid_t clock_of(int tid)
{
	return (clockid_t)(~(unsigned)tid << 3 | 6);
}

/* The first sample comes at a random time, so that none keep step. */
static bool start_timer(int tid, int *timer)
{
	struct sigevent e = {.sigev_notify = SIGEV_THREAD_ID,
			     .sigev_signo = SIGPROF,
			     .sigev_value.sival_ptr = &prof};
	int64_t first = sys_clock() % PERIOD + 1;
	struct itimerspec t = {{0, PERIOD}, {0, first}};

	e._sigev_un._tid = tid;
	if (syscall(SYS_timer_create, clock_of(tid), &e, timer))
		return false;
	syscall(SYS_timer_settime, *timer, 0, &t, NULL);
	return true;
}

static struct timed *threads(void)
{
	return (struct timed *)(void *)prof.threads.at;
}

static size_t count_threads(void)
{
	return prof.threads.len / sizeof(struct timed);
}

static void see_thread(int tid)
{
	struct timed *t = threads();
	int timer;

	for (size_t i = 0; i < count_threads(); i++)
		if (t[i].tid == tid) {
			t[i].seen = prof.looks;
			return;
		}
	if (!start_timer(tid, &timer))
		return;
	t = grow_add(&prof.threads, sizeof(*t));
	if (t)
		*t = (struct timed){tid, timer, prof.looks};
	else
		syscall(SYS_timer_delete, timer);
}

/* Ends the timers of threads that the last look has not found. */
static void forget_threads(void)
{
	struct timed *t = threads();
	size_t n = count_threads();

	for (size_t i = 0; i < n;) {
		if (t[i].seen == prof.looks) {
			i++;
			continue;
		}
		syscall(SYS_timer_delete, t[i].timer);
		t[i] = t[--n];
	}
	prof.threads.len = n * sizeof(*t);
}

/* What getdents64() writes. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* Not atoi(): libc may be anywhere. */
static int number(const char *text)
{
	int n = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (*text - '0');
	return n;
}

static void look_for_threads(int64_t now)
{
	int dir = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct entry) char buf[1024];
	long n;

	prof.looks++;
	prof.looked = now;
	if (dir < 0)
		return;
	while ((n = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n;) {
			const struct entry *e = (void *)(buf + at);
			int tid = number(e->name);

			if (tid > 0)
				see_thread(tid);
			at += e->size;
		}
	close(dir);
	forget_threads();
}

/* ---- sysmon's part ------------------------------------------------------------ */

static void empty_ring(void)
{
	struct samples *s = load_relaxed(&ring);
	struct sample got;

	while (goro__samples_take(s, &got))
		goro__tally_add(&prof.tally, got.pcs, got.depth, got.tag,
				got.count, 0);
}

void goro__cpuprof_tick(int64_t now)
{
	if (!load_relaxed(&on) || !try_lock(&prof.lock))
		return;
	if (load_relaxed(&on)) {
		empty_ring();
		if (now - prof.looked >= LOOK_AGAIN)
			look_for_threads(now);
	}
	unlock(&prof.lock);
}

int64_t goro__cpuprof_wait(void)
{
	return load_relaxed(&on) ? LOOK_AGAIN : -1;
}

/* ---- start and stop ------------------------------------------------------------ */

static int64_t unix_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* prof.lock is held, and nothing stops this thread. */
static int begin_locked(int fd, bool closes)
{
	struct samples *s = load_relaxed(&ring);

	if (load_relaxed(&on))
		return GORO_EBUSY;
	if (!s)
		s = sys_map(sizeof(*s));
	if (!s || !install())
		return GORO_ENOMEM;
	store_relaxed(&ring, s);
	prof.to = (struct target){fd, closes, sys_clock(), unix_ns()};
	store_seq(&on, 1u); /* the ring is there before a handler looks */
	look_for_threads(prof.to.began);
	return GORO_OK;
}

static int begin(int fd, bool closes)
{
	int status;

	preempt_disable();
	lock(&prof.lock);
	status = begin_locked(fd, closes);
	unlock(&prof.lock);
	preempt_enable();
	return status;
}

/*
 * Ends the profile, and moves what it has to *t, and where it goes to *to: the
 * next one may begin at once.  False if there is none.
 */
static bool end(struct tally *t, struct target *to)
{
	bool was_on;

	preempt_disable();
	lock(&prof.lock);
	was_on = load_relaxed(&on);
	if (was_on) {
		prof.looks++;
		forget_threads();
		quiet();
		empty_ring();
		*t = prof.tally;
		*to = prof.to;
		memset(&prof.tally, 0, sizeof(prof.tally));
	}
	unlock(&prof.lock);
	preempt_enable();
	return was_on;
}

static int write_samples(const struct tally_list *l, const struct target *to)
{
	struct pprof *out = goro__pprof_begin();

	if (!out)
		return GORO_ENOMEM;
	goro__pprof_values(out, "samples", "count");
	goro__pprof_values(out, "cpu", "nanoseconds");
	goro__pprof_period(out, "cpu", "nanoseconds", PERIOD);
	goro__pprof_time(out, to->began_unix, sys_clock() - to->began);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct tally_entry *e = l->entries[i];
		int64_t n = (int64_t)e->count;

		goro__profile_sample(out, TAG_LABELS, e,
				     (int64_t[]){n, n * PERIOD}, 2);
	}
	return goro__pprof_end(out, to->fd) ? GORO_OK : GORO_NET_OTHER;
}

/* The tally is too large for a goroutine's stack. */
static int finish(void)
{
	struct tally *t = sys_map(sizeof(*t));
	struct tally_list l;
	struct target to = {0};
	int status = GORO_ENOMEM;

	if (!t)
		return GORO_ENOMEM;
	if (!end(t, &to)) {
		status = GORO_OK;
	} else if (goro__tally_copy(&l, t)) {
		goro__tally_sort(&l);
		status = write_samples(&l, &to);
		goro__tally_list_free(&l);
	}
	if (to.closes && sys_close(to.fd) && !status)
		status = GORO_NET_OTHER;
	goro__tally_free(t);
	sys_unmap(t, sizeof(*t));
	return status;
}

int goro_cpu_profile_start(int fd)
{
	goro__need_run(__func__);
	FROM_OUTSIDE_GIVES(goro_cpu_profile_start(fd));
	if (fcntl(fd, F_GETFD) < 0)
		return GORO_EINVAL;
	return begin(fd, false);
}

int goro_cpu_profile_stop(void)
{
	FROM_OUTSIDE_GIVES(goro_cpu_profile_stop());
	return finish();
}

/* ---- GORO_CPUPROFILE ------------------------------------------------------------ */

void goro__cpuprof_boot(void)
{
	const char *path = secure_getenv("GORO_CPUPROFILE");
	int fd;

	if (!path || !*path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || begin(fd, true) != GORO_OK)
		print_str(
			"goro: no profile: GORO_CPUPROFILE cannot be opened\n");
}

/* A profile that the program has begun itself is the program's to end. */
void goro__cpuprof_run_over(void)
{
	if (prof.to.closes && load_relaxed(&on))
		finish();
}
