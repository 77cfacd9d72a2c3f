/*
 * task.c - see task.h.
 *
 * One loop sleeps in poll() on the signal descriptor and all pipes, at most
 * until the next deadline.  A dead child is first seen with WNOWAIT: its
 * process group is killed while the number still belongs to it, and only then
 * is it reaped.  Processes that it leaves in other groups and sessions become
 * children of the runner, which is the subreaper of all its descendants.
 */
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orphans.h"
#include "spawn.h"

#define DUMP_TIME (3 * NS_PER_S) /* between SIGQUIT and SIGKILL */

enum phase { RUNNING, ASKED_TO_DUMP, KILLED };

struct slot {
	bool used;
	struct task task;
	pid_t pid;
	int fds[TASK_STREAMS]; /* -1: at the end of the file */
	enum phase phase;
	int64_t started;
	int64_t deadline;    /* of the phase */
	bool late;           /* got more time, as main had not begun */
	struct task_end end; /* its ledger is set while the child runs too */
};

struct pool {
	struct slot *slots;
	struct pollfd *polled; /* the signal descriptor, then 3 per slot */
	size_t width;
	size_t active;
	bool dry;  /* the source has no more tasks */
	bool stop; /* the sink wants no more tasks */
	task_source source;
	task_sink sink;
	void *context;
};

static int signal_fd = -1;

/*
 * True if the signal is ignored.  One that was ignored when the runner started
 * stays so, as nohup asks.
 */
static bool ignored(int sig)
{
	struct sigaction old;

	return sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

void tasks_init(void)
{
	static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (!ignored(stops[i]))
			sigaddset(&set, stops[i]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	orphans_adopt();
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		die("signalfd: %s", strerror(errno));
}

/* Empties the signal descriptor. */
static enum tasks_stop asked_to_stop(void)
{
	struct signalfd_siginfo info;
	enum tasks_stop stop = STOP_NOT;

	while (read(signal_fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			stop = info.ssi_code == SI_KERNEL ? STOP_GROUP
							  : STOP_ALONE;
	return stop;
}

/* Returns the time until then for poll(), which may have to be called again. */
static int ms_until(int64_t then)
{
	int64_t left = then - now_ns();

	if (left <= 0)
		return 0;
	return (int)(left / NS_PER_MS > 60000 ? 60000 : left / NS_PER_MS + 1);
}

enum tasks_stop tasks_wait(int64_t until)
{
	struct pollfd polled = {.fd = signal_fd, .events = POLLIN};

	poll(&polled, 1, ms_until(until));
	return asked_to_stop();
}

static bool start_in(struct slot *s, const struct task *task)
{
	*s = (struct slot){.task = *task, .started = now_ns()};
	s->pid = spawn(task, s->fds, &s->end.ledger);
	if (s->pid < 0)
		return false;
	s->used = true;
	s->deadline = s->started + task->timeout_ns;
	return true;
}

static struct slot *free_slot(struct pool *p)
{
	for (size_t i = 0; i < p->width; i++)
		if (!p->slots[i].used)
			return &p->slots[i];
	return NULL;
}

static void fill(struct pool *p)
{
	struct slot *s;
	struct task task;

	while (!p->dry && (s = free_slot(p)) != NULL) {
		if (!p->source(p->context, &task)) {
			p->dry = true;
			return;
		}
		if (!start_in(s, &task))
			die("cannot start a child: %s", strerror(errno));
		p->active++;
	}
}

static void read_streams(struct slot *s)
{
	for (int i = 0; i < TASK_STREAMS; i++) {
		if (s->fds[i] < 0 || capture_read(&s->end.stream[i], s->fds[i]))
			continue;
		close(s->fds[i]);
		s->fds[i] = -1;
	}
}

static bool runs(const void *pool, pid_t pid)
{
	const struct pool *p = pool;

	for (size_t i = 0; i < p->width; i++)
		if (p->slots[i].used && p->slots[i].pid == pid)
			return true;
	return false;
}

static int64_t ns_of(struct timeval t)
{
	return t.tv_sec * NS_PER_S + t.tv_usec * 1000;
}

static void kill_and_reap(struct slot *s)
{
	struct rusage used = {0};

	kill(-s->pid, SIGKILL);
	kill(s->pid, SIGKILL);
	while (wait4(s->pid, &s->end.status, 0, &used) < 0 && errno == EINTR)
		;
	s->end.cpu_ns = ns_of(used.ru_utime) + ns_of(used.ru_stime);
}

static bool has_ended(const struct slot *s)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)s->pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == s->pid;
}

static void finish(struct pool *p, struct slot *s)
{
	s->end.ns = now_ns() - s->started;
	kill_and_reap(s);
	read_streams(s);
	for (int i = 0; i < TASK_STREAMS; i++) {
		if (s->fds[i] >= 0)
			close(s->fds[i]);
		capture_end(&s->end.stream[i]);
	}
	s->used = false;
	p->active--;
	orphans_kill(runs, p);
	p->stop |= !p->sink(p->context, &s->task, &s->end);
	spawn_forget(s->end.ledger);
}

/* True if main has begun and come to its first check. */
static bool has_begun(const struct ledger *l)
{
	return atomic_load(&l->stage) >= LEDGER_BEGAN &&
	       atomic_load(&l->checked);
}

/*
 * Gives more time to a case that must hang and has not begun, or had not at its
 * last deadline: its time counts from the first check, which may be late on a
 * busy machine.  True if it got more time.
 */
static bool begins_late(struct slot *s)
{
	bool begun = has_begun(s->end.ledger);
	bool waits = !begun && now_ns() - s->started < s->task.begin_ns;

	if (s->phase != RUNNING || !(waits || (begun && s->late)))
		return false;
	s->late = waits;
	s->deadline = now_ns() + s->task.timeout_ns;
	return true;
}

/* Moves the child to its next phase when the time of this one is over. */
static void next_phase(struct slot *s)
{
	if (begins_late(s))
		return;
	s->end.timed_out = true;
	if (s->phase == RUNNING && !s->task.hang_wanted) {
		kill(s->pid, SIGQUIT);
		s->phase = ASKED_TO_DUMP;
		s->deadline += DUMP_TIME;
		return;
	}
	kill(-s->pid, SIGKILL);
	s->phase = KILLED;
	s->deadline = INT64_MAX;
}

static void attend(struct pool *p, struct slot *s)
{
	read_streams(s);
	if (has_ended(s))
		finish(p, s);
	else if (now_ns() >= s->deadline)
		next_phase(s);
}

static int64_t next_deadline(const struct pool *p)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < p->width; i++)
		if (p->slots[i].used && p->slots[i].deadline < first)
			first = p->slots[i].deadline;
	return first;
}

static void wait_for_something(struct pool *p)
{
	int64_t until = next_deadline(p);
	nfds_t n = 1;

	p->polled[0] = (struct pollfd){.fd = signal_fd, .events = POLLIN};
	for (size_t i = 0; i < p->width; i++)
		for (int k = 0; k < TASK_STREAMS && p->slots[i].used; k++)
			p->polled[n++] = (struct pollfd){
				.fd = p->slots[i].fds[k], .events = POLLIN};
	poll(p->polled, n, until == INT64_MAX ? -1 : ms_until(until));
}

static void kill_all(struct pool *p)
{
	for (size_t i = 0; i < p->width; i++) {
		struct slot *s = &p->slots[i];

		if (!s->used)
			continue;
		kill_and_reap(s);
		for (int k = 0; k < TASK_STREAMS; k++) {
			if (s->fds[k] >= 0)
				close(s->fds[k]);
			capture_free(&s->end.stream[k]);
		}
		spawn_forget(s->end.ledger);
		s->used = false;
	}
	orphans_kill(runs, p);
}

static bool run_pool(struct pool *p)
{
	for (fill(p); p->active > 0; fill(p)) {
		wait_for_something(p);
		p->stop = asked_to_stop() != STOP_NOT;
		for (size_t i = 0; i < p->width && !p->stop; i++)
			if (p->slots[i].used)
				attend(p, &p->slots[i]);
		if (p->stop) {
			kill_all(p);
			return false;
		}
	}
	return true;
}

bool tasks_run(int width, task_source source, task_sink sink, void *context)
{
	size_t n = (size_t)width;
	struct pool p = {
		.width = n, .source = source, .sink = sink, .context = context};
	bool done;

	p.slots = take_zeroed(n, sizeof(*p.slots));
	p.polled = take_zeroed(1 + n * TASK_STREAMS, sizeof(*p.polled));
	done = run_pool(&p);
	free(p.slots);
	free(p.polled);
	return done;
}
